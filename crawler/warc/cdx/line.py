"""One record as a line of a CDXJ index: its key, its time in 14 digits, and where it stands, as JSON."""

import json
import re
from datetime import UTC
from typing import Final

from crawler.warc.cdx.surt import surt
from crawler.warc.reader import Record

KINDS: Final = frozenset({"response", "revisit", "resource"})
"""The records that can be replayed."""
REVISIT: Final = "warc/revisit"
_MIME: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")


def cdxj(record: Record, file: str, *, algorithm: bool = False) -> str | None:
    """The line of a record, ASCII, with its line end; None of one that is not replayed, or is no gzip member of its own
    (a plain file's records are as good), so that no index can point at it.

    `file`: what the line calls the WARC file. `algorithm`: the digest keeps its `sha1:`, as WACZ files have it; pywb's
    indexes leave it away.
    """
    raw = record.raw
    if raw is None or record.kind not in KINDS or record.length is None:
        return None
    digest = raw.declared or raw.digest or "-"
    told = {
        "url": raw.url,
        "mime": REVISIT if record.kind == "revisit" else _mime(raw.content_type),
        "status": str(raw.status),
        "digest": digest if algorithm else digest.removeprefix("sha1:"),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": file,
    }
    return f"{surt(raw.url)} {raw.captured_at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(told)}\n"


def place(line: str) -> tuple[str, int]:
    """The file and the byte that a line points at."""
    told = json.loads(line.split(" ", 2)[2])
    return told["filename"], int(told["offset"])


def _mime(value: str | None) -> str:
    told = (value or "").partition(";")[0].strip().lower()
    return told if _MIME.fullmatch(told) else "unk"
