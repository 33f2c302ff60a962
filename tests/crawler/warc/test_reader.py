"""Reading WARC files that others wrote, or that something happened to."""

import contextlib
import gzip
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import UsageError
from crawler.warc.encodings import Body, BodyError, BodyTooLarge, decoded_body
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.reader import Broken, Record, read_record, read_records
from tests.crawler.warc.test_writer import exchange, folder


def written(path: Path, count: int = 4) -> tuple[Path, list[int]]:
    """A WARC file of ours with `count` pages, and where their response records begin."""
    writer = folder(path)
    offsets = [writer.write(exchange(number, payload=b"page %d" % number * 90)).offset for number in range(count)]
    writer.close()
    [file] = path.glob("*.warc.gz")
    return file, offsets


def pages(path: Path) -> list[RawCapture]:
    return [record.raw for record in read_records(path, path.name) if isinstance(record, Record) and record.raw]


def broken(path: Path) -> list[Broken]:
    return [record for record in read_records(path, path.name) if isinstance(record, Broken)]


def test_a_whole_file(tmp_path: Path) -> None:
    file, offsets = written(tmp_path)
    assert [page.warc_offset for page in pages(file)] == offsets
    page = pages(file)[2]
    assert page.payload == b"page 2" * 90
    assert page.captured_at == datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
    assert (page.status, page.encoding, page.ip) == (200, "gzip", "8.8.8.8")
    assert not broken(file)


def test_reading_goes_on_behind_a_broken_member(tmp_path: Path) -> None:
    file, offsets = written(tmp_path)
    data = bytearray(file.read_bytes())
    data[offsets[1] + 40 : offsets[1] + 60] = b"\0" * 20
    file.write_bytes(data)
    assert [found.offset for found in broken(file)] == [offsets[1]]
    assert [page.warc_offset for page in pages(file)] == [offsets[0], *offsets[2:]]
    assert not broken(file)[0].torn


def test_a_torn_end_is_told_from_a_broken_middle(tmp_path: Path) -> None:
    file, offsets = written(tmp_path)
    file.write_bytes(file.read_bytes()[: offsets[3] + 30])
    assert [(found.offset, found.torn) for found in broken(file)] == [(offsets[3], True)]
    assert [page.warc_offset for page in pages(file)] == offsets[:3]


def test_a_file_that_is_not_compressed(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(file.read_bytes()))
    assert [page.payload for page in pages(plain)] == [page.payload for page in pages(file)]
    second = pages(plain)[1]
    assert second.warc_offset is not None
    data = bytearray(plain.read_bytes())
    data[second.warc_offset : second.warc_offset + 5] = b"XXXX/"
    plain.write_bytes(data)
    assert [found.offset for found in broken(plain)] == [second.warc_offset]
    assert len(pages(plain)) == 3


def test_a_file_compressed_as_a_whole_is_read(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(gzip.decompress(file.read_bytes())))
    assert not broken(whole)
    found = pages(whole)
    assert [page.payload for page in found] == [page.payload for page in pages(file)]
    for page in found:
        assert page.warc_length is None
        assert page.warc_offset is not None
        assert read_record(whole, whole.name, page.warc_offset, None).raw == page


@pytest.mark.parametrize("content", [b"hello", b"\x1f\x8b", b"%PDF-1.4", gzip.compress(b"no warc", mtime=0)])
def test_what_is_no_warc_file_is_an_error_and_no_crash(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.warc.gz"
    file.write_bytes(content)
    if content.startswith(b"\x1f\x8b\x08"):
        assert [type(record) for record in read_records(file, "x")] == [Broken]
    else:
        with pytest.raises(UsageError, match="no WARC file"):
            list(read_records(file, "x"))


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    file = tmp_path / "x.warc.gz"
    file.touch()
    assert list(read_records(file, "x")) == []
    with pytest.raises(UsageError):
        list(read_records(tmp_path / "none.warc.gz", "x"))


def record_file(
    path: Path,
    kind: str,
    payload: bytes,
    headers: list[tuple[str, str]],
    url: str = "https://www.sohu.com/a/1000001_2",
    **fields: str,
) -> Path:
    """A WARC file of one record."""
    stream = BytesIO()
    writer = WARCWriter(stream, gzip=True)
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1") if kind in ("response", "revisit") else None
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        http_headers=http,
        warc_headers_dict={"WARC-Date": "2020-01-02T03:04:05Z", **fields},
    )
    writer.write_record(record)
    path.write_bytes(stream.getvalue())
    return path


