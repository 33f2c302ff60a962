"""What docs/read-it.md says is so, on the real programs."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.archive.export.package import write
from tests.archive.export.world import fill
from tests.interop import ROOT, run, there

pytestmark = pytest.mark.slow
PAGE = ROOT / "docs" / "read-it.md"
FIRST = datetime.fromisoformat("2025-02-28T16:00:00+00:00")
"""When the first article of the archive was published: it shows the day alone."""
ARTICLES = 6


@pytest.fixture
def folder(sqlite_engine: Engine, tmp_path: Path) -> Path:
    there("interop")
    fill(sqlite_engine)
    write(sqlite_engine, tmp_path / "news", "jsonl")
    write(sqlite_engine, tmp_path / "news-csv", "csv")
    write(sqlite_engine, tmp_path / "news-parquet", "parquet")
    return tmp_path


def test_the_lines_of_the_page_run(folder: Path) -> None:
    printed = run("interop", "python", Path(__file__).with_name("read_it.py"), PAGE, cwd=folder)
    told = [json.loads(line.removeprefix("told ")) for line in printed.splitlines() if line.startswith("told ")]
    assert len(told) == PAGE.read_text("utf-8").count("```python")
    for first, rows in told:
        assert (datetime.fromisoformat(first), rows) == (FIRST, ARTICLES)


VALIDATE = """
import json, sys
from frictionless import validate
for name in sys.argv[1:]:
    told = validate(f"{name}/datapackage.json")
    rows = {task.name: task.stats.get("rows") for task in told.tasks}
    print(json.dumps([name, told.valid, rows["articles"], sorted({type for [type] in told.flatten(["type"])})]))
"""


def test_the_packages_are_valid_and_a_byte_that_is_another_one_is_found(folder: Path, sqlite_engine: Engine) -> None:
    write(sqlite_engine, folder / "packed", "csv", "gz")
    write(sqlite_engine, folder / "excel", "csv", excel=True)
    path = write(sqlite_engine, folder / "broken", "jsonl") / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(b"second", b"secund", 1))
    names = ("news", "news-csv", "packed", "excel", "broken")
    printed = run("interop", "python", "-c", VALIDATE, *names, cwd=folder)
    told = [json.loads(line) for line in printed.splitlines()]
    assert told[:-1] == [[name, True, ARTICLES, []] for name in names[:-1]]
    assert told[-1][1:] == [False, ARTICLES, ["hash-count"]]


def test_packed_lines_are_read_too(folder: Path, sqlite_engine: Engine) -> None:
    write(sqlite_engine, folder / "packed", "jsonl", "zst")
    code = (
        "import duckdb, datasets; from pathlib import Path\n"
        "assert len(datasets.load_dataset('./packed', split='train')) == 6\n"
        "assert duckdb.sql(\"SELECT * FROM 'packed/articles.jsonl.zst'\").fetchall()\n"
    )
    run("interop", "python", "-c", code, cwd=folder)


def test_a_spreadsheet_computes_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    fill(sqlite_engine)
    data = (write(sqlite_engine, tmp_path / "excel", "csv", excel=True) / "articles.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(data.splitlines(keepends=True)))
    assert rows[0]["headline"] == "'=1+2"
    assert not [value for row in rows for value in row.values() if re.match("[=+@]", value)]
