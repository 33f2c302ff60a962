"""What other programs write against the standard, each kind in several forms: read, or told; never cut unsaid."""

import gzip
import os
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from attrs import evolve
from backports import zstd

from archive.text.address import MAX_BYTES
from crawler.capture.item import capture_item
from crawler.capture.role import Role, role_of
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, Record, read_record, read_records
from tests.crawler.warc.odd import LINES, Odd, file, packed, page, record, url

AT = datetime(2025, 11, 1, tzinfo=UTC)


def read(path: Path) -> list[RawCapture | str]:
    """The answers of a file, and what is said of the rest."""
    found = []
    for one in read_records(path, path.name):
        if isinstance(one, Broken):
            found.append(one.reason)
        elif one.raw is not None:
            found.append(one.raw)
    return found


def raws(path: Path) -> list[RawCapture]:
    found = read(path)
    assert all(isinstance(one, RawCapture) for one in found), found
    return [one for one in found if isinstance(one, RawCapture)]


def whole(raw: RawCapture, number: int) -> None:
    """The answer is page `number`, and passes as whole."""
    item = capture_item(raw)
    assert item.capture is not None
    assert (item.capture.url, item.capture.outcome) == (url(number), "article"), item.capture.detail
    assert item.article is not None
    assert item.article.headline == f"水塔巡查第{number}号"
    assert item.article.body == "\n".join(f"{line}这是第{number}篇。" for line in LINES)
    assert item.article.flags == ()


FORMS = {
    "W2 bare line feeds": Odd(line=b"\n"),
    "W2 bare line feeds, more fields": Odd(line=b"\n", fields=(("WARC-IP-Address", "8.8.8.8"),)),
    "W2 bare line feeds, chunked": Odd(
        line=b"\n",
        http=(("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")),
        body=b"%x\n%b\n0\n\n" % (len(page(1)), page(1)),
    ),
    "W4 zstd": Odd(http=(("Content-Encoding", "zstd"),), body=zstd.compress(page(1))),
    "W4 zstd, two frames": Odd(
        http=(("Content-Encoding", "ZSTD"),), body=zstd.compress(page(1)[:99]) + zstd.compress(page(1)[99:])
    ),
    "W4 zstd, a frame of none": Odd(
        http=(("Content-Encoding", "zstd"),), body=b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd.compress(page(1))
    ),
    "W4 zstd around gzip": Odd(
        http=(("Content-Encoding", "gzip, zstd"),), body=zstd.compress(gzip.compress(page(1), mtime=0))
    ),
    "W4 zstd, chunked": Odd(
        http=(("Content-Encoding", "zstd"), ("Transfer-Encoding", "chunked")),
        body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(zstd.compress(page(1))), zstd.compress(page(1))),
    ),
    "W5 br on a plain body": Odd(http=(("Content-Encoding", "br"),)),
    "W5 gzip on a plain body": Odd(http=(("Content-Encoding", "gzip"),)),
    "W5 deflate on a plain body": Odd(http=(("Content-Encoding", "deflate"),)),
    "W5 zstd on a plain body": Odd(http=(("Content-Encoding", "zstd"),)),
    "W5 gzip, br on a body that is only gzip": Odd(
        http=(("Content-Encoding", "gzip, gzip"),), body=gzip.compress(page(1), mtime=0)
    ),
    "W6 none": Odd(http=(("Content-Encoding", "none"),)),
    "W6 utf-8": Odd(http=(("Content-Encoding", "utf-8"),)),
    "W6 binary, and gzip all the same": Odd(
        http=(("Content-Encoding", "binary"),), body=gzip.compress(page(1), mtime=0)
    ),
    "W6 UTF8, gzip": Odd(http=(("Content-Encoding", "UTF8, gzip"),), body=gzip.compress(page(1), mtime=0)),
    "W6 a charset in Chinese": Odd(http=(("Content-Encoding", "gb2312"),)),
    "W7 a Content-Length of less than the body": Odd(http=(("Content-Length", "9"), ("Content-Type", "text/html"))),
    "W7 the length of the packed body beside the unpacked one": Odd(
        http=(("Content-Length", "300"), ("Content-Encoding", "gzip"))
    ),
    "W7 chunked says the header, the body is put together": Odd(http=(("Transfer-Encoding", "chunked"),)),
    "W12 WARC-Type in capitals": Odd(kind="RESPONSE"),
    "W13 HTTP:// in capitals": Odd(address="HTTPS://News.Example.CN/2025/1.html"),
    "W13 blanks around the address": Odd(address=f"  <{url(1)}> "),
    "W14 gzip, chunked": Odd(
        http=(("Transfer-Encoding", "gzip, chunked"),),
        body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(page(1), mtime=0)), gzip.compress(page(1), mtime=0)),
    ),
    "W14 Chunked, with an extension": Odd(
        http=(("Transfer-Encoding", " Chunked"),),
        body=b"%X;a=b\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (len(page(1)), page(1)),
    ),
    "W15 no number": Odd(status="HTTP/1.1 OK"),
    "W15 nothing but the protocol": Odd(status="HTTP/1.1"),
    "W15 HTTP/2": Odd(status="HTTP/2 200"),
    "W15 in small letters": Odd(status="http/1.1 200 ok"),
    "W15 no HTTP header": Odd(http=None),
    "a resource": Odd(kind="resource", http=None, fields=(("Content-Type", "text/html"),)),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("suffix", ["warc.gz", "warc"])
