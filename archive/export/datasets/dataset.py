"""What a dataset is, and what its fields may hold. Nothing here knows the database."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, Literal

from attrs import frozen
from sqlalchemy import Connection

FORMAT: Final = "2.0"
"""The version of the format: a field that is added raises the second number, whatever else the first one."""

Kind = Literal[
    "integer",
    "number",
    "boolean",
    "text",
    "shown",
    "second",
    "instant",
    "texts",
    "integers",
    "images",
    "edits",
    "signature",
    "json",
]
"""`shown`: a time as its page showed it (`archive.times.show_time`). `second`, `instant`: ISO 8601 in UTC with its
offset, to the second and always with microseconds. `images`: objects of `url` and `caption`. `edits`: objects of
`kind`, `before` and `after`. `signature`: 128 numbers of 32 bits. `json`: a text that holds a JSON object."""

Row = dict[str, Any]
"""A row as JSON holds it, the fields in their order: numbers, texts, true and false, lists, None."""

Key = tuple[int, ...]
"""What identifies a row for ever in its archive: the values of the dataset's `key`."""


@frozen
class Field:
    """One field: `says`: what it holds, for a reader of the docs and of the schemas. `null`: whether it may be null."""

    kind: Kind
    says: str
    null: bool = False


@frozen(kw_only=True)
class Dataset:
    """One of the six tables that an archive is to other programs.

    `fields`: in their order. `key`: the fields, whole numbers all, by which a row is known. `names`: the fields that
    name it in any archive, where it has such. `refers`: the fields that hold an `id` of another dataset, by field.
    `rows(connection, keys)`: the rows of these keys that there are, or all of them; in the order of their keys,
    streamed. What belongs to a withdrawn article alone is not among them.
    """

    name: str
    title: str
    fields: dict[str, Field]
    key: tuple[str, ...]
    names: tuple[str, ...] = ()
    refers: dict[str, str]
    rows: Callable[[Connection, Collection[Key] | None], Iterator[Row]]

    def key_of(self, row: Row) -> Key:
        """What identifies a row."""
        return tuple(row[name] for name in self.key)
