"""`jianbao import` of files that others reported, or that others write: the rows that they give, and what is said."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.crawler.run.run import Archive
from tests.crawler.warc.odd import Odd, file, packed, page, record, url

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parent / "reports"
BOTH = ["岚渡广场减两席第0号", "青陵水务局公布接驳车结果第1号"]
WHOLE = [218, 223]
FILES = {
    "ce_none": (0, BOTH, WHOLE),
    "ce_utf-8": (0, BOTH, WHOLE),
    "ct_octet": (0, BOTH, WHOLE),
    "gz_2members_1rec": (0, BOTH, WHOLE),
    "http_nohdr": (0, BOTH, WHOLE),
    "status_nan": (0, BOTH, WHOLE),
    "te_chunked_gzip_list": (0, BOTH, WHOLE),
    "type_caps": (0, BOTH, WHOLE),
    "corrupt_first": (3, BOTH[1:], WHOLE[1:]),
    "segment1": (3, BOTH, [97, 223]),
    "te_chunked_trunc": (3, BOTH, [161, 166]),
}
"""Exit code, headlines, and lengths of the bodies."""
CUT = {"segment1": [True, False], "te_chunked_trunc": [True, True]}


def rows(archive: Archive) -> list[tuple[str, int, str]]:
    rows: list[tuple[str, int, str]] = archive.rows("SELECT headline, length(body), flags FROM article ORDER BY url")
    return rows


@pytest.mark.parametrize("name", FILES)
def test_reported_files(name: str, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(REPORTS / f"{name}.warc.gz"))
    code, headlines, lengths = FILES[name]
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    found = rows(archive)
    assert ([row[0] for row in found], [row[1] for row in found]) == (headlines, lengths)
    assert ["incomplete" in row[2] for row in found] == CUT.get(name, [False] * len(found))
    assert archive.last_run()["doubtful"] == sum(CUT.get(name, []))


def test_a_file_of_one_member_that_is_larger_than_a_record_may_be(tmp_path: Path) -> None:
    images = (record(n, Odd(http=(("Content-Type", "image/png"),), body=bytes(2**20))) for n in range(2, 72))
    path = tmp_path / "x.warc.gz"
    path.write_bytes(packed(b"".join([*images, record(1)])))
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{path}: 1 article, 70 other skipped\n"
    assert [row[0] for row in rows(archive)] == ["水塔巡查第1号"]
    assert archive.run("explain", "1").returncode == 0, "and is read back"
    assert archive.run("import", str(path)).stdout == f"{path}: 1 known already, 70 other skipped\n"


def test_a_file_that_is_written_anew_under_its_name(tmp_path: Path) -> None:
    """Its records are new, those of before are kept, and none is taken for another."""
    archive = Archive(tmp_path / "home")
    latest = tmp_path / "latest.warc.gz"
    for day, new, articles in ((1, "2 article", 2), (2, "2 article", 4), (1, "2 known already", 4)):
        shutil.copyfile(REPORTS / f"overwritten_day{day}.warc.gz", latest)
        done = archive.run("import", str(latest))
        assert (done.returncode, done.stdout) == (0, f"{latest}: {new}\n"), done.stderr
        assert len(rows(archive)) == articles
    shown = archive.run("explain", "3")
    assert shown.returncode == 2
    assert "holds another record" in shown.stderr
    assert BOTH[0] in archive.run("explain", "1").stdout


CHANGES = {
    "the same ids, other content": lambda: [record(1), record(2), record(3, Odd(body=page(7)))],
    "longer by a record in front": lambda: [record(8), record(1), record(2), record(3)],
    "of the same lengths": lambda: [record(4), record(5), record(6)],
    "the same text at another time": lambda: [record(n, Odd(date="2025-11-09T00:00:00Z")) for n in (1, 2, 3)],
    "without ids": lambda: [record(n, Odd(drop=("WARC-Record-ID",))) for n in (4, 5)],
}


@pytest.mark.parametrize("name", CHANGES)
def test_written_anew_in_other_ways(name: str, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    path = file(tmp_path / "latest.warc.gz", *(record(n) for n in (1, 2, 3)))
    assert archive.run("import", str(path)).returncode == 0
    before = set(archive.rows("SELECT url, captured_at, digest FROM capture"))
    file(path, *CHANGES[name]())
    assert archive.run("import", str(path)).returncode == 0
    fresh = Archive(tmp_path / "fresh")
    fresh.run("import", str(path))
    wanted = before | set(fresh.rows("SELECT url, captured_at, digest FROM capture"))
    captures = archive.rows("SELECT url, captured_at, digest FROM capture")
    assert sorted(captures) == sorted(wanted), "each once, none lost"
    present = {(url, digest) for url, digest in fresh.rows("SELECT url, digest FROM capture")}
    for number, address, digest in archive.rows("SELECT article_id, url, digest FROM capture ORDER BY captured_at, id"):
        shown = archive.run("explain", str(number))
        assert shown.returncode == 0 or (address, digest) not in present, shown.stderr


def test_a_file_that_was_moved_is_known_and_read_from_where_it_is(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    path = file(tmp_path / "a.warc.gz", record(1), record(2))
    archive.run("import", "--in-place", str(path))
    moved = path.rename(tmp_path / "b.warc.gz")
    assert archive.run("explain", "1").returncode == 2
    assert archive.run("import", "--in-place", str(moved)).stdout == f"{moved}: 2 known already\n"
    assert archive.run("explain", "1").returncode == 0
    assert archive.rows("SELECT count(*) FROM capture") == [(2,)]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = file(tmp_path / "good.warc.gz", record(1))
    bad = tmp_path / "bad.txt"
    bad.write_text("hello")
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    torn = shutil.copyfile(REPORTS / "corrupt_first_jsonl.jsonl.gz", tmp_path / "torn.jsonl.gz")
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(bad), str(empty), str(pipe), str(torn), str(good))
    assert done.returncode == 3
    assert done.stdout == f"{good}: 1 article\n"
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "passed over" in line]) == 4
    assert "Traceback" not in done.stderr
    assert archive.last_run()["failed"] == 3
    assert archive.run("import", str(pipe)).stderr.count("\n") == 1


def test_standard_input_and_substituted_processes_are_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    with archive.start("import", "/dev/stdin") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.count("\n") == 1
    data = gzip.compress(record(1))
    import sys

    program = f"import sys; sys.path[:] = {sys.path!r}; from crawler.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(archive.home), "import", "/dev/stdin"],
        input=data,
        capture_output=True,
        env=archive.env(),
        check=False,
    )
    assert done.returncode == 2
    assert b"is a pipe" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_records_without_a_date_are_told_and_known_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    path = file(tmp_path / "x.warc.gz", record(1), record(2, Odd(date="soon")), record(3, Odd(drop=("WARC-Date",))))
    done = archive.run("import", str(path))
    assert done.returncode == 0
    assert "2 records have no time of their own" in done.stderr
    assert "WARC-Date 'soon' cannot be read; taken from the file's own time" in done.stderr
    os.utime(path, (1, 1_500_000_000))
    assert archive.run("import", str(path)).stdout == f"{path}: 3 known already\n"
    assert archive.rows("SELECT count(*) FROM capture WHERE detail LIKE '%WARC-Date%'") == [(2,)]
    assert archive.rows(f"SELECT detail FROM capture WHERE url = '{url(1)}'") == [(None,)]


def test_a_folder_of_everything(tmp_path: Path) -> None:
    """Read in order, what is wrong costs itself, what is not used is told; and again, nothing changes."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "9.csv").write_bytes(
        "bh;ti;nr;lm\n1;稀土价格;第一段的是在。;财经\n2;水务局;第二段。;\n".encode("gb18030")
    )
    (corpus / "10.jsonl").write_text('{"bh": 3, "ti": "春运", "nr": "第三段。", "score": 5}\n{"bh": 4}\n', "utf-8")
    (corpus / "11.csv").write_text("a,b\n1,2\n", "utf-8")
    (corpus / "README").write_text("…", "utf-8")
    archive = Archive(tmp_path / "home")
    words = ["--site", "old", "--map", "id=bh", "--map", "headline=ti", "--map", "body=nr", str(corpus)]
    shown = archive.run("import", "--dry-run", *words)
    assert shown.returncode == 3
    assert "9.csv: CSV, GB18030, delimiter ;, quotes doubled\ncolumns: bh, ti, nr, lm\n" in shown.stdout
    assert "  headline             水务局  ← ti\n" in shown.stdout
    assert "of the first 2 records 1 are articles; nothing was written" in shown.stdout
    assert not archive.home.exists()

    done = archive.run("import", *words)
    assert done.returncode == 3
    assert done.stdout == f"{corpus}/9.csv: 2 new\n{corpus}/10.jsonl: 1 new, 1 broken\n"
    said = done.stderr
    assert "1 files of other kinds passed over: README\n" in said
    assert f"{corpus}/11.csv has no column bh or ti or nr; its columns are a, b; passed over\n" in said
    assert f"{corpus}/10.jsonl: line 2, byte " in said
    assert "  lm (1): 财经\n" in said
    assert "  score (1): 5\n" in said
    assert archive.rows("SELECT site, native_id, headline FROM article ORDER BY id") == [
        ("old", "1", "稀土价格"),
        ("old", "2", "水务局"),
        ("old", "3", "春运"),
    ]
    again = archive.run("import", *words)
    assert (
        again.stdout == f"{corpus}/9.csv: 0 new, 2 known already\n{corpus}/10.jsonl: 0 new, 1 known already, 1 broken\n"
    )


