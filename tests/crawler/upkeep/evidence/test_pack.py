"""`jianbao pack`: a WACZ file with every record that is needed, pages with clean text, the same bytes again."""

import gzip
import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from warcio.archiveiterator import ArchiveIterator

from archive.people.withdrawals import withdraw
from archive.store.db import reading, writing
from crawler.cli import main
from crawler.upkeep.pack.run import pack
from crawler.warc.writer import Position, Repeats
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import LINES, page, record, url


def run(small: Small, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(small.home.path), *words], catch_exceptions=False)


def inside(path: Path) -> dict[str, bytes]:
    """The files of a package."""
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return {one.filename: opened.read(one) for one in opened.infolist()}


def manifest(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(inside(path)["datapackage.json"])
    return told


def records(data: bytes) -> list[tuple[str, str]]:
    """The records of a WARC file, read by another program, their digests checked."""
    found = []
    for one in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        one.content_stream().read()
        found.append((one.rec_type, one.rec_headers.get_header("WARC-Target-URI")))
    return found


def index(files: dict[str, bytes]) -> list[dict[str, Any]]:
    lines = gzip.decompress(files["indexes/index.cdx.gz"]).decode("ascii").splitlines()
    assert lines == sorted(lines)
    return [json.loads(line.split(" ", 2)[2]) for line in lines]


@pytest.fixture
def looked(small: Small, places: list[Position]) -> Small:
    """Article 2 (page 1) was looked at again twice: the same, then another text."""
    same = Repeats(url=url(1), at=BEGIN.replace(minute=1), digest=places[1].digest)
    small.write(exchange(1, later=30, repeats=same))
    small.write(exchange(1, [*LINES[:-1], "最后一段改了，说的是另一件事。"], later=50))
    small.take_in()
    return small


def test_everything_that_is_needed_is_in_it(looked: Small, tmp_path: Path) -> None:
    target = tmp_path / "news.wacz"
    assert run(looked, "pack", url(1), "--to", str(target)).exit_code == 0
    files = inside(target)
    told = json.loads(files["datapackage.json"])
    assert (told["profile"], told["wacz_version"], told["title"]) == ("data-package", "1.1.1", url(1))
    assert "images" in told["jianbao"]["absent"]
    assert records(files["archive/data.warc.gz"]) == [("response", url(1)), ("revisit", url(1)), ("response", url(1))]
    for one in index(files):
        offset, length = int(one["offset"]), int(one["length"])
        assert gzip.decompress(files["archive/data.warc.gz"][offset : offset + length]).startswith(b"WARC/1.1\r\n")
    assert [one["mime"] for one in index(files)] == ["text/html", "warc/revisit", "text/html"]
    for resource in told["resources"]:
        data = files[resource["path"]]
        assert (resource["bytes"], resource["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
    assert {one["path"] for one in told["resources"]} == files.keys() - {"datapackage.json", "datapackage-digest.json"}
    digest = json.loads(files["datapackage-digest.json"])
    assert digest["hash"] == f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
    head, *pages = map(json.loads, files["pages/pages.jsonl"].splitlines())
    assert (head["format"], head["hasText"]) == ("json-pages-1.0", True)
    assert [(page["ts"], page["url"], page["revision"]) for page in pages] == [
        ("2025-11-01T00:51:00Z", url(1), 2),
        ("2025-11-01T00:01:00Z", url(1), 1),
    ]
    assert pages[0]["title"] == "水塔巡查第1号"
    assert "最后一段改了" in pages[0]["text"]
    assert "最后一段改了" not in pages[1]["text"]
    assert "<p>" not in pages[0]["text"]


def test_the_same_articles_give_the_same_bytes(looked: Small, tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("a.wacz", "b.wacz", "c.wacz")]
    for path, words in zip(made, (["1", "2"], ["1", "2", "1"], ["2", "1"]), strict=True):
        run(looked, "pack", *words, "--title", "新闻", "--to", str(path))
    assert made[0].read_bytes() == made[1].read_bytes()
    assert manifest(made[0])["jianbao"] == manifest(made[2])["jianbao"]
    run(looked, "pack", "水塔", "--all", "--to", str(made[0]))
    assert manifest(made[0])["jianbao"]["articles"] == 4
    run(looked, "pack", "title:水塔巡查第2号", "--to", str(made[0]))
    assert manifest(made[0])["jianbao"]["articles"] < 4
    query_id = run(looked, "saved", "add", "水", "水塔").stdout.strip().split()[-1]
    done = run(looked, "pack", "--query-id", query_id, "--to", str(made[1]))
    assert done.exit_code == 0, done.output


def test_what_cannot_be_packed(looked: Small, tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    for words, code, said in (
        (["99"], 9, "no article '99'"),
        (["没有这样的词"], 9, "nothing is packed"),
        ([], 2, "name articles"),
        (["AND"], 2, "AND"),
    ):
        done = run(looked, "pack", *words, "--to", str(target))
        assert (done.exit_code, said in done.stderr) == (code, True), done.output
    assert run(looked, "pack", "1", "--to", str(tmp_path / "a.zip")).exit_code == 2
    with writing(looked.engine) as connection:
        withdraw(connection, 2, "法院判决", by="林", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert "法院判决" in run(looked, "pack", "2", "--to", str(target)).stderr
    run(looked, "pack", "", "--all", "--to", str(target))
    assert manifest(target)["jianbao"]["articles"] == 3
    assert "水塔巡查第1号" not in inside(target)["pages/pages.jsonl"].decode()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_record_that_is_lost_is_named(looked: Small, places: list[Position], tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    path = looked.path(places[0])
    data = path.read_bytes()
    path.write_bytes(data[: places[0].offset] + b"\0" * places[0].length + data[places[0].offset + places[0].length :])
    done = run(looked, "pack", "", "--all", "--to", str(target))
    assert "capture 1 is not in it" in done.stderr
    told = manifest(target)["jianbao"]
    assert (told["missing_count"], told["articles_without_page"], told["articles"]) == (1, 1, 4)
    assert told["missing"][0]["capture"] == 1


def test_a_killed_one_leaves_the_old_file(looked: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.wacz"
    run(looked, "pack", "1", "--to", str(target))
    before = target.read_bytes()

    def fails(*_: object) -> Any:
        raise KeyboardInterrupt

    for what in ("crawler.upkeep.pack.run.write_index", "archive.evidence.container._directory"):
        with monkeypatch.context() as patched:
            patched.setattr(what, fails)
            with pytest.raises(KeyboardInterrupt), reading(looked.engine) as connection:
                pack(connection, looked.home, [2], target, title="x")
        assert target.read_bytes() == before
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    left = tmp_path / ".a.wacz.making" / "package"  # as kill -9 leaves it
    left.mkdir(parents=True)
    (left / "other").write_text("x")
    run(looked, "pack", "1", "--to", str(target))
    assert target.read_bytes() == before


def test_other_people_s_records_become_members_of_their_own(small: Small, tmp_path: Path) -> None:
    """Of a file that is one gzip member, and of a plain one."""
    (small.home.warc / "whole.warc.gz").write_bytes(gzip.compress(record(80) + record(81)))
    (small.home.warc / "plain.warc").write_bytes(record(82))
    small.take_in(*(small.home.warc / name for name in ("whole.warc.gz", "plain.warc")))
    target = tmp_path / "a.wacz"
    run(small, "pack", url(80), url(81), url(82), "--to", str(target))
    files = inside(target)
    assert records(files["archive/data.warc.gz"]) == [("response", url(number)) for number in (80, 81, 82)]
    assert len(index(files)) == 3


def test_memory_stays_flat(small: Small, tmp_path: Path) -> None:
    lines = [f"第{number}段，说的是水塔和河堤，以及其他的许多事情。" for number in range(12)]
    big = [
        evolve(exchange(100 + number, lines), payload=page(100 + number, lines) + b" " * 50_000) for number in range(24)
    ]
    small.write(*big)
    small.take_in()
    peaks = []
    for articles in ([5], list(range(5, 15)), list(range(5, 29))):
        tracemalloc.start()
        with reading(small.engine) as connection:
            pack(connection, small.home, articles, tmp_path / "a.wacz", title="x")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.2 * peaks[1], "the first one loads what all need"
