"""`jianbao bulk pages` and `jianbao import DIR`: the archive of an import of the same WARC files, whatever happened."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text as sql

from archive.store.db import open_engine, reading
from archive.workers import Ceiling
from crawler.bulk import load, part, run
from crawler.capture.hearing import Hearing
from crawler.cli import main
from crawler.run import extraction
from crawler.run import run as runs
from crawler.run.reading.answer import Answer, read
from crawler.warc.raw import RawCapture
from tests.crawler.bulk import corpus
from tests.crawler.bulk.corpus import AT, HTML, files, page, write
from tests.crawler.cli.test_bombs import spin
from tests.crawler.warc.test_writer import exchange
from tests.once.java import spark


class InProcess:
    """Reads as `Extraction` does, in this process."""

    def __init__(self, *, jobs: int = 1) -> None:
        self.jobs = jobs

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *error: object) -> None:
        return

    def pages(self, raws: Iterable[RawCapture], hearing: Hearing) -> Iterator[Answer]:
        return (read(raw, hearing) for raw in raws)


@pytest.fixture(scope="module")
def warcs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return files(tmp_path_factory.mktemp("warcs") / "in")


class Called:
    """Calls a function as `Workers` do, in this process."""

    def __init__(self, function: Callable[[Any], Any], **more: object) -> None:
        self.function = function

    def __enter__(self) -> "Called":
        return self

    def __exit__(self, *error: object) -> None:
        return

    def map(self, tasks: Iterable[Any]) -> Iterator["Future[Any]"]:
        for task in tasks:
            future: Future[Any] = Future()
            try:
                future.set_result(self.function(task))
            except Exception as error:
                future.set_exception(error)
            yield future


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return corpus.few(tmp_path_factory.mktemp("few") / "in")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """To start processes is most of what small files cost."""
    for module in (run, extraction):
        monkeypatch.setattr(module, "Extraction", InProcess)
    monkeypatch.setattr(load, "Workers", Called)


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is at one time, so that the rows of two archives can be compared whole."""
    import crawler.cli.import_  # noqa: F401 - what it imports later is patched

    real = runs.open_run
    monkeypatch.setattr(
        runs, "open_run", lambda home, sites, **more: real(home, sites, **more, now=lambda: AT + timedelta(days=30))
    )


