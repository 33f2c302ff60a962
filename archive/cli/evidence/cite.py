"""`jianbao cite`: an article as a reference."""

from datetime import datetime

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.settings import Home
from archive.times import BEIJING

STYLES = ("gbt7714", "bibtex", "csl-json", "ris")


@main.command()
@click.argument("named", metavar="ID…", nargs=-1, required=True)
@click.option("--style", type=click.Choice(STYLES), default="gbt7714", show_default=True, help="The form.")
@click.option("--revision", type=click.IntRange(min=1), metavar="N", help="That version of the text, not the newest.")
@click.option("--accessed", type=Moment(), metavar="DATE", help="The day on which you looked at it.  [default: today]")
@click.pass_obj
@pass_portals
def cite(
    portals: Portals, home: Home, named: tuple[str, ...], style: str, revision: int | None, accessed: datetime | None
) -> None:
    """Cite articles: by GB/T 7714-2025, or for a reference manager.

    ID is the number that search prints, or site:native_id, or an address. Beside what the page says of itself, a
    citation has what the archive can show: when it was captured, the digests of the page and of its text, the record's
    place, and, where the setting `address` names the reading room, the captured page's address there.

    \b
    Examples:
      jianbao cite 17
      jianbao cite 17 42 --style bibtex >news.bib
      jianbao cite sohu:a:434365209 --style ris --accessed 2026-11-26
    """
    from archive.cite.source import source
    from archive.cite.styles import STYLES as MADE
    from archive.query.article import article_row
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading

    day = (accessed or datetime.now(BEIJING)).astimezone(BEIJING).date()
    with opened(home.database) as engine, reading(engine) as connection:
        told = [
            source(
                connection,
                article_row(connection, find_article(connection, one, portals.resolve)),
                accessed=day,
                revision=revision,
                base=home.settings.address,
            )
            for one in named
        ]
    for one in told:
        echo(MADE[style](one).rstrip("\n"))
