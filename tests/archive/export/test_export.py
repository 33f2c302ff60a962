"""The export: every form holds the same, whole or not at all."""

import fcntl
import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from archive.dedup.tables import Cluster
from archive.errors import StorageError, UsageError
from archive.export import run as export_run
from archive.export.datasets import ARTICLES
from archive.query.article import describe
from archive.store.db import reading, writing
from archive.store.records import ImageRecord, Item
from tests.archive.make import DAY, article, captured, store, told


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Three articles, of which the first two are one story, represented by the second."""
    store(
        engine,
        captured(
            article("a:1", '=1+1\n"引号", 逗号', headline="@标题", keywords=("稀土", "-x"), published_precision="day")
        ),
        told(article("a:2", "第二条。", images=(ImageRecord(url="https://clip.example/i.jpg", caption="图"),))),
        told(article("a:3", "第三条。", headline=None, published_at=None, published_precision=None)),
    )
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM cluster"))
        connection.execute(text("UPDATE article SET cluster_id = 1 WHERE id = 2"))
        connection.execute(insert(Cluster).values(id=1, representative_id=2, size=2))
    return engine


def export(engine: Engine, folder: Path, form: str, every_article: bool = True) -> Path:
    with reading(engine) as connection:
        return export_run.export(connection, folder, form, every_article=every_article, now=DAY).path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_json_lines(filled: Engine, tmp_path: Path) -> None:
    path = export(filled, tmp_path / "new" / "folder", "jsonl")
    first, second, third = read(path)
    assert list(first) == list(ARTICLES.fields)
    assert first["published_at"] == "2025-03-01"
    assert (first["headline"], first["body"], first["keywords"]) == ("@标题", '=1+1\n"引号", 逗号', ["稀土", "-x"])
    assert [row["representative"] for row in (first, second, third)] == [False, True, True]
    assert [row["cluster_id"] for row in (first, second, third)] == [1, 1, 3]
    assert second["images"] == [{"url": "https://clip.example/i.jpg", "caption": "图"}]
    assert (third["headline"], third["published_at"]) == (None, None)


def test_the_state_and_the_two_looks_around_it(engine: Engine, tmp_path: Path) -> None:
    def gone(native_id: str, hours: float) -> Item:
        url = f"https://clip.example/{native_id}"
        return captured(None, hours, url=url, site="clip", native_id=native_id)

    lives = {
        "stays": article("stays", "留下。"),
        "goes": article("goes", "走了。"),
        "comes": article("comes", "回来。"),
    }
    store(engine, *(captured(one) for one in lives.values()))
    store(
        engine,
        captured(lives["goes"], 2),
        gone("goes", 5),
        gone("goes", 30),
        gone("comes", 5),
        captured(lives["comes"], 9),
    )
    # An older capture that comes in later dates it more closely.
    store(engine, captured(lives["goes"], 4))
    rows = {row["native_id"]: row for row in read(export(engine, tmp_path, "jsonl"))}
    expected = {
        "stays": ("live", None, None),
        "goes": ("vanished", "2025-03-01T08:00:00.000000+00:00", "2025-03-01T09:00:00.000000+00:00"),
        "comes": ("returned", "2025-03-01T09:00:00.000000+00:00", "2025-03-01T13:00:00.000000+00:00"),
    }
    names = ("state", "state_after", "state_before")
    assert {key: tuple(row[name] for name in names) for key, row in rows.items()} == expected
    with reading(engine) as connection:
        shown = {key: describe(connection, row["id"]) for key, row in rows.items()}
    for key, row in shown.items():
        moments = [moment and datetime.fromisoformat(moment) for moment in expected[key][1:]]
        assert [moment and datetime.fromisoformat(moment) for moment in (row[names[1]], row[names[2]])] == moments


def test_representatives_only_unless_all_are_wanted(filled: Engine, tmp_path: Path) -> None:
    assert [row["id"] for row in read(export(filled, tmp_path, "jsonl", every_article=False))] == [2, 3]


def test_the_description_beside_it(filled: Engine, tmp_path: Path) -> None:
    path = export(filled, tmp_path, "jsonl")
    about = json.loads((tmp_path / "articles.jsonl.json").read_text())
    assert about["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (about["format"], about["articles"], about["all"], about["bytes"]) == ("2.0", 3, True, path.stat().st_size)


def test_an_export_that_fails_leaves_the_last_one(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(filled, tmp_path, "jsonl")
    before = path.read_bytes()

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archive.export.run.os.fsync", fail)
    with pytest.raises(StorageError, match="No space left"):
        export(filled, tmp_path, "jsonl", every_article=False)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        "articles.jsonl",
        "articles.jsonl.json",
    ]


def test_a_folder_that_cannot_be(filled: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        export(filled, tmp_path / "file" / "below", "jsonl")


def test_parquet_without_pyarrow(filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"install jianbao\[parquet\]"):
        export(filled, tmp_path, "parquet")
    assert [file for file in tmp_path.iterdir() if file.name.startswith((".", "articles"))] == []


def test_what_a_dead_export_left_goes_with_the_next(filled: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    dead = [folder / f".articles.jsonl.{number}.part" for number in (1, 99999)]
    dead.append(folder / ".articles.jsonl.json.7.part")
    others = [folder / name for name in (".articles.csv.1.part", "articles.jsonl.1.part", ".mine.part")]
    living = folder / ".articles.jsonl.5.part"
    for path in (*dead, *others, living):
        path.write_text("half")
    with living.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        export(filled, folder, "jsonl")
        left = {path.name for path in folder.iterdir()}
    assert left == {"articles.jsonl", "articles.jsonl.json", living.name, *(path.name for path in others)}