def jianbao(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def rows(home: Path) -> dict[str, list[Any]]:
    """Every row of an archive that an import writes."""
    engine = open_engine(f"sqlite:///{home / 'archive.db'}")
    with reading(engine) as connection:
        names = connection.scalars(sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        found = {name: connection.execute(sql(f'SELECT * FROM "{name}"')).all() for name in list(names)}
    engine.dispose()
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def parts(folder: str) -> list[dict[str, Any]]:
    """Every row of the parts of a folder in the order of their names, without the place of their files."""
    files, path = fsspec.url_to_fs(folder)
    found = []
    for name in sorted(files.ls(path, detail=False), key=lambda one: one.rpartition("/")[2]):
        if name.endswith(".parquet"):
            with files.open(name, "rb") as file:
                found += pq.read_table(file).drop_columns("warc_file").to_pylist()
    return found


@pytest.fixture(scope="module")
def pages(warcs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages, as the command makes it, by processes under a ceiling."""
    folder = tmp_path_factory.mktemp("pages") / "new" / "folder"
    done = jianbao("bulk", "pages", *warcs, "--to", folder)
    assert done.exit_code == 3
    assert "third.warc.gz is no WARC file; passed over" in done.output
    assert "second.warc.gz: 32 article, 1 gone, 1 not_article, 2 broken records" in done.output
    assert "1 files and 2 records could not be read" in done.output
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("fixed")
def test_the_archive_is_that_of_an_import_of_the_files(
    warcs: list[Path], pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row of every table, the indexes' too, but for the run's own token; and again, nothing changes."""
    with monkeypatch.context() as patch:
        patch.setattr(extraction, "Extraction", InProcess)
        plain = jianbao("--home", tmp_path / "plain", "import", *warcs)
    ours = jianbao("--home", tmp_path / "ours", "import", "--jobs", 1, pages)
    monkeypatch.setattr(load, "Workers", Called)
    assert plain.exit_code == ours.exit_code == 3
    assert ours.output == plain.output
    expected, found = rows(tmp_path / "plain"), rows(tmp_path / "ours")
    own = {"crawl_run", "identity"}
    assert {name: rows for name, rows in found.items() if name not in own} == {
        name: rows for name, rows in expected.items() if name not in own
    }
    assert len(found["article"]) == 57
    assert [path.name for path in sorted((tmp_path / "ours" / "warc").iterdir())] == ["first.warc.gz", "second.warc.gz"]
    assert jianbao("--home", tmp_path / "ours", "verify").exit_code == 0
    again = jianbao("--home", tmp_path / "ours", "import", pages)
    assert "first.warc.gz: 30 known already, 1 other skipped" in again.output
    after = rows(tmp_path / "ours")
    own |= {"problem", "verified"}  # the file that is none is told by each run
    assert {name: rows for name, rows in after.items() if name not in own} == {
        name: rows for name, rows in found.items() if name not in own
    }


@pytest.fixture
def memory(few: list[Path]) -> Iterator[str]:
    """The files in a file system that only this process has."""
    files = fsspec.filesystem("memory")
    root = f"/{uuid4().hex}"
    for path in few:
        files.pipe(f"{root}/in/{path.name}", path.read_bytes())
    yield f"memory://{root}"
    files.rm(root, recursive=True)


@pytest.mark.usefixtures("in_process")
def test_files_and_folder_may_be_elsewhere(few: list[Path], memory: str, tmp_path: Path) -> None:
    done = jianbao("bulk", "pages", f"{memory}/in/*.warc.gz", "--to", f"{memory}/out")
    # Nobody knows the copy that was read by its name.
    assert f"\n{memory}/in/third.warc.gz is no WARC file; passed over\n" in done.output
    assert done.exit_code == 3, "a record that is torn"
    jianbao("bulk", "pages", *few[:2], "--to", tmp_path / "pages")
    assert parts(f"{memory}/out") == parts(str(tmp_path / "pages"))
    stays = jianbao("--home", tmp_path / "home", "import", "--in-place", f"{memory}/out")
    assert stays.exit_code == 3
    assert "cannot stay in its place: captures need it on this machine; leave out --in-place" in stays.output
    taken = jianbao("--home", tmp_path / "home", "import", f"{memory}/out")
    assert "first.warc.gz: 3 article" in taken.output
    there = {path.name: path.read_bytes() for path in (tmp_path / "home" / "warc").iterdir()}
    assert there == {path.name: path.read_bytes() for path in few[:2]}


@pytest.mark.usefixtures("in_process")
def test_a_killed_run_goes_on_at_the_file_where_it_was(
    few: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["bulk", "pages", *few[:2], "--to", tmp_path / "out"]
    jianbao(*words[:-1], tmp_path / "whole")
    real, begun = part.answer_row, []

    def killed(place: int, raw: RawCapture, answer: Answer) -> dict[str, Any]:
        begun.append(raw.warc_file)
        if len(begun) == 5:
            raise KeyboardInterrupt
        return real(place, raw, answer)

    monkeypatch.setattr(part, "answer_row", killed)
    assert CliRunner().invoke(main, [str(word) for word in words]).exit_code == 1
    assert begun[-1] == str(few[1])
    [first] = [name for name in tree(tmp_path / "out") if name.endswith(".parquet")]
    assert first.startswith("first")
    (tmp_path / "out" / f".{first}.0123456789ab.part").write_bytes(b"half of it")
    unfinished = jianbao("--home", tmp_path / "home", "import", tmp_path / "out")
    assert unfinished.exit_code == 2
    assert not (tmp_path / "home" / "archive.db").exists()
    assert "out is unfinished; end it with the same `jianbao bulk pages` that began it" in unfinished.output
    begun.clear()
    done = jianbao(*words)
    assert set(begun) == {str(few[1])}, "the first file is not read again"
    assert "2 parts in" in done.output
    assert "1 were there" in done.output
    assert tree(tmp_path / "out") == tree(tmp_path / "whole"), "byte for byte"


@pytest.mark.usefixtures("in_process")
def test_a_file_that_has_changed_is_told(few: list[Path], tmp_path: Path) -> None:
    first, second = (Path(shutil.copy(path, tmp_path)) for path in few[:2])
    words = ["bulk", "pages", first, second, "--to", tmp_path / "out"]
    jianbao(*words)
    before = tree(tmp_path / "out")
    os.utime(first, (1, 1))
    assert jianbao(*words).exit_code == 0, "another time is no other file"
    assert tree(tmp_path / "out") == before
    first.write_bytes(first.read_bytes()[:-40])
    changed = jianbao(*words)
    assert changed.exit_code == 2
    assert "first.warc.gz, which has changed since; make it anew with --redo, or name another folder" in changed.output
    assert tree(tmp_path / "out") == before
    old = jianbao("--home", tmp_path / "home", "import", tmp_path / "out")
    assert "first.warc.gz is not the file any more that its pages were read from" in old.output
    assert old.exit_code == 3
    done = jianbao(*words, "--redo")
    assert done.exit_code == 3, "its last record is torn now"
    after = tree(tmp_path / "out")
    assert [name for name in before if before[name] != after[name]] == [name for name in before if "first" in name]
    second.unlink()
    assert jianbao(*words).exit_code == 0, "a part outlives its file"
    added = jianbao("bulk", "pages", few[2], "--to", tmp_path / "out")
    assert added.exit_code == 3
    assert "2 parts in" in added.output
    (tmp_path / "home" / "warc" / "second.warc.gz").unlink()
    gone = jianbao("--home", tmp_path / "home", "import", tmp_path / "out")
    assert f"second.warc.gz is not there; put the WARC file there, or into {tmp_path / 'home' / 'warc'}" in gone.output
    shutil.copy(few[1], tmp_path / "home" / "warc")
    there = jianbao("--home", tmp_path / "home", "import", tmp_path / "out")
    assert re.search(r"second\.warc\.gz: \d+ known already", there.output)


@pytest.mark.usefixtures("in_process")
def test_parts_of_other_rules_are_told(few: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["bulk", "pages", few[0], "--to", tmp_path / "out"]
    jianbao("bulk", "pages", *few[:2], "--to", tmp_path / "out")
    other = jianbao("--set", "witness=off", *words)
    assert other.exit_code == 2
    assert "witness sample; now extractor" in other.output
    assert "make it anew with --redo, or name another folder" in other.output
    some = jianbao("--set", "witness=off", *words, "--redo")
    assert some.exit_code == 2
    assert "has parts of 1 other files, made by other rules" in some.output
    done = jianbao("--set", "witness=off", *words, few[1], "--redo")
    assert "2 parts in" in done.output
    assert "were there" not in done.output
    monkeypatch.setattr(part, "extractor_version", lambda: "0123456789ab")
    elsewhere = jianbao("bulk", "pages", few[0], "--to", tmp_path / "new")
    assert elsewhere.exit_code == 2
    assert "would be read by the rules 0123456789ab" in elsewhere.output


@pytest.mark.usefixtures("in_process")
def test_a_folder_of_something_else_is_left_alone(few: list[Path], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    words = ["bulk", "pages", few[0], "--to", tmp_path]
    refused = jianbao(*words)
    assert refused.exit_code == 2
    assert f"{tmp_path} holds something else (letter.txt, …); name a folder that is empty or new" in refused.output
    (tmp_path / "letter.txt").unlink()
    (tmp_path / "bulk.json").write_text('{"format": "jianbao-bulk 0"}')
    refused = jianbao(*words)
    assert "has the form jianbao-bulk 0, this program reads jianbao-bulk 1" in refused.output
    (tmp_path / "bulk.json").write_text('[{"format": 3}]')
    assert "is not the file that was written" in jianbao(*words).output
    assert "jianbao: 1 doubtful" not in jianbao("--home", tmp_path / "home", "import", tmp_path).output


@pytest.mark.usefixtures("in_process")
def test_a_part_that_is_damaged_costs_itself(few: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "pages"
    jianbao("bulk", "pages", *few, "--to", copy)
    [first] = copy.glob("first*")
    data = bytearray(first.read_bytes())
    place = len(data) // 3
    data[place : place + 50] = bytes(50)
    first.write_bytes(data)
    [second] = copy.glob("second*")
    second.write_bytes(second.read_bytes()[:1000])
    done = jianbao("--home", tmp_path / "home", "import", copy)
    assert done.exit_code == 3
    assert f"{first} cannot be read: OSError" in done.output
    assert f"{second} is no part that was written whole; remove it, and make it again" in done.output
    assert "Traceback" not in done.output


def test_words_that_name_nothing(tmp_path: Path) -> None:
    for word, said in (
        (str(tmp_path / "*.warc.gz"), "no file is named like"),
        ("memory://nowhere/*.warc.gz", "names no WARC file"),
        ("zz://x/y.warc.gz", "Protocol not known: zz"),
        (str(tmp_path), "holds no file that can be taken in"),
    ):
        done = jianbao("bulk", "pages", word, "--to", tmp_path / "out")
        assert done.exit_code == 2
        assert said in done.output
    lost = jianbao("bulk", "pages", "memory://nowhere/x.warc.gz", tmp_path / "y.warc.gz", "--to", tmp_path / "out")
    assert lost.exit_code == 2
    assert "cannot read memory:///nowhere/x.warc.gz: it is not there; passed over" in lost.output
    assert f"cannot read {tmp_path / 'y.warc.gz'}: it is not there; passed over" in lost.output


def test_without_fsspec_one_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    done = jianbao("bulk", "pages", "x.warc.gz", "--to", tmp_path)
    assert done.exit_code == 2
    assert "install jianbao[bulk]" in done.output


@pytest.mark.slow
def test_a_page_that_takes_all_memory_is_a_recorded_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = exchange(url="https://x.example/1.html", payload=b"<p>eat", headers=HTML)
    path, _ = write(
        tmp_path / "x.warc.gz", [bad, page("one", "a", "河堤上的茶市在清晨五点开张，掌柜们把算盘挂在门外。" * 3, 1)]
    )
    monkeypatch.setattr(extraction, "work", spin)
    monkeypatch.setattr(run, "Extraction", partial(extraction.Extraction, ceiling=Ceiling(seconds=1, megabytes=300)))
    done = jianbao("bulk", "pages", path, "--to", tmp_path / "out")
    assert done.exit_code == 0
    assert "x.warc.gz: 1 article, 1 broken" in done.output
    [bad_row, _] = parts(str(tmp_path / "out"))
    assert bad_row["detail"] == "reading it was given up: MemoryError"


@pytest.mark.usefixtures("one_spark")
@pytest.mark.parametrize("master", [pytest.param("local[2]", marks=spark)])
def test_spark_gives_the_same_bytes(warcs: list[Path], pages: Path, tmp_path: Path, master: str) -> None:
    words = ["bulk", "pages", *warcs, "--to", tmp_path / "out", "--engine", "spark", "--master", master]
    done = jianbao(*words)
    assert done.exit_code == 3, done.output
    assert "1 files and 2 records could not be read" in done.output
    assert tree(tmp_path / "out") == tree(pages)
    again = jianbao(*words)
    assert "2 were there" in again.output
