"""The revisions of an article from what was seen of it when, whatever the order in which that came in.

An observation is one capture that showed a text, or one line of an imported file. What we captured ourselves ranks
after what we were told, then the time decides, then the text's digest, so that the order is total. Equal texts in a row
are one revision, which began with the first of them. An imported text counts once, however often it is imported. A part
of a text (page 1 of an article on several pages) is no revision of the whole: it counts while there is nothing else.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from archive.store.records import Cause

PART: Final = "part:"
"""Stands before the digest of a text of which more is known to be missing."""


@frozen(order=True)
class Observation:
    """Someone saw the article with the text of `digest` at the time `at`; `captured`: we did. `reading`: how often the
    same page was read otherwise before, by older rules. `cause`: of the revision that begins with it."""

    captured: bool
    at: datetime
    reading: int = field(default=0, kw_only=True)
    digest: str
    capture_id: int | None = field(default=None, order=False, eq=False)
    cause: Cause = field(default="publisher", order=False, eq=False)

    @property
    def page(self) -> tuple[bool, datetime, int | None]:
        """What tells the page that was read from others."""
        return self.captured, self.at, self.capture_id

    @property
    def whole(self) -> bool:
        """Whether the text is not known to be a part of another one."""
        return not self.digest.startswith(PART)


def in_order_of_reading(
    rows: Iterable[Observation], captures: Iterable[Observation]
) -> tuple[list[Observation], list[Observation]]:
    """Observations with their `reading`. `rows`: those that began an article's revisions, in their order. `captures`:
    those of its captures as they were read last: what is told otherwise of one of them was read before."""
    last: dict[tuple[bool, datetime, int | None], Observation] = {}
    found = []
    for row in rows:
        before = last.get(row.page) if row.cause == "extractor" else None
        last[row.page] = read = row if before is None else evolve(row, reading=before.reading + 1)
        found.append(read)
    return found, [latest(capture, last.get(capture.page)) for capture in captures]


def latest(seen: Observation, before: Observation | None) -> Observation:
    """An observation of a page that was read as `before`."""
    if before is None:
        return seen
    return evolve(seen, reading=before.reading + (before.digest != seen.digest))


def revisions(observations: Iterable[Observation]) -> list[Observation]:
    """The observations that began a revision, oldest first; the last one is the present text."""
    told: set[str] = set()
    found: list[Observation] = []
    for seen in sorted(observations):
        if not seen.captured:
            if seen.digest in told:
                continue
            told.add(seen.digest)
        if not found or found[-1].digest != seen.digest:
            found.append(seen)
    return found
