"""`jianbao explain`: a page line by line, each kept or stripped, and why."""

import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.errors import StorageError, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from crawler.pages.page import Block, Page

_FIELDS = (
    "outcome",
    "site",
    "native_id",
    "template",
    "headline",
    "original_title",
    "published_at",
    "source_name",
    "account_name",
    "authors",
    "editor",
    "location",
    "keywords",
    "flags",
    "detail",
)

_ADDRESS = 160
"""An image's address is shown up to here: some are the whole image."""


@main.command()
@click.argument("what", metavar="FILE|ID")
@click.option(
    "--url", metavar="URL", help="The address that FILE was fetched from, after redirects. Without it, an ID is meant."
)
@click.option("--content-type", metavar="TYPE", help="The HTTP header's value, if it is known.")
@click.option(
    "--html",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page to look at instead of printing.",
)
@click.pass_obj
def explain(home: Home, what: str, url: str | None, content_type: str | None, target: Path | None) -> None:
    """Show a page line by line: kept or stripped, by which rule, and what the rule saw; what the fields of a page
    without a template were chosen from, and why; and where the witness, another program that reads the same part of
    the page, takes other lines for text.

    The page is a saved FILE with its --url, or the raw page of an article of the archive: its ID is the number that
    search prints, or site:native_id, or an address. capture:N is a page that need not be an article's:
    `jianbao runs show` names those that were doubtful.

    \b
    Examples:
      jianbao explain 17
      jianbao explain capture:2041
      jianbao explain page.html --url https://www.163.com/news/article/KC1AB12300018990.html
      jianbao explain page.html --url https://www.sohu.com/a/749000001_121000001 --html why.html
    """
    page = _page_of_file(what, url, content_type) if url else _page_of_article(home, what)
    if target is None:
        _print(page)
        return
    try:
        target.write_text(as_html(page), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {target}")


def _page_of_file(name: str, url: str, content_type: str | None) -> "Page":
    from crawler.pages.extract import extract
    from crawler.sites.registry import find_site

    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    return extract(data, site=find_site(url), url=url, content_type=content_type, everything=True, witness=True)


def _page_of_article(home: Home, named: str) -> "Page":
    from archive.store.db import open_engine, reading
    from crawler.capture.item import capture_page
    from crawler.capture.raw_page import raw_page

    if Path(named).is_file():
        raise UsageError(f"{named} is a file: say with --url where it was fetched from")
    engine = open_engine(home.database)
    try:
        with reading(engine) as connection:
            raw = raw_page(home, connection, named)
    finally:
        engine.dispose()
    return capture_page(raw, everything=True, witness=True)


def _fields(page: "Page") -> list[tuple[str, str]]:
    """The fields that the page has, as (name, text)."""
    from archive.times import show_time

    rows = []
    for name in _FIELDS:
        value = getattr(page, name)
        if name == "published_at":
            value = show_time(page.published_at, page.published_precision)
        if isinstance(value, tuple):
            value = ", ".join(value)
        if value:
            rows.append((name, str(value)))
    return rows


def _print(page: "Page") -> None:
    from rich.console import Console
    from rich.text import Text

    # Piped output is not cut to a terminal's width.
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 10_000)
    for name, value in _fields(page):
        console.print(Text.assemble((f"{name:15}", "bold"), _plain(value)))
    console.print()
    for block in page.blocks:
        text = _plain(_shown(block))
        if block.kept:
            console.print(Text.assemble(("+ ", "green"), (text, "green")))
        else:
            console.print(Text.assemble(("- ", "red"), (text, "red dim"), (f"   ← {_why(block)}", "yellow")))
    if page.candidates:
        console.print(Text("\nwhat the fields were chosen from:", "bold"))
    for one in page.candidates:
        mark, style = ("*", "green") if one.won else (" ", "dim")
        row = f"{mark} {one.field:13}{_plain(one.value)}"
        console.print(Text.assemble((row, style), (f"   ← {_plain(one.why)}", "yellow")))
    for title, lines in _testimony(page):
        console.print(Text(f"\n{title}", "bold"))
        for line in lines:
            console.print(Text(f"? {_plain(line)}", "yellow"))
    kept = sum(block.kept for block in page.blocks)
    console.print(Text(f"\n{kept} lines kept, {len(page.blocks) - kept} stripped", "bold"))


def _testimony(page: "Page") -> list[tuple[str, tuple[str, ...]]]:
    """What the witness says, as headings with lines; nothing where it was not asked."""
    from crawler.pages.witness import differ

    if page.agreement is None:
        return []
    found = differ(page.lines, page.witnessed)
    rows: list[tuple[str, tuple[str, ...]]] = [(f"the witness agrees to {page.agreement:.0%}", ())]
    rows += [("kept here, no text for the witness:", found.ours)] if found.ours else []
    return rows + ([("text for the witness, not kept here:", found.theirs)] if found.theirs else [])


def _shown(block: "Block") -> str:
    return block.text or f"[{block.kind}] {block.url[:_ADDRESS]}"


def _plain(text: str) -> str:
    """Without control characters: a page must not be able to drive the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _why(block: "Block") -> str:
    """The rule, what it saw, and the field that the text went to."""
    why = block.rule
    if block.evidence:
        why += f" ({block.evidence})"
    if block.field:
        why += f" → {block.field}"
    return _plain(why)


_STYLE = """
body { font: 15px/1.7 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; margin-bottom: 2rem } th { text-align: left; padding-right: 1.5rem; color: #555 }
th, td { vertical-align: top; font-weight: normal } ol { list-style: none; padding: 0 }
li { padding: .15rem .6rem; border-left: .35rem solid; margin: .15rem 0; overflow-wrap: anywhere }
.kept { border-color: #2e7d32; background: #f1f8f1 } .gone { border-color: #c62828; color: #777 }
.gone b { font-weight: normal; text-decoration: line-through } small { color: #8a5a00; margin-left: .8rem }
h2, h3, h4 { margin: .2rem 0 } summary { cursor: pointer }
"""


def as_html(page: "Page") -> str:
    """The same as one self-contained HTML page: everything escaped, no script, nothing loaded from elsewhere."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in _fields(page))
    lines = []
    for block in page.blocks:
        text = escape(_shown(block))
        if block.kept:
            lines.append(f'<li class="kept" title="{escape(block.kind)}">{text}</li>')
        else:
            lines.append(f'<li class="gone"><b>{text}</b><small>{escape(_why(block))}</small></li>')
    title = escape(page.headline or page.url)
    return (
        '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>' + title + " · jianbao explain</title>"
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1><p>{escape(page.url)}</p>\n<table>{rows}</table>\n<ol>\n"
        + "\n".join(lines)
        + "\n</ol>\n"
        + _candidates_html(page)
        + "".join(
            f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in told)}</ul>\n"
            for title, told in _testimony(page)
        )
        + "</body></html>\n"
    )


def _candidates_html(page: "Page") -> str:
    rows = "".join(
        f'<li class="{"kept" if one.won else "gone"}"><small>{escape(one.field)}</small> {escape(one.value)}'
        f"<small>{escape(one.why)}</small></li>"
        for one in page.candidates
    )
    return f"<h2>what the fields were chosen from</h2><ol>{rows}</ol>\n" if rows else ""
