"""A row of an export held against the fields of its dataset: who wrote it need not mean well. What the database or
ingest could not take is told with the row, before anything is written."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, get_args

from archive.dedup.relations import Relation
from archive.export.datasets import Dataset, Row
from archive.export.datasets.dataset import Kind
from archive.store.records import Cause
from archive.text.clean import clean_json, clean_line, has_half
from archive.times import Precision
from archive.watch.states import State

_CAUSES: Final = frozenset(get_args(Cause))
_STATES: Final = frozenset(map(str, State))
_LOGGED: Final = frozenset(("new", "revised", "updated", "clustered", "withdrawn", "restored", "erased"))
_CHOICES: Final[dict[tuple[str, str], frozenset[str]]] = {
    ("articles", "published_precision"): frozenset(get_args(Precision)),
    ("articles", "state"): _STATES,
    ("revisions", "cause"): _CAUSES,
    ("changes", "cause"): _CAUSES,
    ("changes", "kind"): _STATES | _LOGGED,
    ("links", "relation"): frozenset(get_args(Relation)),
}
_NAMES: Final = frozenset(
    (
        *(("articles", name) for name in ("site", "native_id", "url")),
        *(("captures", name) for name in ("url", "outcome")),
    )
)
"""Texts by which rows are known: never empty, and as ingest writes them."""
_INDEXED: Final = frozenset(("site", "native_id", "url", "digest", "text_digest", "warc_file", "crawler"))
_MOST_INDEXED: Final = 2_600
"""Bytes: PostgreSQL indexes no more than 2,704 of a value."""
_SMALL: Final = frozenset(("status", "part", "revision", "number", "weight", "copies", "sites"))
"""Whole numbers of which the database holds 32 bits, of all others 64."""
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00", re.ASCII)
_YEARS: Final = ("0002", "9998")
"""The first and the last that every zone has."""


def check(row: Row, dataset: Dataset) -> None:
    """Raises `ValueError` that names the field which is not what it should be, or missing. Of a row that withdraws, the
    key alone counts."""
    for name in dataset.key:
        if not _integer(row.get(name)) or not row[name]:
            raise ValueError(f"{name} is no number of a row")
    if row.get("op") == "withdraw":
        return
    for name, field in dataset.fields.items():
        value = row.get(name)
        if value is not None:
            _check_value(dataset.name, name, field.kind, value)
        elif not field.null:
            raise ValueError(f"{name} is missing")
    if dataset.name == "articles" and (row["published_at_utc"] is None) != (row["published_precision"] is None):
        raise ValueError("published_at_utc and published_precision are not there both")


def _check_value(dataset: str, name: str, kind: Kind, value: Any) -> None:
    if not _KINDS[kind](value):
        raise ValueError(f"{name} is not of kind {kind}")
    if kind == "integer" and name in _SMALL and value >= 2**31:
        raise ValueError(f"{name} is too large")
    if kind == "text":
        _check_text(dataset, name, value)


def _check_text(dataset: str, name: str, value: str) -> None:
    choices = _CHOICES.get((dataset, name))
    if choices is not None and value not in choices:
        raise ValueError(f"{name} is none of {', '.join(sorted(choices))}")
    if name in _INDEXED and len(value.encode()) > _MOST_INDEXED:
        raise ValueError(f"{name} is longer than {_MOST_INDEXED} bytes")
    if (dataset, name) in _NAMES and value != clean_line(value):
        raise ValueError(f"{name} is empty, or holds what no name has")
    if (dataset, name) == ("articles", "url") and not value.lower().startswith(("http://", "https://")):
        raise ValueError("url is not an http or https address")


def _integer(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _share(value: Any) -> bool:
    """All numbers that are not whole are shares."""
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= 1


def _text(value: Any) -> bool:
    """Text that can be stored: no database takes half a surrogate pair, PostgreSQL no NUL."""
    return isinstance(value, str) and "\0" not in value and not has_half(value)


def _instant(value: Any) -> bool:
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None or not _YEARS[0] <= value[:4] <= _YEARS[1]:
        return False
    datetime.fromisoformat(value)  # raises a `ValueError` of its own, for a 30th of February
    return True


def _object(*names: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(_text(value.get(name)) for name in names)


def _list_of(each: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(each, value))


def _json(value: Any) -> bool:
    """An object, of which also what its escapes stand for can be stored."""
    if not _text(value):
        return False
    found = json.loads(value, parse_constant=_no_number)
    return isinstance(found, dict) and clean_json(found) == found


def _no_number(value: str) -> Any:
    raise ValueError(f"{value} is no number")


def _signature(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 128 and all(_integer(one) and one < 2**32 for one in value)


_KINDS: Final[dict[Kind, Callable[[Any], bool]]] = {
    "integer": _integer,
    "number": _share,
    "boolean": lambda value: isinstance(value, bool),
    "text": _text,
    "shown": _text,
    "second": _instant,
    "instant": _instant,
    "texts": _list_of(_text),
    "integers": _list_of(_integer),
    "images": _list_of(_object("url", "caption")),
    "edits": _list_of(_object("kind", "before", "after")),
    "signature": _signature,
    "json": _json,
}
