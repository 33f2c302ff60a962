"""Body lines as markup; each template has its own ways, and these are the common ones."""

from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby

from crawler.demo.world.articles import Line


def table(text: str) -> str:
    """A table of plain cells."""
    rows = (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row.split(chr(9)))}</tr>" for row in text.split("\n"))
    return f'<table border="1"><tbody>{"".join(rows)}</tbody></table>'


def blocks(lines: Iterable[Line], one: Callable[[Line], str]) -> list[str]:
    """Each line by `one`, but for list items in a row (one `ul`) and tables."""
    out: list[str] = []
    for is_list, group in groupby(lines, key=lambda line: line.kind == "list_item"):
        if is_list:
            out.append(f"<ul>{''.join(f'<li>{escape(line.text)}</li>' for line in group)}</ul>")
        else:
            out += [table(line.text) if line.kind == "table" else one(line) for line in group]
    return out


def plain_body(lines: Iterable[Line], indent: str = "", tail: str = "") -> str:
    """What a mirror makes of it: bare paragraphs, `tail` stuck to the last one's end."""

    def one(line: Line) -> str:
        if line.kind == "image":
            return f'<p><img src="/upload/{line.url}.jpg" alt=""></p>'
        if line.kind == "heading":
            return f"<p>{indent}<strong>{escape(line.text)}</strong></p>"
        return f"<p>{indent}{escape(line.text)}</p>"

    made = blocks(lines, one)
    if tail:
        made[-1] = (
            made[-1].removesuffix("</p>") + tail + "</p>" if made[-1].endswith("</p>") else f"{made[-1]}\n<p>{tail}</p>"
        )
    return "\n".join(made)
