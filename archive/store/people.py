"""What people say of articles: tags, notes, corrections, withdrawals; and the one condition that hides what is
withdrawn. No machine writes these tables, but for what it says of a corrected field's present value."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.store.models import Article, Base, Key, partial


class Tag(Base):
    """A person's word for an article."""

    __tablename__ = "tag"
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (Index(None, "tag", "article_id"),)


class Note(Base):
    """A person's text about an article, or about the story that it is in (`story`)."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    story: Mapped[bool]
    text: Mapped[str]


class Correction(Base):
    """A person's value of one field of an article, which stands on what extraction says until it is undone.

    `value` and `extracted` hold columns of the article by name, as JSON: those that the field is made of
    (`archive.ingest.corrected`)."""

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    field: Mapped[str]
    value: Mapped[dict[str, Any]]
    extracted: Mapped[dict[str, Any]]  # what extraction says now
    extracted_at: Mapped[datetime | None]  # when extraction came to say something else than when the person decided
    ended_at: Mapped[datetime | None]  # when it was undone, or another one of the field took its place
    ended_by: Mapped[str | None]
    __table_args__ = (
        partial("ix_correction_standing", "article_id", "field", where="ended_at IS NULL"),
        partial("ix_correction_doubtful", "id", where="ended_at IS NULL AND extracted_at IS NOT NULL"),
    )


class Withdrawal(Base):
    """A person took an article out of every door. `erased_at`: and had its text and its records removed."""

    __tablename__ = "withdrawal"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    erased_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when it was taken back
    ended_by: Mapped[str | None]


def visible(article: Any = Article) -> ColumnElement[bool]:
    """The condition that an article is not withdrawn. `article`: the table, or an alias of it. Whatever lists, counts
    or shows articles goes by it."""
    condition: ColumnElement[bool] = article.withdrawn_at.is_(None)
    return condition
