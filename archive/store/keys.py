"""Rows by keys of several columns, each found in the columns' index, whatever the number of keys and of rows.

SQLAlchemy's `tuple_(…).in_(keys)` is `IN (VALUES …)` on SQLite, for which 3.40 reads the whole table from two keys on.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

_Value = TypeVar("_Value")
_CHUNK: Final = 2000


def chunks(values: Iterable[_Value], most: int = _CHUNK) -> Iterator[list[_Value]]:
    """The values in lists that one statement may hold."""
    left = iter(values)
    while chunk := list(islice(left, most)):
        yield chunk


def key_in(
    connection: Connection,
    columns: Sequence[InstrumentedAttribute[Any]],
    keys: Collection[tuple[str | int | None, ...]],
) -> ColumnElement[bool]:
    """The condition that these columns of a row, of text or of whole numbers, are one of `keys`.

    The texts are clean (`archive.text.clean`): no NUL, no lone surrogate. A key with a None is found nowhere.
    """
    listed = _on_sqlite(columns, keys) if connection.dialect.name == "sqlite" else _on_postgresql(columns, keys)
    return tuple_(*columns).in_(listed)


def _on_sqlite(
    columns: Sequence[InstrumentedAttribute[Any]], keys: Collection[tuple[str | int | None, ...]]
) -> Select[*tuple[Any, ...]]:
    each = func.json_each(json.dumps(list(keys), ensure_ascii=False)).table_valued("value")
    # Without the cast a value has no affinity, and the index is searched by its first column alone.
    return select(
        *(cast(func.json_extract(each.c.value, f"$[{place}]"), column.type) for place, column in enumerate(columns))
    )


def _on_postgresql(
    columns: Sequence[InstrumentedAttribute[Any]], keys: Collection[tuple[str | int | None, ...]]
) -> Select[*tuple[Any, ...]]:
    values = [literal([key[place] for key in keys], ARRAY(column.type)) for place, column in enumerate(columns)]
    each = func.unnest(*values).table_valued(*(column.key for column in columns)).render_derived()
    return select(*each.c)
