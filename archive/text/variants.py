"""Characters that count as one when texts are compared: traditional, simplified, regional and old forms.

The classes are made from OpenCC's character dictionaries (Apache-2.0), never from its phrases, and stored beside this
module in `variants.txt`, so that an update of OpenCC does not change what an archive already holds. To make them anew:
`python -m archive.text.variants` (and raise `archive.text.version.VERSION`).
"""

import pkgutil
import unicodedata
from collections import defaultdict
from pathlib import Path

FILE = "variants.txt"
# Every step that OpenCC offers between the standards, one character at a time.
_STEPS = ("t2s", "s2t", "t2tw", "t2hk", "tw2t", "hk2t", "jp2t")
_RANGES = (range(0x3400, 0xA000), range(0x20000, 0x323B0))


def load_variants() -> dict[str, str]:
    """Each variant character with the one that stands for its class."""
    return {char: its[0] for its in load_classes() for char in its[1:]}


def load_classes() -> list[str]:
    """The classes of equal characters: each a string, the one that stands for it first."""
    return read(FILE)


def read(name: str) -> list[str]:
    """The lines of a file beside this module, but for what is said of it."""
    data = pkgutil.get_data(__package__ or "archive", name) or b""  # `importlib.resources` takes longer than the file
    return [line for line in data.decode().splitlines() if not line.startswith("#")]


def make_classes() -> list[str]:
    """The classes from the installed OpenCC: each a string of its characters, the one that stands for it first.

    A Japanese form joins only where simplified Chinese does not use the character for another word (芸, 予).
    """
    import opencc

    chars = [chr(code) for span in _RANGES for code in span if unicodedata.normalize("NFKC", chr(code)) == chr(code)]
    parent: dict[str, str] = {}

    def root(char: str) -> str:
        while char in parent:
            char = parent[char]
        return char

    for step in _STEPS:
        converted = opencc.OpenCC(step).convert("\n".join(chars)).split("\n")
        for old, new in zip(chars, converted, strict=True):
            new = unicodedata.normalize("NFKC", new)
            if len(new) != 1 or (step == "jp2t" and _simplified(old)):
                continue
            first, second = sorted((root(old), root(new)))
            if first != second:
                parent[second] = first
    classes = defaultdict(list)
    for char in chars:
        classes[root(char)].append(char)
    found = (sorted(members, key=lambda char: (not _simplified(char), char)) for members in classes.values())
    return sorted("".join(members) for members in found if len(members) > 1)


def _simplified(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    head = (
        "# A class of equal characters a line, the one that stands for it first. By `python -m archive.text.variants`."
    )
    Path(__file__).with_name(FILE).write_text("\n".join([head, *make_classes()]) + "\n", encoding="utf-8")
