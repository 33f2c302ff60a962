"""`jianbao export`, as it is typed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.store.db import open_engine
from crawler.cli import main
from tests.archive.export.following import follow, index_of, present
from tests.archive.make import article, captured, store

Run = Callable[..., Result]
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def home(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///")).parent


@pytest.fixture
def run(home: Path) -> Run:
    add(home, 1)
    return lambda *words: CliRunner().invoke(main, ["--home", str(home), "export", *words], catch_exceptions=False)


def add(home: Path, number: int) -> None:
    engine = open_engine(f"sqlite:///{home / 'archive.db'}")
    store(engine, captured(article(f"a:{number}", f"稀土价格上涨，这是第{number}条。"), number))
    engine.dispose()


def look(home: Path) -> None:
    """A page without an article, so that a batch tells nothing of articles."""
    engine = open_engine(f"sqlite:///{home / 'archive.db'}")
    store(engine, captured(None, 9))
    engine.dispose()


def test_a_batch_a_run_where_something_changed(run: Run, home: Path) -> None:
    first = run()
    assert (first.exit_code, first.stderr) == (0, "")
    assert (
        first.stdout == f"batch 1: 1 articles, 1 revisions, 1 stories, 1 captures, 1 changes in {home}/export/batches\n"
    )
    again = run()
    assert (again.exit_code, again.stdout) == (0, "nothing has changed since batch 1\n")
    told = json.loads(run("--json").stdout)
    assert (told["batch"], told["head"], told["rows"]) == (None, 1, {})
    add(home, 2)
    told = json.loads(run("--json", "--compress", "gz").stdout)
    assert (told["batch"], told["whole"], told["rows"]["articles"]) == (2, False, 1)
    assert told["digest"] == index_of(home / "export")["head"]


def test_what_does_not_move_the_chain(run: Run, home: Path, tmp_path: Path) -> None:
    run()
    add(home, 2)
    before = index_of(home / "export")
    assert run("--to", "-").stdout.count("\n") == 2
    rows = run("--to", "-", "--dataset", "captures", "--json")
    assert [json.loads(line)["id"] for line in rows.stdout.splitlines()] == [1, 2]
    assert json.loads(rows.stderr) == {"rows": {"captures": 2}}
    assert run("--to", "-", "--format", "csv").stdout.startswith("id,site,native_id,")
    assert "2 articles" in run("--full", "--to", str(tmp_path / "full"), "--format", "parquet").stdout
    assert (tmp_path / "full" / "articles.parquet").exists()
    found: dict[str, Any] = json.loads(run("--query", "第2条", "--json").stdout)
    folder = home / "export" / "queries" / found["query"]["id"]
    assert (found["rows"], found["path"]) == ({"articles": 1}, str(folder))
    assert json.loads((folder / "datapackage.json").read_text("utf-8"))["query"]["text"] == "第2条"
    add(home, 3)
    assert json.loads(run("--query", found["query"]["id"], "--to", "-").stdout)["native_id"] == "a:2"
    assert run("--since-batch", "0", "--to", str(tmp_path / "copies")).stdout.startswith("1 batches after 0 in ")
    assert index_of(home / "export") == before
    assert run().stdout.startswith("batch 2: 2 articles")
    assert run("--full").stdout == f"snapshot of batch 2 in {home}/export/snapshot\n"
    engine = open_engine(f"sqlite:///{home / 'archive.db'}")
    assert follow(home / "export", from_snapshot=True) == present(engine)
    engine.dispose()


def test_the_chain_begins_anew(run: Run, home: Path) -> None:
    run()
    add(home, 2)
    run()
    run("--full")
    before = index_of(home / "export")
    size = sum(path.stat().st_size for one in ("batches", "snapshot") for path in (home / "export" / one).rglob("*.*"))
    dry = run("--begin-anew", "--dry-run")
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert dry.stdout == (
        f"would seal batch 3, of all that there is\nwould remove 2 batches, the snapshot of batch 2: {size:,} bytes\n"
    )
    assert index_of(home / "export") == before
    removed = {"batches": [1, 2], "snapshots": [2], "queries": [], "bytes": size}
    assert json.loads(run("--begin-anew", "--dry-run", "--json").stdout)["removed"] == removed
    told = json.loads(run("--begin-anew", "--json").stdout)
    assert (told["batch"], told["whole"], told["rows"]["articles"], told["removed"]) == (3, True, 2, removed)
    assert run("--begin-anew").stdout.startswith("batch 4: 2 articles, ")
    assert run().stdout == "nothing has changed since batch 4\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--full", "--query", "稀土"), "exclude each other"),
        (("--since-batch", "0"), "say where with --to DIR"),
        (("--since-batch", "0", "--to", "-"), "say where with --to DIR"),
        (("--dataset", "links"), "a batch has all datasets"),
        (("--full", "--dataset", "links"), "a snapshot has all datasets"),
        (("--to", "-", "--dataset", "links", "--dataset", "articles"), "standard output takes one dataset"),
        (("--excel",), "--excel is for --format csv"),
        (("--begin-anew", "--full"), "exclude each other"),
        (("--begin-anew", "--to", "-"), "leave --to out"),
        (("--begin-anew", "--dataset", "links"), "a batch has all datasets"),
        (("--dry-run",), "--dry-run is for --begin-anew"),
        (("--full",), "no batch is sealed yet"),
        (("--query", "(("), ""),
    ],
)
def test_what_makes_no_sense_is_told(run: Run, home: Path, words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert not (home / "export" / "batches").exists()


def test_an_id_that_there_is_not_is_no_search_without_hits(run: Run, home: Path) -> None:
    done = run("--query", "q0123456789ab")
    assert (done.exit_code, done.stdout) == (9, "")
    assert done.stderr == "jianbao: no query 'q0123456789ab'; `jianbao saved list` shows those that were saved\n"
    assert not (home / "export").exists()
    found = run("--query", "稀土").stdout
    [query_id] = re.findall("query (q[0-9a-f]{12})", found)
    assert run("--query", query_id).stdout == found


def test_the_reader_of_the_docs_follows_the_chain(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    add(home, 2)
    CliRunner().invoke(main, ["--home", str(home), "withdraw", "1", "--reason", "一个理由"], catch_exceptions=False)
    run()
    look(home)
    assert run().stdout.startswith("batch 3: 1 captures in ")
    [code] = re.findall(r"^```python\n(.*?)^```$", (DOCS / "export.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len([line for line in code.splitlines() if line and not line.startswith(("import", "from"))]) <= 12
    made: dict[str, Any] = {}
    monkeypatch.chdir(home)
    exec(code, made)  # noqa: S102 - the page's own example
    assert [row["native_id"] for row in made["articles"].values()] == ["a:2"]
