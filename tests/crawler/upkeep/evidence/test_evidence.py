"""`jianbao evidence`: all that the archive can show for an article; and any byte that is changed later is found."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from sqlalchemy import insert

from archive.errors import UsageError
from archive.evidence import container
from archive.evidence.package import DIGEST, MANIFEST, canonical, digest_file
from archive.evidence.verify import verify
from archive.export.tables import ExportBatch
from archive.people.withdrawals import withdraw
from archive.settings import Home
from archive.store.db import open_engine, writing
from crawler.capture.raw.pages import StoredPages, read_explained
from crawler.cli import main
from crawler.upkeep.evidence.contents import contents
from crawler.warc.writer import Repeats
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import LINES, page, url


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "evidence", *words], catch_exceptions=False)


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read in this process: one of its own takes a second to begin."""
    monkeypatch.setattr(StoredPages, "explained", lambda self, place: read_explained(self._home, place))


@pytest.fixture(scope="module")
def made(_made: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose article 2 (page 1) was looked at again twice: the same, then another text; a copy of it; and its
    packages, `case` and `case.wacz`."""
    folder = tmp_path_factory.mktemp("evidence")
    shutil.copytree(_made[0], folder / "home")
    database = f"sqlite:///{folder / 'home' / 'archive.db'}"
    engine = open_engine(database)
    small = Small(Home(path=folder / "home", database=database), engine)
    same = Repeats(url=url(1), at=BEGIN.replace(minute=1), digest=_made[1][1].digest)
    small.write(exchange(1, later=30, repeats=same))
    small.write(exchange(1, [*LINES[:-1], "最后一段改了，说的是另一件事。"], later=50))
    small.write(evolve(exchange(60), payload=page(1)))
    small.take_in()
    engine.dispose()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(StoredPages, "explained", lambda self, place: read_explained(self._home, place))
        for name, words in (("case", [url(1)]), ("case.wacz", [url(1), "1"])):
            assert run(folder / "home", *words, "--to", str(folder / name)).exit_code == 0
    return folder


@pytest.fixture
def looked(made: Path, tmp_path: Path) -> Iterator[Small]:
    """That archive."""
    shutil.copytree(made / "home", tmp_path / "home")
    database = f"sqlite:///{tmp_path / 'home' / 'archive.db'}"
    engine = open_engine(database)
    yield Small(Home(path=tmp_path / "home", database=database), engine)
    engine.dispose()


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Its package, as a folder."""
    return Path(shutil.copytree(made / "case", tmp_path / "case"))


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """Its package, as a file."""
    return Path(shutil.copy(made / "case.wacz", tmp_path))


def findings(path: Path) -> list[str]:
    """The files of which something is said."""
    found = verify(path)
    return sorted({one.path for one in found.findings} or {one.path for one in contents(found.files)})


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"evidence/{name}.jsonl").read_text("utf-8").splitlines()]


def test_all_that_can_be_shown_is_in_it(folder: Path, looked: Small) -> None:
    (article,) = rows(folder, "articles")
    assert (article["url"], article["revision"]) == (url(1), 2)
    assert [one["kind"] for one in article["history"]] == ["new", "revised"]
    captures = rows(folder, "captures")
    assert [one["repeats_id"] is None for one in captures] == [True, False, True]
    first, second = rows(folder, "revisions")
    assert second["present"]
    for one in (first, second):
        text = (folder / f"text/2-{one['number']}.txt").read_bytes()
        assert text.decode() == f"{one['headline']}\n{one['body']}"
        assert sha256(text).hexdigest() == one["digest"]
    (diff,) = rows(folder, "diffs")
    assert (diff["before"], diff["after"]) == (1, 2)
    assert any("最后一段改了" in run["text"] for piece in diff["pieces"] for run in piece["runs"])
    read, repeated, changed = rows(folder, "lines")
    assert repeated == {"capture": captures[1]["id"], "repeats": captures[0]["id"]}
    kept = [line["text"] for line in read["lines"] if line["kept"] and line["text"]]
    assert "\n".join(kept) == first["body"]
    assert all(line["rule"] for line in read["lines"] if not line["kept"])
    assert "最后一段改了" in json.dumps(changed, ensure_ascii=False)
    (link,) = rows(folder, "links")
    assert (link["article"], link["other"]["url"]) == (2, url(60))
    assert link["reason"]
    assert link["because"]
    rules = json.loads((folder / "evidence/rules.json").read_text())
    assert len(rules["extractor"]) == 12
    assert rules["libraries"]["lxml"]
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["evidence"] == {"articles": [f"{article['site']}:{article['native_id']}"], "export_chain": None}