TEXT = "一篇很短的文章。".encode() * 30


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", brotli.compress(TEXT)),
        ("gzip, br", brotli.compress(gzip.compress(TEXT, mtime=0))),
        ("gzip", TEXT),
        ("identity", TEXT),
    ],
    ids=["plain", "gzip", "zlib", "deflate", "br", "gzip-br", "not-gzip-at-all", "identity"],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_as_other_crawlers_store_them(tmp_path: Path, encoding: str, body: bytes, chunked: bool) -> None:
    headers = [("Content-Type", "text/html"), ("Content-Encoding", encoding)]
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        half = len(body) // 2
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:])) + b"0\r\n\r\n"
    [page] = pages(record_file(tmp_path / "x.warc.gz", "response", body, headers))
    assert decoded_body(page) == Body(TEXT)


def test_headers_that_come_twice_are_read_as_in_a_crawl(tmp_path: Path) -> None:
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Encoding", "gzip"),
        ("content-type", "text/html"),
        ("content-encoding", "br"),
    ]
    [page] = pages(record_file(tmp_path / "x.warc.gz", "response", brotli.compress(gzip.compress(TEXT)), headers))
    crawled = raw_from_headers(RawCapture(url=page.url, captured_at=page.captured_at, payload=b""), headers)
    assert (page.content_type, page.encoding) == (crawled.content_type, crawled.encoding) == ("text/html", "gzip, br")
    assert decoded_body(page) == Body(TEXT)


def test_a_body_that_unpacks_without_end_is_not_read(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * (40 * 2**20), 9)
    [page] = pages(record_file(tmp_path / "x.warc.gz", "response", bomb, [("Content-Encoding", "gzip")]))
    with pytest.raises(BodyTooLarge):
        decoded_body(page)


def test_texts_and_resources_are_pages_too(tmp_path: Path) -> None:
    [text] = pages(record_file(tmp_path / "x.wet.gz", "conversion", TEXT, [], **{"Content-Type": "text/plain"}))
    assert (text.payload, text.content_type, text.status) == (TEXT, "text/plain", 200)
    [html] = pages(record_file(tmp_path / "y.warc.gz", "resource", TEXT, [], **{"Content-Type": "text/html"}))
    assert (html.payload, html.content_type) == (TEXT, "text/html")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Bytes changed, cut out or put in, anywhere: the rest is read."""
    path = tmp_path_factory.getbasetemp() / "damaged.warc.gz"
    source = _SAMPLES[data.draw(st.booleans())]
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 200)))
    path.write_bytes(source[:start] + data.draw(st.binary(max_size=200)) + source[end:])
    try:
        for record in read_records(path, "x"):
            if isinstance(record, Record) and record.raw:
                with contextlib.suppress(BodyError):
                    decoded_body(record.raw)
    except UsageError:
        pass


def _samples() -> tuple[bytes, bytes]:
    stream = BytesIO()
    for gz in (True, False):
        writer = WARCWriter(stream, gzip=gz)
        for number in range(3):
            record = writer.create_warc_record(
                f"https://www.sohu.com/a/{number}",
                "response",
                payload=BytesIO(TEXT * 3),
                http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
                length=len(TEXT * 3),
            )
            writer.write_record(record)
        if gz:
            packed = stream.getvalue()
            stream = BytesIO()
    return packed, stream.getvalue()


_SAMPLES = _samples()
