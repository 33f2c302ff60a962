"""Our WARC files: what other tools read in them, how they rotate, what is left when writing fails."""

import gzip
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from archive.errors import StorageError
from crawler.warc.marker import left_behind, marker_of
from crawler.warc.reader import Record, read_record, read_records
from crawler.warc.writer import REQUESTED, Exchange, WarcFolder

BODY = gzip.compress("<p>一篇文章</p>".encode() * 50, mtime=0)


def exchange(number: int = 1, payload: bytes = BODY, **changes: object) -> Exchange:
    fields: dict[str, object] = {
        "url": f"https://www.163.com/dy/article/{number:016d}.html?a=1&b=2",
        "fetched_at": datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
        "status": 200,
        "headers": [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Server", "nginx")],
        "payload": payload,
        "request_headers": [("Host", "www.163.com"), ("User-Agent", "Jianbao/0 (+https://a.example)")],
        "ip": "8.8.8.8",
    }
    return Exchange(**(fields | changes))  # type: ignore[arg-type]


NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)  # in Beijing


def folder(path: Path, max_bytes: int = 10**9, now: Callable[[], datetime] = lambda: NOON) -> WarcFolder:
    return WarcFolder(path=path, max_bytes=max_bytes, info={"software": "jianbao 0", "robots": "obey"}, now=now)


def check(path: Path) -> int:
    """`warcio check`: 0 where every record's digests are right."""
    checker = Checker(type("Options", (), {"inputs": [str(path)], "verbose": False})())
    checker.process_all()
    return int(checker.exit_value)


def test_other_tools_read_what_is_written(tmp_path: Path) -> None:
    writer = folder(tmp_path)
    first = writer.write(exchange(1))
    second = writer.write(exchange(2, requested="https://www.163.com/old"))
    writer.close()
    [path] = tmp_path.iterdir()
    assert check(path) == 0
    with path.open("rb") as stream:
        records = []
        for record in ArchiveIterator(stream, check_digests="raise"):
            headers = record.rec_headers
            records.append((record.rec_type, headers.get_header("WARC-Target-URI"), record.raw_stream.read()))
            assert headers.protocol == "WARC/1.1"
            if record.rec_type == "response":
                assert record.http_headers.get_statuscode() == "200"
                assert record.http_headers.get_header("content-encoding") == "gzip"
                assert headers.get_header("WARC-IP-Address") == "8.8.8.8"
                assert headers.get_header("WARC-Date") == "2026-03-04T05:06:07.000089Z"
                assert headers.get_header("WARC-Payload-Digest").startswith("sha1:")
            if record.rec_type == "request":
                assert record.http_headers.protocol == "GET"
                assert record.http_headers.get_header("host") == "www.163.com"
                assert headers.get_header("WARC-Concurrent-To")
    assert [kind for kind, _, _ in records] == ["warcinfo", "request", "response", "request", "response"]
    assert records[2][2] == BODY, "the body is stored as it was transferred"
    data = path.read_bytes()
    for position, number in ((first, 1), (second, 2)):
        # A record can be had by its place alone, as a CDX server does.
        part = gzip.decompress(data[position.offset : position.offset + position.length])
        assert f"{number:016d}".encode() in part
        assert position.digest.encode() in part
    assert REQUESTED.encode() in part


def test_what_was_posted_is_kept(tmp_path: Path) -> None:
    writer = folder(tmp_path)
    writer.write(exchange(method="POST", request_body=b'{"page": 1}'))
    writer.close()
    [path] = tmp_path.iterdir()
    assert check(path) == 0
    with path.open("rb") as stream:
        sent = [(one.http_headers.protocol, one.raw_stream.read()) for one in ArchiveIterator(stream)
                if one.rec_type == "request"]  # fmt: skip
    assert sent == [("POST", b'{"page": 1}')]
    read = list(read_records(path, path.name))
    assert [one.raw.url for one in read if isinstance(one, Record) and one.raw] == [exchange().url]


def test_files_rotate_and_each_is_whole(tmp_path: Path) -> None:
    writer = folder(tmp_path, max_bytes=2000)
    positions = [writer.write(exchange(number)) for number in range(6)]
    files = sorted({position.file for position in positions})
    marked = [path.name for path in sorted(tmp_path.iterdir()) if path.suffix == ".open"]
    assert marked == [f"{name}.open" for name in files], "until the run is over, all its files may hold what was missed"
    writer.close()
    assert len(files) > 1
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert all(check(tmp_path / name) == 0 for name in files)


def kinds(path: Path) -> list[str]:
    found = list(read_records(path, path.name))
    assert all(isinstance(one, Record) for one in found)
    return [one.kind for one in found if isinstance(one, Record)]


