"""A body without its content encodings, each unpacked no further than a limit.

What others sent decides: an encoding that is named and not there is forgiven, one that breaks off is read as far as it
goes, and says so.
"""

import re
import sys
import zlib
from collections.abc import Callable
from typing import Final

import brotli
from attrs import evolve, frozen

from crawler.warc.raw import RawCapture

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_DECODED: Final = 32 * 2**20
"""A body that unpacks to more bytes than this is not read."""
MAX_MEMBERS: Final = 10_000
"""A gzip body of more members, or a zstd body of more frames, is not read: they are a few bytes each, and nothing but
work."""
MAX_ENCODINGS: Final = 4
"""A body that was packed more often than this is not read."""

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_PADDING: Final = re.compile(rb"\0*")
_PIECE: Final = 1024
_STEP: Final = 256 * 2**10
_SAMPLE: Final = 512
_CONTROL: Final = bytes((*range(9), 11, *range(14, 32), 127))
_WINDOW_LOG: Final = 26
"""zstd may ask for a window of 2 to this power, in bytes; browsers allow 23 (RFC 9659)."""


@frozen
class Body:
    """A body without its content encoding.

    `torn`: where its packed form ends too early, in a few words, "" for one that is whole. What could be unpacked is
    worth reading, but is not all that was sent. `more`: it goes on behind the limit.
    """

    content: bytes
    torn: str = ""
    more: bool = False


class BodyError(ValueError):
    """The body cannot be unpacked; the message says why, in a few words."""


class BodyTooLarge(BodyError):
    """The body unpacks to more than is read."""


def decoded_body(raw: RawCapture) -> Body:
    """The body without its encodings; `torn` also where the answer itself is cut. Raises `BodyError`."""
    body = _unpacked(raw, MAX_DECODED)
    if body.more:
        raise BodyTooLarge(f"unpacks to more than {MAX_DECODED} bytes")
    return evolve(body, torn=raw.cut or body.torn)


def beginning(raw: RawCapture, size: int) -> bytes:
    """The first `size` bytes of the body without its encodings. Raises `BodyError`."""
    return _unpacked(raw, size).content[:size]


def _unpacked(raw: RawCapture, limit: int) -> Body:
    body = Body(raw.payload)
    encodings = [part.strip().lower() for part in raw.encoding.split(",") if part.strip()]
    if len(encodings) > MAX_ENCODINGS:
        raise BodyError(f"{len(encodings)} content encodings, one around the other")
    for place, encoding in enumerate(reversed(encodings), 1):
        if not body.content:
            continue  # an answer without a body may carry the header all the same
        # What is inside needs as much of its outside as there is.
        inner = _without(encoding, body.content, limit if place == len(encodings) else MAX_DECODED)
        body = Body(inner.content, body.torn or inner.torn, body.more or inner.more)
    return body


def _without(encoding: str, data: bytes, room: int) -> Body:
    """`data` without one encoding, at most `room` bytes and one. Raises `BodyError`."""
    unpack = _UNPACK.get(encoding) or _by_first_bytes(encoding, data)
    try:
        body = unpack(data, room)
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        # A server that names an encoding and sends plain text is common enough.
        if _is_plain(encoding, data):
            return Body(data)
        raise BodyError(f"broken {encoding}: {error}") from error
    # Plain text may happen to begin like a stream that is not whole.
    return Body(data) if body.torn and encoding in ("br", "deflate") and _is_text(data) else body


def _by_first_bytes(encoding: str, data: bytes) -> Callable[[bytes, int], Body]:
    """What unpacks a body whose label names no encoding (`none`, `utf-8`): its first bytes say. Raises `BodyError`."""
    if data.startswith(_GZIP):
        return _gzip
    if data.startswith(_ZSTD):
        return _zstd
    if _is_text(data):
        return _plain
    raise BodyError(f"unknown content encoding {encoding[:40]!r}")


def _is_plain(encoding: str, data: bytes) -> bool:
    """Whether a body that cannot be unpacked is none of its encoding. Only brotli and bare deflate begin with no sign
    of their own."""
    if data.startswith((_GZIP, _ZSTD)):
        return False
    return encoding not in ("br", "deflate") or _is_text(data)


def _is_text(data: bytes) -> bool:
    """Whether the first bytes are those of a text, in whatever charset: no control characters."""
    head = data[:_SAMPLE]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return len(head) == len(head.translate(None, _CONTROL))


