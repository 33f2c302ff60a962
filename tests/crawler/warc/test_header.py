"""Headers are read as warcio reads them, whatever their bytes are."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeadersParser

from crawler.warc.header import parse_header

FIRST = (b"WARC/1.0", b"WARC/1.1 \t", b"HTTP/1.1 200 OK", b"http/1.0 404 \xe6\xb2\xa1", b"HTTP/1.1 200 \xb4\xed")
PIECES = (
    *(b"Content-Length", b"content-type", b":", b"::", b" ", b"\t", b"\r", b"\x0b", b"\x85", b"\xc2\xa0", b"\x1c"),
    *(b"text/html", b"WARC-Date: 2025-11-01T00:00:00Z", b"X", b"\xe6\xa1\xa5", b"\xc7\xc5", b"\0", b"", b"=?utf-8?b?"),
)
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map(b"".join), max_size=8)


def as_warcio_reads(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    parsed = StatusAndHeadersParser(["WARC/", "HTTP/"]).parse(BytesIO(data))
    return parsed.statusline, parsed.headers


@given(
    st.sampled_from(FIRST), LINES, st.sampled_from((b"\r\n", b"\n")), st.sampled_from((b"", b"\r\n\r\n", b"\n\nx: y"))
)
def test_a_header_is_read_as_warcio_reads_it(first: bytes, lines: list[bytes], line_end: bytes, end: bytes) -> None:
    data = line_end.join((first, *lines)) + end

    header = parse_header(data)

    assert (header.first[len("HTTP/") :].strip(), header.fields) == as_warcio_reads(data)


@pytest.mark.parametrize("data", [b"", b"\r\n", b" \t\r\nA: b\r\n"])
def test_no_first_line_is_no_header(data: bytes) -> None:
    assert (parse_header(data).first, parse_header(data).fields) == ("", [])


def test_the_first_field_of_a_name_is_had_in_whatever_case() -> None:
    header = parse_header(b"HTTP/1.1 200 OK\r\nDATE: a\r\nDate: b\r\n\r\n")

    assert (header.get("date"), header.get("server")) == ("a", None)
