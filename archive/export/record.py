"""One article as programs get it: the same names in JSON, CSV, Parquet and SQL. Format 1, described in docs/data.md.

A field may be added at the end; none is renamed, removed or given another meaning without a new format number.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from archive.times import show_time

FORMAT: Final = 1

Kind = Literal["integer", "number", "text", "time", "boolean", "texts", "images", "signature"]

FIELDS: Final[dict[str, Kind]] = {
    "id": "integer",
    "site": "text",
    "native_id": "text",
    "url": "text",
    "headline": "text",
    "original_title": "text",
    "body": "text",
    "published_at": "time",
    "published_precision": "text",
    "modified_at": "time",
    "source_name": "text",
    "account_name": "text",
    "authors": "texts",
    "editor": "text",
    "keywords": "texts",
    "location": "text",
    "images": "images",
    "flags": "texts",
    "template": "text",
    "confidence": "number",
    "first_captured_at": "time",
    "last_captured_at": "time",
    "revision": "integer",
    "cluster_id": "integer",
    "representative": "boolean",
    "signature": "signature",
    "state": "text",
    "state_after": "time",
    "state_before": "time",
}
"""The fields of one exported article, in their order, with their kinds."""


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """An article's row as the object that is written: times as ISO 8601 in Beijing time, at their precision."""
    record = {name: row[name] for name in FIELDS if name in row}
    for name, kind in FIELDS.items():
        if kind == "time" and name in record:
            record[name] = show_time(record[name], row["published_precision"] if name == "published_at" else None)
    return record
