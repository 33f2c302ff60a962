"""MinHash signatures: datasketch makes and compares them, so anybody can compute the same values with it.

    minhash = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=zlib.crc32)
    for start in range(max(1, len(folded) - 5)):
        minhash.update(folded[start:start + 6].encode("utf-32-le"))

What we hand it are the hashes: CRC-32 is linear over its input's bits, so a shingle's is the exclusive or of
one table entry a character, and numpy computes those of a whole text at once. Those who store take `signatures`, which
permutes as datasketch does, in a third of its time: it makes five arrays of each text's permuted values, which no cache
holds, and mixes and checks each text by itself.
"""

import sys
import zlib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.dedup.propose.shingles import SHINGLE
from archive.text import version
from archive.text.fold import Codes

if TYPE_CHECKING:
    from datasketch import MinHash

SCHEME: Final = "affine32"
PERMUTATIONS: Final = 128
SEED: Final = 1
HASH: Final = "crc32-utf32le"

Values = NDArray[np.uint32]

_CHUNK: Final = 256  # shingles at a time: 128 kB of permuted values, which stay in the processor's cache


@frozen
class _Tables:
    """`low`, `high`: by place in the shingle, what the lower and upper 16 bits of a code point add to the CRC."""

    low: Values
    high: Values
    constant: np.uint32


def signature(codes: Codes) -> "MinHash":
    """The MinHash of a folded text."""
    made = _empty().copy()
    crcs = _shingle_crcs(codes)
    for start in range(0, len(crcs), _CHUNK):
        # datasketch hashes one value after the other, and makes an array of what it gets: here, of one array.
        made.update_batch([crcs[start : start + _CHUNK]])
    return made


def signatures(texts: Sequence[Codes]) -> list[bytes]:
    """The signatures of folded texts, as they are stored."""
    joined = _mixed(_shingle_crcs(np.concatenate(texts))) if texts else _NOTHING
    first, second = _empty().permutations
    permuted = np.empty((_CHUNK, PERMUTATIONS), dtype=np.uint32)
    made = []
    begin = 0
    for codes in texts:
        count = len(codes) - SHINGLE + 1
        # A text shorter than a shingle has one hash, which the joined text does not show.
        own = joined[begin : begin + count] if count > 0 else _mixed(_shingle_crcs(codes))
        least = np.full(PERMUTATIONS, _MOST, dtype=np.uint32)
        for start in range(0, len(own), _CHUNK):
            some = own[start : start + _CHUNK, np.newaxis]
            part = permuted[: len(some)]
            np.multiply(some, first, out=part)
            part += second
            np.minimum(least, part.min(axis=0), out=least)
        made.append(least.astype("<u4", copy=False).tobytes())
        begin += len(codes)
    return made


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


def as_bytes(made: "MinHash") -> bytes:
    """A signature as it is stored: 128 numbers of 32 bits, little-endian."""
    values: Values = made.hashvalues
    return values.astype("<u4").tobytes()


def from_bytes(stored: bytes) -> Values:
    """The values of a stored signature, shape (128,). `MinHash(hashvalues=…, scheme="affine32", seed=1)` takes them."""
    return np.frombuffer(stored, dtype="<u4")


_NOTHING: Final = np.empty(0, dtype=np.uint32)
_MOST: Final = np.uint32(0xFFFFFFFF)


def _mixed(hashes: Values) -> Values:
    """The finalizer of MurmurHash3, which datasketch mixes hashes by before it permutes them."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _shingle_crcs(codes: Codes) -> Values:
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


@cache
def _empty() -> "MinHash":
    """The MinHash of nothing, with its permutations drawn: to copy it costs a tenth of making it."""
    return _class()(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashfunc=np.asarray)


_LOADING: Final = Lock()


def _class() -> "type[MinHash]":
    """`datasketch.MinHash`, without the rest of its package, of which nothing is used here: the package loads all of
    scipy's integration for it, which takes longer than everything else that storing an article needs."""
    with _LOADING:
        package = find_spec("datasketch") if "datasketch" not in sys.modules else None
        if package is not None:
            sys.modules["datasketch"] = module_from_spec(package)  # where its modules are; its own code is not run
        try:
            return cast("type[MinHash]", import_module("datasketch.minhash").MinHash)
        finally:
            if package is not None:
                del sys.modules["datasketch"]  # whoever imports it gets the whole


@cache
def _tables() -> _Tables:
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
    return _Tables(low, high, np.uint32(blank))
