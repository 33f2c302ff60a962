"""Answers that are made to kill their reader: each costs itself alone, in an import, in a crawl, in a recovery."""

import gzip
import os
import resource
import signal
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from attrs import evolve
from backports import zstd

from archive.workers import Ceiling
from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from crawler.demo.world.truth import World
from crawler.run import extraction as module
from crawler.run.extraction import Extraction
from crawler.warc.encodings import MAX_DECODED, BodyTooLarge, beginning, decoded_body
from crawler.warc.marker import left_behind, markers
from crawler.warc.raw import RawCapture
from tests.crawler.run.run import Archive
from tests.crawler.warc.odd import Odd, file, page, record, url
from tests.crawler.warc.test_writer import exchange, folder

pytestmark = pytest.mark.slow

MB = 2**20
AT = datetime(2026, 3, 4, tzinfo=UTC)


def deflated(megabytes: int, check: Callable[[bytes, int], int], begun: int) -> tuple[bytes, int]:
    """So many megabytes of nothing, bare, and their checksum, which is `begun` before the first. Behind a full flush
    a piece is packed as the one before was."""
    packer, piece = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(MB)
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(megabytes):
        begun = check(piece, begun)
    return once * megabytes + packer.flush(), begun


def zlib_bomb(megabytes: int) -> bytes:
    data, checksum = deflated(megabytes, zlib.adler32, 1)
    return b"\x78\xda" + data + checksum.to_bytes(4, "big")


def gzip_bomb(megabytes: int) -> bytes:
    data, checksum = deflated(megabytes, zlib.crc32, 0)
    head = gzip.compress(b"", mtime=0)[:10]
    return head + data + checksum.to_bytes(4, "little") + (megabytes * MB).to_bytes(4, "little")


def zstd_bomb(megabytes: int) -> bytes:
    packer, piece = zstd.ZstdCompressor(), bytes(MB)
    return b"".join([*(packer.compress(piece) for _ in range(megabytes)), packer.flush()])


def brotli_bomb() -> bytes:
    """1.8 kB that unpack to 2 GB. Behind a flush a piece is packed as the one before was, but for the first."""
    packer, piece = brotli.Compressor(quality=5, lgwin=24), bytes(16 * MB)
    first, other = (packer.process(piece) + packer.flush() for _ in range(2))
    return first + other * 127 + packer.finish()


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    """Bodies by their encodings."""
    bare, zipped = zlib_bomb(512), gzip_bomb(512)
    return {
        "br": brotli_bomb(),
        "gzip": zipped,
        "deflate": bare,
        "zstd": zstd_bomb(2048),
        "gzip, br": brotli.compress(zipped, quality=5),
        "deflate, gzip": gzip.compress(bare, mtime=0),
        "gzip, gzip, gzip": gzip.compress(gzip.compress(zipped, mtime=0), mtime=0),
    }


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else MB)


def test_no_encoding_unpacks_further_than_is_read(packed: dict[str, bytes]) -> None:
    for encoding, payload in packed.items():
        raw = RawCapture(url=url(1), captured_at=AT, payload=payload, encoding=encoding)
        before, started = peak(), time.process_time()
        with pytest.raises(BodyTooLarge):
            decoded_body(raw)
        assert beginning(raw, 1000) == bytes(1000)
        assert time.process_time() - started < 2, encoding
        assert peak() - before < 5 * MAX_DECODED // MB, encoding


def spin(task: object) -> None:
    """Takes the processor, deaf to everything, where the answer says so; else reads it."""
    raw = task.raw  # type: ignore[attr-defined]
    if b"spin" in raw.payload:
        sum(1 for _ in iter(int, 1))
    if b"eat" in raw.payload:
        kept = [bytes(64 * MB) for _ in iter(int, 1)]
        len(kept)
    if b"die" in raw.payload:
        os.kill(os.getpid(), signal.SIGKILL)
    return module.work(task)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("jobs", [1, 2])
def test_whatever_a_page_does_costs_that_page_alone(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        RawCapture(url=url(number), captured_at=AT, payload=body, content_type="text/html")
        for number, body in enumerate([page(0), b"spin", page(2), b"eat", page(4), b"die", page(6)])
    ]
    monkeypatch.setattr(module, "work", spin)
    with Extraction(jobs=jobs, ceiling=Ceiling(seconds=1, megabytes=300, patience=120)) as extraction:
        monkeypatch.undo()
        found = [(answer.url, answer.outcome, answer.doubt) for answer in extraction.pages(answers, "off")]
    assert [one[0] for one in found] == [url(number) for number in range(7)]
    assert [one[1] for one in found] == ["article", "broken"] * 3 + ["article"]
    assert "processor time" in found[1][2]
    assert "MemoryError" in found[3][2] or sys.platform != "linux"
    assert "SIGKILL" in found[5][2]


