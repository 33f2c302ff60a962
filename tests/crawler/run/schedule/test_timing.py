"""When an article is looked at again: pure."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.run.schedule.share import WINDOW, room, used_after
from crawler.run.schedule.timing import (
    LEAST,
    LOOKS,
    MISSING,
    SAMPLE,
    YEAR,
    after_vain,
    next_look,
    pace_after,
    rank,
)

ROOT = Path(__file__).resolve().parents[4]
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def looks(until: timedelta, changed: frozenset[timedelta] = frozenset(), late: timedelta = timedelta(0)) -> list[float]:
    """The hours after publication at which an article is looked at whose first capture is at its publication.
    `changed`: at which of them its text is another."""
    found = []
    moment, pace = BEGIN, 0
    while (moment := next_look(BEGIN, moment, pace=pace, key="k") + late) - BEGIN <= until:
        found.append((moment - BEGIN) / HOUR)
        pace = pace_after(pace, changed=moment - BEGIN in changed)
    return found


def test_without_a_change_the_looks_are_the_tables() -> None:
    hours = [0.5, 1.5, 4, 10, 24, 72, 168, 720, 4320]
    assert looks(timedelta(days=200)) == hours == [at / HOUR for at in LOOKS]


def test_a_change_halves_the_waits_that_follow_and_no_change_doubles_them_again() -> None:
    assert looks(timedelta(days=8), frozenset({timedelta(hours=4)})) == [0.5, 1.5, 4, 7, 10, 24, 72, 168]
    twice = frozenset({timedelta(hours=4), timedelta(hours=7)})
    assert looks(timedelta(days=1), twice) == [0.5, 1.5, 4, 7, 7.75, 8.875, 10, 24]


def test_runs_that_come_every_half_hour_skip_no_step() -> None:
    assert len(looks(timedelta(days=8), late=timedelta(minutes=12))) == 7


@pytest.mark.parametrize(
    ("age", "due"), [(55, 90), (60, 90), (62, 92), (89, 119), (90, 240), (1134, 1440), (1439, 1469)]
)
def test_a_look_that_comes_late_stands_for_none_that_follows(age: int, due: int) -> None:
    """Minutes after publication. A change between a late look and the next of the table waits for that one alone."""
    assert next_look(BEGIN, BEGIN + timedelta(minutes=age), key="k") == BEGIN + timedelta(minutes=due)


@given(st.timedeltas(timedelta(0), timedelta(days=179)))
def test_two_looks_are_never_farther_apart_than_the_table_says(age: timedelta) -> None:
    gap = next(late - early for early, late in pairwise((timedelta(0), *LOOKS)) if age < late)
    assert next_look(BEGIN, BEGIN + age, key="k") - BEGIN - age <= max(gap, LEAST)


def test_an_old_article_is_looked_at_in_some_years_only() -> None:
    looked = BEGIN + timedelta(days=400)
    waits = [(next_look(BEGIN, looked, key=f"site:{n}") - looked) / YEAR for n in range(600)]
    assert min(waits) > 0.5
    soon = sum(wait < 1.5 for wait in waits)
    assert 0.5 < soon / (len(waits) / SAMPLE) < 1.6


def test_what_is_missing_is_looked_at_when_its_state_may_change() -> None:
    missed = BEGIN + timedelta(days=40)
    moment, found = missed, []
    for _ in MISSING:
        moment = next_look(BEGIN, moment, missed=missed, pace=3, key="k")
        found.append(moment - missed)
    assert found == list(MISSING)
    assert {timedelta(days=1), timedelta(days=14)} <= set(MISSING)


def test_a_look_in_vain_comes_again_sooner_the_younger_the_article_is() -> None:
    assert after_vain(BEGIN, BEGIN + HOUR) == BEGIN + HOUR + LEAST
    assert after_vain(BEGIN, BEGIN + 8 * HOUR) == BEGIN + 10 * HOUR
    assert after_vain(BEGIN, BEGIN + timedelta(days=900)) == BEGIN + timedelta(days=930)


def test_late_looks_thin_out_before_those_of_the_first_day() -> None:
    ranks = [rank(2 * HOUR, 5), rank(24 * HOUR, 1), rank(25 * HOUR, 3), rank(timedelta(days=30), 1)]
    assert ranks == sorted(set(ranks))
    assert min(ranks) > 0


@given(st.timedeltas(timedelta(0), timedelta(days=3000)), st.integers(0, 4), st.booleans())
def test_the_next_look_comes_later_and_not_too_soon(age: timedelta, pace: int, missing: bool) -> None:
    looked = BEGIN + age
    due = next_look(BEGIN, looked, pace=pace, missed=BEGIN if missing else None, key="k")
    assert due - looked >= LEAST


@pytest.mark.parametrize(("share", "looks_in_a_window"), [(0.3, 540), (1.0, 1800), (0.0, 0)])
def test_a_share_of_what_the_delay_leaves_room_for(share: float, looks_in_a_window: int) -> None:
    assert room(None, timedelta(seconds=1), share, BEGIN) == looks_in_a_window


def test_what_is_used_up_comes_back_with_time() -> None:
    second = timedelta(seconds=1)
    used = used_after(None, 540, second, 0.3, BEGIN)
    assert room(used, second, 0.3, BEGIN) == 0
    assert room(used, second, 0.3, BEGIN + timedelta(minutes=10)) == 180
    assert room(used, second, 0.3, BEGIN + timedelta(days=3)) == 540
    assert room(BEGIN + timedelta(days=300), second, 0.3, BEGIN) == 540, "a clock that was ahead does not count"


@given(st.lists(st.tuples(st.timedeltas(timedelta(0), WINDOW), st.integers(0, 700)), max_size=20))
def test_over_any_time_the_share_is_not_passed(steps: list[tuple[timedelta, int]]) -> None:
    used, now, asked = None, BEGIN, 0
    for wait, wanted in steps:
        now += wait
        looked = min(wanted, room(used, timedelta(seconds=1), 0.3, now))
        used = used_after(used, looked, timedelta(seconds=1), 0.3, now)
        asked += looked
    assert asked <= 0.3 * ((now - BEGIN) + WINDOW).total_seconds() + 1


def test_the_docs_have_the_tables() -> None:
    page = (ROOT / "docs" / "changes.md").read_text("utf-8")
    for name, table in (("after publication", LOOKS), ("after the first look that missed it", MISSING)):
        [row] = re.findall(rf"^\| {name} \| (.+) \|$", page, re.MULTILINE)
        assert [_span(cell.strip()) for cell in row.split("|")] == list(table)
    assert f"one in {SAMPLE} of all articles" in page


def _span(words: str) -> timedelta:
    number, unit = words.split()
    return float(number) * {"min": timedelta(minutes=1), "h": HOUR, "d": timedelta(days=1)}[unit]
