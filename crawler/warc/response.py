"""One WARC record to an answer: its header, its time, its HTTP header, as far as other writers' records have them."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from attrs import define, evolve, frozen

from archive.times import parse_mail_time, parse_time
from crawler.warc.header import Header, parse_header
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.unpacked import DamageError
from crawler.warc.writer import DISBELIEVED, REQUESTED

MAX_HTTP_HEADER: Final = 256 * 2**10
"""An HTTP header of more bytes is none."""

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_ADDRESS: Final = re.compile(r"(https?)(://[^/?#]*)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_LENGTH: Final = re.compile(r"\s*\d{1,18}\s*", re.ASCII)
_STATUS: Final = re.compile(r"[\d.]*\s+([+-]?\d{1,9})", re.ASCII)
_YEARS: Final = range(1990, 2100)
_KINDS: Final = ("response", "resource", "conversion", "revisit")


@frozen
class Head:
    """A record's header. `fields`: the first of each name, in small letters. `kind`: its WARC-Type, in small letters.
    `length`: the bytes of its block."""

    fields: Mapping[str, str]
    kind: str
    length: int

    def get(self, name: str) -> str | None:
        """The field of this name, in whatever case, without white space around it; None where it is empty."""
        return self.fields.get(name.lower(), "").strip() or None


@define
class Dates:
    """What tells the time of a record that does not. `info`: the newest warcinfo record's time; `file`: when the file
    was last written, in seconds since 1970."""

    file: float
    info: datetime | None = None


def read_head(head: bytes) -> Head:
    """A record's header out of its bytes. Raises `DamageError`."""
    header = parse_header(head)
    if not header.first.upper().startswith("WARC/"):
        raise DamageError("not a readable record: its header begins with another word than WARC/")
    fields = {name.lower(): value for name, value in reversed(header.fields)}
    length = fields.get("content-length")
    if length is None:
        raise DamageError("the record has no length")
    if not _LENGTH.fullmatch(length):
        raise DamageError(f"the record's length is {length[:40]!r}")
    return Head(fields, fields.get("warc-type", "").strip().lower(), int(length))


Place = tuple[str | None, int | None, int | None]
"""Where a record stands: `warc_file`, `warc_offset` and `warc_length` of its capture."""


def read_answer(
    head: Head, block: bytes, dates: Dates, cut: str, place: Place = (None, None, None)
) -> RawCapture | None:
    """The answer that a record holds; None where it is none of the web (a request, a DNS answer).

    `cut`: why the block is less than the record should hold, "" where it is whole.
    """
    if head.kind == "warcinfo":
        dates.info = record_time(head.get("WARC-Date")) or dates.info
    url = address(head)
    if head.kind not in _KINDS or url is None:
        return None
    http, payload = _http(block) if head.kind == "response" else (None, block)
    if head.kind == "revisit":
        return _revisit(head, block, url, dates, place)
    moment, dated = _when(head, http, dates)
    raw = RawCapture(
        url=url,
        captured_at=moment,
        payload=payload,
        ip=head.get("WARC-IP-Address"),
        requested=head.get(REQUESTED),
        disbelieved=(head.get(DISBELIEVED) or "")[:200],
        declared=head.get("WARC-Payload-Digest"),
        dated=dated,
        cut=cut or _said_to_be_cut(head),
        status=200 if http is None else _status(http),
        content_type=None if head.kind == "response" else head.get("Content-Type"),
        digest=digest_of(payload),
        warc_file=place[0],
        warc_offset=place[1],
        warc_length=place[2],
    )
    if http is None:
        return raw
    raw = raw_from_headers(raw, http.fields)
    return raw if raw.payload is payload else evolve(raw, digest=digest_of(raw.payload))


def _revisit(head: Head, block: bytes, url: str, dates: Dates, place: Place) -> RawCapture | None:
    """An answer that showed what another one had shown; None where the record does not say which."""
    digest = head.get("WARC-Payload-Digest")
    of, at = head.get("WARC-Refers-To-Target-URI"), record_time(head.get("WARC-Refers-To-Date"))
    if digest is None or of is None or at is None:
        return None
    http, _ = _http(block)
    moment, dated = _when(head, http, dates)
    raw = RawCapture(
        url=url,
        captured_at=moment,
        payload=b"",
        status=200 if http is None else _status(http),
        ip=head.get("WARC-IP-Address"),
        dated=dated,
        requested=head.get(REQUESTED),
        digest=digest,
        declared=digest,
        repeats=(of.strip("<> "), at),
        warc_file=place[0],
        warc_offset=place[1],
        warc_length=place[2],
    )
    return raw if http is None else evolve(raw_from_headers(raw, http.fields), cut="")


def digest_of(payload: bytes) -> str:
    """A payload's digest, as WARC files have it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


def address(head: Head) -> str | None:
    """The record's address, scheme and host in small letters; None where it is none of the web."""
    url = (head.get("WARC-Target-URI") or "").strip("<> ")
    match = _ADDRESS.match(url)
    return match[0].lower() + url[match.end() :] if match is not None else None


def record_time(value: str | None) -> datetime | None:
    """The moment that a WARC-Date names, in UTC, which is what it has no zone for; None where it names none."""
    if value is None:
        return None
    if match := _DIGITS.fullmatch(value):
        value = "{}-{}-{}T{}:{}:{}".format(*match.groups())
    try:
        moment, precision = parse_time(value)
    except ValueError:
        return _mail_time(value)
    if precision == "day":
        return None
    if not re.search(r"(?:Z|[+-]\d\d:?\d\d)\s*$", value, re.IGNORECASE):
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment.year in _YEARS else None


def _mail_time(value: str) -> datetime | None:
    try:
        moment = parse_mail_time(value)
        return moment.astimezone(UTC) if moment.year in _YEARS else None
    except (ValueError, OverflowError):
        return None


def _when(head: Head, http: Header | None, dates: Dates) -> tuple[datetime, str]:
    """When the answer was taken, and where that stands, "" for the WARC-Date."""
    said = head.get("WARC-Date")
    if (moment := record_time(said)) is not None:
        return moment, ""
    fault = "no WARC-Date" if said is None else f"WARC-Date {said[:40]!r} cannot be read"
    if http is not None and (moment := _mail_time(http.get("date") or "")) is not None:
        return moment, f"{fault}; taken from the HTTP header Date"
    if dates.info is not None:
        return dates.info, f"{fault}; taken from the file's warcinfo"
    return datetime.fromtimestamp(int(dates.file), UTC), f"{fault}; taken from the file's own time"


def _said_to_be_cut(head: Head) -> str:
    if reason := head.get("WARC-Truncated"):
        return f"WARC-Truncated: {reason[:40]}"
    if number := head.get("WARC-Segment-Number"):
        return f"WARC-Segment-Number {number[:20]}: the rest stands in other records"
    return ""


def _http(block: bytes) -> tuple[Header | None, bytes]:
    """The HTTP header and the payload; None and the whole block where it has none."""
    if block[:5].upper() != b"HTTP/":
        return None, block
    match = _HEAD_END.search(block, 0, MAX_HTTP_HEADER)
    if match is None and len(block) > MAX_HTTP_HEADER:
        return None, block
    end = len(block) if match is None else match.end()
    return parse_header(block[:end]), block[end:]


def _status(http: Header) -> int:
    """The number of the status line, be it a status or not (`is_transient`); 200 where there is none: the answer is
    there, after all."""
    match = _STATUS.match(http.first, len("HTTP/"))
    return int(match[1]) if match is not None else 200
