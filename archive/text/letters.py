"""The characters beside Chinese and Korean ones that count as text: letters, digits, signs that stand for some (㎡).
Also what each of them folds to, where that is not itself.

They are those of Unicode 14.0. Every release adds some, and every Python brings a release along (3.13 knows 195 more
than 3.11); so that a text has one comparison form whatever Python compares it, they stand beside this module in
`letters.txt`, and what they fold to in `folds.txt`: to work it out would take every process that folds a text longer
than to import what it does so with. To make both anew: `python -m archive.text.letters`, under the Python whose Unicode
is to count (then raise `archive.text.version.VERSION`).
"""

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from archive.text.variants import load_variants, read

FILE = "letters.txt"
FOLDS = "folds.txt"
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


WHOLE = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xAC00, 0xD7A4),
    range(0x20000, 0x2F800),
    range(0x30000, 0x323B0),
)
"""The blocks of Chinese and Korean, which count whole."""


def load_letters() -> list[range]:
    """The code points, as ranges, ascending."""
    spans = (line.split("-") for line in read(FILE))
    return [range(int(first, 16), int(last, 16) + 1) for first, last in spans]


def load_folds() -> dict[str, str]:
    """What each of them folds to, of those that do not fold to themselves; "" where to nothing."""
    return {line[0]: line[1:] for line in read(FOLDS)}


def make_ranges() -> Iterator[range]:
    """The ranges by this Python's Unicode."""
    first = None
    for code in range(sys.maxunicode + 2):
        if code <= sys.maxunicode and _counts(code):
            first = code if first is None else first
        elif first is not None:
            yield range(first, code)
            first = None


def make_folds(letters: Iterable[range]) -> Iterator[tuple[str, str]]:
    """What each of the letters folds to, by this Python's Unicode and the stored variants, where that is not itself."""
    variants = load_variants()
    for char in map(chr, chain.from_iterable(letters)):
        plain = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn")
        level = unicodedata.normalize("NFKC", plain).casefold()
        folded = "".join(variants.get(part, part) for part in level if part.isalnum())
        if folded != char:
            yield char, folded


def _counts(code: int) -> bool:
    char = chr(code)
    if any(code in span for span in _LEFT_OUT):
        return False
    return char.isalnum() or (unicodedata.category(char) == "So" and unicodedata.decomposition(char) != "")


if __name__ == "__main__":
    made = list(make_ranges())
    head = "# The first and last code point of each range, in hexadecimal. By `python -m archive.text.letters`."
    spans = (f"{span[0]:x}-{span[-1]:x}" for span in made)
    Path(__file__).with_name(FILE).write_text("\n".join([head, *spans]) + "\n", encoding="utf-8")
    head = "# A letter, and what it folds to where that is not itself. By `python -m archive.text.letters`."
    folds = (char + folded for char, folded in make_folds(made))
    Path(__file__).with_name(FOLDS).write_text("\n".join([head, *folds]) + "\n", encoding="utf-8")
