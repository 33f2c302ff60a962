"""The revisions of an article from what was seen of it when, whatever the order in which that came in.

An observation is one capture that showed a text, or one line of an imported file. What we captured ourselves ranks
after what we were told, then the time decides, then the text's digest, so that the order is total. Equal texts in a row
are one revision, which began with the first of them. An imported text counts once, however often it is imported.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen


@frozen(order=True)
class Observation:
    """Someone saw the article with the text of `digest` at the time `at`; `captured`: we did."""

    captured: bool
    at: datetime
    digest: str
    capture_id: int | None = field(default=None, order=False, eq=False)


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
