"""The text of a table as people's tools write it, brought to one form: its encoding known, line feeds between lines.

Nothing in a CSV file says how it is encoded. A byte order mark does; else the first bytes that are not ASCII decide: as
UTF-8 hardly any other text can be read, and what is no UTF-8 in a Chinese table is GB18030 (GBK and GB2312 are parts of
it), or Big5: that in which the commonest characters stand.
"""

import codecs
import io
from collections.abc import Iterator
from typing import Final

from attrs import define, frozen

from archive.load.forms.packed import Readable

SAMPLE: Final = 2**20
"""So many bytes are looked at before it is said what they are."""
_STEP: Final = 2**18
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MOST_ASCII: Final = 16 * SAMPLE
_WRONG: Final = "\ufffd"
_USUAL: Final = "的一是在不了有人大中"
"""Characters that every Chinese text has, in either script."""


@frozen
class Text:
    """A table's lines: the first of its bytes, all of them as a file, their encoding (a name of `codecs`), and the byte
    of the unpacked file at which they begin. `whole`: whether the first bytes are all there are."""

    sample: bytes
    lines: io.BufferedReader
    encoding: str
    begin: int
    whole: bool


def text_of(file: Readable, most: int = SAMPLE) -> Text:
    """The text of a file that is open for reading. Where that breaks off, so does reading its lines."""
    read = _Read(file)
    chunks = iter(read)
    sample = b""
    for chunk in chunks:
        sample += chunk
        if len(sample) >= most:
            break
    whole = len(sample) < most
    mark, encoding = next(((mark, name) for mark, name in _MARKS if sample.startswith(mark)), (b"", ""))
    sample = sample[len(mark) :]
    if encoding.startswith("utf-16"):
        # Its bytes are no text to look for quotes in; places are those of the UTF-8 that is made of it.
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        sample = decoder.decode(sample, final=whole).encode()
        chunks = (decoder.decode(chunk).encode() for chunk in chunks)
        encoding, mark = "utf-8", b""
    elif not encoding:
        encoding, sample = _guessed(sample, chunks)
    if b"\n" not in sample and b"\r" in sample:
        # Line ends of the old Macintosh, which Excel still offers.
        sample = sample.replace(b"\r", b"\n")
        chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
    return Text(
        sample[:most],
        io.BufferedReader(_Chunks(sample, chunks, read), _STEP),
        encoding,
        len(mark),
        whole and len(sample) <= most,
    )


@define
class _Read:
    """The rest of a file, in chunks. `broken`: why they end, where that is not the file's end."""

    file: Readable
    broken: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            while chunk := self.file.read1(_STEP):
                yield chunk
        except (OSError, EOFError) as error:
            self.broken = error


def _guessed(sample: bytes, chunks: Iterator[bytes]) -> tuple[str, bytes]:
    """The encoding of what begins so, and the bytes that had to be looked at."""
    looked_at = sample
    while looked_at.isascii() and len(sample) < _MOST_ASCII:
        # A table whose first rows are addresses and numbers says nothing yet.
        looked_at = next(chunks, b"")
        if not looked_at:
            break
        sample += looked_at
    read = {name: _read(looked_at, name) for name in ("utf-8", "gb18030", "big5hkscs")}
    # One byte that is broken makes no other encoding of it: all else is still read.
    if 10 * read["utf-8"].count(_WRONG) <= sum(not one.isascii() for one in read["utf-8"][:100_000]):
        return "utf-8", sample
    usual = {name: sum(map(read[name].count, _USUAL)) for name in ("gb18030", "big5hkscs")}
    return max(usual, key=lambda name: usual[name]), sample


def _read(sample: bytes, encoding: str) -> str:
    """A text read so; what may be cut off at its end is left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(sample)


class _Chunks(io.RawIOBase):
    """Chunks as a file, which breaks off where they do."""

    def __init__(self, first: bytes, rest: Iterator[bytes], read: _Read) -> None:
        super().__init__()
        self._read = read
        self._left = memoryview(first)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        while not self._left:
            chunk = next(self._rest, None)
            if chunk is None:
                if self._read.broken is not None:
                    raise self._read.broken
                return 0
            self._left = memoryview(chunk)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
