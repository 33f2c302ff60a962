"""Captures of which the server said that nothing had changed (304), as replay programs can show them.

Such a revisit record has the server's 304 and no page: a program that plays it back as it stands sends the browser that
304, and nothing is seen. So the index names, at the time of the look, the record that holds the page.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_DIGEST: Final = re.compile(r'"digest": "([^"]+)"')
_UNCHANGED: Final = ('"mime": "warc/revisit"', '"status": "304"')
_REVISIT: Final = _UNCHANGED[0]


def resolved(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a sorted index, those of such captures as lines of the record that they repeat; as they were where
    the index has none before them under the same key."""
    present = ""
    pages: dict[str, str] = {}
    for line in lines:
        key, at, told = line.split(" ", 2)
        if key != present:
            present, pages = key, {}
        digest = _DIGEST.search(told)
        if digest is None:
            yield line
        elif _REVISIT not in told:
            pages[digest[1]] = told
            yield line
        elif all(one in told for one in _UNCHANGED) and digest[1] in pages:
            yield f"{key} {at} {pages[digest[1]]}"
        else:
            yield line
