"""`jianbao raw`: a page as it was captured, or its WARC record."""

import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo, harmless
from archive.errors import NotFound, StorageError, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.raw import Place, RawPages

_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What a text has not, and a terminal would obey."""


@main.command()
@click.argument("named", metavar="ID")
@click.option("--capture", type=click.IntRange(min=1), metavar="N", help="That capture of the article, not the newest.")
@click.option("--record", is_flag=True, help="The WARC record as it is stored: a WARC file of one record.")
@click.option("--headers", is_flag=True, help="The record's header and its HTTP header, as text.")
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write there instead of to standard output (-).",
)
@click.pass_obj
@pass_portals
def raw(
    portals: Portals, home: Home, named: str, capture: int | None, record: bool, headers: bool, target: Path | None
) -> None:
    """Give a page as it was captured, unpacked, byte for byte; or its WARC record.

    ID is the number that search prints, or site:native_id, or an address; its newest page is given, or that of one
    capture (`jianbao show ID --json` numbers them). capture:N is a page that need not be an article's. A capture that
    only noted that nothing had changed leads to the page that it repeats; with --record it is its own revisit record.

    \b
    Examples:
      jianbao raw 17 --to page.html
      jianbao raw 17 --headers
      jianbao raw capture:2041 --record --to evidence.warc.gz
    """
    from archive.raw import first_of
    from archive.store.db import opened, reading

    if record and headers:
        raise UsageError("--record and --headers are two things; ask for one of them")
    with opened(home.database) as engine, reading(engine) as connection:
        places = _places(connection, portals, named, capture, own=record or headers)
    with closing(portals.raw_pages(home)) as pages:
        _write(first_of(places, lambda place: _asked(pages, place, record=record, headers=headers)), target)


def _asked(pages: "RawPages", place: "Place", *, record: bool, headers: bool) -> bytes:
    if record:
        return pages.record(place)
    return pages.headers(place).encode() if headers else pages.page(place).content


def _places(connection: "Connection", portals: Portals, named: str, capture: int | None, *, own: bool) -> list["Place"]:
    """Where to look. `own`: a capture's own record is meant, a revisit record too."""
    from archive.query.captures import article_of, capture_number, page_place, page_places, record_place
    from archive.query.lookup import find_article

    number = capture_number(named)
    if number is not None and capture not in (None, number):
        raise UsageError(f"{named} is one capture, --capture {capture} another one")
    if number is None and capture is not None:
        article = find_article(connection, named, portals.resolve)
        if article_of(connection, capture) != article:
            raise NotFound(
                f"capture {capture} is none of article {article}; jianbao show {article} --json names its own"
            )
    number = number or capture
    if number is None:
        return page_places(connection, named, portals.resolve)
    return [record_place(connection, number) if own else page_place(connection, number)]


def _write(data: bytes, target: Path | None) -> None:
    if target is None or str(target) == "-":
        if sys.stdout.isatty():
            sys.stdout.write(_shown(data))
        else:
            sys.stdout.buffer.write(data)
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
    echo(f"wrote {target}: {len(data):,} bytes", err=True)


def _shown(data: bytes) -> str:
    """What a terminal is shown: text that it can read, and no commands to it."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or _CONTROLS.search(data):
        raise UsageError("this is no text that a terminal can show; write it to a file with --to, or into a pipe")
    return harmless(text)