def test_it_is_chained_to_the_export(looked: Small, tmp_path: Path) -> None:
    sealed = {"sealed_at": datetime(2026, 1, 1, tzinfo=UTC), "whole": True, "shape": "", "last_change": 0, "files": {}}
    with writing(looked.engine) as connection:
        for number, digest in ((6, "cd" * 32), (7, "ab" * 32)):
            connection.execute(insert(ExportBatch).values(number=number, digest=digest, previous=None, **sealed))
    run(looked.home.path, "1", "--to", str(tmp_path / "case"))
    manifest = json.loads((tmp_path / "case" / MANIFEST).read_text())
    assert manifest["evidence"]["export_chain"] == {"batch": 7, "digest": "ab" * 32}


def test_a_changed_byte_of_each_file_is_found(folder: Path) -> None:
    assert findings(folder) == []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        for place in {0, len(data) // 2, len(data) - 1}:
            changed = bytearray(data)
            changed[place] ^= 1
            path.write_bytes(changed)
            assert name in findings(folder) or DIGEST in findings(folder), (name, place)
        path.write_bytes(data[:-1])
        assert findings(folder), name
        path.write_bytes(data + b"\n")
        assert findings(folder), name
        path.write_bytes(data)
    assert findings(folder) == []


def test_a_changed_byte_of_the_container_is_found(file: Path) -> None:
    """Every one of its headers, and some of each content."""
    data = file.read_bytes()
    with file.open("rb") as opened:
        entries = container.entries_of(opened)
    insides = {place for one in entries for place in range(one.start, one.start + one.size)}
    places = sorted(set(range(len(data))) - insides) + [one.start + one.size // 2 for one in entries if one.size]
    assert len(places) > 1500
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        if place not in insides:
            with pytest.raises(container.ContainerError):
                container.entries_of(io.BytesIO(changed))
        else:
            file.write_bytes(changed)
            assert findings(file), place
    for changed in (data[:-1], data + b"\0", b"\0" + data, data[:1000], b"PK\5\6" + b"\0" * 18, b"", b"x" * 5000):
        file.write_bytes(changed)
        assert findings(file), len(changed)


def moved(folder: Path) -> None:
    one, other = folder / "text/2-1.txt", folder / "text/2-2.txt"
    one.rename(folder / "aside")
    other.rename(one)
    (folder / "aside").rename(other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "text/2-1.txt").unlink(), ["text/2-1.txt"]),
        (lambda folder: (folder / MANIFEST).unlink(), [MANIFEST]),
        (lambda folder: (folder / DIGEST).unlink(), [DIGEST]),
        (lambda folder: shutil.rmtree(folder / "text"), ["text/2-1.txt", "text/2-2.txt"]),
        (lambda folder: (folder / "text/2-3.txt").write_text("x"), ["text/2-3.txt"]),
        (lambda folder: (folder / "evidence/.hidden").write_text("x"), ["evidence/.hidden"]),
        (lambda folder: (folder / "more").mkdir(), ["more"]),
        (lambda folder: (folder / "text/deep").mkdir(), ["text/deep"]),
        (moved, ["text/2-1.txt", "text/2-2.txt"]),
        (lambda folder: (folder / "text/link.txt").symlink_to("/etc/passwd"), ["text/link.txt"]),
        (lambda folder: os.mkfifo(folder / "text/pipe.txt"), ["text/pipe.txt"]),
        (lambda folder: (folder / "text/2-1.txt").rename(folder / "text/2-9.txt"), ["text/2-1.txt", "text/2-9.txt"]),
    ],
)
def test_what_was_added_removed_or_swapped_is_found(
    folder: Path, change: Callable[[Path], Any], said: list[str]
) -> None:
    change(folder)
    assert findings(folder) == said


