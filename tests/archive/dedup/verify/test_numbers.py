"""Numbers that say the same, and numbers that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dedup.verify.numbers import Numbers, are_other_numbers, moved_days


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("9月11", "11"),
        ("2025年9月11", "9月11"),
        ("20250911", "2025年9月11日"),
        ("22号", "8月22日"),
        ("2113万", "211300"),
        ("11", "二零"),
    ],
)
def test_the_same_written_otherwise(ours: str, theirs: str) -> None:
    assert not are_other_numbers(Numbers(ours, theirs, "日", "日"))
    assert not are_other_numbers(Numbers(theirs, ours, "日", "日"))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("9月11", "9月12"), ("8月11", "9月11"), ("2113万", "2114万"), ("119", "19"), ("三", "四")]
)
def test_other_numbers(ours: str, theirs: str) -> None:
    assert are_other_numbers(Numbers(ours, theirs, "人", "人"))
    assert are_other_numbers(Numbers(theirs, ours, "人", "人"))


@given(st.integers(1, 31), st.integers(1, 31))
def test_days_move_by_their_difference(one: int, other: int) -> None:
    assert list(moved_days(f"3月{one}日", f"3月{other}日")) == ([abs(one - other)] if one != other else [])


@given(st.text("0123456789年月日号万亿oli一二人", max_size=20), st.text("0123456789年月日号万亿oli一二人", max_size=20))
def test_it_does_not_matter_which_comes_first(ours: str, theirs: str) -> None:
    assert are_other_numbers(Numbers(ours, theirs)) == are_other_numbers(Numbers(theirs, ours))
    assert not are_other_numbers(Numbers(ours, ours)) or set(ours) <= set("一二万亿")
