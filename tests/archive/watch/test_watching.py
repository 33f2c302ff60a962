"""What findings do to one measure over runs: raised, kept open, well again; and what raises nothing."""

from datetime import timedelta
from random import Random

import pytest

from archive.watch.alarms import Example
from archive.watch.measures import State
from archive.watch.usual import Period, rare_share
from archive.watch.watching import (
    Found,
    Verdict,
    watch_count,
    watch_pages,
    watch_row,
    watch_values,
)
from tests.archive.make import DAY

HALF_HOUR = timedelta(minutes=30)
RAISE, WELL = Verdict.RAISE, Verdict.WELL


class Over:
    """Runs of a measure, one every half hour; remembers whether its alarm is open."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State(begun_at=DAY)
        self.now = DAY
        self.open = False
        self.told: list[Found] = []

    def _settle(self, found: Found) -> Verdict | None:
        self.now += HALF_HOUR
        if found.verdict is not None:
            self.open = found.verdict is RAISE
            self.told.append(found)
        return found.verdict

    def pages(self, *bad: bool, most: float | None = 0.01, declared: bool = True) -> Verdict | None:
        seen = [(is_bad, Example(capture_id=n, url=f"https://clip.example/{n}")) for n, is_bad in enumerate(bad)]
        return self._settle(watch_pages(self.state, seen, most, declared=declared, is_open=self.open, now=self.now))

    def values(self, *values: float) -> Verdict | None:
        seen = [(value, Example(capture_id=n, url=f"https://clip.example/{n}")) for n, value in enumerate(values)]
        return self._settle(watch_values(self.state, seen, floor=0.05, margin=0.1, is_open=self.open, now=self.now))

    def count(self, count: int, took: timedelta = HALF_HOUR, least: float | None = None) -> Verdict | None:
        return self._settle(watch_count(self.state, count, took, least, is_open=self.open, now=self.now))

    def row(self, *, bad: bool, at_once: bool = False) -> Verdict | None:
        return self._settle(watch_row(self.state, bad=bad, is_open=self.open, at_once=at_once))


def test_a_template_that_breaks_raises_within_one_run_and_is_well_again_with_five_pages() -> None:
    runs = Over()
    for _ in range(30):
        assert runs.pages(False, False) is None
    assert runs.pages(False, True, True, True) is RAISE
    assert runs.told == [Found(verdict=RAISE, n=4, bad=3)]
    assert [one.capture_id for one in runs.state.examples] == [1, 2, 3]
    assert runs.pages(*[True] * 9) is None  # it stays open
    assert runs.pages(False, False, True) is None
    assert runs.pages(*[True] * 12) is None
    assert runs.pages(False, False, False, False) is None
    assert runs.pages(False) is WELL
    assert runs.pages(True, True) is None


def test_a_page_a_run_raises_too() -> None:
    """A site with one article a day: three days."""
    runs = Over()
    for _ in range(200):
        assert runs.pages(False) is None
    assert [runs.pages(True) for _ in range(3)] == [None, None, RAISE]


def test_the_drift_of_a_field_is_told_when_a_period_is_over() -> None:
    history = [Period(n=50, middle=0.02 + 0.001 * (n % 3)) for n in range(28)]
    runs = Over(State(begun_at=DAY, history=history))
    verdicts = [runs.pages(True, *[False] * 4, most=0.05, declared=False) for _ in range(14)]
    assert verdicts[:12] == [None] * 12
    assert RAISE in verdicts
    young = Over(State(begun_at=DAY, history=history[:10]))  # no weekend was seen yet
    assert not any(young.pages(True, *[False] * 4, most=0.05, declared=False) for _ in range(14))


def test_nights_and_weekends_are_usual_once_they_were_seen() -> None:
    """By day every tenth page lacks a field, by night three in ten do; for four weeks, and in any run."""
    random, runs = Random(7), Over()
    for number in range(28 * 48):
        lacking = 0.3 if number % 48 < 14 else 0.1
        pages = [random.random() < lacking for _ in range(6)]
        from archive.watch.usual import most_bad

        assert runs.pages(*pages, most=most_bad(runs.state.history), declared=False) is None, number
    assert len(runs.state.history) == 28


def test_a_person_closed_it_and_it_is_quiet_until_it_was_well() -> None:
    runs = Over(State(begun_at=DAY, quiet=True))
    assert [runs.pages(*[True] * 10) for _ in range(3)] == [None] * 3
    for _ in range(14):
        assert runs.pages(False, False) is None
    assert not runs.state.quiet
    assert runs.pages(True, True, True) is RAISE


def test_of_what_nobody_knows_nothing_is_said() -> None:
    runs = Over()
    assert not any(runs.pages(*[True] * 30, most=None, declared=False) for _ in range(40))


def test_a_root_that_shrank() -> None:
    """The share of the whole page's text is usually .7, with furniture in it; then the body holds a tenth."""
    random, runs = Random(3), Over()
    for _ in range(60 * 12):
        assert runs.values(0.7 + random.gauss(0, 0.1)) is None
    usual = len(runs.state.history)
    assert usual == 28
    assert runs.values(0.1, 0.15, 0.12) is RAISE
    assert runs.told[-1].middle == 0.12
    assert runs.values(0.1, 0.1, 0.2, 0.1, 0.1) is None
    assert runs.values(*[0.1] * 15) is None
    assert runs.values(0.72, 0.66, 0.7) is None
    assert runs.values(0.69, 0.75) is WELL
    assert runs.values(0.1, 0.7, 0.1) is None  # two odd pages