def test_two_files_of_a_container_swapped_are_found(file: Path) -> None:
    """By a tool that writes the container anew: its bytes are not ours, whatever stands inside."""
    with zipfile.ZipFile(file) as opened:
        inside = {one.filename: opened.read(one) for one in opened.infolist()}
    for swapped in (False, True):
        names = sorted(inside)
        if swapped:
            inside["text/2-1.txt"], inside["text/2-2.txt"] = inside["text/2-2.txt"], inside["text/2-1.txt"]
        with zipfile.ZipFile(file, "w") as made:
            for name in names:
                made.writestr(name, inside[name])
        assert findings(file), swapped
        folder = file.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(file) as opened:
            opened.extractall(folder)
        assert findings(folder) == (["text/2-1.txt", "text/2-2.txt"] if swapped else []), "unpacked, it can be verified"


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None] = lambda told: None) -> None:
    """The manifest made anew over what is there, as somebody would who hides a change."""
    told = json.loads((folder / MANIFEST).read_text())
    for resource in told["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource |= {"bytes": len(data), "hash": f"sha256:{sha256(data).hexdigest()}"}
    change(told)
    (folder / MANIFEST).write_bytes(canonical(told))
    (folder / DIGEST).write_bytes(digest_file(canonical(told)))


def test_a_package_made_anew_is_found_by_its_digest(folder: Path, looked: Small) -> None:
    digest = verify(folder).digest
    assert run(looked.home.path, "verify", str(folder), "--digest", f"sha256:{digest}").exit_code == 0
    rewritten(folder, lambda told: told.update(title="another"))
    assert run(looked.home.path, "verify", str(folder)).exit_code == 0
    done = run(looked.home.path, "verify", str(folder), "--digest", digest)
    assert done.exit_code == 11
    assert "its digest is not the one that was given" in done.stdout


@pytest.mark.parametrize(
    "name", ["text/2-1.txt", "evidence/revisions.jsonl", "evidence/captures.jsonl", "archive/data.warc.gz"]
)
def test_parts_that_do_not_fit_each_other_are_found(folder: Path, name: str) -> None:
    """Also where somebody made the manifest anew."""
    path = folder / name
    data = path.read_bytes()
    if name.endswith(".gz"):
        path.write_bytes(data[:-200])
    elif name.endswith("captures.jsonl"):
        path.write_bytes(data.replace(b'"offset":0', b'"offset":9'))
    else:
        path.write_bytes(data.replace("水塔".encode(), "水坝".encode(), 1))
    assert path.read_bytes() != data
    rewritten(folder)
    assert findings(folder)


def test_names_that_a_terminal_would_obey_are_written_out(folder: Path) -> None:
    (folder / "text" / "\x1b[31m.txt").write_text("x")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")
    done = run(folder, "verify", str(folder))
    assert done.exit_code == 11
    assert "text/\\x1b[31m.txt: no package has a file of this name" in done.stdout
    assert "\\xdcff.txt: no package" in done.stdout
    assert json.loads(run(folder, "verify", str(folder), "--json").stdout)["findings"]


@pytest.mark.parametrize(
    "row", [b'{"offset": []}', b'{"offset": {}, "id": "\\u001b"}', b'{"offset": true}', b"[]", b"{}"]
)
def test_hostile_rows(folder: Path, row: bytes) -> None:
    for name in ("captures", "revisions"):
        (folder / f"evidence/{name}.jsonl").write_bytes(row + b"\n")
    rewritten(folder)
    assert findings(folder)
    assert "\x1b" not in run(folder, "verify", str(folder)).stdout


HOSTILE: list[Callable[[dict[str, Any]], Any]] = [
    lambda told: told["resources"][0].update(path="../../etc/passwd"),
    lambda told: told["resources"][0].update(path="/etc/passwd"),
    lambda told: told["resources"][0].update(path=["x"]),
    lambda told: told["resources"].append(told["resources"][0]),
    lambda told: told["resources"].append(7),
    lambda told: told.update(resources={}),
    lambda told: told.update(resources=[]),
]


@pytest.mark.parametrize("change", HOSTILE)
def test_hostile_manifests(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    rewritten(folder, change)
    assert findings(folder)


@pytest.mark.parametrize(
    "data", [b"", b"[" * 100_000, b'{"resources": null}', b"\xff\xfe", b"7", b'{"hash": 1, "timestamp": 3}']
)
@pytest.mark.parametrize("name", [MANIFEST, DIGEST, "evidence/captures.jsonl", "evidence/revisions.jsonl"])
def test_hostile_files(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    if name not in (MANIFEST, DIGEST):
        rewritten(folder)
    if data or name in (MANIFEST, DIGEST):
        assert findings(folder)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b/c", "a\\b", "A.txt", "a\0", "", "a//b", "a/../b", "é"])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert container.NAME.fullmatch(name) is None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr(zipfile.ZipInfo(name or "x/"), b"x")
    with pytest.raises(container.ContainerError):
        container.entries_of(made)


def test_bombs_are_not_unpacked(folder: Path, tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(MANIFEST, b" " * 50_000_000)
    (tmp_path / "bomb.wacz").write_bytes(bomb.getvalue())
    assert findings(tmp_path / "bomb.wacz") == ["bomb.wacz"]
    import gzip

    (folder / "archive/data.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n" + b"x" * 70_000_000))
    rewritten(folder)
    assert findings(folder)


def test_a_link_that_is_named_is_followed_and_what_cannot_be_read_is_told(
    folder: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, target in enumerate((folder, file)):
        link = tmp_path / f"link-{place}"
        link.symlink_to(target)
        assert findings(link) == []

    def fails(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", fails)
    for target in (folder, file):
        with pytest.raises(UsageError, match="cannot be read: Input/output error"):
            verify(target)


def test_it_needs_nothing_but_the_file(file: Path, tmp_path: Path) -> None:
    """In an empty folder, without a network, as a command of its own."""
    alone = tmp_path / "alone"
    alone.mkdir()
    file.rename(alone / "case.wacz")
    file.with_suffix("").mkdir(exist_ok=True)
    program = "import socket; socket.socket.connect = None; from crawler.cli import main; main()"
    command = [sys.executable, "-c", program, "evidence", "verify", "case.wacz", "--json"]
    environment = {**os.environ, "HOME": str(alone), "PYTHONPATH": str(Path(__file__).parents[4])}
    done = subprocess.run(command, cwd=alone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"] == []
    assert [path.name for path in alone.iterdir()] == ["case.wacz"], "and makes nothing"


def test_what_cannot_be_packed(looked: Small, tmp_path: Path) -> None:
    with writing(looked.engine) as connection:
        withdraw(connection, 2, "法院判决", by="林", now=datetime(2026, 1, 1, tzinfo=UTC))
    done = run(looked.home.path, "2", "--to", str(tmp_path / "case"))
    assert (done.exit_code, "法院判决" in done.stderr) == (9, True)
    assert run(looked.home.path, "1", "--to", str(tmp_path)).exit_code == 2
    assert run(looked.home.path, "verify", str(tmp_path / "none")).exit_code == 2
    assert run(looked.home.path, "verify", str(looked.home.path)).exit_code == 11
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_page_that_cannot_be_read_is_told_of(looked: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.workers import WorkerEnded

    def fails(*_: object) -> Any:
        raise WorkerEnded("too much memory")

    monkeypatch.setattr(StoredPages, "explained", fails)
    run(looked.home.path, "1", "--to", str(tmp_path / "case"))
    assert [one["unread"] for one in rows(tmp_path / "case", "lines")] == ["too much memory"]
    assert findings(tmp_path / "case") == []
