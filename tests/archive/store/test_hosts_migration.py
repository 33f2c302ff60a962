"""An archive from before 0010, in which passing troubles were the last word, is upgraded: nothing is lost, and what was
given up can be asked for again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, inspect, select, text

from archive.store import schema
from archive.store.db import reading, writing
from archive.store.models import CrawlRun, Frontier
from crawler.run import frontier, given_up
from crawler.run.politeness import hosts

pytestmark = pytest.mark.own_database

BEFORE = "0009"
AT = datetime(2025, 5, 1, 8, 30, 15, 123456, tzinfo=UTC)
OLD = {
    # id: url, state, outcome, attempts
    1: ("https://www.sohu.com/a/1_1", "failed", "http_503", 8),
    2: ("https://WWW.sohu.com./a/2_1", "failed", "blocked", 8),
    3: ("https://www.sohu.com/a/3_1", "failed", "127.0.0.1 is not one of the site's hosts", 1),
    4: ("https://www.sohu.com/a/4_1", "failed", "robots", 1),
    5: ("https://m.sohu.com:8443/a/5_1", "failed", "robots", 3),
    6: ("https://www.sohu.com/a/6_1", "due", "blocked", 4),
    7: ("https://www.sohu.com/a/7_1", "due", None, 0),
    8: ("https://www.sohu.com/a/8_1", "leased", None, 0),
    9: ("https://www.sohu.com/a/9_1", "done", "article", 1),
    10: ("https://www.sohu.com/a/10_1", "gone", "gone", 1),
    11: ("http://[", "failed", "it is malformed", 1),
    12: ("https://sports.sohu.com/a/12_1", "failed", "DNS lookup failed", 8),
}
HOSTS = {1: "www.sohu.com", 2: "www.sohu.com", 5: "m.sohu.com", 11: "", 12: "sports.sohu.com"}


@pytest.fixture
def old(engine: Engine) -> Engine:
    schema.downgrade(engine, BEFORE)
    moment = AT if engine.dialect.name == "postgresql" else "2025-05-01 08:30:15.123456"
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO frontier (id, site, native_id, url, state, outcome, attempts, due_at, leased_by,"
                " leased_until) VALUES (:id, 'sohu', :id2, :url, :state, :outcome, :attempts, :at, :by, :until)"
            ),
            [
                {"id": key, "id2": f"a:{key}", "url": url, "state": state, "outcome": outcome, "attempts": attempts}
                | {"at": moment, "by": "run-1" if state == "leased" else None}
                | {"until": moment if state == "leased" else None}
                for key, (url, state, outcome, attempts) in OLD.items()
            ],
        )
        connection.execute(
            text(
                "INSERT INTO crawl_run (id, kind, sites, started_at, state, listed, fetched, new, duplicate, doubtful,"
                " failed) VALUES (1, 'crawl', '[\"sohu\"]', :at, 'running', 12, 2, 1, 0, 0, 7)"
            ),
            {"at": moment},
        )
    return engine


def rows(engine: Engine) -> dict[int, tuple[str, str, str | None, int]]:
    with reading(engine) as connection:
        columns = "id, url, state, outcome, attempts"
        found = connection.execute(text(f"SELECT {columns} FROM frontier ORDER BY id")).all()
    return {row.id: tuple(row[1:]) for row in found}


def test_nothing_is_lost_and_every_address_has_its_host(old: Engine) -> None:
    schema.upgrade(old)
    barred = {key: (*row[:1], "barred", *row[2:]) for key, row in OLD.items() if row[2] == "robots"}
    assert rows(old) == {**OLD, **barred}
    with reading(old) as connection:
        found = dict(connection.execute(select(Frontier.id, Frontier.host)).all())
        assert {key: found[key] for key in HOSTS} == HOSTS
        assert set(connection.execute(select(Frontier.due_at)).scalars()) == {AT}
        assert connection.execute(select(Frontier.leased_by, Frontier.leased_until).where(Frontier.id == 8)).one() == (
            "run-1",
            AT,
        )
        run = connection.execute(select(CrawlRun.state, CrawlRun.listed, CrawlRun.token, CrawlRun.beat_at)).one()
        assert tuple(run) == ("running", 12, None, None)
        assert hosts.look(connection, "www.sohu.com").vain == 0, "nothing is known of any host"


def test_what_was_given_up_is_asked_for_again(old: Engine) -> None:
    schema.upgrade(old)
    now = AT + timedelta(hours=1)
    with writing(old) as connection:
        assert given_up.revive(connection, ["sohu"], "blocked", now) == 2
        assert given_up.revive(connection, ["netease"], "failed", now) == 0
        assert given_up.revive(connection, ["sohu"], "failed", now) == 4
    state = {key: (row[1], row[3]) for key, row in rows(old).items()}
    assert {key for key, row in state.items() if row == ("due", 0)} == {1, 2, 3, 6, 7, 11, 12}
    with writing(old) as connection:
        looks = frontier.barred(connection, "sohu", "run-2", AT - timedelta(days=1))
        assert [(one.id, one.host) for one in looks] == [(5, "m.sohu.com"), (4, "www.sohu.com")]
        frontier.release(connection, ["run-2"])
        claims = frontier.claim(connection, "sohu", "run-2", 20, now + timedelta(seconds=1))
    assert {one.id for one in claims} == {1, 2, 3, 4, 5, 6, 7, 8, 11, 12}


def test_more_than_one_batch_of_addresses_gets_its_hosts(old: Engine) -> None:
    with writing(old) as connection:
        connection.execute(
            text(
                "INSERT INTO frontier (id, site, native_id, url, state, attempts, due_at)"
                " VALUES (:id, 'sohu', :name, :url, 'done', 1, '2025-05-01 08:30:15')"
            ),
            [{"id": n, "name": f"n:{n}", "url": f"https://h{n % 7}.sohu.com/n{n}.shtml"} for n in range(100, 11_000)],
        )
    schema.upgrade(old)
    with reading(old) as connection:
        found = connection.execute(select(Frontier.url, Frontier.host).where(Frontier.native_id.like("n:%"))).all()
    assert len(found) == 10_900
    assert all(url.split("/")[2] == host for url, host in found)


def test_the_way_back_keeps_the_rest(old: Engine) -> None:
    before = rows(old)
    schema.upgrade(old)
    schema.downgrade(old, BEFORE)
    assert rows(old) == before
    with old.connect() as connection:
        found = inspect(connection)
        assert "host" not in found.get_table_names()
        assert "host" not in {column["name"] for column in found.get_columns("frontier")}
    schema.upgrade(old)
    assert rows(old)[4][1] == "barred"
