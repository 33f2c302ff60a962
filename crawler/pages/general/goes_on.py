"""Whether an article of a page without a template has further pages, which nobody joins: its text is not the whole."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from crawler.pages.html.parse import Element
from crawler.pages.html.urls import absolute

_WORDS: Final = frozenset(
    ("2", "3", "下一页", "下一頁", "下页", "下頁", "后一页", "第2页", "第二页", "上一页", "上一頁")
)
_AROUND: Final = " \t\r\n\u3000[]【】（）()<>《》«»‹›"
_NUMBER: Final = re.compile(r"[_\-/]\d{1,3}$")
_EXTENSION: Final = re.compile(r"\.\w{1,6}$")
_PAGES: Final = frozenset(("page", "p", "pn", "pageno", "currentpage"))


def goes_on(links: Iterable[Element], url: str) -> bool:
    """Whether one of the page's links, of a pager, leads to another page of the article at `url`: the same address but
    for a number behind its stem (`_2`, `-2`, `/2`, `?page=2`). A pager of anything else, such as the comments, has
    other addresses."""
    base: tuple[str | None, str, set[str]] | None = None
    for link in links:
        word = link.text
        if not word or word.strip(_AROUND) not in _WORDS:
            continue
        try:
            if base is None:
                parts = urlsplit(url)
                stem = _stem(parts.path)
                base = parts.hostname, parts.path, {stem, _NUMBER.sub("", stem)}
            other = urlsplit(absolute(url, link.get("href") or ""))
            host = other.hostname
        except ValueError:
            continue
        if host != base[0] or other.path in ("", "/"):
            continue
        if other.path == base[1]:
            if _number(other.query) not in (0, _number(urlsplit(url).query)):
                return True
        elif (stem := _stem(other.path)) != _NUMBER.sub("", stem) and _NUMBER.sub("", stem) in base[2]:
            return True
    return False


def _number(query: str) -> int:
    """The number of the page that a query names; 0 without one, as where the numbers begin at 0."""
    return next((int(value) for name, value in parse_qsl(query) if name.lower() in _PAGES and value.isdecimal()), 0)


def _stem(path: str) -> str:
    return _EXTENSION.sub("", path.rstrip("/"))