def test_a_day_has_one_file_which_its_runs_go_on_writing(tmp_path: Path) -> None:
    places = []
    for number in range(3):
        writer = folder(tmp_path)
        places.append(writer.write(exchange(number)))
        writer.close()
    folder(tmp_path).close()  # of a run that kept nothing
    [path] = tmp_path.iterdir()
    assert path.name.startswith("jianbao-20260304-")
    assert {place.file for place in places} == {path.name}
    assert kinds(path) == ["warcinfo", "request", "response"] * 3, "each run says who it is"
    assert check(path) == 0
    for number, place in enumerate(places):
        record = read_record(path, path.name, place.offset, place.length)
        assert record.raw is not None
        assert record.raw.url == exchange(number).url


def test_at_midnight_in_beijing_a_file_is_begun(tmp_path: Path) -> None:
    moments = iter([NOON + timedelta(hours=11, minutes=59), NOON + timedelta(hours=12)])
    writer = folder(tmp_path, now=lambda: next(moments))
    names = [writer.write(exchange(number)).file for number in range(2)]
    writer.close()
    assert [name[:17] for name in names] == ["jianbao-20260304-", "jianbao-20260305-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_two_crawlers_at_once_have_a_file_each(tmp_path: Path) -> None:
    one, two = folder(tmp_path), folder(tmp_path)
    names = {writer.write(exchange(number)).file for number, writer in enumerate((one, two, one, two))}
    one.close()
    two.close()
    assert len(names) == 2
    later = folder(tmp_path)
    assert later.write(exchange(9)).file in names, "and no third one after them"
    later.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_what_is_no_file_of_ours_to_write_on_stays_as_it_is(tmp_path: Path) -> None:
    """Full ones, copies under another name, one whose writer was killed, those of another day."""
    writer = folder(tmp_path)
    first = tmp_path / writer.write(exchange(1)).file
    writer.close()
    (tmp_path / "copy").hardlink_to(first)
    before = first.read_bytes()
    writer = folder(tmp_path)
    second = tmp_path / writer.write(exchange(2)).file
    writer.close(settled=False)
    writer = folder(tmp_path, max_bytes=10)
    third = tmp_path / writer.write(exchange(3)).file
    writer.close()
    full = third.stat().st_size
    writer = folder(tmp_path, max_bytes=full)
    fourth = tmp_path / writer.write(exchange(4)).file
    writer.close()
    assert len({first, second, third, fourth}) == 4
    assert first.read_bytes() == before
    assert third.stat().st_size == full


def test_a_writer_that_is_killed_leaves_where_it_began(tmp_path: Path) -> None:
    writer = folder(tmp_path)
    path = tmp_path / writer.write(exchange(1)).file
    writer.close()
    size = path.stat().st_size
    writer = folder(tmp_path)
    writer.write(exchange(2))
    writer.close(settled=False)
    with left_behind(marker_of(path)) as left:
        assert left is not None
        assert (left.begin(), left.tried()) == (size, (-1, 0))
        left.note(size + 7, 2)
        assert (left.begin(), left.tried()) == (size, (size + 7, 2))


def test_a_file_that_the_database_has_not_settled_stays_marked(tmp_path: Path) -> None:
    writer = folder(tmp_path)
    writer.write(exchange())
    writer.close(settled=False)
    assert [path.name.endswith(".open") for path in sorted(tmp_path.iterdir())] == [False, True]


def test_a_header_cannot_begin_another(tmp_path: Path) -> None:
    writer = folder(tmp_path)
    snow = "雪".encode().decode("latin-1")
    writer.write(exchange(headers=[("X-A", "1\r\nX-B: 2\r\n\r\n<p>"), ("X-C", f"{snow}; a=\xff"), (snow, "1")]))
    writer.close()
    [path] = tmp_path.iterdir()
    assert check(path) == 0
    with path.open("rb") as stream:
        [response] = [record for record in ArchiveIterator(stream) if record.rec_type == "response"]
        assert response.http_headers.get_header("X-B") is None
        assert response.http_headers.get_header("X-C").startswith(snow)
    assert "雪; a=".encode() + b"\xff" in gzip.decompress(path.read_bytes()), "the bytes are those of the wire"


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, ".")
from archive.errors import StorageError
from tests.crawler.warc.test_writer import exchange, folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
writer = folder(Path(sys.argv[1]))
try:
    for number in range(100):
        writer.write(exchange(number))
except StorageError as error:
    print(number, error)
try:
    writer.write(exchange(200))
except StorageError:
    print("again")
"""


def test_a_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    number, _, message = done.stdout.partition(" ")
    assert "ulimit -f" in message
    assert "again" in message
    path = next(path for path in tmp_path.iterdir() if path.suffix == ".gz")
    assert check(path) == 0
    found = list(read_records(path, path.name))
    assert all(isinstance(record, Record) for record in found)
    assert sum(isinstance(record, Record) and record.kind == "response" for record in found) == int(number) > 0


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="--home"):
        folder(tmp_path / "file" / "warc").write(exchange())


def test_the_limit_of_this_process_is_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
