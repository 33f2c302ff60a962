"""GB/T 7714-2025, by the style of the Citation Style Language project (see `archive.cite`)."""

import re
import warnings
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any, Final

from archive.cite.forms import csl
from archive.cite.source import Source
from archive.times import show_time

STYLE: Final = "china-national-standard-gb-t-7714-2025-numeric.csl"
_SHOWN: Final = ("id", "type", "title", "author", "issued", "accessed", "URL")
"""What the style reads of a web page. It takes what stands in an archive's file for an archive's document."""
_NUMBER: Final = re.compile(r"\[1\]\s*")
_ASIDE: Final = str.maketrans({"<": "\ue000", "\ue000": ""})
_BACK: Final = str.maketrans({"\ue000": "<"})


def gbt7714(source: Source) -> str:
    """The reference, without the number that it gets in a list; and below it what the archive has of it, which is not
    part of the standard."""
    kept = [
        source.address or source.record,
        source.captured_at and f"抓取于 {show_time(source.captured_at)}",
        source.digest,
        f"正文 sha256:{source.text_digest}",
        f"{source.name} 第 {source.revision} 版",
    ]
    return f"{reference(source)}\n存档：{'，'.join(part for part in kept if part)}\n"


@lru_cache(maxsize=2_000)
def reference(source: Source) -> str:
    """The reference alone, one line."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    # A title may hold what citeproc takes for its own markup (`<span class="nocase">`): it is text.
    item = _without_markup({name: value for name, value in csl(source).items() if name in _SHOWN})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = CitationStylesBibliography(_style(), CiteProcJSON([item]), formatter.plain)
        made.register(Citation([CitationItem(item["id"].lower())]))
        (told,) = made.bibliography()
    return _NUMBER.sub("", str(told), count=1).translate(_BACK)


@cache
def _style() -> Any:
    from citeproc import CitationStylesStyle

    with as_file(files("archive.cite") / STYLE) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CitationStylesStyle(str(path), validate=False)


def _without_markup(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_ASIDE)
    if isinstance(value, dict):
        return {name: _without_markup(one) for name, one in value.items()}
    return [_without_markup(one) for one in value] if isinstance(value, list) else value
