"""The frontier on both databases: claims, leases, retries, and several crawlers at once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select, update

from archive.store.db import open_engine, reading, writing
from archive.store.models import Capture, Frontier
from crawler.run import frontier, given_up
from crawler.run.frontier import LEASE
from crawler.run.reading.asked import Claim
from crawler.run.trouble.retry import AGAIN, MAX_ATTEMPTS
from tests.archive.make import article, captured, store
from tests.statements import instructions, recorded, too_much

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def offer(engine: Engine, count: int, site: str = "netease") -> None:
    with writing(engine) as connection:
        frontier.offer(connection, site, [(f"D{n:04d}", f"https://www.163.com/{n}") for n in range(count)], NOW)


def claim(engine: Engine, limit: int = 100, now: datetime = NOW, worker: str = "run-1") -> list[Claim]:
    with writing(engine) as connection:
        return frontier.claim(connection, "netease", worker, limit, now)


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(Frontier.state).order_by(Frontier.native_id)).scalars())


def test_an_address_is_offered_once_and_claimed_once(engine: Engine) -> None:
    offer(engine, 3)
    offer(engine, 4)
    offer(engine, 2, site="sohu")
    assert [found.native_id for found in claim(engine)] == ["D0000", "D0001", "D0002", "D0003"]
    assert claim(engine) == []


def test_what_is_done_is_not_claimed_again(engine: Engine) -> None:
    offer(engine, 2)
    first, second = claim(engine)
    with writing(engine) as connection:
        assert frontier.settle(connection, first, "done", "article")
        assert frontier.settle(connection, second, "gone", "gone")
    offer(engine, 2)
    assert states(engine) == ["done", "gone"]
    assert claim(engine, now=NOW + 10 * LEASE) == []


@pytest.mark.parametrize(("state", "outcome"), [("gone", "gone"), ("done", "unknown_template")])
def test_what_may_be_another_is_asked_again_while_a_list_names_it(engine: Engine, state: str, outcome: str) -> None:
    offer(engine, 2)
    now, other = NOW, ["D0000"]
    for wait in AGAIN[outcome]:
        found = next(one for one in claim(engine, now=now) if one.native_id == "D0001")
        with writing(engine) as connection:
            frontier.settle(connection, found, state, outcome, due_at=now + wait)
            frontier.may_be_back(connection, "netease", ["D0001"], now + wait - timedelta(seconds=1))
            frontier.may_be_back(connection, "netease", other, now + wait)
        assert claim(engine, now=now + wait) == []
        now += wait
        with writing(engine) as connection:
            frontier.may_be_back(connection, "netease", ["D0001", *other], now)
    [last] = claim(engine, now=now)
    with writing(engine) as connection:
        frontier.settle(connection, last, state, outcome, due_at=now)
        frontier.may_be_back(connection, "netease", ["D0001"], now + timedelta(days=900))
    assert claim(engine, now=now + timedelta(days=900)) == []


def test_a_lease_runs_out(engine: Engine) -> None:
    offer(engine, 1)
    assert len(claim(engine)) == 1
    assert claim(engine, now=NOW + LEASE) == []
    assert len(claim(engine, now=NOW + LEASE + timedelta(seconds=1), worker="run-2")) == 1


def test_retries_wait_longer_each_time_and_end(engine: Engine) -> None:
    offer(engine, 1)
    now, waits = NOW, []
    for attempt in range(MAX_ATTEMPTS):
        [found] = claim(engine, now=now)
        assert found.attempts == attempt
        with writing(engine) as connection:
            decision = frontier.miss(connection, found, "server_error", "http_503", now)
        assert decision.then == ("due" if attempt < MAX_ATTEMPTS - 1 else "failed")
        with reading(engine) as connection:
            due_at = connection.execute(select(Frontier.due_at)).scalar_one()
        if decision.then == "due":
            waits.append(due_at - now)
            assert claim(engine, now=due_at - timedelta(seconds=1)) == []
            now = due_at
    minutes = [wait.total_seconds() / 60 for wait in waits]
    assert minutes == [5, 20, 80, 320, 1280, 1440, 1440]
    assert states(engine) == ["failed"]


def test_a_run_gives_back_only_its_own_leases(engine: Engine) -> None:
    offer(engine, 4)
    claim(engine, 2, worker="run-1")
    claim(engine, 2, worker="run-2")
    with writing(engine) as connection:
        assert frontier.release(connection, ["run-1"]) == 2
    assert states(engine) == ["due", "due", "leased", "leased"]


def test_crawlers_at_once_never_share_an_address(engine: Engine) -> None:
    offer(engine, 120)
    got: dict[str, list[int]] = {f"run-{n}": [] for n in range(4)}
    errors: list[BaseException] = []
    start = threading.Barrier(len(got))

    def work(worker: str) -> None:
        try:
            start.wait()
            while found := claim(engine, 5, worker=worker):
                got[worker] += [one.id for one in found]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    every = [number for numbers in got.values() for number in numbers]
    assert len(every) == len(set(every)) == 120


def test_a_claim_skips_what_another_transaction_holds(postgres_url: str) -> None:
    """On PostgreSQL a second crawler does not wait for the first one's transaction."""
    engine = open_engine(postgres_url)
    try:
        offer(engine, 4)
        with writing(engine) as first:
            held = frontier.claim(first, "netease", "run-1", 2, NOW)
            with writing(engine) as second:
                others = frontier.claim(second, "netease", "run-2", 4, NOW)
        assert [one.native_id for one in held] == ["D0000", "D0001"]
        assert [one.native_id for one in others] == ["D0002", "D0003"]
    finally:
        engine.dispose()


