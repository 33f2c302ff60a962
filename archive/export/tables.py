"""The chain of batches that exports sealed, and what is due for the next one. docs/data.md describes every column."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnClause, SmallInteger

from archive.store.table import Base, Key


class ExportBatch(Base):
    """One sealed batch: what its files are, so that a lost or changed one is known."""

    __tablename__ = "export_batch"
    number: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    sealed_at: ColumnClause[datetime]
    digest: ColumnClause[str]  # SHA-256 of its manifest in canonical form
    previous: ColumnClause[str | None]  # the digest of the batch before
    whole: ColumnClause[bool]  # whether it holds all that there is, and what was before falls
    shape: ColumnClause[str]  # digest of the names and kinds of its fields
    last_change: ColumnClause[int] = Column(Key)  # the greatest number in the change log that it saw
    files: ColumnClause[dict[str, Any]]  # {name: {rows, bytes, sha256}}; manifest: `bytes`, `sha256`; {}: removed


class ExportDue(Base):
    """A row of a dataset that changed since the last batch, noted by triggers (`archive.export.chain.due`), as often as
    it changed. Appended only, so that no writer waits for another one."""

    __tablename__ = "export_due"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    dataset: ColumnClause[str]
    key: ColumnClause[int] = Column(Key)
    other: ColumnClause[int] = Column(BigInteger)  # the second part of the key, where it has two; else 0
    regrouped: ColumnClause[int] = Column(SmallInteger)  # 1: its story changed, and nothing else by this
