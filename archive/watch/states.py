"""The state of an article, from all looks at it: one pure function, whatever the order in which the captures came in.

A look is a capture that says something of the article: it showed it, or it showed that it is no more. A ban, an outage,
a verification page, a dead host and a fault of ours say nothing, and are no looks. `RULES` is the whole machine;
docs/changes.md shows it, and a test holds the two together.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen


class State(StrEnum):
    """What is known of an article at its site."""

    LIVE = "live"
    MISSING = "missing"
    VANISHED = "vanished"
    REMOVED = "removed"
    RETURNED = "returned"


@frozen(order=True)
class Look:
    """At `at` (with a zone) the capture `capture_id` showed the article (`seen`), or that it is no more."""

    at: datetime
    seen: bool
    capture_id: int


@frozen(kw_only=True)
class Event:
    """The article came into `state` some time between `after` and `before`, never at one known instant.

    A deletion happened between the last look that saw it and the first that did not, a return between the last that did
    not and the first that did. `after` is None where nobody saw it before. `by`: the look that told; of `vanished` and
    `removed` a later one than `before`.
    """

    state: State
    after: Look | None
    before: Look
    by: Look


@frozen(kw_only=True)
class Rule:
    """In a state, a look that saw the article or did not, so long after the first that missed it, leads to `to`. Of two
    rules that fit, the longer time counts."""

    of: tuple[State, ...]
    seen: bool
    to: State
    missed_for: timedelta = timedelta(0)


VANISHED_AFTER: Final = timedelta(days=1)
REMOVED_AFTER: Final = timedelta(days=14)

STATE_WEIGHTS: Final[dict[str, int]] = {State.MISSING: 9, State.VANISHED: 10, State.REMOVED: 10, State.RETURNED: 4}
"""How much it matters that an article came into this state, beside `archive.watch.kinds.WEIGHTS`."""

THERE: Final = (State.LIVE, State.RETURNED)
AWAY: Final = (State.MISSING, State.VANISHED, State.REMOVED)

RULES: Final = (
    Rule(of=THERE, seen=False, to=State.MISSING),
    Rule(of=(State.MISSING,), seen=False, missed_for=VANISHED_AFTER, to=State.VANISHED),
    Rule(of=(State.MISSING, State.VANISHED), seen=False, missed_for=REMOVED_AFTER, to=State.REMOVED),
    Rule(of=AWAY, seen=True, to=State.RETURNED),
)
"""Every change of state; whatever fits no rule changes nothing."""


@frozen
class _Present:
    """Where the machine stands. `first_missed`: of this absence."""

    state: State = State.LIVE
    last_seen: Look | None = field(default=None)
    first_missed: Look | None = field(default=None)
    last_missed: Look | None = field(default=None)


def events(looks: Iterable[Look]) -> list[Event]:
    """Every change of an article's state, oldest first. It begins `live`; looks before the first that saw it say
    nothing."""
    present = _Present()
    found: list[Event] = []
    for look in sorted(looks):
        if present.last_seen is None and not look.seen:
            continue
        to = _next(present, look)
        first_missed = None if look.seen else present.first_missed or look
        if to is not None:
            after, before = (present.last_missed, look) if look.seen else (present.last_seen, first_missed or look)
            found.append(Event(state=to, after=after, before=before, by=look))
        present = _Present(
            to or present.state,
            look if look.seen else present.last_seen,
            first_missed,
            present.last_missed if look.seen else look,
        )
    return found


def _next(present: _Present, look: Look) -> State | None:
    """The state that a look leads to, None where it changes nothing."""
    missed_for = look.at - present.first_missed.at if present.first_missed is not None else timedelta(0)
    fitting = [
        rule for rule in RULES if present.state in rule.of and rule.seen == look.seen and rule.missed_for <= missed_for
    ]
    return max(fitting, key=lambda rule: rule.missed_for).to if fitting else None


def state_after(found: list[Event]) -> State:
    """The state at the end of these events."""
    return found[-1].state if found else State.LIVE
