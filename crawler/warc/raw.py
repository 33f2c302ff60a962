"""One answer as it was transferred, and its body without the content encoding."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime

import brotli
from attrs import evolve, frozen

MAX_DECODED = 32 * 2**20
"""A body that unpacks to more than this is not read."""


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


def decoded_body(raw: RawCapture) -> bytes | str | None:
    """The body without its content encoding; None where it is too large, a few words where it cannot be unpacked."""
    body = raw.payload
    encodings = [part.strip().lower() for part in raw.encoding.split(",") if part.strip()]
    for encoding in reversed(encodings):
        unpack = _UNPACK.get(encoding)
        if unpack is None:
            return f"unknown content encoding {encoding[:40]!r}"
        try:
            unpacked = unpack(body)
        except (zlib.error, brotli.error, EOFError, ValueError) as error:
            # A server that names an encoding and sends plain text is common enough.
            if encoding != "br" and not body.startswith(b"\x1f\x8b"):
                continue
            return f"broken {encoding}: {error}"
        if unpacked is None:
            return None
        body = unpacked
    return body


def _inflate(data: bytes, bits: int) -> bytes | None:
    stream = zlib.decompressobj(bits)
    out = stream.decompress(data, MAX_DECODED + 1)
    return None if len(out) > MAX_DECODED else out


def _gzip(data: bytes) -> bytes | None:
    """A torn end is forgiven: what could be unpacked is worth reading."""
    return _inflate(data, 31)


def _deflate(data: bytes) -> bytes | None:
    try:
        return _inflate(data, 15)
    except zlib.error:
        return _inflate(data, -15)


def _brotli(data: bytes) -> bytes | None:
    stream = brotli.Decompressor()
    out = bytearray()
    for start in range(0, len(data), 65536):
        out += stream.process(data[start : start + 65536])
        if len(out) > MAX_DECODED:
            return None
    return bytes(out)


_UNPACK: dict[str, Callable[[bytes], bytes | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "identity": bytes,
}


def raw_from_headers(raw: RawCapture, headers: Sequence[tuple[str, str]]) -> RawCapture:
    """`raw` with the content type and encoding that HTTP headers give."""
    values = {name.lower(): value for name, value in headers}
    return evolve(raw, content_type=values.get("content-type"), encoding=values.get("content-encoding", ""))
