"""Kept blocks as plain text, Markdown or HTML, in order. Crawled text is hostile: everything is escaped, and only links
to `http`, `https` and `mailto` addresses stay links.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final, Literal
from urllib.parse import urljoin, urlsplit

from archive.store.records import BlockRecord

Format = Literal["text", "markdown", "html"]

FORMATS: Final[tuple[Format, ...]] = ("text", "markdown", "html")

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~$]|&(?=[#a-zA-Z])|!(?=\[))")
# What makes a line a heading, a list or a rule, only where the line begins.
_LINE_START: Final = re.compile(r"([#+\-=:])|(\d{1,9})(?=[.)])")
_UNSAFE_IN_LINK: Final = re.compile(r"[\s()<>\"'\\`*_\[\]{}|^]")
_TOGETHER: Final = frozenset(("list_item", "table", "code", "quote"))


def render(
    blocks: Iterable[BlockRecord], to: Format, *, headline: str | None = None, base: str = "", load_images: bool = True
) -> str:
    """The blocks in one of `FORMATS`. `headline`: put on top as the first heading. `base`: what relative links mean.
    `load_images`: without it an image of HTML is a link to its address, and nothing is asked for.

    The text ends in a line feed unless it is empty. Raises ValueError for another format.
    """
    if to == "text":
        text = "\n".join([*([headline] if headline else []), *(block.text for block in blocks if block.text)])
    elif to == "markdown":
        text = _markdown(blocks, headline, base)
    elif to == "html":
        text = _html(blocks, headline, base, load_images=load_images)
    else:
        msg = f"unknown format {to!r}: one of {', '.join(FORMATS)}"
        raise ValueError(msg)
    return text + "\n" if text else ""


def blocks_of(row: Mapping[Any, Any]) -> list[BlockRecord]:
    """An article's blocks, out of its row; of one that was taken in without any its lines."""
    return [
        BlockRecord(
            kind=block["kind"],
            text=block["text"],
            level=block.get("level", 0),
            links=tuple((start, end, url) for start, end, url in block.get("links", ())),
            url=block.get("url", ""),
        )
        for block in row["blocks"]
    ] or [BlockRecord(kind="paragraph", text=line) for line in row["body"].split("\n")]


def safe_url(url: str, base: str = "") -> str:
    """The absolute address, or "" where it is not one that a reader may be sent to (`javascript:`, `data:`, …)."""
    url = _CONTROL.sub("", url).strip()
    try:
        absolute = urljoin(base, url) if base else url
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    if parts.scheme.lower() in ("http", "https"):
        return absolute if parts.netloc else ""
    return absolute if parts.scheme.lower() == "mailto" and "@" in parts.path else ""


def _runs(blocks: Iterable[BlockRecord]) -> Iterator[tuple[str, list[BlockRecord]]]:
    """Blocks that make one list, table, quotation or listing together; every other block alone."""
    run: list[BlockRecord] = []
    for block in blocks:
        if not block.text and block.kind != "image":
            continue
        new_table = block.kind == "table" and block.level == 1
        if run and (block.kind != run[0].kind or block.kind not in _TOGETHER or new_table):
            yield run[0].kind, run
            run = []
        run.append(block)
    if run:
        yield run[0].kind, run


