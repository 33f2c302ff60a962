"""`jianbao explain`: a page line by line, each kept or stripped, and why."""

import sys
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.errors import StorageError, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from archive.raw import ExplainedLine, ExplainedPage

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
@pass_portals
def explain(
    portals: Portals, home: Home, what: str, url: str | None, content_type: str | None, target: Path | None
) -> None:
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
    page = _of_file(what, url, content_type) if url else _of_archive(home, portals, what)
    if target is None:
        _print(page)
        return
    try:
        target.write_text(as_html(page), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {target}")


def _of_file(name: str, url: str, content_type: str | None) -> "ExplainedPage":
    from crawler.capture.raw.explained import explained
    from crawler.pages.extract import extract
    from crawler.sites.registry import find_site

    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    page = extract(data, site=find_site(url), url=url, content_type=content_type, everything=True, witness=True)
    return explained(page)


def _of_archive(home: Home, portals: Portals, named: str) -> "ExplainedPage":
    from archive.query.captures import page_places
    from archive.raw import first_of
    from archive.store.db import opened, reading

    if Path(named).is_file():
        raise UsageError(f"{named} is a file: say with --url where it was fetched from")
    with opened(home.database) as engine, reading(engine) as connection:
        places = page_places(connection, named, portals.resolve)
    with closing(portals.raw_pages(home)) as pages:
        return first_of(places, pages.explained)


def _print(page: "ExplainedPage") -> None:
    from rich.console import Console
    from rich.text import Text

    # Piped output is not cut to a terminal's width.
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 10_000)
    for name, value in page.fields:
        console.print(Text.assemble((f"{name:15}", "bold"), _plain(value)))
    console.print()
    for line in page.lines:
        text = _plain(_shown(line))
        if line.kept:
            console.print(Text.assemble(("+ ", "green"), (text, "green")))
        else:
            console.print(Text.assemble(("- ", "red"), (text, "red dim"), (f"   ← {_why(line)}", "yellow")))
    if page.candidates:
        console.print(Text("\nwhat the fields were chosen from:", "bold"))
    for one in page.candidates:
        mark, style = ("*", "green") if one.won else (" ", "dim")
        row = f"{mark} {one.field:13}{_plain(one.value)}"
        console.print(Text.assemble((row, style), (f"   ← {_plain(one.why)}", "yellow")))
    for title, lines in _testimony(page):
        console.print(Text(f"\n{title}", "bold"))
        for told in lines:
            console.print(Text(f"? {_plain(told)}", "yellow"))
    kept = sum(line.kept for line in page.lines)
    console.print(Text(f"\n{kept} lines kept, {len(page.lines) - kept} stripped", "bold"))


def _testimony(page: "ExplainedPage") -> list[tuple[str, tuple[str, ...]]]:
    """What the witness says, as headings with lines; nothing where it was not asked."""
    if page.agreement is None:
        return []
    rows: list[tuple[str, tuple[str, ...]]] = [(f"the witness agrees to {page.agreement:.0%}", ())]
    rows += [("kept here, no text for the witness:", page.ours)] if page.ours else []
    return rows + ([("text for the witness, not kept here:", page.theirs)] if page.theirs else [])


def _shown(line: "ExplainedLine") -> str:
    return line.text or f"[{line.kind}] {line.url[:_ADDRESS]}"


def _plain(text: str) -> str:
    """Without control characters: a page must not be able to drive the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _why(line: "ExplainedLine") -> str:
    """The rule, what it saw, and the field that the text went to."""
    why = line.rule
    if line.why:
        why += f" ({line.why})"
    if line.field:
        why += f" → {line.field}"
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


def as_html(page: "ExplainedPage") -> str:
    """The same as one self-contained HTML page: everything escaped, no script, nothing loaded from elsewhere."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in page.fields)
    lines = []
    for line in page.lines:
        text = escape(_shown(line))
        if line.kept:
            lines.append(f'<li class="kept" title="{escape(line.kind)}">{text}</li>')
        else:
            lines.append(f'<li class="gone"><b>{text}</b><small>{escape(_why(line))}</small></li>')
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


def _candidates_html(page: "ExplainedPage") -> str:
    rows = "".join(
        f'<li class="{"kept" if one.won else "gone"}"><small>{escape(one.field)}</small> {escape(one.value)}'
        f"<small>{escape(one.why)}</small></li>"
        for one in page.candidates
    )
    return f"<h2>what the fields were chosen from</h2><ol>{rows}</ol>\n" if rows else ""
