"""What people say of articles: tags, notes, corrections, withdrawals; and the one condition that hides what is
withdrawn. No machine writes these tables, but for what it says of a corrected field's present value."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

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
    (`COLUMNS`), as `as_json` gives them."""

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


COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "headline": ("headline",),
    "body": ("body", "blocks"),
    "original_title": ("original_title",),
    "published_at": ("published_at", "published_precision"),
    "source_name": ("source_name",),
    "account_name": ("account_name",),
    "authors": ("authors",),
    "editor": ("editor",),
    "location": ("location",),
    "keywords": ("keywords",),
}
"""The fields that a person may correct, and the columns of `article` that each is made of."""


def as_json(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as `correction` keeps them: times as ISO 8601 in UTC."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in columns.items()
    }


def from_json(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `as_json`."""
    return {
        name: datetime.fromisoformat(value) if name == "published_at" and value is not None else value
        for name, value in columns.items()
    }


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