def _plain(data: bytes, room: int) -> Body:
    return Body(data)


def _gzip(data: bytes, room: int) -> Body:
    """Every member, one behind the other (RFC 1952, 2.2). Zeros, or anything else that is no member, behind the last
    one is padding, as for gzip(1)."""
    content, position, whole = _inflate(data, 0, 31, room)
    members = 1
    while whole and len(content) <= room:
        position += len(_PADDING.match(data, position)[0])  # type: ignore[index]  # nothing at all matches, too
        start = data[position : position + 2]
        if not start or not _GZIP.startswith(start):
            return Body(bytes(content))
        members += 1
        if members > MAX_MEMBERS:
            raise BodyError(f"more than {MAX_MEMBERS} gzip members")
        try:
            more, position, whole = _inflate(data, position, 31, room - len(content))
        except zlib.error as error:
            return Body(bytes(content), f"gzip: member {members} is broken: {error}")
        content += more
    torn = "" if len(content) > room else f"gzip: the data ends in the middle of member {members}"
    return _bounded(content, room, torn)


def _deflate(data: bytes, room: int) -> Body:
    """What HTTP calls deflate is a zlib stream; some servers send the bare stream inside it."""
    try:
        content, _, whole = _inflate(data, 0, 15, room)
    except zlib.error:
        content, _, whole = _inflate(data, 0, -15, room)
    return _bounded(content, room, "" if whole else "deflate: the data ends in the middle of the stream")


def _inflate(data: bytes, start: int, bits: int, room: int) -> tuple[bytearray, int, bool]:
    """The zlib stream (`bits` as in `zlib.decompressobj`) that begins at `start`: what it holds, at most `room` bytes
    and one, where it ends, and whether it came to its end."""
    stream = zlib.decompressobj(bits)
    content = bytearray()
    position, size = start, _PIECE
    while not stream.eof and position < len(data) and len(content) <= room:
        # In growing pieces: zlib copies what it is handed and does not need, which adds up where members are tiny.
        piece = data[position : position + size]
        content += stream.decompress(piece, room + 1 - len(content))
        position += len(piece)
        size *= 2
    return content, position - len(stream.unused_data), stream.eof


def _brotli(data: bytes, room: int) -> Body:
    stream = brotli.Decompressor()
    content = bytearray(stream.process(data, output_buffer_limit=_STEP))
    while len(content) <= room and not stream.is_finished():
        # The next step only holds what was handed in already: a stream that gives nothing more is at its end.
        more = stream.process(b"", output_buffer_limit=_STEP)
        if not more:
            return Body(bytes(content), "br: the data ends in the middle of the stream")
        content += more
    return _bounded(content, room, "")


def _zstd(data: bytes, room: int) -> Body:
    """Every frame, one behind the other (RFC 8878, 3.1); those that hold no data are passed over."""
    content = bytearray()
    position = frames = 0
    while not frames or data.startswith(_ZSTD, position) or _SKIPPABLE.match(data, position):
        frames += 1
        if frames > MAX_MEMBERS:
            raise BodyError(f"more than {MAX_MEMBERS} zstd frames")
        try:
            position, whole = _frame(data, position, content, room)
        except zstd.ZstdError as error:
            if not content:
                raise
            return Body(bytes(content), f"zstd: frame {frames} is broken: {error}"[:200])
        if len(content) > room:
            break
        if not whole:
            return Body(bytes(content), f"zstd: the data ends in the middle of frame {frames}")
    return _bounded(content, room, "")


def _frame(data: bytes, position: int, content: bytearray, room: int) -> tuple[int, bool]:
    """Unpack the frame at `position` into `content`; where it ends, and whether it came to its end."""
    stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
    size = _PIECE
    while not stream.eof and len(content) <= room:
        piece = data[position : position + size] if stream.needs_input else b""
        if stream.needs_input and not piece:
            return position, False
        position += len(piece)
        size *= 2
        content += stream.decompress(piece, min(_STEP, room + 1 - len(content)))
    return position - len(stream.unused_data), stream.eof


def _bounded(content: bytearray, room: int, torn: str) -> Body:
    if len(content) <= room:
        return Body(bytes(content), torn)
    del content[room:]
    return Body(bytes(content), "", more=True)


_UNPACK: Final[dict[str, Callable[[bytes, int], Body]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "identity": _plain,
}
