"""A reader of the chain, as docs/export.md has one, for all datasets; and what the archive holds, to compare."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from archive.export.datasets import DATASETS, Row
from archive.store.db import reading

State = dict[str, dict[tuple[int, ...], Row]]
"""The rows of each dataset by their keys."""


def index_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "index.json").read_text("utf-8"))  # type: ignore[no-any-return]


def follow(folder: Path, *, from_snapshot: bool = False) -> State:
    """Apply the batches of an export folder in order, from the last one that holds all or from the snapshot on."""
    index = index_of(folder)
    batches = index["batches"]
    state: State = {name: {} for name in DATASETS}
    if from_snapshot and index["snapshot"] is not None:
        apply(state, folder / index["snapshot"]["path"], index["snapshot"]["files"])
        batches = [batch for batch in batches if batch["batch"] > index["snapshot"]["batch"]]
    else:
        batches = batches[max(place for place, batch in enumerate(batches) if batch["whole"]) :]
    for batch in batches:
        if batch["whole"]:
            state = {name: {} for name in DATASETS}
        apply(state, folder / batch["path"], batch["files"])
    return state


def apply(state: State, folder: Path, files: list[dict[str, Any]]) -> None:
    for file in files:
        name, _, form = file["path"].partition(".")
        if name not in DATASETS:
            continue
        assert form == "jsonl"
        last: tuple[int, ...] = ()
        rows = state[name]
        for line in (folder / file["path"]).read_text("utf-8").split("\n")[:-1]:
            row = json.loads(line)
            op = row.pop("op")
            if "cause" not in DATASETS[name].fields:
                row.pop("cause")
            key = DATASETS[name].key_of(row)
            assert key > last, "in the order of their keys, each once"
            last = key
            if op == "withdraw":
                rows.pop(key, None)
            else:
                assert op == "upsert" or name == "articles"
                if op == "regroup":
                    same = ("cluster_id", "representative")
                    before = rows[key]
                    assert {**row, **{one: before[one] for one in same}} == before, "only its story changed"
                rows[key] = row


def present(engine: Engine) -> State:
    """What the archive holds now, as JSON has it."""
    with reading(engine) as connection:
        return {
            name: {dataset.key_of(row): json.loads(json.dumps(row)) for row in dataset.rows(connection, None)}
            for name, dataset in DATASETS.items()
        }
