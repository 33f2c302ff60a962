"""One record of an article file, as it stands in the file."""

from typing import Any, Final

from attrs import frozen

MAX_RECORD: Final = 16 * 2**20
"""Bytes of a record; a longer one is reported and skipped unread."""


@frozen
class Piece:
    """A record: its number, the byte at which it begins in the unpacked file (None where the file has no such place),
    and what it holds, as JSON or as names and values; or, in place of that, why it cannot be read. `unit`: what the
    number counts, lines, records or rows. `size`: in bytes, about."""

    number: int
    offset: int | None
    content: bytes | dict[str, Any]
    reason: str = ""
    unit: str = "line"
    size: int = 0
