"""Politeness as the database keeps it: one process at a time, never before the delay, the rest or the Crawl-delay is
over, on both databases. The clock is the tests' own."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from archive.store.db import reading, writing
from archive.store.models import Host
from crawler.run.politeness import hosts
from crawler.run.politeness.hosts import MAX_REST, TURN, State
from crawler.run.politeness.turns import parse_retry_after

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LONGEST = timedelta(seconds=45)
NAME = "www.163.com"
ZERO = timedelta(0)


def take(engine: Engine, worker: str = "run-1", now: datetime = NOW, delay: float = 1.0) -> timedelta:
    with writing(engine) as connection:
        return hosts.take(connection, NAME, worker, delay, LONGEST, now)[1]


def give_back(engine: Engine, worker: str = "run-1", now: datetime = NOW, pause: float = 1.0) -> None:
    with writing(engine) as connection:
        hosts.give_back(connection, NAME, worker, timedelta(seconds=pause), now)


def test_the_delay_begins_with_the_answer(engine: Engine) -> None:
    assert take(engine) == ZERO
    answered = NOW + timedelta(seconds=7)
    give_back(engine, now=answered)
    assert take(engine, "run-2", answered) == timedelta(seconds=1)
    assert take(engine, "run-2", answered + timedelta(seconds=0.4)) == timedelta(seconds=0.6)
    assert take(engine, "run-2", answered + timedelta(seconds=1)) == ZERO


def test_while_one_asks_nobody_else_does(engine: Engine) -> None:
    assert take(engine) == ZERO
    for seconds in (0.1, 5, 44):
        assert take(engine, "run-2", NOW + timedelta(seconds=seconds)) >= timedelta(seconds=0.25)
    assert take(engine, "run-2", NOW + LONGEST + TURN) == ZERO, "its process must have died"


def test_a_turn_that_was_lost_gives_nothing_back(engine: Engine) -> None:
    take(engine)
    later = NOW + LONGEST + TURN
    assert take(engine, "run-2", later) == ZERO
    give_back(engine, now=later, pause=0.0)
    assert take(engine, "run-3", later + timedelta(seconds=2)) > ZERO, "run-2 still asks"


def test_the_turns_of_the_dead_are_free(engine: Engine) -> None:
    take(engine, "run-1", delay=0.5)
    with writing(engine) as connection:
        hosts.free(connection, ["run-1"], NOW + timedelta(seconds=0.1))
    assert take(engine, "run-2", NOW + timedelta(seconds=0.1)) == timedelta(seconds=0.4)
    assert take(engine, "run-2", NOW + timedelta(seconds=0.5)) == ZERO


def test_a_turn_that_was_shorter_than_it_might_be_ends_with_the_run(engine: Engine) -> None:
    take(engine, delay=0.001)
    with writing(engine) as connection:
        hosts.free(connection, ["run-1"], NOW + timedelta(seconds=0.1))
    assert take(engine, "run-2", NOW + timedelta(seconds=0.1), delay=0.001) == TURN


@pytest.mark.parametrize(("asked", "kept"), [(5, 5), (3600, 3600), (10**9, 86400), (-4, 0)])
def test_a_rest_is_kept_by_all_and_bounded(engine: Engine, asked: int, kept: int) -> None:
    with writing(engine) as connection:
        until = hosts.rest(connection, NAME, timedelta(seconds=asked), "status 429", NOW)
    assert until - NOW == timedelta(seconds=kept)
    for worker in ("run-1", "run-2"):
        assert take(engine, worker, NOW) == timedelta(seconds=kept) or kept == 0
    assert take(engine, "run-3", until) in (ZERO, timedelta(seconds=1))


def test_a_crawl_delay_holds_from_the_answer_that_named_it(engine: Engine) -> None:
    take(engine)
    give_back(engine)
    with writing(engine) as connection:
        assert hosts.note_robots(connection, NAME, "digest", 10.0, NOW).robots is None
    assert take(engine, now=NOW + timedelta(seconds=9)) == timedelta(seconds=1)
    assert take(engine, now=NOW + timedelta(seconds=10)) == ZERO
    with writing(engine) as connection:
        assert hosts.note_robots(connection, NAME, "digest", 10.0, NOW).robots == "digest"
    with reading(engine) as connection:
        assert hosts.look(connection, NAME).delay(30.0) == timedelta(seconds=30), "the longer of the two"


@pytest.mark.parametrize(("asked", "kept"), [(61, 61), (3600, 3600), (1e9, 86400), (1e300, 86400)])
def test_a_crawl_delay_longer_than_a_run_waits_leaves_one_page_a_run(engine: Engine, asked: float, kept: int) -> None:
    """Each run begins with robots.txt; were that the one request, no page would ever be asked for."""
    now = NOW
    for _ in range(2):
        assert take(engine, now=now) == ZERO
        give_back(engine, now=now)
        with writing(engine) as connection:
            hosts.note_robots(connection, NAME, "digest", asked, now)
        now += timedelta(seconds=1)
        page = take(engine, now=now)
        if page:
            now += page
            assert take(engine, now=now) == ZERO
        give_back(engine, now=now, pause=kept)
        assert take(engine, now=now) == timedelta(seconds=kept)
        now += timedelta(seconds=kept)


def test_pages_in_vain_are_counted_over_all_processes(engine: Engine) -> None:
    with writing(engine) as connection:
        assert [hosts.note_page(connection, NAME, vain=vain) for vain in (True, True, True, False, True)] == [
            1,
            2,
            3,
            0,
            1,
        ]


def test_a_clock_that_was_ahead_holds_nobody_up(engine: Engine) -> None:
    ahead = NOW + timedelta(days=2200)
    assert take(engine, now=ahead) == ZERO
    with writing(engine) as connection:
        hosts.rest(connection, NAME, timedelta(hours=1), "status 429", ahead)
    assert take(engine, "run-2", NOW) == ZERO


@pytest.mark.parametrize(
    ("ahead", "delay", "kept"), [(50, 1.0, 50), (3700, 1.0, 0), (3700, 7200.0, 3700), (61, 1.0, 0)]
)
def test_a_clock_that_was_set_back_holds_nobody_up(engine: Engine, ahead: int, delay: float, kept: int) -> None:
    with writing(engine) as connection:
        connection.execute(insert(Host).values(host=NAME, vain=0, next_at=NOW + timedelta(seconds=ahead)))
    assert take(engine, delay=delay) == timedelta(seconds=kept)


moments = st.integers(-40_000, 40_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
known = st.builds(
    State,
    host=st.just(NAME),
    next_at=st.none() | moments,
    turn_of=st.sampled_from([None, "run-1", "run-2"]),
    turn_until=st.none() | moments,
    rest_until=st.none() | moments,
    crawl_delay=st.none() | st.floats(0.001, 1e9),
)


@given(known, st.floats(0, 1e6), moments)
def test_who_waits_as_long_as_was_said_may_ask_or_somebody_else_does(state: State, least: float, now: datetime) -> None:
    wait = state.wait("run-1", least, now)
    assert ZERO <= wait <= MAX_REST
    later = now + wait
    if state.turn_of != "run-2" or state.turn_until is None or state.turn_until <= now:
        assert state.wait("run-1", least, later) == ZERO
    elif wait and state.turn_until > later and state.turn_until <= now + MAX_REST:
        assert wait >= min(TURN, state.delay(least)), "nobody looks again at once"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.01, 2), st.floats(0, 3)), min_size=5, max_size=25))
def test_no_order_of_events_brings_two_requests_nearer_than_the_delay(
    sqlite_engine: Engine, events: list[tuple[str, float, float]]
) -> None:
    """Whoever asks, however long the answers take: sent is never before answered plus the delay."""
    with writing(sqlite_engine) as connection:
        connection.execute(delete(Host))
    now, free, asking = NOW, NOW - MAX_REST, False
    for worker, takes, pause in events:
        now += timedelta(seconds=pause)
        wait = take(sqlite_engine, worker, now)
        if not wait:
            assert now >= free
            assert not asking
            now += timedelta(seconds=takes)
            give_back(sqlite_engine, worker, now)
            free = now + timedelta(seconds=1)


def test_many_at_once_get_one_turn(engine: Engine) -> None:
    got: list[timedelta] = []
    start = threading.Barrier(4)

    def work(worker: str) -> None:
        start.wait()
        got.append(take(engine, worker))

    threads = [threading.Thread(target=work, args=(f"run-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken, *waiting = sorted(got)
    assert taken == ZERO
    assert len(waiting) == 3
    assert waiting[0] >= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3600", 3600),
        (" 120 ", 120),
        ("Wed, 04 Mar 2026 06:06:07 GMT", 3600),
        ("Wednesday, 04-Mar-26 06:06:07 GMT", 3600),
        ("Wed, 04 Mar 2026 13:06:07 +0800", None),
        ("Wed, 04 Mar 2026 14:06:07 +0800", 3600),
        ("99999999999999999999", 86400),
        ("Sat, 01 Jan 2050 00:00:00 GMT", 86400),
        ("Wed, 04 Mar 2026 05:00:00 GMT", None),
        ("0", None),
        ("Wed, 04 Mar 2026 06:06:07", 3600),
        ("Wed, 04 Mar 2026 06:06:07 -0000", 3600),
        ("Wed Mar  4 06:06:07 2026", 3600),
        ("Wed, 04 Mar 2026 04:06:07 GMT", None),
        ("Wed, 04 Mar 2099 04:06:07 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣٦٠٠", None),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    wait = parse_retry_after(value, NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))