def test_what_is_whole_is_read_as_whole(name: str, suffix: str, tmp_path: Path) -> None:
    path = file(tmp_path / f"x.{suffix}", record(1, FORMS[name]), record(2))
    first, second = raws(path)
    whole(first, 1)
    whole(second, 2)
    assert (first.captured_at, first.dated) == (AT, "")
    for one in (first, second):
        assert one.warc_offset is not None
        assert read_record(path, path.name, one.warc_offset, one.warc_length).raw == one


CUT = {
    "WARC-Truncated": Odd(fields=(("WARC-Truncated", "length"),)),
    "WARC-Truncated: time": Odd(fields=(("warc-truncated", "time"),)),
    "a segment": Odd(fields=(("WARC-Segment-Number", "1"), ("WARC-Segment-Origin-ID", "<urn:x>"))),
    "Content-Length": Odd(http=(("Content-Length", str(len(page(1)) + 500)), ("Content-Type", "text/html"))),
    "Content-Length of the packed body": Odd(
        http=(("Content-Length", "9000"), ("Content-Encoding", "gzip")), body=gzip.compress(page(1), mtime=0)
    ),
    "no last chunk": Odd(http=(("Transfer-Encoding", "chunked"),), body=b"%x\r\n%b\r\n" % (len(page(1)), page(1))),
    "a chunk that is shorter than it says": Odd(
        http=(("Transfer-Encoding", "chunked"),), body=b"%x\r\n%b" % (len(page(1)) + 9, page(1))
    ),
    "a chunk's size that is none": Odd(
        http=(("Transfer-Encoding", "chunked"),), body=b"%x\r\n%b\r\nzz\r\n" % (len(page(1)), page(1))
    ),
    "gzip without its end": Odd(http=(("Content-Encoding", "gzip"),), body=gzip.compress(page(1), mtime=0)[:-12]),
    "gzip without its end, whose length matches": Odd(
        http=(("Content-Encoding", "gzip"), ("Content-Length", str(len(gzip.compress(page(1), mtime=0)) - 12))),
        body=gzip.compress(page(1), mtime=0)[:-12],
    ),
    "deflate without its end": Odd(http=(("Content-Encoding", "deflate"),), body=zlib.compress(page(1))[:-9]),
    "br without its end": Odd(http=(("Content-Encoding", "br"),), body=brotli.compress(page(1))[:-9]),
    "zstd without its end": Odd(
        http=(("Content-Encoding", "zstd"),), body=zstd.compress(page(1)[:800]) + zstd.compress(page(1)[800:])[:-9]
    ),
    "a record that is shorter than it says": Odd(length=700),
    "a record that is longer than it says": Odd(length=-300),
}


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("suffix", ["warc.gz", "warc"])
def test_what_is_cut_never_passes_as_whole(name: str, suffix: str, tmp_path: Path) -> None:
    first, second = raws(file(tmp_path / f"x.{suffix}", record(1, CUT[name]), record(2)))
    item = capture_item(first)
    assert item.capture is not None
    assert item.capture.detail
    if item.article is None:
        assert item.capture.outcome == "incomplete"
    else:
        assert {"incomplete", "cut"} <= set(item.article.flags)
        assert item.article.body.startswith(LINES[0])
    whole(second, 2)


