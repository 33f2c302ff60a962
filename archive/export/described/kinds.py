"""What each kind of field is in JSON Schema 2020-12, in Table Schema v2 and in the cards of Hugging Face datasets."""

from typing import Any, Final

from archive.export.datasets import Kind

_TEXT: Final = {"type": "string"}
_SECOND: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"
_INSTANT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$"
_SHOWN: Final = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?\+08:00)?$"


def _objects(*names: str) -> dict[str, Any]:
    of = {"type": "object", "properties": dict.fromkeys(names, _TEXT), "required": list(names)}
    return {"type": "array", "items": of}


JSON: Final[dict[Kind, dict[str, Any]]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "text": _TEXT,
    "shown": {"type": "string", "pattern": _SHOWN},
    "second": {"type": "string", "format": "date-time", "pattern": _SECOND},
    "instant": {"type": "string", "format": "date-time", "pattern": _INSTANT},
    "texts": {"type": "array", "items": _TEXT},
    "integers": {"type": "array", "items": {"type": "integer"}},
    "images": _objects("url", "caption"),
    "edits": _objects("kind", "before", "after"),
    "signature": {
        "type": "array",
        "items": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "minItems": 128,
        "maxItems": 128,
    },
    "json": {"type": "string", "contentMediaType": "application/json"},
}
"""https://json-schema.org/draft/2020-12"""

TABLE: Final[dict[Kind, str]] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "text": "string",
    "shown": "string",
    "second": "datetime",
    "instant": "datetime",
    "texts": "array",
    "integers": "array",
    "images": "array",
    "edits": "array",
    "signature": "array",
    "json": "string",
}
"""https://datapackage.org/standard/table-schema/"""

_TIME: Final = "timestamp[us, tz=UTC]"
CARD: Final[dict[Kind, Any]] = {
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "text": "string",
    "shown": "string",
    "second": _TIME,
    "instant": _TIME,
    "texts": ["string"],
    "integers": ["int64"],
    "images": [{"url": "string", "caption": "string"}],
    "edits": [{"kind": "string", "before": "string", "after": "string"}],
    "signature": ["uint32"],
    "json": "string",
}
"""A type of https://huggingface.co/docs/datasets/about_dataset_features, a list of one, or a list of objects."""
