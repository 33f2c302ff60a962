"""What other rooms say in English, in Chinese: errors, and what health and alarms tell.

They are said in English where they arise, for terminals, logs and JSON. As with gettext, the English sentence is the
key: `words/sentences/*.toml` holds `"no article {id}" = "没有文章 {id}"`. What stands in braces fits any text, and goes
into the Chinese one by its name; `{why:said}` is a sentence of its own, `{name:field}` a word of `[field]`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Final

from attrs import frozen

from archive.web.words import every_word

_OWN: Final = "said"


@frozen
class Sentence:
    """`pieces`: what stands before, between and behind the values of the English one; `names`: theirs; `kinds`: of
    those that are sentences or words, what they are."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    kinds: Mapping[str, str]
    chinese: str

    def values(self, said: str) -> dict[str, str] | None:
        """The values in an English sentence; None where it is another one. What is said may be a stranger's: one look
        at each character, whatever it is."""
        first, *middle = self.pieces
        if not said.startswith(first):
            return None
        found, at, end = [], len(first), len(said)
        if middle:
            *middle, last = middle
            end -= len(last)
            if end < at or not said.endswith(last):
                return None
            for piece in middle:
                place = said.find(piece, at, end)
                if place < 0:
                    return None
                found.append(said[at:place])
                at = place + len(piece)
            found.append(said[at:end])
        elif at != end:
            return None
        return dict(zip(self.names, found, strict=True))


@cache
def every_sentence() -> tuple[Sentence, ...]:
    """All of them, those first that say more themselves. Raises ValueError where two files have the same."""
    found: dict[str, Sentence] = {}
    for file in sorted(files("archive.web").joinpath("words", "sentences").iterdir(), key=lambda file: file.name):
        for english, chinese in tomllib.loads(file.read_text("utf-8")).items():
            if english in found:
                raise ValueError(f"{file.name} says {english!r} again")
            found[english] = _sentence(english, chinese)
    return tuple(sorted(found.values(), key=lambda one: -sum(map(len, one.pieces))))


def _sentence(english: str, chinese: str) -> Sentence:
    pieces, names, kinds = [""], [], {}
    for text, name, kind, _ in Formatter().parse(english):
        pieces[-1] += text
        if name is not None:
            names.append(name)
            pieces.append("")
            if kind:
                kinds[name] = kind
    return Sentence(tuple(pieces), tuple(names), kinds, chinese)


def in_chinese(said: str) -> str | None:
    """An English sentence of ours in Chinese; None for one that nobody wrote."""
    for one in every_sentence():
        values: dict[str, Any] | None = one.values(said)
        if values is None:
            continue
        for name, kind in one.kinds.items():
            value = values[name]
            values[name] = in_chinese(value) if kind == _OWN else every_word().get(f"{kind}.{value}", {}).get("zh")
        if None not in values.values():
            return one.chinese.format_map(values)
    return None
