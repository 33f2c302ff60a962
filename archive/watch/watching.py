"""What a run's findings do to one measure: its alarm is raised, is well again, or neither. Pure but for the state.

Small samples raise nothing (`archive.watch.usual`). What was found before an alarm counts no more for whether it is
well again; what is found while it is open is no history.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from archive.watch.alarms import EXAMPLES, Example
from archive.watch.measures import State
from archive.watch.usual import (
    ALLOWED,
    SETTLED,
    Period,
    Usual,
    add_pages,
    add_values,
    fewest,
    has_drifted,
    is_elsewhere,
    is_too_few,
    middle_of,
    spread_of,
    usual,
)

PERIOD: Final = timedelta(hours=6)
ENOUGH: Final = 20
"""A period has so many pages, and takes as long as `PERIOD`, at least: the last 28 hold a night and a weekend."""
WELL_AGAIN: Final = 5
"""So many pages tell that a measure is well again."""
IN_A_ROW: Final = 3
"""So many runs in a row in which a list gave too little, or a host was left alone."""
WEEK: Final = 8
"""Of counts so many periods tell what is usual: days, one of them a Saturday and one a Sunday."""
DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=30)
COUNTED: Final = 10
"""A period of a count takes a day at least, and goes on until it has so many, or is the longest."""


class Verdict(StrEnum):
    """What becomes of an alarm."""

    RAISE = "raise"
    WELL = "well"


@frozen(kw_only=True)
class Found:
    """What a verdict is about: `n` pages, of which `bad`; or their median, `middle`. `verdict`: None for neither."""

    verdict: Verdict | None = None
    n: int = 0
    bad: int = 0
    middle: float = 0.0


NOTHING: Final = Found()


def watch_pages(
    state: State,
    pages: Sequence[tuple[bool, Example]],
    most: float | None,
    *,
    declared: bool = False,
    is_open: bool,
    now: datetime,
) -> Found:
    """Take in pages, each bad or not. `most`: the largest share of bad ones that is usual; None where nobody knows.
    `declared`: a site file says so, no history need."""
    bad = sum(is_bad for is_bad, _ in pages)
    state.n, state.total = state.n + len(pages), state.total + bad
    state.show(example for is_bad, example in pages if is_bad)
    if is_open:
        return _recover(state, now, well=most is None or (state.n > 0 and state.total <= most * state.n), n=state.n)
    full = _is_full(state, now)
    if most is not None:
        state.score, told = add_pages(state.score, (is_bad for is_bad, _ in pages), most)
        settled = declared or len(state.history) >= SETTLED
        if told or (full and settled and has_drifted(state.n, state.total, most)):
            n, of_them = (len(pages), bad) if bad >= EXAMPLES else (state.n, int(state.total))
            return _raise(state, now, Found(verdict=Verdict.RAISE, n=n, bad=of_them))
    if full:
        state.remember(Period(n=state.n, middle=state.total / state.n), now)
    return NOTHING


def watch_values(
    state: State,
    pages: Sequence[tuple[float, Example]],
    *,
    floor: float,
    margin: float,
    is_open: bool,
    now: datetime,
) -> Found:
    """Take in a number of each page. `floor`: the least deviation of a page that is taken for real; `margin`: by so
    much a period's median must leave what periods had."""
    known = usual(state.history)
    values = [value for value, _ in pages]
    state.n += len(values)
    state.add(values)
    if known is None:
        if is_open:
            return _recover(state, now, well=True, n=state.n)
    else:
        state.show(_farthest(pages, known, floor))
        if is_open:
            inside = known.lowest - margin <= middle_of(state.sample) <= known.highest + margin
            return _recover(state, now, well=inside, n=state.n)
        state.score, told = add_values(state.score, values, known, floor)
        settled = len(state.history) >= SETTLED and _is_full(state, now)
        if told or (settled and is_elsewhere(state.sample, known, margin)):
            shown = values if len(values) >= EXAMPLES else state.sample
            return _raise(state, now, Found(verdict=Verdict.RAISE, n=len(shown), middle=middle_of(shown)))
    if _is_full(state, now):
        state.remember(Period(n=state.n, middle=middle_of(state.sample), spread=spread_of(state.sample)), now)
    return NOTHING


def watch_count(
    state: State, count: int, took: timedelta, least: float | None, *, is_open: bool, now: datetime
) -> Found:
    """Take in how many came in the time since the run before. `least`: a day, as declared; None: as history says.

    Nothing is said before a day is over: of what comes by day nothing comes by night.
    """
    state.n, state.total = state.n + int(took.total_seconds()), state.total + count
    days = state.n / DAY.total_seconds()
    least = least if least is not None else fewest(state.history, least=WEEK)
    if is_open:
        if days >= 1 or least is None:
            well = least is None or state.total >= least * days
            state.begin(now)
            return Found(verdict=Verdict.WELL) if well else NOTHING
        return NOTHING
    if days >= 1 and least is not None and is_too_few(int(state.total), least * days):
        return _raise(state, now, Found(verdict=Verdict.RAISE, n=int(state.total), middle=days))
    if days >= 1 and (state.total >= COUNTED or state.n >= LONGEST.total_seconds()):
        state.remember(Period(n=int(state.total), middle=state.total / days), now)
    return NOTHING


def watch_row(state: State, *, bad: bool, is_open: bool, at_once: bool = False) -> Found:
    """Take in whether a run found a list, or a host, in trouble. `at_once`: once is enough."""
    if not bad:
        state.n, state.quiet = 0, False
        return Found(verdict=Verdict.WELL) if is_open else NOTHING
    state.n = min(state.n + 1, 1_000)
    if is_open or state.quiet or state.n < (1 if at_once else IN_A_ROW):
        return NOTHING
    return Found(verdict=Verdict.RAISE, n=state.n)


def _is_full(state: State, now: datetime) -> bool:
    return state.n >= ENOUGH and now - state.begun_at >= PERIOD


def _raise(state: State, now: datetime, found: Found) -> Found:
    """An alarm is raised, unless a person closed the one before and it was not well since."""
    state.begin(now)
    return NOTHING if state.quiet else found


def _recover(state: State, now: datetime, *, well: bool, n: int) -> Found:
    """Whether an open alarm is well again, by what was found since it was raised, or since the last `ENOUGH` pages."""
    if well and n >= WELL_AGAIN:
        state.begin(now)
        return Found(verdict=Verdict.WELL)
    if n >= ENOUGH:
        state.begin(now)
    return NOTHING


def _farthest(pages: Sequence[tuple[float, Example]], known: Usual, floor: float) -> list[Example]:
    """The pages that lie farthest from what is usual, the farthest last."""
    deviation = max(floor, known.within)
    far = [(abs(value - known.middle), example) for value, example in pages]
    far.sort(key=lambda one: one[0])
    return [example for distance, example in far[-EXAMPLES:] if distance > ALLOWED * deviation]