def _spans(block: BlockRecord, base: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with its address or ""; broken or overlapping spans are left out."""
    text, at = block.text, 0
    for start, end, url in sorted(block.links):
        address = safe_url(url, base)
        if not address or start < at or end > len(text) or start >= end:
            continue
        yield text[at:start], ""
        yield text[start:end], address
        at = end
    yield text[at:], ""


def _cells(run: Sequence[BlockRecord]) -> list[list[str]]:
    return [row.split("\t") for block in run for row in block.text.split("\n")]


def _markdown(blocks: Iterable[BlockRecord], headline: str | None, base: str) -> str:
    parts = [f"# {_start(_escape(headline))}"] if headline else []
    for kind, run in _runs(blocks):
        block = run[0]
        if kind == "heading":
            parts.append(f"{'#' * min(max(block.level, 2), 6)} {_inline_markdown(block, base)}")
        elif kind == "list_item":
            items = (f"{'  ' * min(max(item.level - 1, 0), 8)}- {_inline_markdown(item, base)}" for item in run)
            parts.append("\n".join(items))
        elif kind == "quote":
            parts.append("\n>\n".join(f"> {_inline_markdown(line, base)}" for line in run))
        elif kind == "table":
            parts.append(_markdown_table(_cells(run)))
        elif kind == "code":
            lines = [_CONTROL.sub("", line.text) for line in run]
            longest = max((len(ticks) for line in lines for ticks in re.findall(r"`+", line)), default=0)
            fence = "`" * max(3, longest + 1)
            parts.append("\n".join([fence, *lines, fence]))
        elif kind == "image":
            address = safe_url(block.url, base)
            parts += [f"![{_escape(block.text)}]({_link(address)})"] if address else []
        elif kind == "caption":
            parts.append(f"*{_inline_markdown(block, base)}*")
        else:
            parts.append(_inline_markdown(block, base))
    return "\n\n".join(parts)


def _markdown_table(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    lines = [f"| {' | '.join(_escape(cell).strip() or ' ' for cell in row)} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


def _inline_markdown(block: BlockRecord, base: str) -> str:
    pieces = [f"[{_escape(text)}]({_link(url)})" if url else _escape(text) for text, url in _spans(block, base) if text]
    return _start("".join(pieces))


def _start(text: str) -> str:
    """Markdown that stays a paragraph, whatever it begins with."""
    text = text.strip()
    match = _LINE_START.match(text)
    if not match:
        return text
    return f"\\{text}" if match[1] else f"{match[2]}\\{text[match.end() :]}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub("", text).replace("\n", " "))


def _link(url: str) -> str:
    return _UNSAFE_IN_LINK.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def _html(blocks: Iterable[BlockRecord], headline: str | None, base: str, *, load_images: bool) -> str:
    out = [f"<h1>{_text(headline)}</h1>"] if headline else []
    figure = False  # whether the last part is an image that a caption may join
    for kind, run in _runs(blocks):
        block = run[0]
        if kind == "list_item":
            out.append(_html_list(run, base))
        elif kind == "table":
            rows = (f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in _cells(run))
            out.append("\n".join(["<table>", *rows, "</table>"]))
        elif kind == "code":
            out.append(f"<pre><code>{chr(10).join(_text(line.text) for line in run)}</code></pre>")
        elif kind == "quote":
            out.append(f"<blockquote>{''.join(f'<p>{_inline(line, base)}</p>' for line in run)}</blockquote>")
        elif kind == "image":
            out += _html_image(block, safe_url(block.url, base), load=load_images)
        elif kind == "heading":
            level = min(max(block.level, 2), 6)
            out.append(f"<h{level}>{_inline(block, base)}</h{level}>")
        elif kind == "caption" and figure:
            out[-1] = f"{out[-1].removesuffix('</figure>')}<figcaption>{_inline(block, base)}</figcaption></figure>"
        else:
            out.append(f"<p>{_inline(block, base)}</p>")
        figure = kind == "image" and bool(safe_url(block.url, base))
    return "\n".join(["<article>", *out, "</article>"]) if out else ""


def _html_image(block: BlockRecord, address: str, *, load: bool) -> list[str]:
    """Nothing without an address."""
    if not address:
        return []
    if load:
        return [f'<figure><img src="{escape(address)}" alt="{_text(block.text)}"></figure>']
    said = _text(block.text or address)
    return [f'<figure class="image"><a href="{escape(address)}" rel="nofollow noopener noreferrer">{said}</a></figure>']


def _html_list(items: Sequence[BlockRecord], base: str) -> str:
    """Nested `<ul>`: a deeper list stands inside the item before it, and every level that is opened is closed."""
    out: list[str] = []
    open_levels: list[int] = []
    for item in items:
        level = min(max(item.level, 1), 9)
        while open_levels and level < open_levels[-1]:
            open_levels.pop()
            out.append("</li></ul>")
        if open_levels and level == open_levels[-1]:
            out.append("</li>")
        elif not open_levels or level > open_levels[-1]:
            open_levels.append(level)
            out.append("<ul>")
        else:
            out.append("</li>")
        out.append(f"<li>{_inline(item, base)}")
    return "".join([*out, *("</li></ul>" for _ in open_levels)])


def _inline(block: BlockRecord, base: str) -> str:
    return "".join(
        f'<a href="{escape(url)}" rel="nofollow noopener">{_text(text)}</a>' if url else _text(text)
        for text, url in _spans(block, base)
    )


def _text(text: str) -> str:
    return escape(_CONTROL.sub("", text))
