"""The manifest of a package: a Frictionless Data Package v2 (https://datapackage.org), and pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from archive.export.datasets import DATASETS, Field
from archive.export.described.schema import table_schema
from archive.export.writers import MEDIA, Form, Packing


def resource(
    dataset: str,
    fields: dict[str, Field],
    *,
    path: str,
    form: Form,
    compress: Packing | None,
    excel: bool,
    whole: bool,
    beside: frozenset[str],
    rows: int,
    size: int,
    sha256: str,
) -> dict[str, Any]:
    """What a manifest says of one file. `fields`: those that it has; `whole`, `beside`: see `table_schema`; `size` in
    bytes, `sha256` in hex, both of the file as it lies there."""
    schema = table_schema(DATASETS[dataset], fields, whole=whole, beside=beside)
    if form == "jsonl":
        schema["missingValues"] = []  # null is null, and an empty text is one
    told: dict[str, Any] = {
        "name": dataset,
        "title": DATASETS[dataset].title,
        "type": "table",
        "path": path,
        "format": form,
        "mediatype": MEDIA[form],
    }
    if form != "parquet":
        told["encoding"] = "utf-8-sig" if excel and form == "csv" else "utf-8"
        if compress is not None:
            told["compression"] = compress
    return {**told, "rows": rows, "bytes": size, "hash": f"sha256:{sha256}", "sha256": sha256, "schema": schema}


def manifest(resources: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest without its digest. `about`: what is said of the whole: `format`, `archive`, `created` (RFC 3339),
    `batch`, `whole`, `previous`."""
    batch = about["batch"]
    name = "jianbao" if batch is None else f"jianbao-{'to-' if about['whole'] else ''}batch-{batch:06}"
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": "Articles of news portals, with their texts, stories, links, captures and changes",
        "version": about["format"],
        **about,
        "resources": list(resources),
    }