@pytest.mark.parametrize("count", [0, 1, 1500])
def test_lists_of_any_length_are_offered(engine: Engine, count: int) -> None:
    offer(engine, count)
    assert len(states(engine)) == count


STATES = ("due", "leased", "done", "gone", "barred", "failed")
minutes = st.integers(-40, 40).map(lambda number: NOW + timedelta(minutes=number))
stored = st.fixed_dictionaries(
    {
        "site": st.sampled_from(["netease", "sohu"]),
        "state": st.sampled_from(STATES),
        "due_at": minutes,
        "leased_until": minutes,
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(stored, max_size=12), limit=st.integers(1, 6))
def test_a_claim_takes_the_longest_due_of_both_kinds(engine: Engine, found: list[dict[str, Any]], limit: int) -> None:
    """Held against the plain meaning: all that is due or whose lease has run out, sorted, cut."""
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "native_id": f"D{number}",
            "url": "https://www.163.com/",
            "host": "www.163.com",
            "attempts": number,
            "leased_by": "run-1",
            "outcome": None,
            "lease": number,
            **row,
        }
        for number, row in enumerate(found, 1)
    ]
    for row in rows:
        if row["state"] != "leased":
            row.update(leased_by=None, leased_until=None)
    ready = [
        row
        for row in rows
        if row["site"] == "netease"
        and (
            (row["state"] == "due" and row["due_at"] <= NOW) or (row["state"] == "leased" and row["leased_until"] < NOW)
        )
    ]
    expected = sorted(ready, key=lambda row: (row["due_at"], row["id"]))[:limit]
    with writing(engine) as connection:
        connection.execute(delete(Frontier))
        if rows:
            connection.execute(insert(Frontier), rows)
    assert [(one.id, one.attempts) for one in claim(engine, limit, worker="run-2")] == [
        (row["id"], row["attempts"]) for row in expected
    ]
    for row in expected:
        row.update(state="leased", leased_by="run-2", leased_until=NOW + LEASE, lease=row["lease"] + 1)
    with reading(engine) as connection:
        assert [
            dict(row) for row in connection.execute(select(Frontier.__table__).order_by(Frontier.id)).mappings()
        ] == rows


def test_an_expired_lease_is_claimed_once(engine: Engine) -> None:
    offer(engine, 60)
    claim(engine, 40, worker="run-dead")
    later = NOW + 2 * LEASE
    got: list[int] = []
    errors: list[BaseException] = []
    start = threading.Barrier(3)

    def work(worker: str) -> None:
        try:
            start.wait()
            while found := claim(engine, 4, now=later, worker=worker):
                got.extend(one.id for one in found)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"run-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(got) == len(set(got)) == 60


def history(engine: Engine, rows: int) -> None:
    """Addresses of the site that are long settled."""
    states = ("done", "gone", "failed")
    with writing(engine) as connection:
        connection.execute(
            insert(Frontier),
            [
                {
                    "site": "netease",
                    "native_id": f"H{number}",
                    "url": f"https://www.163.com/h/{number}",
                    "state": states[number % 3],
                    "due_at": NOW - timedelta(days=9, seconds=number),
                    "attempts": 1,
                }
                for number in range(rows)
            ],
        )


