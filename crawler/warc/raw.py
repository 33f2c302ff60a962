"""One answer as it was transferred."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from crawler.warc.chunks import dechunked

MAX_VALIDATOR: Final = 200
_SIZE: Final = re.compile(r"\d{1,15}")


@frozen(kw_only=True)
class RawCapture:
    """One answer as it was transferred.

    `url`: the final address; `requested`: the one that was asked for, where redirects led elsewhere. `payload`: the
    body, encoded as `encoding` says (`gzip`, "" for none; a chunked transfer is already put together).
    `captured_at` carries a zone; `dated`: where it stands, if not where it should, and why. `digest`, `warc_*`: see
    `CaptureRecord`; `declared`: the digest that a WARC record names itself. `cut`: why the payload is less than what
    was sent, in a few words, "" where nothing says so. `etag`, `last_modified`: the answer's headers of these names.
    `repeats`: address and time of the capture whose payload, of the digest `digest`, the answer showed again: there is
    no other record of it, and no payload here. `disbelieved`: why it is not believed that the article is no more, where
    the answer shows that; "" where it is.
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
    declared: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    dated: str = ""
    cut: str = ""
    etag: str | None = None
    last_modified: str | None = None
    repeats: tuple[str, datetime] | None = None
    disbelieved: str = ""


def raw_from_headers(raw: RawCapture, headers: Sequence[tuple[str, str]]) -> RawCapture:
    """`raw` with what HTTP headers say of it, in a crawl as in a WARC file: content type, encodings, whether it is cut.

    Of several content types the last one counts, as in browsers; several encodings are one list (RFC 9110, 5.3). What
    the transfer was encoded in, stands around them (RFC 9112, 6.1); a chunked payload is put together.
    """
    said: dict[str, list[str]] = {}
    for name, value in headers:
        said.setdefault(name.lower(), []).append(value)
    types = said.get("content-type")
    encodings = ", ".join(said.get("content-encoding", ()))
    transfers = _listed(", ".join(said.get("transfer-encoding", ())))
    payload, cut = raw.payload, raw.cut
    if "chunked" in transfers:
        payload, torn = dechunked(payload)
        cut = cut or torn
    else:
        cut = cut or _short(len(payload), said.get("content-length", ()))
    outside = [name for name in transfers if name not in ("chunked", "identity")]
    return evolve(
        raw,
        payload=payload,
        content_type=types[-1] if types else None,
        encoding=", ".join([*([encodings] if encodings else []), *outside]),
        cut=cut,
        etag=_validator(said.get("etag", ())),
        last_modified=_validator(said.get("last-modified", ())),
    )


def _validator(values: Sequence[str]) -> str | None:
    """A header by which the server knows a version of the page again; None where it has none of a sane length."""
    value = values[0].strip() if values else ""
    return value if 0 < len(value) <= MAX_VALIDATOR and value.isascii() and value.isprintable() else None


def _listed(value: str) -> list[str]:
    return [part.strip().lower() for part in value.split(",") if part.strip()]


def _short(size: int, lengths: Sequence[str]) -> str:
    """Why a payload of `size` bytes is less than its Content-Length, "" where it is not, or where nothing came."""
    said = [int(one) for one in map(str.strip, lengths) if _SIZE.fullmatch(one)]
    if not said or not size or size >= min(said):
        return ""
    return f"{size} bytes of a Content-Length of {min(said)}"
