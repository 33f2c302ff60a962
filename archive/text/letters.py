"""The characters beside Chinese and Korean ones that count as text: letters, digits, signs that stand for some (㎡).

They are those of Unicode 14.0. Every release adds some, and every Python brings a release along (3.13 knows 195 more
than 3.11); so that a text has one comparison form whatever Python compares it, they stand beside this module in
`letters.txt`. To make them anew: `python -m archive.text.letters`, under the Python whose Unicode is to count (then
raise `archive.text.version.VERSION`).
"""

import sys
import unicodedata
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

FILE = "letters.txt"
# Modifier letters; bopomofo, which annotates characters as pinyin does; and the blocks of Chinese and Korean, which
# count whole.
_LEFT_OUT = (
    range(0x2B0, 0x300),
    range(0x3100, 0x3130),
    range(0x31A0, 0x31C0),
    range(0x3400, 0xA000),
    range(0xAC00, 0xF900),
    range(0x20000, 0x2F800),
    range(0x30000, sys.maxunicode + 1),
)


def load_letters() -> list[range]:
    """The code points, as ranges, ascending."""
    text = resources.files(__package__ or "archive").joinpath(FILE).read_text(encoding="utf-8")
    spans = (line.split("-") for line in text.splitlines() if not line.startswith("#"))
    return [range(int(first, 16), int(last, 16) + 1) for first, last in spans]


def make_ranges() -> Iterator[range]:
    """The ranges by this Python's Unicode."""
    first = None
    for code in range(sys.maxunicode + 2):
        if code <= sys.maxunicode and _counts(code):
            first = code if first is None else first
        elif first is not None:
            yield range(first, code)
            first = None


def _counts(code: int) -> bool:
    char = chr(code)
    if any(code in span for span in _LEFT_OUT):
        return False
    return char.isalnum() or (unicodedata.category(char) == "So" and unicodedata.decomposition(char) != "")


if __name__ == "__main__":
    head = "# The first and last code point of each range, in hexadecimal. By `python -m archive.text.letters`."
    spans = (f"{span[0]:x}-{span[-1]:x}" for span in make_ranges())
    Path(__file__).with_name(FILE).write_text("\n".join([head, *spans]) + "\n", encoding="utf-8")
