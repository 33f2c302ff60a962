"""An export of an archive as a folder: a file for each dataset, the manifest and the card."""

import hashlib
import json
from pathlib import Path

from sqlalchemy import Engine

from archive.export.datasets import DATASETS, FORMAT
from archive.export.described import card
from archive.export.described.manifest import manifest, resource
from archive.export.writers import Form, Packing, file_name, writer
from archive.store.db import reading


def write(engine: Engine, folder: Path, form: Form, compress: Packing | None = None, *, excel: bool = False) -> Path:
    """Write the folder."""
    folder.mkdir(parents=True)
    resources = []
    with reading(engine) as connection:
        for name, dataset in DATASETS.items():
            path = folder / file_name(name, form, compress)
            count = 0
            with path.open("wb") as file:
                to = writer(file, form, dataset.fields, compress=compress, excel=excel)
                for row in dataset.rows(connection, None):
                    to.write(row)
                    count += 1
                to.finish()
            data = path.read_bytes()
            about = {"rows": count, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            style = {"form": form, "compress": compress, "excel": excel}
            beside = frozenset(DATASETS)
            resources.append(
                resource(name, dataset.fields, path=path.name, whole=True, beside=beside, **style, **about)  # type: ignore[arg-type]
            )
    about = {"format": FORMAT, "archive": "a", "created": "2025-03-01T12:00:00+08:00", "batch": None, "whole": True}
    told = manifest(resources, {**about, "previous": None})
    (folder / "datapackage.json").write_text(json.dumps(told, ensure_ascii=False, indent=1))
    (folder / card.NAME).write_text(card.card(told))
    return folder
