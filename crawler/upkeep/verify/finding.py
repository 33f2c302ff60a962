"""What is wrong with an archive, and the cure: one line each."""

from enum import StrEnum
from typing import Any, Final

from attrs import asdict, frozen

REBUILD: Final = "`jianbao rebuild` makes the database anew from the WARC files"
RESTORE: Final = "restore it from a backup (docs/backup.md)"


class Repair(StrEnum):
    """How `jianbao verify --repair` mends it."""

    REREAD = "reread"
    """The WARC file is read once more, as by an import: what no row names is stored, what was moved is found again."""
    FULLTEXT = "fulltext"
    """The article is taken into the full-text index anew."""
    NAMES = "names"
    """The index of names is made anew."""
    RELINK = "relink"
    """The article is taken into the duplicate index anew, and its links are looked for."""
    SETTLE = "settle"
    """The article's cluster is settled by the links and decisions that stand."""
    DROP = "drop"
    """Rows of an index that lead to no article are dropped."""
    RECOUNT = "recount"
    """What can be counted or follows from other rows is written anew."""
    RELEASE = "release"
    """What a run that ended still holds is given back."""
    REINDEX = "reindex"
    """The database makes its own indexes anew."""


CURES: Final = {
    Repair.REREAD: "`jianbao verify --repair` reads the file once more",
    Repair.FULLTEXT: "`jianbao verify --repair` indexes it anew",
    Repair.NAMES: "`jianbao verify --repair` makes that index anew",
    Repair.RELINK: "`jianbao verify --repair` indexes it anew",
    Repair.SETTLE: "`jianbao verify --repair` settles the story anew",
    Repair.DROP: "`jianbao verify --repair` drops them",
    Repair.RECOUNT: "`jianbao verify --repair` writes it anew",
    Repair.RELEASE: "`jianbao verify --repair` gives it back",
    Repair.REINDEX: "`jianbao verify --repair` makes the database's indexes anew",
}


@frozen(kw_only=True)
class Finding:
    """`kind`: one of docs/backup.md's list. `place`: what it is about, for a person. `fault`: what is wrong. `repair`:
    how it can be mended, None where it cannot be; `cure`: what to do then. `key`: what the repair needs: a file's path,
    an article's number, a worker, an index, or a table, a row's key and, by column, what stands there and should."""

    kind: str
    place: str
    fault: str
    repair: Repair | None = None
    cure: str = ""
    key: Any = None

    @property
    def line(self) -> str:
        """All of it on one line."""
        return f"{self.place}: {self.fault}; {self.cure or CURES[self.repair]}"  # type: ignore[index]

    def as_json(self) -> dict[str, Any]:
        """`kind`, `place`, `fault`, `cure`, `repairable`."""
        told = asdict(self, filter=lambda attribute, _: attribute.name in ("kind", "place", "fault"))
        return {**told, "cure": self.cure or CURES[self.repair], "repairable": self.repair is not None}  # type: ignore[index]
