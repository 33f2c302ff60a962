"""The OpenAPI document, written from what the endpoints declare (https://spec.openapis.org/oas/v3.1.0)."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from archive.web.api.declared import LONGEST, Endpoint, Param

_PART: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "position": {"type": "integer", "description": "The character of the query that it is about, from 0."},
        "cure": {"type": "string", "description": "How the query is to be written."},
    },
}
_ANSWERS: Final = {
    "400": "The request cannot be read; `detail` says how it is to be.",
    "401": "Reading asks for the token.",
    "404": "There is no such thing in the archive.",
    "414": "The address is too long.",
    "503": "The archive is locked, rebuilt or absent, or there are too many requests; `Retry-After` says when to come.",
}


def openapi(endpoints: Sequence[Endpoint], root_path: str) -> dict[str, Any]:
    """The document. `root_path`: where a proxy shows the archive."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jianbao",
            "version": version("jianbao"),
            "description": "The archive as programs read it: the answers of the commands' --json. docs/serve.md.",
        },
        "servers": [{"url": root_path or "/"}],
        "paths": {_path(one.path): {"get": _operation(one)} for one in endpoints},
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _path(path: str) -> str:
    return _PART.sub(r"{\1}", path)


def _operation(one: Endpoint) -> dict[str, Any]:
    return {
        "operationId": one.name,
        "summary": one.says,
        "tags": [one.tag],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
                for name in _PART.findall(one.path)
            ),
            *map(_parameter, one.params),
        ],
        "responses": {
            "200": {
                "description": one.says,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": dict(one.schema)}},
            },
            "304": {"description": "It is what the ETag in If-None-Match names."},
            **{
                status: {
                    "description": says,
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, says in _ANSWERS.items()
            },
        },
    }


def _parameter(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.says,
        "schema": _schema(param),
    }


def _schema(param: Param) -> dict[str, Any]:
    match param.kind:
        case "number":
            schema: dict[str, Any] = {"type": "integer", "minimum": param.least, "maximum": param.most}
        case "flag":
            schema = {"type": "boolean"}
        case "one of":
            schema = {"type": "string", "enum": list(param.values)}
        case "many of":
            schema = {"type": "array", "items": {"type": "string", "enum": list(param.values)}}
        case "texts":
            schema = {"type": "array", "items": {"type": "string", "maxLength": LONGEST}}
        case "time" | "end":
            schema = {"type": "string", "examples": ["2025", "2025-11", "2025-11-20", "2025-11-20T18:00"]}
        case _:
            schema = {"type": "string", "maxLength": LONGEST}
    if param.default not in (None, (), ""):
        schema["default"] = list(param.default) if isinstance(param.default, tuple) else param.default
    return schema
