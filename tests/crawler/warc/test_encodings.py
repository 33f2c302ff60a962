"""Bodies and their content encodings, as servers send them: whole, in members, torn, hostile."""

import gzip
import time
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crawler.capture.item import capture_item
from crawler.pages.page import Outcome
from crawler.warc import encodings as module
from crawler.warc.encodings import MAX_DECODED, MAX_MEMBERS, Body, BodyError, BodyTooLarge, decoded_body
from crawler.warc.raw import RawCapture
from tests.crawler.run import paged

MB = 2**20


def pack(*contents: bytes) -> bytes:
    """A gzip body of one member each."""
    return b"".join(gzip.compress(content, mtime=0) for content in contents)


def decoded(payload: bytes, encoding: str = "gzip") -> Body:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    return decoded_body(RawCapture(url="https://a.example/", captured_at=at, payload=payload, encoding=encoding))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
@pytest.mark.parametrize(
    ("payload", "content"),
    [
        (pack(b"one", b"two", b"three"), b"onetwothree"),
        (pack(b"", b"one", b"", b"", b"two", b""), b"onetwo"),
        (pack(b""), b""),
        (pack(b"one") + b"\0" * 512, b"one"),
        (pack(b"one") + b"\0" * 512 + pack(b"two") + b"\0", b"onetwo"),
        (pack(b"one", b"two") + b"\r\n<!-- cached -->", b"onetwo"),
        (pack(b"one") + b"\0\0rest", b"one"),
        (b"", b""),
    ],
    ids=["members", "empty-members", "empty", "zeros", "zeros-between", "garbage", "zeros-garbage", "no-bytes"],
)
def test_every_member_counts(payload: bytes, content: bytes, encoding: str) -> None:
    assert decoded(payload, encoding) == Body(content)


@pytest.mark.parametrize(
    ("payload", "content", "torn"),
    [
        (pack(b"one" * 99)[:-9], b"one" * 99, "gzip: the data ends in the middle of member 1"),
        (pack(b"one") + pack(b"two" * 99)[:-8], b"one" + b"two" * 99, "gzip: the data ends in the middle of member 2"),
        (pack(b"one") + pack(b"two")[:1], b"one", "gzip: the data ends in the middle of member 2"),
        (pack(b"one") + pack(b"two")[:3], b"one", "gzip: the data ends in the middle of member 2"),
        (pack(b"one", b"two") + pack(b"x" * 9)[:12], b"onetwox", "gzip: the data ends in the middle of member 3"),
        (
            pack(b"one") + pack(b"two")[:-6] + b"\0" * 6,
            b"one",
            "gzip: member 2 is broken: Error -3 while decompressing data: incorrect data check",
        ),
    ],
    ids=["one", "trailer", "first-byte", "header", "third", "check"],
)
def test_what_is_torn_is_read_and_says_so(payload: bytes, content: bytes, torn: str) -> None:
    assert decoded(payload) == Body(content, torn)


def test_other_encodings_say_so_too() -> None:
    packed = zlib.compress(b"one" * 99)
    torn = "deflate: the data ends in the middle of the stream"
    assert decoded(packed, "deflate") == Body(b"one" * 99)
    assert decoded(packed[:-4], "deflate") == Body(b"one" * 99, torn)
    assert decoded(packed[2:-4], "deflate") == Body(b"one" * 99)
    assert decoded(packed[2:-5], "deflate") == Body(b"one" * 99, torn)
    packed = brotli.compress(b"one" * 99)
    assert decoded(packed, "br") == Body(b"one" * 99)
    assert decoded(packed[:-1], "br").torn == "br: the data ends in the middle of the stream"
    twice = decoded(brotli.compress(pack(b"one", b"two")[:-1]), "gzip, br")
    assert twice == Body(b"onetwo", "gzip: the data ends in the middle of member 2")


def test_a_broken_first_member_is_no_body() -> None:
    with pytest.raises(BodyError, match="broken gzip"):
        decoded(pack(b"one" * 99)[:-8] + b"\0" * 8)
    with pytest.raises(BodyError, match="unknown content encoding 'compress'"):
        decoded(b"\x1f\x9d\x90one", "compress")


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.binary(max_size=5))
def test_members_are_one_body(contents: list[bytes], rest: bytes) -> None:
    body = decoded(pack(*contents) + b"\0" + rest)
    assert body.content == b"".join(contents)
    assert not body.torn or rest.lstrip(b"\0").startswith(b"\x1f")


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.data())
def test_a_cut_anywhere_leaves_a_beginning(contents: list[bytes], data: st.DataObject) -> None:
    payload = pack(*contents)
    cut = data.draw(st.integers(1, len(payload) - 1))
    ends = [len(pack(*contents[:number])) for number in range(1, len(contents))]
    body = decoded(payload[:cut])
    assert b"".join(contents).startswith(body.content)
    assert bool(body.torn) is (cut not in ends), "what ends between two members looks whole"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_the_bound_is_over_the_whole(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DECODED", 4 * MB)
    compress = {"gzip": lambda data: pack(data[:MB], data[MB:]), "deflate": zlib.compress, "br": brotli.compress}
    assert len(decoded(compress[encoding](b"\0" * (4 * MB)), encoding).content) == 4 * MB
    with pytest.raises(BodyTooLarge):
        decoded(compress[encoding](b"\0" * (4 * MB + 1)), encoding)


def test_many_members_below_the_bound_are_too_large_together() -> None:
    with pytest.raises(BodyTooLarge, match=str(MAX_DECODED)):
        decoded(gzip.compress(b"\0" * MB, mtime=0) * 33)


def test_hostile_bodies_cost_little() -> None:
    """Half a million members in ten megabytes, zeros without end, encodings without end: processor time is bounded."""
    begun = time.process_time()
    assert len(decoded(pack(b"") * MAX_MEMBERS + b"\0" * (10 * MB)).content) == 0
    with pytest.raises(BodyError, match=f"more than {MAX_MEMBERS} gzip members"):
        decoded(pack(b"") * (10 * MB // len(pack(b""))))
    with pytest.raises(BodyError, match="content encodings"):
        decoded(b"x", ", ".join(["gzip"] * 1000))
    assert time.process_time() - begun < 2


def test_a_torn_page_is_read_and_its_capture_says_so() -> None:
    url, headers = paged.address(1), {"content_type": "text/html; charset=GBK", "encoding": "gzip"}
    first, second = paged.page(1, lines={1: paged.LINES[1]})[:700], paged.page(1, lines={1: paged.LINES[1]})[700:]
    whole = capture_item(RawCapture(url=url, captured_at=paged.AT, payload=pack(first, second), **headers))
    assert whole.article is not None
    assert whole.article.body == "\n".join(paged.LINES[1])
    assert whole.capture is not None
    assert whole.capture.detail is None
    torn = capture_item(RawCapture(url=url, captured_at=paged.AT, payload=pack(first, second)[:-4], **headers))
    assert torn.article == evolve(whole.article, flags=(*whole.article.flags, "incomplete", "cut"))
    assert torn.capture is not None
    assert torn.capture.outcome == Outcome.ARTICLE
    assert torn.capture.detail == "gzip: the data ends in the middle of member 2"