@pytest.mark.slow
def test_an_import_of_bombs_goes_on(packed: dict[str, bytes], tmp_path: Path) -> None:
    names = b" ".join(b"a%d=1" % number for number in range(300_000))
    bodies = [Odd(http=(("Content-Encoding", encoding),), body=body) for encoding, body in packed.items()]
    bodies.append(Odd(body=page(7).replace(b"<article>", b"<article><i " + names + b"></i>")))
    bodies.append(Odd(body=page(8).replace(b"</article>", b"<p>" + b" " * 60_000 + b"</p></article>")))
    path = file(tmp_path / "x.warc.gz", *(record(number, odd) for number, odd in enumerate(bodies)), record(9))
    archive = Archive(tmp_path / "home")
    done = archive.run("import", "--jobs", "1", str(path))
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    outcomes = [outcome for (outcome,) in archive.rows("SELECT outcome FROM capture ORDER BY url")]
    assert outcomes == ["too_large"] * len(packed) + ["article"] * 3


@pytest.mark.slow
def test_a_crawl_through_bombs_goes_on(packed: dict[str, bytes], tmp_path: Path) -> None:
    """A robots.txt of 29 MB of rules, a page of 300,000 attributes and one that unpacks to half a gigabyte."""
    rules = b"User-agent: *\nDisallow: /nothing\n" + b"".join(b"Disallow: /%d\n" % n for n in range(1_500_000))
    names = " ".join(f"a{number}=1" for number in range(300_000))
    (tmp_path / "portal").mkdir()
    with Proxy(World(20, 6), tmp_path / "portal") as proxy:
        undisturbed = Archive(tmp_path / "undisturbed", proxy.environment())
        undisturbed.run("crawl", "netease")
        first, second = [one.url for one in proxy.world.publications if "163.com" in one.url][:2]
        hosts = {one.url.split("/")[2] for one in proxy.world.publications}
        for host in hosts:
            for scheme in ("http", "https"):
                proxy.faults[f"{scheme}://{host}/robots.txt"] = Answer(200, rules[: 9 * MB], "text/plain")
        proxy.faults[first] = Answer(200, f"<html><body {names}><p>水。</p>".encode())
        proxy.faults[second] = Answer(200, b"<html><i>" * 600_000)
        archive = Archive(tmp_path / "home", proxy.environment())
        done = archive.run("crawl", "netease")
        assert done.returncode in (0, 3), done.stderr
        assert "Traceback" not in done.stderr
        missing = set(undisturbed.articles()) - set(archive.articles())
        assert len(missing) <= 2


def left(home: Path, *payloads: bytes) -> Path:
    """A WARC file that a killed crawl left, with a page of each payload."""
    warc = folder(home / "warc")
    for number, payload in enumerate(payloads):
        plain = (("Content-Type", "text/html"),)
        warc.write(evolve(exchange(number, payload=payload), url=url(number), requested=None, headers=plain))
    warc.close(settled=False)
    [path] = (home / "warc").glob("*.warc.gz")
    return path


@pytest.mark.slow
def test_a_record_that_kills_whoever_stores_it_is_left_aside(tmp_path: Path) -> None:
    """The first start dies of it, the second too, the third leaves it aside, and takes what stands behind."""
    archive = Archive(tmp_path / "home")
    path = left(archive.home, page(0), page(1), page(2))
    environment = {"JIANBAO_PROXY": "http://127.0.0.1:9", "JIANBAO_DELAY": "0.001"}
    before = (
        "import os, crawler.run.store as s\n"
        "real = s.ingest\n"
        "def ingest(connection, items, **more):\n"
        "    if any('第1号' in str(one.article.get('headline')) for one in items): os.kill(os.getpid(), 9)\n"
        "    return real(connection, items, **more)\n"
        "s.ingest = ingest"
    )
    for _ in range(2):
        assert archive.run("crawl", "sohu", before=before, **environment).returncode == -9
        assert archive.rows("SELECT count(*) FROM capture") == [(1,)]
    done = archive.run("crawl", "sohu", before=before, **environment)
    assert done.returncode in (3, 7), done.stderr
    assert archive.rows("SELECT outcome FROM capture ORDER BY warc_offset") == [
        ("article",),
        ("broken",),
        ("article",),
    ]
    assert archive.rows("SELECT detail FROM capture WHERE outcome = 'broken'") == [
        ("left aside: 2 processes that read it ended",)
    ]
    assert archive.last_run()["doubtful"] == 1
    assert f"{path.name}: the record at byte" in archive.last_run()["detail"]
    assert "left aside" in archive.run("runs", "--json").stdout
    assert not list((archive.home / "warc").glob("*.open"))


def test_a_kill_in_the_middle_of_a_recovery_loses_nothing(tmp_path: Path) -> None:
    """A record that was only being read when something else killed its reader is read after all."""
    path = left(tmp_path, page(0), page(1))
    [marker] = markers(path.parent)
    with left_behind(marker) as found:
        assert found is not None
        assert found.tried() == (-1, 0)
        found.note(12_345)
        found.note(77, 2)
        assert found.tried() == (77, 2)
