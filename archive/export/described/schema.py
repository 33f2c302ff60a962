"""Schemas of a dataset, made of its fields. `schemas/VERSION/` holds the JSON Schemas of every version."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from archive.export.datasets import DATASETS, FORMAT, OPS, Dataset, Field
from archive.export.described.kinds import JSON, TABLE

SCHEMAS: Final = files("archive.export") / "schemas"


def json_schema(dataset: Dataset) -> dict[str, Any]:
    """The JSON Schema of a row (2020-12), whether it comes in a batch, with `op` and `cause`, or not.

    It is open: a later version may have more fields. Of a row that is withdrawn the key alone must be there.
    """
    fields = {**OPS, **dataset.fields}
    own = fields.keys() - OPS.keys()
    always = [name for name, field in dataset.fields.items() if not field.null]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:jianbao:export:{FORMAT}:{dataset.name}",
        "title": dataset.title,
        "type": "object",
        "properties": {name: _property(field, null=name not in dataset.key) for name, field in fields.items()}
        | {"op": {"enum": ["upsert", "withdraw", "regroup"], "description": OPS["op"].says}},
        "required": list(dataset.key),
        "if": {"properties": {"op": {"const": "withdraw"}}, "required": ["op"]},
        "else": {
            "required": [name for name in dataset.fields if name in own or name == "cause"],
            "properties": {name: {"not": {"type": "null"}} for name in always},
        },
    }


def _property(field: Field, *, null: bool) -> dict[str, Any]:
    of = JSON[field.kind]
    return {**of, "type": [of["type"], "null"] if null else of["type"], "description": field.says}


def table_schema(dataset: Dataset, fields: dict[str, Field], *, whole: bool, beside: frozenset[str]) -> dict[str, Any]:
    """The Table Schema (v2) of a file. `fields`: those that it has. `whole`: it holds the archive, so that what it
    refers to is there. `beside`: the datasets of the package."""
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_table_field(dataset, name, field, whole=whole) for name, field in fields.items()],
        "primaryKey": list(dataset.key),
    }
    # A capture may be another, withdrawn article's; a list refers to several rows.
    references = [
        {"fields": [name], "reference": {"resource": to, "fields": list(DATASETS[to].key)}}
        for name, to in dataset.refers.items()
        if whole and to in beside and to != "captures" and dataset.fields[name].kind == "integer"
    ]
    return {**schema, "foreignKeys": references} if references else schema


def _table_field(dataset: Dataset, name: str, field: Field, *, whole: bool) -> dict[str, Any]:
    told = {"name": name, "type": TABLE[field.kind], "description": field.says}
    # A row that is withdrawn has its key alone.
    required = name in dataset.key or (whole and not field.null)
    return {**told, "constraints": {"required": True}} if required else told


@cache
def released() -> dict[str, dict[str, dict[str, Any]]]:
    """Every version that there was, the oldest first: the JSON Schema of each of its datasets."""
    versions = sorted(
        (folder.name for folder in SCHEMAS.iterdir() if folder.is_dir() and not folder.name.startswith("_")),
        key=lambda name: tuple(map(int, name.split("."))),
    )
    return {
        version: {
            file.name.removesuffix(".json"): json.loads(file.read_text("utf-8"))
            for file in sorted((SCHEMAS / version).iterdir(), key=lambda file: file.name)
        }
        for version in versions
    }
