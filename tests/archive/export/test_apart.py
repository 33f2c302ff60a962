"""Exports beside the chain: all there is, the hits of a query, copies of batches."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from archive.errors import ArchiveDamaged, NotFound, UsageError
from archive.export.apart import copy_batches, write_package
from archive.export.chain import batches
from archive.export.chain.seal import Sealing
from archive.export.datasets import DATASETS
from archive.export.package import MANIFEST, Package, Style
from archive.query.article import describe
from archive.store.db import reading
from archive.store.records import Item
from tests.archive.export.following import follow, index_of, present
from tests.archive.export.world import fill
from tests.archive.make import DAY, article, captured, store

NAMES = tuple(DATASETS)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def full(engine: Engine, folder: Path, style: Style | None = None, **more: Any) -> Package:
    with reading(engine) as connection:
        folder.mkdir(exist_ok=True)
        return write_package(connection, folder, more.pop("names", NAMES), style or Style(), DAY, **more)


def test_a_full_export_holds_the_archive(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    tmp_path = tmp_path / "to"
    package = full(engine, tmp_path)
    found = {
        name: {dataset.key_of(row): row for row in read(tmp_path / f"{name}.jsonl")}
        for name, dataset in DATASETS.items()
    }
    assert found == present(engine)
    assert {path.name for path in tmp_path.iterdir()} == {*(f"{name}.jsonl" for name in NAMES), MANIFEST, "README.md"}
    assert list(package.faults(bytes_too=True)) == []
    told = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert (told["batch"], told["previous"], told["whole"], told["withdrawn"]) == (None, None, True, 1)
    assert told["digest"] == package.digest
    again = Package.read(tmp_path)
    assert again is not None
    assert {**again.files, "README.md": package.files["README.md"]} == package.files


def test_a_later_one_takes_the_place_of_the_earlier(sqlite_engine: Engine, tmp_path: Path) -> None:
    fill(sqlite_engine)
    tmp_path = tmp_path / "to"
    full(sqlite_engine, tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    full(sqlite_engine, tmp_path, Style(form="csv", compress="gz"), names=("articles", "links"))
    names = {"articles.csv.gz", "links.csv.gz", MANIFEST, "README.md", "mine.txt"}
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.parametrize("name", ["README.md", "datapackage.json"])
def test_nobody_elses_file_is_written_over(sqlite_engine: Engine, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match=f"{name} is none of ours"):
        full(sqlite_engine, tmp_path)
    assert (tmp_path / name).read_text() == "{}"


def test_a_folder_of_batches_takes_no_full_export(sqlite_engine: Engine, tmp_path: Path) -> None:
    Sealing(sqlite_engine, tmp_path, Style(), lambda: DAY).run()
    with pytest.raises(UsageError, match="holds a chain of batches"):
        full(sqlite_engine, tmp_path)


def test_some_articles_in_their_order_and_what_belongs_to_them(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    all_there_is = present(engine)
    full(engine, tmp_path, articles=[3, 7, 1], query={"id": "q0123456789ab", "text": "桥"})
    assert [row["id"] for row in read(tmp_path / "articles.jsonl")] == [3, 1]  # 7 is withdrawn
    for name in ("revisions", "captures", "changes"):
        own = [row for row in all_there_is[name].values() if row["article_id"] in (1, 3)]
        assert read(tmp_path / f"{name}.jsonl") == own, name
    links = [row for row in all_there_is["links"].values() if {row["article_id"], row["other_id"]} & {1, 3}]
    assert read(tmp_path / "links.jsonl") == links
    assert [row["cluster_id"] for row in read(tmp_path / "stories.jsonl")] == [1]
    assert json.loads((tmp_path / MANIFEST).read_text("utf-8"))["query"]["id"] == "q0123456789ab"


def test_copies_of_batches_are_read_like_them(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder, to = tmp_path / "export", tmp_path / "to"
    for number in range(1, 5):
        store(sqlite_engine, captured(article(f"a:{number}", "一段文字。" * 30 + str(number)), number))
        Sealing(sqlite_engine, folder, Style(), lambda: DAY).run()
    to.mkdir()

    def copy(since: int) -> list[int]:
        with reading(sqlite_engine) as connection:
            return [one.number for one in copy_batches(connection, folder, batches(connection), since, to)]

    assert copy(2) == [3, 4]
    assert [one["batch"] for one in index_of(to)["batches"]] == [3, 4]
    for number in (3, 4):
        for file in (folder / "batches" / f"{number:06d}").iterdir():
            assert (to / "batches" / f"{number:06d}" / file.name).read_bytes() == file.read_bytes()
    assert copy(4) == []
    with pytest.raises(NotFound, match="the last one is 4"):
        copy(5)
    # One that was spoilt on its way is copied again; one that is spoilt here is told.
    (to / "batches" / "000004" / "articles.jsonl").write_text("")
    assert copy(0) == [1, 2, 3, 4]
    assert follow(to) == present(sqlite_engine)
    shutil.rmtree(to)
    spoilt = folder / "batches" / "000002" / "changes.jsonl"
    spoilt.write_bytes(spoilt.read_bytes().replace(b"new", b"old"))
    with pytest.raises(ArchiveDamaged, match=r"changes\.jsonl is not the file that was written"):
        copy(1)
    assert copy(2) == [3, 4]


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
    full(engine, tmp_path, names=("articles",))
    rows = {row["native_id"]: row for row in read(tmp_path / "articles.jsonl")}
    expected = {
        "stays": ("live", None, None),
        "goes": ("vanished", "2025-03-01T08:00:00.000000+00:00", "2025-03-01T09:00:00.000000+00:00"),
        "comes": ("returned", "2025-03-01T09:00:00.000000+00:00", "2025-03-01T13:00:00.000000+00:00"),
    }
    names = ("state", "state_after", "state_before")
    assert {key: tuple(row[name] for name in names) for key, row in rows.items()} == expected
    with reading(engine) as connection:
        shown = {key: describe(connection, row["id"])["state"] for key, row in rows.items()}
    assert shown == {key: told[0] for key, told in expected.items()}