def test_a_cut_page_without_an_article_is_incomplete() -> None:
    raw = RawCapture(url=url(1), captured_at=AT, payload=page(1)[:150], content_type="text/html", cut="it breaks off")
    item = capture_item(raw)
    assert item.capture is not None
    assert (item.capture.outcome, item.article) == ("incomplete", None)
    assert "it breaks off" in str(item.capture.detail)


@pytest.mark.parametrize(
    "date",
    [
        "20251101000000",
        "2025-11-01T00:00:00.000000000Z",
        "2025-11-01T08:00:00+08:00",
        "2025-11-01 00:00:00",
        "2025-11-01T00:00Z",
        "Sat, 01 Nov 2025 00:00:00 GMT",
        "2025/11/01 00:00:00",
    ],
)
def test_odd_dates_that_say_it_all_the_same(date: str, tmp_path: Path) -> None:
    [raw] = raws(file(tmp_path / "x.warc.gz", record(1, Odd(date=date))))
    assert (raw.captured_at, raw.dated) == (AT, "")


@pytest.mark.parametrize(
    "date", ["", "0000-00-00T00:00:00Z", "yesterday", "2025", "9999-99-99", "1", "2025-11-01", "-"]
)
def test_a_date_that_cannot_be_read_is_taken_from_elsewhere_and_said(date: str, tmp_path: Path) -> None:
    odd = Odd(date=date, drop=() if date else ("WARC-Date",))
    dated = Odd(
        date=date, drop=odd.drop, http=(("Content-Type", "text/html"), ("Date", "Sun, 02 Nov 2025 01:02:03 GMT"))
    )
    info = record(9, Odd(kind="warcinfo", http=None, body=b"software: x\r\n", date="2025-11-03T00:00:00Z"))
    path = file(tmp_path / "x.warc.gz", record(1, odd), record(2, dated), info, record(3, odd))
    os.utime(path, (1_762_300_800, 1_762_300_800))
    first, second, third = raws(path)
    assert [one.captured_at for one in (first, second, third)] == [
        datetime(2025, 11, 5, tzinfo=UTC),
        datetime(2025, 11, 2, 1, 2, 3, tzinfo=UTC),
        datetime(2025, 11, 3, tzinfo=UTC),
    ]
    for raw, says in ((first, "the file's own time"), (second, "HTTP header Date"), (third, "warcinfo")):
        assert "WARC-Date" in raw.dated
        assert says in raw.dated
        item = capture_item(raw)
        assert item.capture is not None
        assert item.capture.outcome == "article"
        assert "WARC-Date" in str(item.capture.detail)


def test_html_that_nobody_named_is_a_page() -> None:
    for media, body, role in (
        ("application/octet-stream", page(1), Role.PAGE),
        ("Application/Octet-Stream; x=y", b"\xef\xbb\xbf\n" + page(1), Role.PAGE),
        ("binary/octet-stream", gzip.compress(page(1)), Role.PAGE),
        ("application/octet-stream", b"\x7fELF" + b"\0" * 99, Role.OTHER),
        ("image/png", page(1), Role.OTHER),
    ):
        encoding = "gzip" if body[:1] == b"\x1f" else ""
        raw = RawCapture(url=url(1), captured_at=AT, payload=body, content_type=media, encoding=encoding)
        assert role_of(raw) is role


def test_an_address_longer_than_the_archive_takes_is_no_page() -> None:
    long = url(1) + "?" + "x" * MAX_BYTES
    page_there = RawCapture(url=url(1), captured_at=AT, payload=page(1), content_type="text/html")
    assert role_of(page_there) is Role.PAGE
    for raw in (evolve(page_there, url=long), evolve(page_there, requested=long)):
        assert role_of(raw) is role_of(evolve(raw, repeats=(url(1), AT))) is Role.OTHER


