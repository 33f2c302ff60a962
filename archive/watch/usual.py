"""What is usual of a measure, and whether what is found now still is: pure.

What is usual is the middle and the spread of the last good periods, both robust: the median, and 1.4826 times the
median absolute deviation, which is the standard deviation of what is spread normally. What lies more than 3.5 of these
away is unusual (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993). Nights, weekends and holidays spread
more than that, so what some good period had counts as usual, too.

Two questions are asked of the pages that come in. *At once*: did something break? A cumulative sum (CUSUM: Page,
Continuous Inspection Schemes, Biometrika 41, 1954) adds up, page by page and over all runs, how much more likely it is
that it did than that all is as usual; what is usual takes away again, down to zero. So it does not matter how many
pages a run has, and a few odd ones are nothing. *In time*: is a whole period another one than those before?
"""

from collections.abc import Iterable, Sequence
from math import exp, isfinite, lgamma, log, sqrt
from statistics import median
from typing import Final

from attrs import frozen

PERIODS: Final = 28
"""So many good periods are remembered."""
LEARNT: Final = 8
"""With fewer nobody knows what is usual."""
SETTLED: Final = 20
"""With fewer no weekend may be among them: a whole period that is another one tells nothing yet."""
DEVIATIONS: Final = 3.5
NORMAL: Final = 1.4826
"""A normal distribution's standard deviation, in its median absolute deviations."""

RARE: Final = 0.1
BROKEN: Final = 0.5
"""Where at most `RARE` of the pages are usually bad, so many are where something broke."""
LOST: Final = 0.9
"""Where more are, what the good ones have is lost on so many of them where something broke."""
SURE: Final = log(100_000)
"""A change is so much likelier than none (the natural logarithm of it), and it is told."""
RAREST: Final = 0.01
"""A share of bad pages is not held to be rarer than that: three in a row are the fewest that tell a change."""
NEVER: Final = 0.001
"""Nor one that hardly ever was seen, than that: two in a row are the fewest."""
COMMON: Final = 0.8
"""Where more pages than that are usually without something, its absence tells nothing."""
DRIFT: Final = 0.1
"""A period's share of bad pages is another one if it is so much higher."""

ALLOWED: Final = 1.0
"""So many deviations a page may lie below the middle without a word."""
CLIPPED: Final = 4.0
"""No single page counts for more deviations than that."""
FAR: Final = 9.0
"""So many deviations, added up beyond what is allowed, tell a change: of pages far below three."""

UNLIKELY: Final = 1e-4
"""A count is too small if one as small or smaller is less likely than that."""


@frozen(kw_only=True)
class Period:
    """What was measured over some pages. `middle`: their share, or their median; `spread`: of single pages around it, a
    standard deviation (0 for shares)."""

    n: int
    middle: float
    spread: float = 0.0


def middle_of(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def spread_of(values: Sequence[float]) -> float:
    """The robust standard deviation (see the module)."""
    middle = median(values)
    return NORMAL * float(median(abs(value - middle) for value in values))


@frozen(kw_only=True)
class Usual:
    """What good periods had. `between`: the spread of the periods, `within`: of single pages in one."""

    middle: float
    between: float
    within: float
    lowest: float
    highest: float
    periods: int


def usual(history: Sequence[Period], *, least: int = LEARNT) -> Usual | None:
    """What is usual by these periods; None where there are fewer than `least`."""
    if len(history) < least:
        return None
    middles = [one.middle for one in history]
    return Usual(
        middle=middle_of(middles),
        between=spread_of(middles),
        within=middle_of([one.spread for one in history]),
        lowest=min(middles),
        highest=max(middles),
        periods=len(history),
    )


# Shares: of pages that are bad


def most_bad(history: Sequence[Period]) -> float | None:
    """The largest share of bad pages that is usual; None where nobody knows, or where most pages are."""
    known = usual(history)
    if known is None:
        return None
    most = max(RAREST, known.highest, known.middle + DEVIATIONS * known.between)
    return most if most <= COMMON else None


def rare_share(history: Sequence[Period], prior: float) -> float:
    """The share of bad pages that is usual of what hardly ever is bad: what a long history without one says of it, and
    `prior` where there is none. It is the mean of a beta distribution that began with one bad page in 1 / `prior`,
    never below `NEVER`; where some period had bad pages, what is usual by these (`most_bad`) holds."""
    pages = sum(one.n for one in history)
    if any(one.middle > 0 for one in history):
        return max(most_bad(history) or 0.0, prior)
    return max(NEVER, 1 / (1 / prior + pages))


def add_pages(score: float, pages: Iterable[bool], most: float) -> tuple[float, bool]:
    """The cumulative sum after these pages, and whether it told a change. `pages`: whether each is bad. `most`: the
    largest share of bad pages that is usual, above 0 and below 1."""
    broken = BROKEN if most <= RARE else 1 - (1 - most) * (1 - LOST)
    bad, good = log(broken / most), log((1 - broken) / (1 - most))
    told = False
    for is_bad in pages:
        score = min(SURE, max(0.0, score + (bad if is_bad else good)))
        told = told or score >= SURE
    return score, told


def has_drifted(n: int, bad: float, most: float) -> bool:
    """Whether the share of bad pages in a whole period is higher than usual, and not by chance."""
    above = bad / n - most
    return above > max(DRIFT, DEVIATIONS * sqrt(most * (1 - most) / n))


# Values: of each page a number


def add_values(score: float, values: Iterable[float], known: Usual, floor: float) -> tuple[float, bool]:
    """The same for numbers that fall. `floor`: the least standard deviation that is taken for real."""
    deviation = max(floor, sqrt(known.within**2 + known.between**2))
    told = False
    for value in values:
        below = min(CLIPPED, max(-CLIPPED, (known.middle - value) / deviation))
        score = min(FAR, max(0.0, score + below - ALLOWED))
        told = told or score >= FAR
    return score, told


def is_elsewhere(values: Sequence[float], known: Usual, margin: float) -> bool:
    """Whether the median of a period lies outside of what good periods had, by a margin, and not by chance.

    The median of n values has the standard error 1.2533 s / √n; what periods differed by, has it in it already.
    """
    found = middle_of(values)
    if known.lowest - margin <= found <= known.highest + margin:
        return False
    error = max(known.between, 1.2533 * known.within / sqrt(len(values)))
    return abs(found - known.middle) > DEVIATIONS * error


# Counts


def fewest(history: Sequence[Period], *, least: int) -> float | None:
    """The smallest number that is no cause for alarm: half of the lowest that was usual. None where nobody knows."""
    known = usual(history, least=least)
    if known is None:
        return None
    return max(0.0, min(known.lowest, known.middle - DEVIATIONS * known.between)) / 2


def is_too_few(count: int, expected: float) -> bool:
    """Whether a count is too small for chance, where at least `expected` were to come (Poisson)."""
    if expected <= 0 or not isfinite(expected) or count >= expected:
        return False
    # From the likeliest down: e to the minus expected may be too small for a number.
    term = total = exp(count * log(expected) - expected - lgamma(count + 1))
    for number in range(count, 0, -1):
        term *= number / expected
        total += term
    return total < UNLIKELY