def use(engine: Engine) -> None:
    """Everything that a crawl does to the frontier."""
    offer(engine, 20)
    claim(engine, 8, worker="run-dead")
    later = NOW + 2 * LEASE
    first, second, *_ = claim(engine, 8, now=later)
    with writing(engine) as connection:
        frontier.settle(connection, first, "done", "article")
        frontier.miss(connection, second, "server_error", "http_503", later)
        frontier.release(connection, ["run-1"])


def test_no_statement_reads_the_history(engine: Engine) -> None:
    with recorded() as sent:
        use(engine)
    history(engine, 1000)
    assert too_much(engine, sent) == {}


def test_the_work_does_not_grow_with_the_history(sqlite_url: str) -> None:
    """Counted in SQLite's own instructions, which no clock and no other process disturbs."""
    engine = open_engine(sqlite_url)
    counted = []
    for rows in (100, 5000):
        with writing(engine) as connection:
            connection.execute(delete(Frontier))
        history(engine, rows)
        with instructions(engine) as spent:
            use(engine)
        counted.append(spent[0])
    engine.dispose()
    assert counted[1] <= counted[0] * 1.05


AHEAD = datetime(2032, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "due_at", "leased_until", "mended"),
    [
        ("due", AHEAD, None, True),
        ("due", NOW + timedelta(hours=49), None, True),
        ("due", NOW + timedelta(hours=24), None, False),
        ("due", NOW - timedelta(days=900), None, False),
        ("leased", NOW, AHEAD, True),
        ("leased", NOW, NOW + timedelta(hours=1), True),
        ("leased", NOW, NOW + LEASE, False),
        ("done", AHEAD, None, False),
        ("gone", AHEAD, None, False),
        ("failed", AHEAD, None, False),
        ("barred", AHEAD, None, False),
    ],
)
def test_a_clock_that_was_ahead_is_mended(
    engine: Engine, state: str, due_at: datetime, leased_until: datetime | None, mended: bool
) -> None:
    """What waits longer than anything waits is due now; other sites, and what waits for nothing, stay."""
    row = {"native_id": "D1", "url": "https://www.163.com/1", "state": state, "due_at": due_at, "attempts": 3}
    lease = {"leased_by": "run-1" if leased_until else None, "leased_until": leased_until}
    with writing(engine) as connection:
        connection.execute(insert(Frontier), [{"site": site, **row, **lease} for site in ("netease", "sohu")])
        assert frontier.mend_clock(connection, "netease", NOW) == mended
    with reading(engine) as connection:
        columns = (Frontier.site, Frontier.state, Frontier.due_at, Frontier.attempts)
        found = [tuple(one) for one in connection.execute(select(*columns).order_by(Frontier.site))]
    assert found == [("netease", *(("due", NOW) if mended else (state, due_at)), 3), ("sohu", state, due_at, 3)]


def test_more_than_a_thousand_are_mended(engine: Engine) -> None:
    offer(engine, 2100)
    with writing(engine) as connection:
        connection.execute(update(Frontier).values(due_at=AHEAD))
        assert frontier.mend_clock(connection, "netease", NOW) == 2100


def test_what_older_rules_settled_by_a_login_page_is_asked_for_again(engine: Engine) -> None:
    """Once its capture has been read anew: blocked, where it was taken for a deletion or for no article."""
    offer(engine, 5)
    outcomes = {
        "D0000": ["blocked"],
        "D0001": ["gone", "blocked"],
        "D0002": ["blocked", "gone"],
        "D0003": ["blocked"],
        "D0004": ["not_article"],
    }
    with writing(engine) as connection:
        for native_id, its in outcomes.items():
            state = "gone" if "gone" in its else "done"
            connection.execute(
                update(Frontier).where(Frontier.native_id == native_id).values(state=state, outcome=state, attempts=1)
            )
            for outcome in its:
                connection.execute(
                    insert(Capture).values(
                        url="https://passport.163.com/login",
                        captured_at=NOW,
                        outcome=outcome,
                        site="netease",
                        native_id=native_id,
                    )
                )
    store(engine, captured(article("D0003", site="netease")))
    with writing(engine) as connection:
        assert given_up.revive(connection, ["sohu"], "blocked", NOW) == 0
        assert given_up.revive(connection, ["netease"], "failed", NOW) == 0
        assert given_up.revive(connection, ["netease"], "blocked", NOW) == 2
    assert states(engine) == ["due", "due", "gone", "done", "done"]