def places(path: Path) -> list[tuple[str, int | None]]:
    found = raws(path)
    for one in found:
        assert one.warc_offset is not None
        assert read_record(path, path.name, one.warc_offset, one.warc_length).raw == one
    return [(one.url, one.warc_length) for one in found]


def test_members_of_any_cut(tmp_path: Path) -> None:
    """Records over two and three members, several in one, a file in one, empty members, zeros: the same records."""
    one, two, three = record(1), record(2), record(3)
    empty = gzip.compress(b"", mtime=0)
    wanted = [url(1), url(2), url(3)]
    forms = {
        "by the standard": packed(one, two, three),
        "over two": packed(one[:400], one[400:], two, three),
        "over three, the header too": packed(one[:30], one[30:500], one[500:], two, three),
        "the line ends apart": packed(one[:-4], one[-4:], two, three),
        "in one": packed(one + two + three),
        "two in one": packed(one, two + three),
        "empty": empty + packed(one) + empty * 3 + packed(two, three) + empty,
        "zeros": packed(one, two, three) + b"\0" * 700,
        "cut anywhere": packed(*((one + two + three)[at : at + 777] for at in range(0, 9_000, 777))),
    }
    for name, data in forms.items():
        path = tmp_path / "x.warc.gz"
        path.write_bytes(data)
        assert [found for found, _ in places(path)] == wanted, name
    path.write_bytes(forms["empty"])
    assert all(length for _, length in places(path))


def test_what_is_damaged_costs_itself(tmp_path: Path) -> None:
    """The first member, its first bytes, one in the middle, the last; in one member what comes behind is lost."""
    members = [packed(record(number)) for number in range(1, 5)]
    path = tmp_path / "x.warc.gz"
    for place in range(4):
        for start, junk in ((60, b"\xff" * 30), (0, b"\0\0\0\0"), (len(members[place]) - 8, b"\1" * 8)):
            data = bytearray(members[place])
            data[start : start + len(junk)] = junk
            path.write_bytes(b"".join([*members[:place], bytes(data), *members[place + 1 :]]))
            found = [one.url for one in read(path) if isinstance(one, RawCapture)]
            assert found == [url(number) for number in range(1, 5) if number != place + 1], (place, start)
            assert sum(isinstance(one, str) for one in read(path)) == 1
    one = packed(b"".join(record(number) for number in range(1, 5)))
    path.write_bytes(one[:-9])
    *before, last = read(path)
    assert len(before) >= 3
    assert isinstance(last, str)


def test_a_record_that_is_not_wanted_is_not_looked_at(tmp_path: Path) -> None:
    path = file(tmp_path / "x.warc.gz", *(record(number) for number in (1, 2, 3)))
    second = raws(path)[1].warc_offset
    found = list(read_records(path, path.name, lambda offset: offset != second))
    assert [one.aside if isinstance(one, Broken) else one.kind for one in found] == ["response", True, "response"]
    assert [one.offset for one in found if isinstance(one, Record)] == [0, raws(path)[2].warc_offset]


STATUSES = {
    **dict.fromkeys(("200 OK", "200", "200OK", "+200 OK", "200.0 OK", "OK", "true", "- 200"), Role.PAGE),
    **dict.fromkeys(("404 x", "404Not Found"), Role.PAGE),
    **dict.fromkeys(("-1 x", "-1", "-200 OK", "0 x", "99 x", "2 00", "600 x", "700 x", "999 x"), Role.TRANSIENT),
    **dict.fromkeys(("1234567 x", f"{2**64} x", f"{'9' * 5000} x", "-1x", "1000OK"), Role.TRANSIENT),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_number_that_is_no_status_is_no_page(status: str, tmp_path: Path) -> None:
    """A status line without a number is one of an answer that is there; one with a number says what it says."""
    (raw,) = raws(file(tmp_path / "x.warc.gz", record(1, Odd(status=f"HTTP/1.1 {status}"))))
    assert role_of(raw) is STATUSES[status]
    item = capture_item(raw)
    assert item.capture is not None
    outcome = "gone" if "404" in status else "article" if STATUSES[status] is Role.PAGE else "broken"
    assert (item.capture.outcome, item.article is not None) == (outcome, outcome == "article")
