"""Several crawlers on one archive: numbered leases, a queue a host, lists and robots.txt shared."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, func, insert, select, text

from archive.settings import Home
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article, Capture, Frontier, Host, Recheck
from crawler.demo.compare import compare, compare_clusters
from crawler.demo.proxy import Proxy
from crawler.pages.template.site import Listing
from crawler.run import discovery, frontier
from crawler.run.crawl import Crawl
from crawler.run.discovery import Entry
from crawler.run.frontier import LEASE
from crawler.run.locks import beat
from crawler.run.politeness import hosts
from crawler.run.politeness.turns import Turns
from crawler.run.reading.answer import read_claimed
from crawler.run.reading.asked import Claim
from crawler.run.run import Run, open_run
from crawler.run.store import store
from crawler.sites.registry import load_sites
from tests.archive.make import article as article_of
from tests.archive.make import captured
from tests.crawler.run.run import Archive
from tests.crawler.run.test_locks import fall_silent

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SITE = load_sites()["netease"]
SOURCE = SITE.sources[0]


def offer(engine: Engine, *urls: str) -> None:
    with writing(engine) as connection:
        frontier.offer(connection, "netease", [(f"D{n:03d}", f"https://{url}") for n, url in enumerate(urls)], NOW)


def claim(engine: Engine, worker: str, limit: int = 8, now: datetime = NOW, **how: Any) -> list[Claim]:
    with writing(engine) as connection:
        return frontier.claim(connection, "netease", worker, limit, now, **how)


def state(engine: Engine) -> tuple[str, str | None, int, int]:
    with reading(engine) as connection:
        columns = (Frontier.state, Frontier.outcome, Frontier.attempts, Frontier.lease)
        return tuple(connection.execute(select(*columns)).one())  # type: ignore[return-value]


def settle(connection: Any, found: Claim) -> None:
    assert not frontier.settle(connection, found, "done", "article")


LATE: dict[str, Callable[[Any, Claim], None]] = {
    "an article": settle,
    "in vain": lambda connection, found: frontier.miss(connection, found, "server_error", "http_503", NOW) and None,
    "put back": lambda connection, found: frontier.put_back(connection, found, "gone", NOW),
    "held": lambda connection, found: frontier.hold(connection, found, "run-1", NOW),
    "excused": lambda connection, found: frontier.excuse(connection, {found.id: found.lease}, NOW),
}


@pytest.mark.parametrize("what", LATE)
@pytest.mark.parametrize("since", ["leased", "settled", "tried"])
def test_who_comes_back_late_changes_nothing(engine: Engine, what: str, since: str) -> None:
    """Whatever he brings, and whatever the one did who has it since."""
    offer(engine, "www.163.com/1")
    [late] = claim(engine, "run-1")
    [found] = claim(engine, "run-2", now=NOW + 2 * LEASE)
    assert (late.lease, found.lease) == (1, 2)
    with writing(engine) as connection:
        if since == "settled":
            assert frontier.settle(connection, found, "done", "article")
        if since == "tried":
            frontier.miss(connection, found, "server_error", "http_503", NOW)
    before = state(engine)
    with writing(engine) as connection:
        LATE[what](connection, late)
    assert state(engine) == before


def test_of_several_that_are_settled_at_once_only_the_late_one_is_not(engine: Engine) -> None:
    offer(engine, "www.163.com/1", "www.163.com/2", "www.163.com/3")
    claims = claim(engine, "run-1")
    [found] = claim(engine, "run-2", limit=1, now=NOW + 2 * LEASE)
    with writing(engine) as connection:
        settled = [(one, "done", "article") for one in claims]
        assert frontier.settle_all(connection, settled) == {found.id}
        assert frontier.settle_all(connection, []) == set()
    with reading(engine) as connection:
        columns = (Frontier.id, Frontier.state, Frontier.outcome, Frontier.attempts)
        rows = {row.id: tuple(row)[1:] for row in connection.execute(select(*columns))}
    done = ("done", "article", 1)
    assert rows == {one.id: done if one.id != found.id else ("leased", None, 0) for one in claims}


def test_who_renews_waits_for_none_that_is_being_settled(postgres_url: str) -> None:
    """The beat of a run that is storing: the two would wait for each other."""
    engine = open_engine(postgres_url, create=True)
    offer(engine, "www.163.com/1", "www.163.com/2")
    first, second = claim(engine, "run-1")
    with writing(engine) as storing, writing(engine) as beating:
        frontier.settle_all(storing, [(first, "done", "article")])
        beating.execute(text("SET LOCAL lock_timeout = '1ms'"))
        frontier.renew(beating, "run-1", NOW + LEASE)
    with reading(engine) as connection:
        until = {row.id: row.leased_until for row in connection.execute(select(Frontier.id, Frontier.leased_until))}
    engine.dispose()
    assert until == {first.id: None, second.id: NOW + 2 * LEASE}


@pytest.fixture
def runs(database_url: str, tmp_path: Path) -> Iterator[list[Run]]:
    """Two runs: of two homes on PostgreSQL, of one home, one after the other, on SQLite."""
    names = ("one", "two") if database_url.startswith("postgresql") else ("one",)
    found = [open_run(Home(path=tmp_path / name, database=database_url), ["netease"]) for name in names]
    yield found
    for one in found:
        one.finish()


def test_what_a_late_worker_brings_is_kept_and_settles_nothing(runs: list[Run], caplog: Any) -> None:
    run = runs[0]
    offer(run.engine, "www.163.com/1")
    [late] = claim(run.engine, run.worker)
    claim(run.engine, "run-9", now=NOW + 2 * LEASE)
    item = captured(article_of(late.native_id, "水务局的工程今天开工。", site="netease", url=late.url))
    store(run, [read_claimed(item, late)])
    assert state(run.engine)[:2] == ("leased", None)
    with reading(run.engine) as connection:
        assert connection.execute(select(Article.native_id)).scalars().all() == [late.native_id], "it is true"
        assert connection.execute(select(Recheck.article_id)).all() == [], "who has the lease plans"
    assert "its lease is another crawler's by now" in caplog.text


def test_each_host_has_a_queue_of_its_own(engine: Engine) -> None:
    offer(engine, *(f"a.163.com/{n}" for n in range(20)), "b.163.com/1", "b.163.com/2", "c.163.com/1", "d.163.com/1")
    first = claim(engine, "run-1", 6, blocked=lambda host: host == "d.163.com")
    assert Counter(one.host for one in first) == {"a.163.com": 3, "b.163.com": 2, "c.163.com": 1}
    assert [one.url[-1] for one in first if one.host == "a.163.com"] == ["0", "1", "2"], "the longest due first"
    assert Counter(one.host for one in claim(engine, "run-2", 4)) == {"a.163.com": 3, "d.163.com": 1}
    assert len(claim(engine, "run-1", 32)) == 14


def test_of_very_many_hosts_each_comes_to_its_turn(engine: Engine) -> None:
    offer(engine, *(f"h{host}.163.com/{n}" for host in range(8) for n in range(3)))
    asked: list[str] = []
    for _ in range(4):
        asked += [one.host for one in claim(engine, "run-1", 2, after=asked[-1] if asked else "")]
    assert sorted(asked) == [f"h{host}.163.com" for host in range(8)]


def test_a_host_that_is_blocked_is_told_and_not_handed_out(runs: list[Run]) -> None:
    run = runs[0]
    offer(run.engine, "a.163.com/1", "b.163.com/1")
    with writing(run.engine) as connection:
        hosts.rest(connection, "a.163.com", timedelta(hours=1), "status 429")
    crawl = Crawl(run, cast("Any", None), Turns(run, 30))
    assert [one.host for one in crawl.claim("netease", 0)] == ["b.163.com"]
    assert crawl.claim("netease", 0) == []
    assert len(run.notes) == 1
    assert "a.163.com: it is left alone until" in run.notes[0]
    with reading(run.engine) as connection:
        query = select(Frontier.state, Frontier.lease).where(Frontier.host == "a.163.com")
        assert tuple(connection.execute(query).one()) == ("due", 0)


def test_a_list_is_walked_by_one_of_them(postgres_url: str, tmp_path: Path) -> None:
    now = [NOW]
    both = [
        open_run(Home(path=tmp_path / name, database=postgres_url), ["netease"], now=lambda: now[0])
        for name in ("one", "two")
    ]
    one, two = (Crawl(run, cast("Any", None), Turns(run, 30)) for run in both)
    walk = one.walk(SITE, SOURCE)
    assert walk is not None
    assert two.walk(SITE, SOURCE) is None, "it is walked just now"
    walk.entries["D1"] = Entry(
        native_id="D1", url="https://www.163.com/1", listing=Listing(url="https://www.163.com/1")
    )
    one.end_walk(walk, whole=True)
    for minutes, ours, others in ((1, True, False), (14, True, False), (15, True, True), (600, True, True)):
        now[0] = NOW + timedelta(minutes=minutes)
        for crawl, due in ((two, others), (one, ours)):
            assert (crawl.walk(SITE, SOURCE) is not None) is due, minutes
            with writing(crawl.run.engine) as connection:
                discovery.release(connection, [crawl.run.worker])
    walk = one.walk(SITE, SOURCE)
    assert walk is not None
    one.end_walk(walk, whole=False)
    assert two.walk(SITE, SOURCE) is not None, "it failed: another one may have more luck"
    both[1].heart.stop()
    both[1].lock.release()
    both[1].engine.dispose()
    fall_silent(postgres_url, 61)
    beat(both[0].engine, both[0].run_id, both[0].worker)
    beat(both[0].engine, both[0].run_id, both[0].worker)
    both[0].finish()


def test_who_lives_takes_over_from_who_is_dead(postgres_url: str, tmp_path: Path) -> None:
    """Not only a run that begins: one that is at work, too, within its next beat."""
    living, dead = (open_run(Home(path=tmp_path / name, database=postgres_url), ["netease"]) for name in ("a", "b"))
    offer(dead.engine, "www.163.com/1")
    [late] = claim(dead.engine, dead.worker)
    with writing(dead.engine) as connection:
        assert discovery.lease(connection, "netease", SOURCE.name, dead.worker)
        connection.execute(insert(Host).values(host="www.163.com", vain=0, turn_of=dead.worker, turn_until=NOW))
    dead.heart.stop()
    with writing(dead.engine) as connection:
        connection.exec_driver_sql(
            f"UPDATE crawl_run SET beat_at = clock_timestamp() - interval '61 seconds' WHERE id = {dead.run_id}"
        )
    beat(living.engine, living.run_id, living.worker)
    [found] = claim(living.engine, living.worker)
    assert (found.id, found.lease) == (late.id, late.lease + 1)
    with writing(living.engine) as connection:
        assert discovery.lease(connection, "netease", SOURCE.name, living.worker)
        assert hosts.look(connection, "www.163.com").turn_of is None
    with pytest.raises(Exception, match="took over its work"), dead.step() as (connection, _):
        frontier.settle(connection, late, "done", "article")
    living.finish()
    ended = dead.finish()
    assert ended is not None
    assert ended.exit_code == 8
    engine = open_engine(postgres_url)
    assert state(engine)[0] == "due"
    engine.dispose()


def test_what_one_has_read_of_robots_txt_all_know_for_a_day(engine: Engine) -> None:
    with writing(engine) as connection:
        hosts.keep_rules(connection, "www.163.com", "Jianbao", "User-agent: *\nDisallow: /x\n", NOW)

        def known(hours: float, agent: str = "Jianbao") -> bool:
            return hosts.rules(connection, "www.163.com", agent, NOW + timedelta(hours=hours)) is not None

        assert [known(hours) for hours in (0, 23.9, 24, 100)] == [True, True, False, False]
        assert not known(-0.1), "a clock was ahead"
        assert not known(1, "Another"), "its rules may be others"
        assert hosts.rules(connection, "m.163.com", "Jianbao", NOW) is None


@pytest.mark.slow
def test_three_crawlers_one_of_them_killed(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    """Of both portals, with mirrors: each list and page is asked for once, a story that all bring at once is one, what
    the dead one had in hand is taken over, and tomorrow's robots.txt is today's."""
    proxy = start_portal(40)
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url, "JIANBAO_DELAY": "0.01"}
    one, two, three = (Archive(tmp_path / name, environment) for name in ("one", "two", "three"))
    dies = (
        "import os, crawler.run.intake.intake as c\n"
        "real, left = c.store, iter(range(8))\n"
        "def store(*given):\n"
        "    kept = real(*given)\n"
        "    stored = next(left, None)\n"
        "    stored == 2 and print('at work', flush=True)\n"
        "    stored is None and os.kill(os.getpid(), 9)\n"
        "    return kept\n"
        "c.store = store"
    )
    processes = [three.start("crawl", before=dies)]
    # The others come when it is at work, or on a slow machine they may leave it too little to do to be killed at.
    assert processes[0].stdout is not None
    assert processes[0].stdout.readline() == "at work\n"
    processes += [one.start("crawl"), two.start("crawl")]
    codes = []
    for process in processes:
        _, err = process.communicate(timeout=300)
        assert "Traceback" not in err, err
        codes.append(process.returncode)
    assert codes[0] == -9
    assert set(codes[1:]) <= {0, 3}
    fall_silent(postgres_url, 61)
    assert one.run("crawl").returncode in (0, 3)
    engine = open_engine(postgres_url)
    found = compare(engine, proxy.world)
    compare_clusters(engine, proxy.world, found)
    assert found.problems == []
    articles = {(one.site, one.native_id) for one in proxy.world.publications}
    with reading(engine) as connection:
        # Known articles are asked for once more as controls, where the end of a run has to know how a host is.
        looks = select(Article.site, Article.native_id, func.count()).join(Capture, Capture.article_id == Article.id)
        stored = {row[:2]: row[2] for row in connection.execute(looks.group_by(Article.site, Article.native_id))}
        twice = {key for key in articles if proxy.served[key] != stored[key]}
        leases = {row.native_id: row.lease for row in connection.execute(select(Frontier.native_id, Frontier.lease))}
        waiting = select(Frontier.outcome).where(Frontier.state.in_(("due", "leased")))
        left = set(connection.execute(waiting).scalars())
    engine.dispose()
    assert left <= {"blocked"}
    assert len(twice) <= 8, "under way when it was killed, at most one a host"
    assert all(leases[native_id] > 1 for _, native_id in twice)
    before = Counter(proxy.requests)
    assert two.run("crawl").returncode in (0, 3)
    asked = {url for url, count in proxy.requests.items() if count > before[url] and url.endswith("/robots.txt")}
    assert asked <= {"https://www.sohu.com/robots.txt"}, "which forbids something; the others were read today"


def test_the_crawlers_name_stays_with_its_home(tmp_path: Path) -> None:
    run = open_run(Home(path=tmp_path / "here", database=f"sqlite:///{tmp_path}/a.db"), ["netease"])
    name = run.crawler
    run.finish()
    (tmp_path / "here").rename(tmp_path / "there")
    for written, expected in ((None, name), ("mine-1", "mine-1"), ("../no", None), ("", None)):
        if written is not None:
            (tmp_path / "there" / "crawler").write_text(written, "ascii")
        run = open_run(Home(path=tmp_path / "there", database=f"sqlite:///{tmp_path}/a.db"), ["netease"])
        assert run.crawler == expected if expected else run.crawler not in (written, name)
        run.finish()
