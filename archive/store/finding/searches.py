"""Searches that are kept: frozen under a query id, or saved under a name; and the archive's own id."""

from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Column, ColumnClause, Connection, ForeignKey, Index, event, select

from archive.store.table import Base, Key


class Identity(Base):
    """The one row that tells this archive from others, whatever its address: a copy of it has the same."""

    __tablename__ = "identity"
    id: ColumnClause[str] = Column(primary_key=True)


@event.listens_for(Identity.__table__, "after_create")
def _name(target: object, connection: Connection, **_: object) -> None:
    connection.execute(Identity.__table__.insert().values(id=uuid4().hex))


class Query(Base):
    """A search whose hits are frozen (`query_hit`)."""

    __tablename__ = "query"
    id: ColumnClause[str] = Column(primary_key=True)
    text: ColumnClause[str]
    sites: ColumnClause[list[Any]]
    since: ColumnClause[datetime | None]
    until: ColumnClause[datetime | None]
    every_copy: ColumnClause[bool]
    sort: ColumnClause[str]
    hits: ColumnClause[int]
    by: ColumnClause[str]
    at: ColumnClause[datetime]


class QueryHit(Base):
    """One hit of a frozen search, in its place from 1. No key of `article`: it stays if the article is erased.
    `digest`: of its text, as in `revision`, since the number of a revision moves where an older one comes in."""

    __tablename__ = "query_hit"
    query_id: ColumnClause[str] = Column(ForeignKey("query.id"), primary_key=True)
    place: ColumnClause[int] = Column(primary_key=True, autoincrement=False)
    article_id: ColumnClause[int] = Column(Key)
    digest: ColumnClause[str]
    __table_args__ = (Index(None, "query_id", "article_id"), {"sqlite_with_rowid": False})


class Saved(Base):
    """A search with a name. `query_id`: as it was when it was saved."""

    __tablename__ = "saved"
    name: ColumnClause[str] = Column(primary_key=True)
    query_id: ColumnClause[str] = Column(ForeignKey("query.id"))
    by: ColumnClause[str]
    at: ColumnClause[datetime]
    ran_at: ColumnClause[datetime | None]  # when somebody was last told what is new


class SavedHit(Base):
    """An article that a saved search found, and that somebody was told of, or that was there when it was saved."""

    __tablename__ = "saved_hit"
    name: ColumnClause[str] = Column(ForeignKey("saved.name"), primary_key=True)
    article_id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


def identity(connection: Connection) -> str:
    """The archive's id."""
    return connection.execute(_IDENTITY).scalar_one()


_IDENTITY: Final = select(Identity.id)
