"""MinHash signatures whose values anybody can compute with datasketch.

A text's signature is, bit for bit, what datasketch makes of its folded shingles:

    minhash = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=zlib.crc32)
    for start in range(max(1, len(folded) - 5)):
        minhash.update(folded[start:start + 6].encode("utf-32-le"))

It is computed in numpy: CRC-32 is linear over its input's bits, so a shingle's is the exclusive or of one table entry a
character.
"""

import zlib
from functools import cache
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.dedup.propose.shingles import SHINGLE
from archive.text import version
from archive.text.fold import Codes

SCHEME: Final = "affine32"
PERMUTATIONS: Final = 128
SEED: Final = 1
HASH: Final = "crc32-utf32le"

Values = NDArray[np.uint32]

_EMPTY: Final = 0xFFFFFFFF
_CHUNK: Final = 2048  # shingles at a time: 1 MB of permuted values, which stays in the processor's cache


@frozen
class _Tables:
    """`low`, `high`: by place in the shingle, what the lower and upper 16 bits of a code point add to the CRC."""

    low: Values
    high: Values
    constant: np.uint32
    a: Values
    b: Values


def signature(codes: Codes) -> Values:
    """The MinHash of a folded text, shape (128,), dtype uint32; all ones for an empty text, as in datasketch."""
    tables = _tables()
    least = np.full(PERMUTATIONS, _EMPTY, dtype=np.uint32)
    hashes = _mixed(shingle_crcs(codes))
    for start in range(0, len(hashes), _CHUNK):
        permuted = np.multiply.outer(tables.a, hashes[start : start + _CHUNK])
        permuted += tables.b[:, None]
        np.minimum(least, permuted.min(axis=1), out=least)
    return least


def described() -> dict[str, Any]:
    """This program's row of `dedup_scheme`."""
    return {
        "version": version.VERSION,
        "scheme": SCHEME,
        "permutations": PERMUTATIONS,
        "seed": SEED,
        "hash": HASH,
        "shingle": SHINGLE,
        "shingle_version": version.VERSION,
        "fold_version": version.VERSION,
    }


def as_bytes(values: Values) -> bytes:
    """A signature as it is stored: little-endian."""
    return values.astype("<u4").tobytes()


def from_bytes(stored: bytes) -> Values:
    """A stored signature. `MinHash(hashvalues=…, scheme="affine32", seed=1)` takes it."""
    return np.frombuffer(stored, dtype="<u4")


def similarity(first: Values, second: Values) -> float:
    """The estimated Jaccard similarity of two signatures, 0 to 1."""
    return float(np.mean(first == second))


def shingle_crcs(codes: Codes) -> Values:
    """`zlib.crc32` of each shingle's UTF-32-LE bytes."""
    if len(codes) < SHINGLE:
        return np.array([zlib.crc32(codes.astype("<u4").tobytes())] if len(codes) else [], dtype=np.uint32)
    tables = _tables()
    count = len(codes) - SHINGLE + 1
    low = codes & np.uint32(0xFFFF)
    crcs = np.full(count, tables.constant, dtype=np.uint32)
    for place in range(SHINGLE):
        crcs ^= tables.low[place][low[place : place + count]]
    if codes.max() > 0xFFFF:
        high = codes >> np.uint32(16)
        for place in range(SHINGLE):
            crcs ^= tables.high[place][high[place : place + count]]
    return crcs


def _mixed(crcs: Values) -> Values:
    """The finalizer of MurmurHash3 that datasketch's scheme starts with."""
    hashes = crcs ^ (crcs >> np.uint32(16))
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes


@cache
def _tables() -> _Tables:
    # The numbers that datasketch draws for this scheme and seed; a test compares. Importing it would cost 0.5 s.
    draw = np.random.RandomState(SEED)
    a = draw.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    blank = zlib.crc32(bytes(4 * SHINGLE))
    low = np.zeros((SHINGLE, 1 << 16), dtype=np.uint32)
    high = np.zeros((SHINGLE, 1 << 5), dtype=np.uint32)
    for place in range(SHINGLE):
        for table, base in ((low[place], 0), (high[place], 16)):
            bits = len(table).bit_length() - 1
            for bit in range(bits):
                message = bytearray(4 * SHINGLE)
                message[4 * place + (base + bit) // 8] = 1 << ((base + bit) % 8)
                change = np.uint32(zlib.crc32(bytes(message)) ^ blank)
                table[1 << bit : 2 << bit] = table[: 1 << bit] ^ change
    return _Tables(low, high, np.uint32(blank), a, b)
