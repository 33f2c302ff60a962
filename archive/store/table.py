"""How a table is declared: as a class whose attributes are its columns; and how many rows are written to it at once.

It reads as a class of SQLAlchemy's ORM does, whose sessions and objects nothing here uses: to import the ORM and to let
it map the classes would take a third of the time of a command that reads.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, cast, get_args, get_origin

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
    insert,
    text,
)
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A time with a zone in Python, UTC in the database (SQLite has no zones, so they are taken off and put back)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone cannot be stored: {value!r}"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives a rowid alias (and so automatic numbering) only to a column declared INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")

_TYPES: dict[Any, type[TypeEngine[Any]]] = {
    str: Text,
    datetime: UtcDateTime,
    bool: Boolean,
    int: Integer,
    float: Float,
    list: JSON,
    dict: JSON,
}


class Base:
    """A table, by its name (`__tablename__`), its columns in their order, its indexes and options (`__table_args__`).

    A column is annotated `ColumnClause[T]`, or `ColumnClause[T | None]` where it may be NULL; its type follows from `T`
    where the column itself names none. In every statement the class stands for its table.
    """

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    __tablename__: ClassVar[str]
    __table_args__: ClassVar[tuple[Any, ...]] = ()
    __table__: ClassVar[Table]

    def __init_subclass__(cls) -> None:
        if "__tablename__" not in vars(cls):
            return  # an alias
        columns = {name: _column(name, kind, vars(cls).get(name)) for name, kind in get_annotations(cls).items()}
        args = cls.__table_args__
        options: dict[str, Any] = args[-1] if args and isinstance(args[-1], dict) else {}
        items = (one for one in args if one is not options)
        cls.__table__ = Table(cls.__tablename__, cls.metadata, *columns.values(), *items, **options)
        for name, column in columns.items():
            setattr(cls, name, column)

    @classmethod
    def __clause_element__(cls) -> FromClause:
        """What SQLAlchemy takes for this class in a statement."""
        return cls.__table__

    @classmethod
    def aliased(cls) -> type[Self]:
        """The same table once more in one statement, under a name of its own."""
        other = cls.__table__.alias()
        own = {"__clause_element__": staticmethod(lambda: other), **dict(other.c.items())}
        return cast("type[Self]", type(cls.__name__, (cls,), own))


def _column(name: str, kind: Any, declared: Column[Any] | None) -> Column[Any]:
    (held,) = get_args(kind)
    kinds = get_args(held) if isinstance(held, UnionType) else (held,)
    (plain,) = (one for one in kinds if one is not NoneType)
    column: Column[Any] = Column() if declared is None else declared
    column.name = column.key = name
    if isinstance(column.type, NullType) and not column.foreign_keys:  # whose type is that of the other key
        column.type = _TYPES[get_origin(plain) or plain]()
    column.nullable = NoneType in kinds
    return column


def insert_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows, by column name, all of the same columns; in their order."""
    if not rows:
        return
    table = model.__table__
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    columns = [table.c[name] for name in rows[0]]
    kinds = {column.key: column.type.compile(connection.dialect) for column in columns}
    written = [_WRITTEN.get(type(column.type), _as_it_is) for column in columns]
    values = ([write(row[name]) for name, write in zip(kinds, written, strict=True)] for row in rows)
    send(connection, table.name, kinds, values)


def send(
    connection: Connection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[str | int | None]]
) -> None:
    """Write rows to a table of PostgreSQL as one value of JSON, of which it makes them. Row by row each would be a
    statement that is bound and run, which takes longer than its writing.

    `columns`: their types by their names.
    """
    values = [dict(zip(columns, row, strict=True)) for row in rows]
    if not values:
        return
    names, kinds = ", ".join(columns), ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(
        text(
            f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
            f"FROM json_to_recordset(CAST(:rows AS json)) AS sent ({kinds})"
        ),
        {"rows": json.dumps(values, ensure_ascii=False, separators=(",", ":"))},
    )


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        msg = f"a time without a zone cannot be stored: {value!r}"
        raise ValueError(msg)
    return value.isoformat()


def _bytes(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"


_WRITTEN: dict[type[TypeEngine[Any]], Callable[[Any], Any]] = {UtcDateTime: _moment, LargeBinary: _bytes}


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of some of the rows. A statement uses it only where it says `where` itself, with literal values."""
    return Index(name, *columns, info={"where": where})


def say_where(metadata: MetaData, dialect: str) -> None:
    """Tell SQLAlchemy for one database of which rows each partial index is; those who make tables need it alone. Said
    with the index, it would have every command import what SQLAlchemy knows of PostgreSQL."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options[dialect]["where"] = text(index.info["where"])


@event.listens_for(Base.metadata, "before_create")
def _say_where(metadata: MetaData, connection: Connection, **_: object) -> None:
    say_where(metadata, connection.dialect.name)
