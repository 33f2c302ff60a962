"""One answer as it was transferred, and its body without the content encoding."""

import re
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import brotli
from attrs import evolve, frozen

MAX_DECODED: Final = 32 * 2**20
"""A body that unpacks to more bytes than this is not read."""
MAX_MEMBERS: Final = 10_000
"""A gzip body of more members is not read: they are a few bytes each, and nothing but work."""
MAX_ENCODINGS: Final = 4
"""A body that was packed more often than this is not read."""

_GZIP: Final = b"\x1f\x8b"
_PADDING: Final = re.compile(rb"\0*")
_PIECE: Final = 1024


@frozen(kw_only=True)
class RawCapture:
    """One answer as it was transferred.

    `url`: the final address; `requested`: the one that was asked for, where redirects led elsewhere. `payload`: the
    body, content-encoded as `encoding` says (`gzip`, "" for none; a chunked transfer is already put together).
    `captured_at` carries a zone. `digest`, `warc_*`: see `CaptureRecord`.
    """

    url: str
    captured_at: datetime
    payload: bytes
    status: int = 200
    content_type: str | None = None
    encoding: str = ""
    requested: str | None = None
    ip: str | None = None
    digest: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None


@frozen
class Body:
    """A body without its content encoding.

    `torn`: where its packed form ends too early, in a few words, "" for one that is whole. What could be unpacked is
    worth reading, but is not all that was sent.
    """

    content: bytes
    torn: str = ""


class BodyError(ValueError):
    """The body cannot be unpacked; the message says why, in a few words."""


class BodyTooLarge(BodyError):
    """The body unpacks to more than is read."""


def decoded_body(raw: RawCapture) -> Body:
    """The body without its content encoding. Raises `BodyError`."""
    body = Body(raw.payload)
    encodings = [part.strip().lower() for part in raw.encoding.split(",") if part.strip()]
    if len(encodings) > MAX_ENCODINGS:
        raise BodyError(f"{len(encodings)} content encodings, one around the other")
    for encoding in reversed(encodings):
        unpack = _UNPACK.get(encoding)
        if unpack is None:
            raise BodyError(f"unknown content encoding {encoding[:40]!r}")
        if not body.content:
            continue  # an answer without a body may carry the header all the same
        try:
            inner = unpack(body.content)
        except (zlib.error, brotli.error) as error:
            # A server that names an encoding and sends plain text is common enough.
            if encoding != "br" and not body.content.startswith(_GZIP):
                continue
            raise BodyError(f"broken {encoding}: {error}") from error
        body = Body(inner.content, body.torn or inner.torn)
    return body


def _gzip(data: bytes) -> Body:
    """Every member, one behind the other (RFC 1952, 2.2). Zeros, or anything else that is no member, behind the last
    one is padding, as for gzip(1)."""
    content, position, whole = _inflate(data, 0, 31, MAX_DECODED)
    members = 1
    while whole:
        position += len(_PADDING.match(data, position)[0])  # type: ignore[index]  # nothing at all matches, too
        start = data[position : position + 2]
        if not start or not _GZIP.startswith(start):
            return Body(bytes(content))
        members += 1
        if members > MAX_MEMBERS:
            raise BodyError(f"more than {MAX_MEMBERS} gzip members")
        try:
            more, position, whole = _inflate(data, position, 31, MAX_DECODED - len(content))
        except zlib.error as error:
            return Body(bytes(content), f"gzip: member {members} is broken: {error}")
        content += more
    return Body(bytes(content), f"gzip: the data ends in the middle of member {members}")


def _deflate(data: bytes) -> Body:
    """What HTTP calls deflate is a zlib stream; some servers send the bare stream inside it."""
    try:
        content, _, whole = _inflate(data, 0, 15, MAX_DECODED)
    except zlib.error:
        content, _, whole = _inflate(data, 0, -15, MAX_DECODED)
    return Body(bytes(content), "" if whole else "deflate: the data ends in the middle of the stream")


def _inflate(data: bytes, start: int, bits: int, room: int) -> tuple[bytearray, int, bool]:
    """The zlib stream (`bits` as in `zlib.decompressobj`) that begins at `start`: what it holds, at most `room` bytes,
    where it ends, and whether it came to its end."""
    stream = zlib.decompressobj(bits)
    content = bytearray()
    position, size = start, _PIECE
    while not stream.eof and position < len(data):
        # In growing pieces: zlib copies what it is handed and does not need, which adds up where members are tiny.
        piece = data[position : position + size]
        content += stream.decompress(piece, room + 1 - len(content))
        if len(content) > room:
            raise BodyTooLarge(f"unpacks to more than {MAX_DECODED} bytes")
        position += len(piece)
        size *= 2
    return content, position - len(stream.unused_data), stream.eof


def _brotli(data: bytes) -> Body:
    stream = brotli.Decompressor()
    content = bytearray(stream.process(data, output_buffer_limit=MAX_DECODED + 1))
    while len(content) <= MAX_DECODED and not stream.is_finished():
        more = stream.process(b"", output_buffer_limit=MAX_DECODED + 1)
        if not more:
            return Body(bytes(content), "br: the data ends in the middle of the stream")
        content += more
    if len(content) > MAX_DECODED:
        raise BodyTooLarge(f"unpacks to more than {MAX_DECODED} bytes")
    return Body(bytes(content))


_UNPACK: Final[dict[str, Callable[[bytes], Body]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "identity": Body,
}


def raw_from_headers(raw: RawCapture, headers: Sequence[tuple[str, str]]) -> RawCapture:
    """`raw` with the content type and encoding that HTTP headers give, in a crawl as in a WARC file.

    Of several content types the last one counts, as in browsers; several encodings are one list (RFC 9110, 5.3).
    """
    types = [value for name, value in headers if name.lower() == "content-type"]
    encodings = [value for name, value in headers if name.lower() == "content-encoding"]
    return evolve(raw, content_type=types[-1] if types else None, encoding=", ".join(encodings))
