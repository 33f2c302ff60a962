"""What field texts mean: keywords, authors."""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.credits import reported_by, signed_by, written_by

_SHORT_LINE: Final = 24


def split_keywords(value: str) -> tuple[str, ...]:
    """The words of a keyword list, in order, each once."""
    words = (word.strip() for word in re.split(r"[,，、;；|\s]+", value))
    return tuple(dict.fromkeys(word for word in words if word))[:20]


def find_authors(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors that a byline names: in the first or last lines of a text, or in a short line between them."""
    edges = (
        lines
        if len(lines) <= 8
        else [*lines[:5], *(line for line in lines[5:-3] if len(line) < _SHORT_LINE), *lines[-3:]]
    )
    for reader in (written_by, reported_by):
        for line in edges:
            if names := reader(line):
                return names
    return signed_by(lines[-1]) if lines else ()
