"""Whether a record's bytes are those that its header names: `WARC-Block-Digest`, `WARC-Payload-Digest` (WARC 1.1, 5.8,
5.9)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from crawler.warc.chunks import dechunked
from crawler.warc.response import Head

_ALGORITHMS: Final = ("md5", "sha1", "sha256", "sha512")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


def faults(head: Head, block: bytes) -> tuple[str, ...]:
    """What is wrong with a record's block, in a few words each; () where it is what the header says. An algorithm that
    nobody knows says nothing."""
    found = []
    if not _fits(head.get("WARC-Block-Digest"), iter((block,))):
        found.append("its bytes are not those of its WARC-Block-Digest")
    # A revisit record's payload stands in another record.
    if head.kind != "revisit" and not _fits(head.get("WARC-Payload-Digest"), _payloads(block)):
        found.append("its payload is not that of its WARC-Payload-Digest")
    return tuple(found)


def _payloads(block: bytes) -> Iterator[bytes]:
    """What writers take the payload for: what stands behind the HTTP header, put together or as it was chunked; the
    block itself where it has none."""
    match = _HEAD_END.search(block)
    body = block[match.end() :] if match is not None else b""
    yield body
    yield block
    yield dechunked(body)[0]


def _fits(declared: str | None, candidates: Iterator[bytes]) -> bool:
    algorithm, _, value = (declared or "").partition(":")
    algorithm = algorithm.strip().lower().replace("-", "")
    wanted = _value(value.strip(), algorithm) if algorithm in _ALGORITHMS else None
    if wanted is None:
        return True
    return any(hashlib.new(algorithm, one, usedforsecurity=False).digest() == wanted for one in candidates)


def _value(written: str, algorithm: str) -> bytes | None:
    """A digest's bytes, written in hex or in base 32; None for anything else."""
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    for read in (bytes.fromhex, lambda text: base64.b32decode(text.upper() + "=" * (-len(text) % 8))):
        try:
            value = read(written)
        except (ValueError, binascii.Error):
            continue
        if len(value) == size:
            return value
    return None
