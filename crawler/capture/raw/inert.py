"""A captured page made inert: its words in their order and shape, and nothing that runs, loads, sends, or leads away.

What a browser is to show of a stranger's page is built anew from a list of harmless elements without attributes; an
image, a frame or a control becomes a box that says what stood there. Pure.
"""

from html import escape
from typing import Final

from lxml import etree

from archive.errors import UsageError
from archive.raw import RawPage
from crawler.pages.html.decode import MAX_BYTES, decode
from crawler.pages.html.parse import MAX_ELEMENTS, Element, is_too_large, parse

LONGEST: Final = 3_000_000
"""Characters of an inert page; what is longer ends there."""
_ADDRESS: Final = 200

_SILENT: Final = frozenset("head script style link meta base title template param source track area datalist".split())
"""What no reader sees."""
_BOXES: Final = frozenset(
    "img image iframe frame embed object applet video audio canvas svg math input textarea select button".split()
)
"""What loads something, or takes something in."""
_AS_THEY_ARE: Final = frozenset(
    "p div section article aside header footer nav main ul ol li dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre table "
    "caption thead tbody tfoot tr td th figure figcaption hr br b strong i em u s del ins sub sup small code "
    "span".split()
)
_AS_BLOCKS: Final = frozenset("body form fieldset details summary center address noscript dir menu".split())
_VOID: Final = frozenset({"br", "hr"})
_SPANS: Final = ("colspan", "rowspan")
_MOST_SPANNED: Final = 50


def inert(page: RawPage) -> str:
    """The inside of a `<body>`, in UTF-8's characters. What the page hides by an attribute has the class `unseen`.

    Raises `UsageError` for a page that is too large to be read.
    """
    if len(page.content) > MAX_BYTES:
        raise UsageError(f"the page has {len(page.content)} bytes, too many to be shown; its record can be had")
    decoded = decode(page.content, page.content_type)
    root = parse(decoded.utf8 if decoded.utf8 is not None else decoded.text)
    if root is None:
        return f"<pre>{_text(decoded.text[:LONGEST])}</pre>"
    if is_too_large(root, len(page.content)):
        raise UsageError(f"the page has more than {MAX_ELEMENTS} elements, too many to be shown; its record can be had")
    return _written(root)


def _written(root: Element) -> str:
    parts: list[str] = []
    size = 0
    closing: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        said = element.text if event == "start" else element.tail
        if event == "start":
            name = str(element.tag)
            if name in _SILENT:
                opened, closed, said = "", "", None
                walk.skip_subtree()
            elif name in _BOXES:
                # What stands inside is shown, too: libxml2 puts there what follows one that nobody closed.
                opened, closed = _box(name, element), ""
            else:
                opened, closed = _tags(name, element)
            parts.append(opened)
            closing.append(closed)
        else:
            parts.append(closing.pop())
        if said:
            parts.append(_text(said))
        size += len(parts[-1]) + 16
        if size > LONGEST:
            parts.append("…")
            break
    return "".join([*parts, *reversed(closing)])


def _tags(name: str, element: Element) -> tuple[str, str]:
    """How an element is written: its opening and its closing tag."""
    if name == "html":
        return "", ""
    kind = name if name in _AS_THEY_ARE else "div" if name in _AS_BLOCKS else "span"
    unseen = ' class="unseen"' if _is_hidden(element) else ' class="link"' if name == "a" else ""
    if name in ("td", "th"):
        unseen += "".join(f' {one}="{number}"' for one in _SPANS if (number := _number(element.get(one))) > 1)
    return f"<{kind}{unseen}>", "" if kind in _VOID else f"</{kind}>"


def _is_hidden(element: Element) -> bool:
    style = "".join((element.get("style") or "")[:_ADDRESS].lower().split())
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


def _number(value: str | None) -> int:
    return min(int(value), _MOST_SPANNED) if value and value.isascii() and value.isdigit() and len(value) < 4 else 1


def _box(name: str, element: Element) -> str:
    """What is said of an element that is not shown."""
    if name == "input" and element.get("type") == "hidden":
        return ""
    words = element.get("alt") or element.get("title") or element.get("value") or element.get("placeholder") or ""
    address = element.get("data-src") or element.get("data-original") or element.get("src") or element.get("data") or ""
    told = " ".join(part for part in (name, words[:_ADDRESS], address[:_ADDRESS]) if part)
    return f'<span class="box">{_text(told)}</span>'


def _text(text: str) -> str:
    return escape(text, quote=False)