def test_a_mapping_that_nothing_answers_to_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"url": "https://x.cn/1", "body": "文。"}\n', "utf-8")
    archive = Archive(tmp_path / "home")
    done = archive.run("import", "--map", "headline=tt", str(path))
    assert (done.returncode, done.stdout) == (3, f"{path}: 1 new\n")
    assert "no value was read from tt, which --map names; passed over\n" in done.stderr
    assert archive.run("import", "--map", "titel=tt", str(path)).returncode == 2
    assert archive.run("import", str(tmp_path / "*.csv")).stderr == f"jianbao: no file is named like {tmp_path}/*.csv\n"


def test_an_export_of_another_archive(tmp_path: Path) -> None:
    """It is verified, taken in once, and its captures find their records when the WARC file comes."""
    from archive.store.db import open_engine
    from tests.archive.load.exported.exports import everything, write

    path = file(tmp_path / "a.warc.gz", record(1), record(2))
    first, second = Archive(tmp_path / "first"), Archive(tmp_path / "second")
    first.run("import", str(path))
    write(tmp_path / "export", everything(open_engine(f"sqlite:///{first.home}/archive.db")))
    shown = second.run("import", "--dry-run", str(tmp_path / "export"))
    assert shown.stdout == f"{tmp_path}/export: an export, 1 packages, every file as it was written\n"
    for said in ("2 new, 2 captures", "0 new, 2 known already"):
        done = second.run("import", str(tmp_path / "export"))
        assert (done.returncode, done.stdout) == (0, f"{tmp_path}/export: {said}\n"), done.stderr
    assert rows(second) == rows(first)
    assert second.run("explain", "1").returncode == 2
    assert second.run("import", str(path)).stdout == f"{path}: 2 known already\n"
    assert second.run("explain", "1").stdout == first.run("explain", "1").stdout
    assert second.rows("SELECT count(*) FROM capture") == [(2,)]
    (tmp_path / "export" / "articles.jsonl").write_text("{}\n", "utf-8")
    damaged = second.run("import", str(tmp_path / "export"))
    assert damaged.returncode == 2
    assert "articles.jsonl has 3 bytes, not" in damaged.stderr


@pytest.mark.parametrize(
    ("command", "what"), [(("import", ""), "FILE"), (("bulk", "pages", "", "--to", "pages"), "WARC")]
)
def test_a_file_without_a_name_is_not_the_folder_one_is_in(command: tuple[str, ...], what: str, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    done = archive.run(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"jianbao: a {what} has no name, as a variable gives that is not set; `.` is this folder\n"
    assert not archive.home.exists()


def test_a_page_from_an_address_without_end_is_passed_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    long = record(1, Odd(address=url(1) + "?" + "x" * 9_000))
    done = archive.run("import", str(file(tmp_path / "x.warc.gz", long, record(2))))
    assert done.returncode == 0, done.stderr
    assert "1 other" in done.stdout + done.stderr
    assert len(rows(archive)) == 1
