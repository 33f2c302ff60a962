"""`jianbao import`: WARC files, ours and others', and article files; twice, interrupted, damaged."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.demo.world.truth import World
from tests.crawler.run.run import Archive
from tests.crawler.warc.test_reader import record_file
from tests.portal.few import Proxy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive made by a crawl, with its WARC files."""
    folder = tmp_path_factory.mktemp("crawled")
    with Proxy(World(40, 5), folder) as proxy:
        archive = Archive(folder / "home", proxy.environment())
        assert archive.run("crawl").returncode in (0, 3)
    return archive


def state(archive: Archive) -> list[object]:
    """All that an import could change, but for the runs themselves."""
    tables = ("article", "capture", "revision", "change", "frontier")
    return [archive.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]


def test_a_crawls_files_give_the_same_archive(crawled: Archive, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", crawled.environment)
    files = [str(file) for file in crawled.warcs()]
    done = archive.run("import", *files)
    assert done.returncode == 3, "the verification page is doubtful"
    assert archive.articles() == crawled.articles()
    captures = "SELECT url, outcome, status, digest, size, site, native_id FROM capture ORDER BY 1, 2"
    assert archive.rows(captures) == crawled.rows(captures)
    settled = "SELECT site, native_id, state FROM frontier WHERE state IN ('done', 'gone') ORDER BY 1, 2"
    assert archive.rows(settled) == crawled.rows(settled), "what was imported is not fetched again"
    # Where a host's last page was a bad one, the crawl looked once more whether it is well: an answer, too.
    counts = "SELECT fetched + rechecked, new, duplicate, doubtful, failed FROM crawl_run"
    assert archive.rows(counts) == crawled.rows(counts), "the same answers give the same verdict"
    before = state(archive)
    again = archive.run("import", *files)
    assert again.returncode == 0
    assert "known already" in again.stdout
    assert state(archive) == before, "a second import changes nothing"
    kinds = archive.rows("SELECT kind, state, exit_code, fetched, new FROM crawl_run ORDER BY id")
    assert kinds[1] == ("import", "finished", 0, 0, 0)
    assert kinds[0][:3] == ("import", "finished", 3)
    assert kinds[0][4] == len(archive.articles())


def test_a_file_may_be_imported_into_its_own_archive(crawled: Archive) -> None:
    before = state(crawled)
    done = crawled.run("import", *(str(file) for file in crawled.warcs()))
    assert done.returncode == 0
    assert state(crawled) == before


def test_an_interrupted_import_goes_on(crawled: Archive, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", crawled.environment)
    files = [str(file) for file in crawled.warcs()]
    before = (
        "import os, crawler.run.load as w, crawler.run.store as s\n"
        "w.BATCH, real, seen = 5, s.ingest, []\n"
        "def ingest(*args, **more):\n"
        "    seen.append(1)\n"
        "    if len(seen) == 4: os.kill(os.getpid(), 9)\n"
        "    return real(*args, **more)\n"
        "s.ingest = ingest"
    )
    assert archive.run("import", *files, before=before).returncode == -9
    assert archive.rows("SELECT count(*) FROM capture") == [(15,)]
    assert archive.run("import", *files).returncode == 3
    assert archive.articles() == crawled.articles()
    assert [row[0] for row in archive.rows("SELECT state FROM crawl_run ORDER BY id")] == ["killed", "finished"]


def test_several_processes_give_the_same(crawled: Archive, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", crawled.environment)
    before = "import crawler.run.load as w; w.PARALLEL_FROM = 0"
    # The guard that a process of its own needs when it starts others by import.
    done = archive.run("import", "--jobs", "2", *(str(file) for file in crawled.warcs()), before=before)
    assert done.returncode == 3, done.stderr
    assert archive.articles() == crawled.articles()


def test_broken_records_are_told_and_skipped(crawled: Archive, tmp_path: Path) -> None:
    [(name, offset, length, native_id)] = crawled.rows(
        "SELECT c.warc_file, c.warc_offset, c.warc_length, a.native_id FROM capture c"
        " JOIN article a ON a.id = c.article_id ORDER BY c.warc_offset LIMIT 1 OFFSET 9"
    )
    data = bytearray((crawled.home / "warc" / name).read_bytes())
    data[offset + length // 2 : offset + length // 2 + 20] = b"\xff" * 20
    damaged = tmp_path / "damaged.warc.gz"
    damaged.write_bytes(data[:-10])
    archive = Archive(tmp_path / "home", crawled.environment)
    done = archive.run("import", str(damaged))
    assert done.returncode == 3
    assert f"{damaged}: at byte {offset}: broken gzip" in done.stderr
    assert "the file ends in the middle of a record; skipped" in done.stderr
    assert "Traceback" not in done.stderr
    missing = set(crawled.articles()) - set(archive.articles())
    assert native_id in {key for _, key in missing}
    assert len(missing) <= 2


def test_what_is_no_page_is_skipped_and_counted(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    kinds = {"response": "1 other skipped", "revisit": "1 revisit skipped", "metadata": "no pages"}
    files = [
        record_file(
            tmp_path / f"{kind}.warc.gz", kind, b"x", [("Content-Type", "image/png")], url="https://img.example/x"
        )
        for kind in kinds
    ]
    done = archive.run("import", *map(str, files))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{file}: {says}" for file, says in zip(files, kinds.values(), strict=True)]
    assert archive.rows("SELECT count(*) FROM capture") == [(0,)]


def test_the_text_of_a_wet_file_is_an_article(tmp_path: Path) -> None:
    lines = [
        "城南水厂昨夜开工",
        "2026-03-04 05:06:07",
        *(f"第{n}座水塔在夜里亮起了灯，工人们沿着河堤检查管道。" for n in range(9)),
    ]
    file = record_file(
        tmp_path / "x.warc.wet.gz", "conversion", "\n".join(lines).encode(), [], **{"Content-Type": "text/plain"}
    )
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(file))
    assert done.returncode in (0, 3), done.stderr
    [(outcome, kind)] = archive.rows("SELECT outcome, content_type FROM capture")
    assert kind == "text/plain"
    assert outcome in ("article", "unknown_template")


def test_an_article_file(tmp_path: Path) -> None:
    articles = [
        {
            "url": f"https://www.163.com/dy/article/KEQVVAU8000G44{n:02d}.html?spss=x",
            "headline": f"河堤上的第{n}盏灯",
            "body": f"第{n}座水塔在夜里亮起了灯。\n工人们沿着河堤检查管道，一直到天亮。",
            "published_at": "2026-03-04T05:06:07+08:00",
        }
        for n in range(10, 16)
    ]
    file = tmp_path / "articles.jsonl.gz"
    lines = [json.dumps(one, ensure_ascii=False) for one in articles]
    lines.insert(2, '{"url": ')
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(file))
    assert done.returncode == 3, done.stderr
    assert f"{file}: line 3, byte" in done.stderr
    assert {key for _, key in archive.articles()} == {f"KEQVVAU8000G44{n:02d}" for n in range(10, 16)}
    before = state(archive)
    assert archive.run("import", str(file)).returncode == 3
    assert state(archive) == before


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08", b"%PDF-1.7"])
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(content)
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(file))
    assert done.returncode == 2
    assert not archive.home.exists()
    assert len(done.stderr.splitlines()) == 1
    assert str(file) in done.stderr


@pytest.mark.shared
def test_the_real_pages(shared: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    file = str(shared / "pages" / "pages.warc.gz")
    first = archive.run("import", file)
    assert first.returncode in (0, 3), first.stderr
    assert archive.rows("SELECT count(*), count(outcome) FROM capture") == [(104, 104)]
    assert len(archive.articles()) >= 98
    before = state(archive)
    assert archive.run("import", file).returncode == 0
    assert state(archive) == before


def test_the_process_that_stores_does_not_load_what_reads() -> None:
    program = "import sys, crawler.run.load; assert 'crawler.pages.extract' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_process_that_reads_does_not_load_the_database() -> None:
    program = "import sys, crawler.run.extraction as e; e._load(); assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
