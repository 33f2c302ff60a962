"""Exports of archives, written as the format says it, and what of two archives can be compared."""

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from archive.export.datasets import DATASETS, Row, batch_fields
from archive.export.writers import Form, Packing, file_name, writer
from archive.load.exported.package import packages
from archive.load.exported.run import Imported, import_export
from archive.store.db import open_engine, reading, writing
from archive.store.models import CrawlRun
from tests.archive.make import DAY

Rows = dict[str, list[Row]]


def other(template: Path, path: Path) -> Engine:
    """Another empty archive."""
    shutil.copyfile(template, path)
    return open_engine(f"sqlite:///{path}")


def everything(engine: Engine) -> Rows:
    """All rows of all datasets."""
    with reading(engine) as connection:
        return {name: list(dataset.rows(connection, None)) for name, dataset in DATASETS.items()}


def write(
    path: Path,
    rows: Mapping[str, list[Row]],
    *,
    batch: int | None = None,
    whole: bool = True,
    previous: str | None = None,
    form: Form = "jsonl",
    compress: Packing | None = None,
) -> str:
    """One package; its digest."""
    path.mkdir(parents=True, exist_ok=True)
    resources = []
    for name, its in rows.items():
        fields = batch_fields(DATASETS[name]) if its and "op" in its[0] else DATASETS[name].fields
        file = io.BytesIO()
        to = writer(file, form, fields, compress=compress)
        for row in its:
            to.write(row)
        to.finish()
        data, called = file.getvalue(), file_name(name, form, compress)
        (path / called).write_bytes(data)
        about = {"name": name, "path": called, "format": form, "rows": len(its), "bytes": len(data)}
        resources.append({**about, "sha256": hashlib.sha256(data).hexdigest()})
    told: dict[str, Any] = {"format": "2.0", "batch": batch, "whole": whole, "previous": previous}
    told["resources"] = resources
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    told["digest"] = hashlib.sha256(canonical.encode()).hexdigest()
    (path / "datapackage.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    return str(told["digest"])


def take(engine: Engine, folder: Path, **options: Any) -> Imported:
    """Import an export."""
    with writing(engine) as connection:
        run = connection.execute(
            CrawlRun.__table__.insert()  # type: ignore[attr-defined]
            .values(kind="import", sites=[], started_at=DAY, state="running", crawler="here")
            .returning(CrawlRun.id)
        ).scalar_one()
    return import_export(engine, packages(folder), run_id=run, folder=folder, **options)


def comparable(rows: Rows, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Rows with the numbers of an archive told by what they name, in an order of their own."""
    articles = {row["id"]: f"{row['site']}:{row['native_id']}" for row in rows["articles"]}
    captures = {row["id"]: f"{row['url']} {row['captured_at']} {row['digest']}" for row in rows["captures"]}
    names = {"articles": articles, "captures": captures, "stories": {}}
    for row in rows["stories"]:
        names["stories"][row["cluster_id"]] = "+".join(sorted(articles[key] for key in row["members"]))
    found = {}
    for name, its in rows.items():
        refers = dict(DATASETS[name].refers)
        if DATASETS[name].key == ("id",):
            refers["id"] = name
        if name == "stories":
            refers["cluster_id"] = "stories"
        told = []
        for row in its:
            made = {key: _named(value, names.get(refers.get(key, ""))) for key, value in row.items()}
            if name == "changes":
                made["id"] = None
            told.append(json.dumps({k: v for k, v in made.items() if k not in without}, ensure_ascii=False))
        found[name] = sorted(told)
    return found


def _named(value: Any, names: dict[int, str] | None) -> Any:
    if names is None or value is None:
        return value
    # What stands for a story may be withdrawn.
    return sorted(names[one] for one in value) if isinstance(value, list) else names.get(value, "hidden")
