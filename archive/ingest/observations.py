"""The revisions of an article from what was seen of it when, whatever the order in which that came in.

An observation is one capture that showed a text, or one line of an imported file. What we captured ourselves ranks
after what we were told, then the time decides, then the text's digest, so that the order is total. Equal texts in a row
are one revision, which began with the first of them. An imported text counts once, however often it is imported. A part
of a text (page 1 of an article on several pages) is no revision of the whole: it counts while there is nothing else.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import field, frozen

from archive.store.records import Cause

PART: Final = "part:"
"""Stands before the digest of a text of which more is known to be missing."""


@frozen(order=True)
class Observation:
    """Someone saw the article with the text of `digest` at the time `at`; `captured`: we did. `cause`: of the revision
    that begins with it."""

    captured: bool
    at: datetime
    digest: str
    capture_id: int | None = field(default=None, order=False, eq=False)
    cause: Cause = field(default="publisher", order=False, eq=False)

    @property
    def whole(self) -> bool:
        """Whether the text is not known to be a part of another one."""
        return not self.digest.startswith(PART)


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
