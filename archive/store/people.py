"""What people say of articles: tags, notes, corrections, withdrawals; and the one condition that hides what is
withdrawn. No machine writes these tables, but for what it says of a corrected field's present value."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnClause, ColumnElement, ForeignKey, Index

from archive.store.models import Article
from archive.store.table import Base, Key, partial


class Tag(Base):
    """A person's word for an article."""

    __tablename__ = "tag"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    tag: ColumnClause[str] = Column(primary_key=True)
    by: ColumnClause[str]
    at: ColumnClause[datetime]
    __table_args__ = (Index(None, "tag", "article_id"),)


class Note(Base):
    """A person's text about an article, or about the story that it is in (`story`)."""

    __tablename__ = "note"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), index=True)
    by: ColumnClause[str]
    at: ColumnClause[datetime]
    story: ColumnClause[bool]
    text: ColumnClause[str]


class Correction(Base):
    """A person's value of one field of an article, which stands on what extraction says until it is undone.

    `value` and `extracted` hold columns of the article by name, as JSON: those that the field is made of
    (`archive.ingest.corrected`)."""

    __tablename__ = "correction"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), index=True)
    by: ColumnClause[str]
    at: ColumnClause[datetime]
    field: ColumnClause[str]
    value: ColumnClause[dict[str, Any]]
    extracted: ColumnClause[dict[str, Any]]  # what extraction says now
    extracted_at: ColumnClause[datetime | None]  # when extraction came to say something else than it did then
    ended_at: ColumnClause[datetime | None]  # when it was undone, or another one of the field took its place
    ended_by: ColumnClause[str | None]
    __table_args__ = (
        partial("ix_correction_standing", "article_id", "field", where="ended_at IS NULL"),
        partial("ix_correction_doubtful", "id", where="ended_at IS NULL AND extracted_at IS NOT NULL"),
    )


class Withdrawal(Base):
    """A person took an article out of every door. `erased_at`: and had its text and its records removed."""

    __tablename__ = "withdrawal"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), index=True)
    by: ColumnClause[str]
    at: ColumnClause[datetime]
    reason: ColumnClause[str]
    erased_at: ColumnClause[datetime | None]
    ended_at: ColumnClause[datetime | None]  # when it was taken back
    ended_by: ColumnClause[str | None]


def visible(article: Any = Article) -> ColumnElement[bool]:
    """The condition that an article is not withdrawn. `article`: the table, or an alias of it. Whatever lists, counts
    or shows articles goes by it."""
    condition: ColumnElement[bool] = article.withdrawn_at.is_(None)
    return condition
