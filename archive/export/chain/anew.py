"""What goes where the chain is begun anew: all that may have a text that is not in the archive any more."""

import shutil
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.errors import UsageError
from archive.export.chain.batches import Batch
from archive.export.chain.folder import BATCHES, SNAPSHOT, found, numbered
from archive.store.finding.searches import QueryHit
from archive.store.models import Article
from archive.store.people import visible

QUERIES: Final = "queries"
"""The folder of what `--query` wrote."""


@frozen(kw_only=True)
class Going:
    """The batches whose files are there, the snapshots, the query ids whose files have hits that are withdrawn now, and
    how many bytes all of them have."""

    batches: tuple[int, ...]
    snapshots: tuple[int, ...]
    queries: tuple[str, ...]
    size: int

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        named = {"batches": self.batches, "snapshots": self.snapshots, "queries": self.queries}
        return {**{name: list(each) for name, each in named.items()}, "bytes": self.size}


def going(connection: Connection, folder: Path, known: list[Batch]) -> Going:
    """What would go now. Raises `UsageError` where the folder has nothing of the chain: then another one has it."""
    batches = sorted(found(folder / BATCHES)[0] & {batch.number for batch in known})
    snapshots = sorted(found(folder / SNAPSHOT)[0])
    if known and not batches and not snapshots:
        raise UsageError(
            f"none of the {len(known)} batches is in {folder}: run it in the home that has them; where they are lost, "
            "write a snapshot first (`jianbao export --full`)"
        )
    queries = _queries(connection, folder)
    paths = [numbered(folder / BATCHES, one) for one in batches]
    paths += [numbered(folder / SNAPSHOT, one) for one in snapshots]
    paths += [folder / QUERIES / one for one in queries]
    size = sum(file.lstat().st_size for path in paths for file in path.rglob("*") if file.is_file())
    return Going(batches=tuple(batches), snapshots=tuple(snapshots), queries=tuple(queries), size=size)


def remove_queries(connection: Connection, folder: Path) -> None:
    """Take away the files of queries that have a withdrawn article among their hits."""
    for query_id in _queries(connection, folder):
        shutil.rmtree(folder / QUERIES / query_id)


def _queries(connection: Connection, folder: Path) -> list[str]:
    place = folder / QUERIES
    hits = select(QueryHit.place).join(Article, Article.id == QueryHit.article_id).where(~visible()).limit(1)
    entries = list(place.iterdir()) if place.is_dir() else []
    names = sorted(path.name for path in entries if path.is_dir() and not path.is_symlink())
    return [name for name in names if connection.scalar(hits.where(QueryHit.query_id == name)) is not None]
