"""Rows by keys of several columns, each found in the columns' index, whatever the number of keys and of rows.

SQLAlchemy's `tuple_(…).in_(keys)` is `IN (VALUES …)` on SQLite, for which 3.40 reads the whole table from two keys on.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.types import TypeEngine

_Value = TypeVar("_Value")
_CHUNK: Final = 2000
KEYS: Final[BindParameter[int]] = bindparam("keys", expanding=True)
"""So many ids as `chunks` gives, in a statement that is put together once: sent with `{"keys": chunk}`."""


def chunks(values: Iterable[_Value], most: int = _CHUNK) -> Iterator[list[_Value]]:
    """The values in lists that one statement may hold."""
    left = iter(values)
    while chunk := list(islice(left, most)):
        yield chunk


def key_in(
    connection: Connection,
    columns: Sequence[ColumnClause[Any]],
    keys: Collection[tuple[str | int | None, ...]],
) -> ColumnElement[bool]:
    """The condition that these columns of a row, of text or of whole numbers, are one of `keys`.

    The texts are clean (`archive.text.clean`): no NUL, no lone surrogate. A key with a None is found nowhere.
    """
    dialect = connection.dialect.name
    values = keys_given(dialect, columns, keys)
    return _in(dialect, columns, lambda name, kind: literal(values[name], kind))


def keys_in(dialect: str, columns: Sequence[ColumnClause[Any]]) -> ColumnElement[bool]:
    """The same in a statement that is put together once, to be sent with what `keys_given` gives."""
    return _in(dialect, columns, lambda name, kind: bindparam(name, type_=kind))


def keys_given(
    dialect: str, columns: Sequence[ColumnClause[Any]], keys: Collection[tuple[str | int | None, ...]]
) -> dict[str, Any]:
    """What a statement with `keys_in` is sent with, by name."""
    if dialect == "sqlite":
        return {"keys": json.dumps(list(keys), ensure_ascii=False)}
    return {f"keys_{place}": [key[place] for key in keys] for place in range(len(columns))}


def key_in_rows(columns: Sequence[ColumnClause[Any]], rows: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """The condition that these columns of a row are one of the rows of a query, which has as many."""
    return tuple_(*columns).in_(rows)


def _in(
    dialect: str,
    columns: Sequence[ColumnClause[Any]],
    bound: Callable[[str, TypeEngine[Any]], ColumnElement[Any]],
) -> ColumnElement[bool]:
    listed: Select[*tuple[Any, ...]]
    if dialect == "sqlite":
        each = func.json_each(bound("keys", Text())).table_valued("value")
        # Without the cast a value has no affinity, and the index is searched by its first column alone.
        listed = select(
            *(cast(func.json_extract(each.c.value, f"$[{place}]"), column.type) for place, column in enumerate(columns))
        )
    else:
        from sqlalchemy.dialects.postgresql import ARRAY  # with all that SQLAlchemy knows of PostgreSQL

        values = [bound(f"keys_{place}", ARRAY(column.type)) for place, column in enumerate(columns)]
        each = func.unnest(*values).table_valued(*(column.key for column in columns)).render_derived()
        listed = select(*each.c)
    return key_in_rows(columns, listed)