def test_lengths_that_drift_by_half() -> None:
    random = Random(5)
    from math import log

    runs = Over()
    for _ in range(28 * 13):
        assert runs.values(*(log(1000) + random.gauss(0, 1) for _ in range(8))) is None
    verdicts = [runs.values(*(log(500) + random.gauss(0, 1) for _ in range(8))) for _ in range(24)]
    assert RAISE in verdicts


def week(runs: Over, days: int, *, weekday: int = 4, weekend: int = 2, night: int = 0) -> list[Verdict | None]:
    """So many days of half-hourly runs, each with so many new articles; none for eight hours of a night."""
    verdicts = []
    for day in range(days):
        for number in range(48):
            usual = weekend if day % 7 > 4 else weekday
            verdicts.append(runs.count(night if number < 16 else usual))
    return verdicts


def test_too_few_articles() -> None:
    runs = Over()
    assert set(week(runs, 28)) == {None}
    assert len(runs.state.history) == 28
    quiet = week(runs, 3, weekday=0, weekend=0)
    assert RAISE in quiet[:96]
    assert WELL not in quiet
    back = week(runs, 3)
    assert WELL in back[:96]
    assert RAISE not in back


def test_counts_that_are_no_cause_for_alarm() -> None:
    one_a_day = Over()
    assert not any(one_a_day.count(1 if number % 48 == 20 else 0) for number in range(48 * 120))
    holiday = Over()
    week(holiday, 28)
    assert set(week(holiday, 3, weekday=2, weekend=1)) == {None}
    fresh = Over()
    assert set(week(fresh, 5, weekday=0, weekend=0)) == {None}  # nothing was learned yet


def test_a_declared_count_needs_no_history() -> None:
    runs = Over()
    verdicts = [runs.count(0, least=48) for _ in range(50)]
    assert verdicts.index(RAISE) == 47  # a day is over


@pytest.mark.parametrize(("at_once", "needed"), [(False, 3), (True, 1)])
def test_a_list_or_a_host_in_trouble(at_once: bool, needed: int) -> None:
    runs = Over()
    assert runs.row(bad=False, at_once=at_once) is None
    for _ in range(needed - 1):
        assert runs.row(bad=True, at_once=at_once) is None
    assert runs.row(bad=True, at_once=at_once) is RAISE
    assert runs.row(bad=True, at_once=at_once) is None
    assert runs.row(bad=False, at_once=at_once) is WELL
    if not at_once:
        assert [runs.row(bad=bad) for bad in (True, True, False, True, True)] == [None] * 5


def test_false_alarms_are_rare_however_a_history_begins() -> None:
    """Of pages of which few are bad by chance: not one alarm in 100,000 of them, though the share that is held to be
    usual follows from the history, and though each bad page brings another one with it, as a crawl asks for it."""
    alarms = pages = 0
    for seed, share in enumerate((0.0005, 0.001, 0.002, 0.003, 0.005, 0.01) * 4):
        random, runs = Random(seed), Over()
        for _ in range(4_000):
            some = [random.random() < share for _ in range(random.choice((0, 0, 1, 1, 2, 4)))]
            some += [random.random() < share] if any(some) else []
            runs.pages(*some, most=rare_share(runs.state.history, 0.01), declared=False)
            pages += len(some)
        alarms += sum(found.verdict is RAISE for found in runs.told)
    assert pages > 100_000
    assert alarms <= pages / 100_000
