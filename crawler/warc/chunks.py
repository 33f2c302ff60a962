"""A chunked transfer, put together (RFC 9112, 7.1). warcio's reader does not tell a torn one from a whole one."""

import re
from typing import Final

_SIZE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")


def dechunked(data: bytes) -> tuple[bytes, str]:
    """The body, and why it is less than what was sent, "" for a whole one.

    Data that does not begin with a chunk is taken as it is: many crawlers keep the header of a transfer that they have
    put together.
    """
    match = _SIZE.match(data)
    if match is None:
        return data, ""
    parts: list[memoryview] = []
    view = memoryview(data)
    while match is not None:
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts), ""
        start = match.end()
        parts.append(view[start : start + size])
        if start + size > len(data):
            break
        end = start + size
        end += 2 if data[end : end + 2] == b"\r\n" else 1 if data[end : end + 1] == b"\n" else 0
        match = _SIZE.match(data, end)
    return b"".join(parts), "the chunked transfer breaks off"
