"""The chain of batches that exports sealed, and what is due for the next one. docs/data.md describes every column."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from archive.store.models import Base, Key


class ExportBatch(Base):
    """One sealed batch: what its files are, so that a lost or changed one is known."""

    __tablename__ = "export_batch"
    number: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime]
    digest: Mapped[str]  # SHA-256 of its manifest in canonical form
    previous: Mapped[str | None]  # the digest of the batch before
    whole: Mapped[bool]  # whether it holds all that there is, and what was before falls
    shape: Mapped[str]  # digest of the names and kinds of its fields
    last_change: Mapped[int] = mapped_column(Key)  # the greatest number in the change log that it saw
    files: Mapped[dict[str, Any]]  # {name: {rows, bytes, sha256}}; of the manifest `bytes` and `sha256`; {}: removed


class ExportDue(Base):
    """A row of a dataset that changed since the last batch, noted by triggers (`archive.export.chain.due`), as often as
    it changed. Appended only, so that no writer waits for another one."""

    __tablename__ = "export_due"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    dataset: Mapped[str]
    key: Mapped[int] = mapped_column(Key)
    other: Mapped[int] = mapped_column(BigInteger)  # the second part of the key, where it has two; else 0
    regrouped: Mapped[int] = mapped_column(SmallInteger)  # 1: its story changed, and nothing else by this
