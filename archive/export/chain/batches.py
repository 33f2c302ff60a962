"""The chain of sealed batches as the database has it: each names the digest of the one before."""

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select

from archive.export.tables import ExportBatch


@frozen(kw_only=True)
class Batch:
    """One sealed batch: see `export_batch` in docs/data.md. `files`: those with rows, each `{rows, bytes, sha256}`, and
    the manifest; none where it was removed when the chain was begun anew."""

    number: int
    sealed_at: datetime
    digest: str
    previous: str | None
    whole: bool
    shape: str
    last_change: int
    files: dict[str, dict[str, Any]]

    @property
    def rows(self) -> int:
        """Of all its files."""
        return sum(told.get("rows", 0) for told in self.files.values())

    @property
    def removed(self) -> bool:
        """Whether its files were taken away on purpose."""
        return not self.files


def head(connection: Connection) -> tuple[int, str] | None:
    """The number and the digest of the last sealed batch; None before the first."""
    statement = select(ExportBatch.number, ExportBatch.digest).order_by(ExportBatch.number.desc()).limit(1)
    found = connection.execute(statement).first()
    return None if found is None else (found.number, found.digest)


def sealed_at(connection: Connection) -> datetime | None:
    """When the last batch was sealed; None before the first."""
    return connection.scalar(select(ExportBatch.sealed_at).order_by(ExportBatch.number.desc()).limit(1))


def batches(connection: Connection) -> list[Batch]:
    """All of them, the first first."""
    found = connection.execute(select(ExportBatch.__table__).order_by(ExportBatch.number)).mappings()
    return [Batch(**row) for row in found]
