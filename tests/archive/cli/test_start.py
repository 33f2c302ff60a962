"""What a command loads: nothing that costs more than its own work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.store.db import open_engine, writing
from archive.store.models import CrawlRun
from tests.archive.dedup.copies import DAY, record, spin, store, text

ROOT = Path(__file__).parents[3]
HEAVY = (
    "alembic",
    "datasketch",
    "datasketch.minhash",
    "duckdb",
    "jinja2",
    "lxml",
    "numpy",
    "opencc",
    "pyarrow",
    "rapidfuzz",
    "rich",
    "scipy",
    "scrapy",
    "sqlalchemy",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
    "starlette",
    "trafilatura",
    "twisted",
    "warcio",
)
PROGRAM = f"""
import sys
from crawler.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
ours = sum(name.split(".")[0] in ("archive", "crawler", "jianbao") for name in sys.modules)
print("loaded", ours, *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "most", "loads"),
    [
        ("--help", 17, ""),
        ("search 消息", 74, "sqlalchemy"),
        ("show 1", 70, "sqlalchemy"),
        ("history 1", 78, "sqlalchemy"),
        ("changes --since 2020", 77, "sqlalchemy"),
        ("stats", 42, "sqlalchemy"),
        ("runs", 42, "sqlalchemy"),
        ("health", 63, "sqlalchemy"),
        ("sites", 72, "lxml rapidfuzz sqlalchemy"),  # a site file names the template's readers
        ("export", 90, "numpy rapidfuzz sqlalchemy"),  # to tell what a revision changed
        ("cluster 1", 80, "numpy rapidfuzz sqlalchemy"),  # to show where two copies differ
        ("db check", 32, "sqlalchemy"),
        ("match --help", 25, ""),
    ],
)
def test_reading_loads_no_more_than_it_needs(
    sqlite_url: str, tmp_path: Path, words: str, most: int, loads: str
) -> None:
    engine = open_engine(sqlite_url)
    store(engine, record(text(1), "one", headline="桥的消息"), record(spin(text(1)), "two", headline="桥的消息"))
    with writing(engine) as connection:
        connection.execute(insert(CrawlRun).values(kind="crawl", sites=[], started_at=DAY, state="finished"))
    engine.dispose()
    command = [sys.executable, "-c", PROGRAM, "--home", str(tmp_path), "--database", sqlite_url, *words.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout or words.startswith("changes")
    last = done.stderr.splitlines()[-1].split()
    assert last[0] == "loaded"
    assert int(last[1]) <= most
    assert set(last[2:]) <= set(loads.split())


THREADS = """
import os, sys
from crawler.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
assert "numpy" in sys.modules
print(len(os.listdir("/proc/self/task")), file=sys.stderr)
"""


@pytest.mark.slow
def test_a_command_starts_no_threads_that_have_nothing_to_do(sqlite_url: str, tmp_path: Path) -> None:
    """numpy's linear algebra has one for each processor, unless it is told otherwise."""
    engine = open_engine(sqlite_url)
    store(engine, record(text(1), "one"), record(spin(text(1)), "two"))
    engine.dispose()
    command = [sys.executable, "-c", THREADS, "--home", str(tmp_path), "--database", sqlite_url, "cluster", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "1"


ENDING = """
import atexit, gc, sys
from crawler.cli import main
atexit.register(lambda: print("left to look through", len(gc.get_objects()), file=sys.stderr))
main(["--help"])
"""


def test_no_garbage_is_looked_for_as_a_command_ends() -> None:
    done = subprocess.run([sys.executable, "-c", ENDING], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert int(done.stderr.split()[-1]) < 1_000, done.stderr


@pytest.mark.slow
def test_a_command_that_loads_duckdb_ends_without_a_word(tmp_path: Path) -> None:
    """DuckDB tells on stderr what nobody took apart."""
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.db'}", create=True)
    store(engine, *(record(text(number), str(number)) for number in range(400)))
    engine.dispose()
    program = "from crawler.cli import main; main()"
    command = [sys.executable, "-c", program, "--home", str(tmp_path), "recluster", "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""


STORES = """
import sys
from archive.ingest.prepare import indexes
assert indexes("题", "一条新闻在这里。").__len__() == 3
assert not {"scipy", "datasketch"} & set(sys.modules)
import datasketch
from archive.dedup.propose.signature import signature
from archive.text.fold import as_codes
assert type(signature(as_codes("一条新闻在这里"))) is datasketch.MinHash
"""


@pytest.mark.slow
def test_what_stores_loads_of_datasketch_what_it_uses_and_leaves_it_whole_for_others() -> None:
    done = subprocess.run([sys.executable, "-c", STORES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
