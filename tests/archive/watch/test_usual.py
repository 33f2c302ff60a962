"""What is usual, and what is not: properties."""

from math import exp
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from archive.watch.usual import (
    COMMON,
    FAR,
    NEVER,
    RAREST,
    SURE,
    Period,
    add_pages,
    add_values,
    fewest,
    has_drifted,
    is_elsewhere,
    is_too_few,
    most_bad,
    rare_share,
    spread_of,
    usual,
)

shares = st.floats(0, 1)
mosts = st.floats(RAREST, COMMON)
periods = st.lists(shares.map(lambda share: Period(n=50, middle=share)), max_size=28)
scores = st.floats(0, SURE, exclude_max=True)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.randoms(use_true_random=False))
def test_the_spread_does_not_hear_a_minority(values: list[float], random: Random) -> None:
    """Breakdown point one half: whatever fewer than half of the values are, the spread stays bounded by the others."""
    wild = [random.uniform(-1e12, 1e12) for _ in range((len(values) - 1) // 2)]
    low, high = min(values), max(values)
    assert 0 <= spread_of([*values, *wild]) <= 1.4826 * (high - low) + 1e-3


@given(periods)
def test_what_a_good_period_had_is_usual(history: list[Period]) -> None:
    most, known = most_bad(history), usual(history)
    if len(history) < 8:
        assert most is known is None
        return
    assert known is not None
    assert known.lowest <= known.middle <= known.highest
    if most is None:
        assert known.highest > COMMON or known.middle + 3.5 * known.between > COMMON
        return
    assert RAREST <= most <= COMMON
    for one in history:
        assert not has_drifted(one.n, one.middle * one.n, most)


@given(scores, st.lists(st.booleans()), mosts)
def test_the_sum_of_pages_is_bounded_and_the_same_in_any_runs(score: float, pages: list[bool], most: float) -> None:
    whole, told = add_pages(score, pages, most)
    assert 0 <= whole <= SURE
    cut = len(pages) // 2
    half, first = add_pages(score, pages[:cut], most)
    rest, second = add_pages(half, pages[cut:], most)
    assert (rest, first or second) == (whole, told)
    assert add_pages(score, [*pages, False], most)[0] <= whole <= add_pages(score, [*pages, True], most)[0]


@given(st.lists(st.booleans(), max_size=60), mosts)
def test_two_bad_pages_tell_no_change(pages: list[bool], most: float) -> None:
    _, told = add_pages(0.0, pages, most)
    if sum(pages) < 3:
        assert not told


@given(st.integers(0, 500), mosts)
def test_what_broke_is_told_soon_however_long_all_was_well(good: int, most: float) -> None:
    score, told = add_pages(0.0, [False] * good, most)
    assert not told
    assert score == 0
    needed = next(n for n in range(1, 1000) if add_pages(score, [True] * n, most)[1])
    assert needed >= 3
    if most <= 0.01:
        assert needed == 3
    if most <= 0.3:
        assert needed <= 12


priors = st.floats(RAREST, 0.05)


@given(st.lists(st.integers(20, 400), max_size=28), priors)
def test_a_long_history_without_a_bad_page_makes_fewer_of_them_proof(sizes: list[int], prior: float) -> None:
    history = [Period(n=n, middle=0.0) for n in sizes]
    most = rare_share(history, prior)
    assert NEVER <= most <= prior + 1e-9
    assert most <= rare_share(history[:-1], prior), "the longer, the rarer"
    if not sizes:
        assert most == 1 / (1 / prior)
    assert not add_pages(0.0, [True], most)[1], "one page tells nothing"
    assert add_pages(0.0, [True, True], NEVER)[1]
    if sum(sizes) + 1 / prior > 2 * exp(SURE / 2):  # two are then likelier by more than `SURE` says
        assert add_pages(0.0, [False, True, True], most)[1]
    if sum(sizes) >= 80 or prior <= 0.01:
        assert add_pages(0.0, [True, True, True], most)[1]


@given(periods, priors)
def test_where_history_had_bad_pages_it_holds(history: list[Period], prior: float) -> None:
    if any(one.middle > 0 for one in history):
        assert rare_share(history, prior) == max(most_bad(history) or 0.0, prior)


def test_usual_years_tell_nothing() -> None:
    """A hundred thousand pages, of which as many are bad as is usual at most, in sequences of any seed."""
    random = Random(4)
    for most in (0.01, 0.05, 0.2):
        # What is usual at most is three and a half deviations above what is usual.
        pages = [random.random() < most / 2 for _ in range(100_000)]
        assert not add_pages(0.0, pages, most)[1]


@given(st.integers(1, 5_000), mosts)
def test_a_period_drifts_by_a_tenth_at_least_and_not_by_chance(n: int, most: float) -> None:
    assert not has_drifted(n, n * (most + 0.09), most)
    assert not has_drifted(n, n * most, most)
    if n >= 1_000 and most <= 0.5:
        assert has_drifted(n, n * (most + 0.2), most)


values = st.lists(st.floats(0, 1), min_size=3, max_size=40)
known = usual([Period(n=20, middle=0.9 + 0.005 * number, spread=0.05) for number in range(8)])
assert known is not None


@given(values)
def test_one_page_far_off_tells_nothing_and_three_do(odd: list[float]) -> None:
    assert known is not None
    assert add_values(0.0, [0.92] * 50, known, 0.05) == (0.0, False)
    assert not add_values(0.0, [0.0, 0.92, 0.0, *[0.92] * 20], known, 0.05)[1]
    assert add_values(0.0, [0.2, 0.3, 0.1], known, 0.05) == (FAR, True)
    assert not add_values(0.0, [1.0] * 40, known, 0.05)[1]
    score, told = add_values(0.0, odd, known, 0.05)
    assert 0 <= score <= FAR
    assert told <= (sum(value < known.middle for value in odd) >= 3)


@given(values)
def test_a_period_inside_of_what_was_is_no_other_one(found: list[float]) -> None:
    assert known is not None
    inside = [known.lowest + value * (known.highest - known.lowest) for value in found]
    assert not is_elsewhere(inside, known, 0.0)
    assert is_elsewhere([0.2] * 20, known, 0.1)
    assert is_elsewhere([1.9] * 20, known, 0.1)


@given(st.integers(0, 400), st.floats(0, 400))
def test_a_count_is_too_small_only_where_many_were_to_come(count: int, expected: float) -> None:
    told = is_too_few(count, expected)
    if expected < 9.2:
        assert not told  # e^-9.2 is a ten-thousandth
    if told:
        assert count < expected
        assert count == 0 or is_too_few(count - 1, expected)
        assert is_too_few(count, expected + 1)


def test_half_of_the_lowest_is_the_fewest() -> None:
    week = [Period(n=1, middle=float(day)) for day in (100, 104, 98, 101, 99, 60, 55, 102)]
    assert fewest(week, least=8) == 55 / 2
    assert fewest(week[:7], least=8) is None
    assert fewest([Period(n=1, middle=20.0)] * 8, least=8) == 10
    assert is_too_few(5, 27.5)
    assert not is_too_few(9_900, 10_000)
    assert is_too_few(9_500, 10_000)
    assert not is_too_few(20, 27.5)
