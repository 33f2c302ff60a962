"""The state machine of an article: pure."""

import re
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archive.watch.states import RULES, Event, Look, State, events, state_after
from tests.archive.make import DAY

ROOT = Path(__file__).resolve().parents[3]


def look(hours: float, *, seen: bool) -> Look:
    """A look so long after `DAY`; its capture's number follows from the time."""
    return Look(DAY + timedelta(hours=hours), seen, int(hours * 100) * 2 + seen)


def there(hours: float) -> Look:
    return look(hours, seen=True)


def away(hours: float) -> Look:
    return look(hours, seen=False)


def story(*looks: Look) -> list[tuple[str, Look | None, Look, Look]]:
    return [(str(one.state), one.after, one.before, one.by) for one in events(looks)]


def test_an_article_that_is_there_stays_live() -> None:
    assert story() == story(there(0), there(5), there(900)) == []


def test_a_deletion_lies_between_the_last_look_that_saw_it_and_the_first_that_did_not() -> None:
    looks = [there(0), there(4), away(10), away(20), away(34), away(400)]
    assert story(*looks) == [
        ("missing", there(4), away(10), away(10)),
        ("vanished", there(4), away(10), away(34)),
        ("removed", there(4), away(10), away(400)),
    ]


def test_a_day_is_a_day_and_fourteen_are_fourteen() -> None:
    assert story(there(0), away(1), away(24.99))[-1][0] == "missing"
    assert story(there(0), away(1), away(25))[-1][0] == "vanished"
    assert story(there(0), away(1), away(1 + 24 * 14 - 0.01))[-1][0] == "vanished"
    assert [one[0] for one in story(there(0), away(1), away(1 + 24 * 14))] == ["missing", "removed"]


def test_it_returns_from_wherever_it_was_and_may_go_again() -> None:
    looks = [there(0), away(1), there(2), there(3), away(5), away(30), there(40), away(50), away(500), there(600)]
    assert [one[0] for one in story(*looks)] == [
        *("missing", "returned"),
        *("missing", "vanished", "returned"),
        *("missing", "removed", "returned"),
    ]
    assert story(*looks)[1] == ("returned", away(1), there(2), there(2))
    assert story(*looks)[4] == ("returned", away(30), there(40), there(40))
    assert story(*looks)[5] == ("missing", there(40), away(50), away(50))


def test_what_was_never_seen_is_not_missing() -> None:
    assert story(away(0), away(30)) == []
    assert story(away(0), away(30), there(31)) == []


@given(st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_looks_come_in_does_not_matter(pairs: list[tuple[int, bool]], rng: object) -> None:
    looks = [look(hours, seen=seen) for hours, seen in pairs]
    shuffled = list(looks)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    found = events(looks)
    assert events(shuffled) == found
    _is_sound(looks, found)


def _is_sound(looks: list[Look], found: list[Event]) -> None:
    for event in found:
        assert event.after is not None
        assert event.after.at <= event.before.at <= event.by.at
        assert event.after.seen is (event.state is not State.RETURNED)
        assert event.before.seen is (event.state is State.RETURNED)
        between = [one for one in looks if event.after < one < event.before]
        assert not between, "no look lies inside an interval"
    seen = [one for one in looks if one.seen]
    if seen:
        assert (state_after(found) in (State.LIVE, State.RETURNED)) is max(looks).seen


def test_the_docs_have_the_table() -> None:
    page = (ROOT / "docs" / "changes.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)`((?:, `\w+`)*) \| (.+?) \| `(\w+)` \|$", page, re.MULTILINE)
    written = [(tuple(re.findall(r"\w+", first + rest)), what, to) for first, rest, what, to in rows]
    spans = {
        timedelta(0): "the page shows that it is no more",
        timedelta(days=1): "the same, a day or more after the first such look",
        timedelta(days=14): "the same, 14 days or more after the first such look",
    }
    machine = [
        (
            tuple(map(str, rule.of)),
            "the page shows the article" if rule.seen else spans[rule.missed_for],
            str(rule.to),
        )
        for rule in RULES
    ]
    assert written == machine
