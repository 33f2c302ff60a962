"""What each copy of a story changed: its headline, its numbers, its names, paragraphs left out or added, its words."""

from collections.abc import Sequence
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import Connection

from archive.errors import NotFound
from archive.query.stories.copies import Copy, copies, coverage, size_of, texts
from archive.watch.edits import edits as typed
from archive.watch.kinds import Edit, weight


@frozen(kw_only=True)
class EditedCopy:
    """A copy held against the text that it is compared with. `edits`: what it has otherwise, typed and weighed as
    between revisions (docs/changes.md). `coverage`: the share of that text that it carries, 0 to 1; `own`: the share of
    its own text that is not from there."""

    copy: Copy
    edits: tuple[Edit, ...]
    coverage: float
    own: float

    @property
    def weight(self) -> int:
        """How much its changes matter together."""
        return weight(self.edits)

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind."""
        kinds = [str(edit.kind) for edit in self.edits]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def as_json(self) -> dict[str, Any]:
        """A copy's fields, and what it changed."""
        return {
            **self.copy.as_json(),
            "weight": self.weight,
            "coverage": self.coverage,
            "own": self.own,
            "counts": self.counts,
            "edits": [asdict(edit) for edit in self.edits],
        }


@frozen(kw_only=True)
class StoryEdits:
    """The copies of a story but the one that they are held against (`against`), in the order of their stated times.
    `size`: so many copies the story has in all, with that one."""

    cluster: int
    size: int
    against: Copy
    copies: tuple[EditedCopy, ...]

    def as_json(self) -> dict[str, Any]:
        """As `jianbao edits --json` prints it."""
        return {
            "cluster": self.cluster,
            "size": self.size,
            "against": self.against.as_json(),
            "copies": [one.as_json() for one in self.copies],
        }


def edits(
    connection: Connection, cluster_id: int, *, against: int | None = None, every: Sequence[Copy] = ()
) -> StoryEdits:
    """What each copy changed against the copy with the earliest stated time, or against the article `against`. `every`:
    the story's copies, for who has them already. Raises `NotFound`, also where that is none of the story's."""
    if not every or against is not None:
        every = copies(connection, cluster_id, also=against)
    first = next((one for one in every if against in (None, one.id)), None)
    if first is None:
        raise NotFound(f"article {against} is none of story {cluster_id}")
    said = texts(connection, [one.id for one in every])
    others = [one for one in every if one.id != first.id and one.id in said]
    return StoryEdits(
        cluster=cluster_id,
        size=size_of(connection, every),
        against=first,
        copies=tuple(held_against(one, said[one.id], said[first.id]) for one in others),
    )


def held_against(copy: Copy, text: tuple[str | None, str], other: tuple[str | None, str]) -> EditedCopy:
    """A copy with its text, held against another text."""
    return EditedCopy(
        copy=copy,
        edits=tuple(typed(other, text)),
        coverage=coverage(other[1], text[1]),
        own=round(1 - coverage(text[1], other[1]), 3),
    )
