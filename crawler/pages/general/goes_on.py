"""Whether an article of a page without a template has further pages, which nobody joins: its text is not the whole."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qsl, urlsplit

from crawler.pages.html.parse import Element
from crawler.pages.html.urls import absolute

# What a pager's link says, without its brackets, arrows and spaces.
_WORDS: Final = re.compile(
    r"第?(?:[2-9]|[1-9]\d|[二三四五六七八九十]{1,2})[页頁]?|第\d{1,2}[页頁].{1,12}|(?:[下上]|下一|上一|[后後前]一?)[页頁](?:共\d{1,3}[页頁])?|"
    r"(?:点击|點擊)?(?:阅读|閱讀|查看|浏览|瀏覽|继续阅读|繼續閱讀)?(?:[余餘剩]下|剩[余餘]|全部)?(?:全文|内容|內容|部分)|(?:继续|繼續)(?:阅读|閱讀)|"
    r"next(?:page)?|",
    re.IGNORECASE,
)
_AROUND: Final = re.compile(r"[\s\[\]【】（）()<>《》«»‹››→▶►…．.·:：-]+")
_EDGES: Final = " \t\r\n\u3000\xa0[]【】（）()<>《》«»‹›→▶►….·:：-［］"
_LAST: Final = "页頁文容分读讀0123456789０１２３４５６７８９二三四五六七八九十eEtT"
_LONGEST: Final = 20
_PARTS: Final = 8
_UNSEEN: Final = ("alt", "title", "aria-label", "rel")
_NUMBER: Final = re.compile(r"[_\-/]\d{1,3}$")
_EXTENSION: Final = re.compile(r"\.\w{1,6}$")
_PAGES: Final = frozenset(("page", "p", "pn", "pageno", "currentpage"))


def goes_on(links: Iterable[Element], url: str) -> bool:
    """Whether one of the page's links, of a pager, leads to another page of the article at `url`: the same address but
    for a number behind its stem (`_2`, `-2`, `/2`, `?page=2`). A pager of anything else, such as the comments, has
    other addresses."""
    base: tuple[str | None, str, set[str]] | None = None
    name = _NUMBER.sub("", _stem(url.partition("?")[0])).rpartition("/")[2]
    # The name tells most links from those of a pager, then the last sign.
    near = [(one, href) for one in links if (href := one.get("href")) and (name in href or href[0] == "?")]
    for link, href in near:
        text = link.text
        if (text and (bare := text.strip(_EDGES))[-1:] not in _LAST and bare[:1] != "第") or not _WORDS.fullmatch(
            _said(link)
        ):
            continue
        try:
            if base is None:
                parts = urlsplit(url)
                stem = _stem(parts.path)
                base = parts.hostname, parts.path, {stem, _NUMBER.sub("", stem)}
            other = urlsplit(absolute(url, href))
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


def _said(link: Element) -> str:
    """What the link says, be it in elements of its own, an image's words or a label for those who do not see it,
    without what is around it; full-width signs and digits as the others. "-" for more than a pager says, and for
    nothing."""
    text = link.text if not len(link) else "".join(islice(link.itertext(), _PARTS))
    if not text or text.isspace():
        image = next(link.iter("img"), None)
        shown = (link,) if image is None else (image, link)
        text = next((said for one in shown for name in _UNSEEN if (said := one.get(name))), "")
    return _AROUND.sub("", normalize("NFKC", text)) if 0 < len(text) <= _LONGEST else "-"


def _number(query: str) -> int:
    """The number of the page that a query names; 0 without one, as where the numbers begin at 0."""
    return next((int(value) for name, value in parse_qsl(query) if name.lower() in _PAGES and value.isdecimal()), 0)


def _stem(path: str) -> str:
    return _EXTENSION.sub("", path.rstrip("/"))
