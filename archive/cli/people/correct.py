"""`jianbao correct`: a person's value of a field, which stands on what extraction says."""

import json
import sys

import click

from archive.cli import main
from archive.cli.people import deciding
from archive.cli.people.said import correction_line
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home

_MOST = 2_000_000
"""Characters that are read from standard input."""


@main.command()
@click.argument("article", metavar="ID")
@click.argument("field", required=False, metavar="[FIELD")
@click.argument("value", required=False, metavar="VALUE|-]")
@click.option("--undo", type=click.IntRange(min=1), metavar="N", help="Undo the correction with this number.")
@click.pass_obj
@pass_portals
def correct(portals: Portals, home: Home, article: str, field: str | None, value: str | None, undo: int | None) -> None:
    """Correct a field of an article; without one, show its corrections.

    What you say stands, whatever is crawled, imported or read anew, until you undo it. Where the publisher's value of
    that field changes meanwhile, `jianbao corrections` tells you. Where the text changes, search and the story
    follow, and the text before stays a revision.

    FIELD is headline, body, original_title, published_at, source_name, account_name, authors, editor, location or
    keywords. Several names are parted by 、 or ; and "" says that there is none. - reads the value from standard input.

    \b
    Examples:
      jianbao correct 17 headline "长江水位回落"
      jianbao correct 17 published_at "2025-04-11 21:49"
      jianbao correct 17 authors "秦文海、林小雨"
      jianbao correct 17 body - <corrected.txt
      jianbao correct --undo 3 17
    """
    from archive.people import correcting, corrections

    if (field is None) != (value is None) or (undo is not None and field is not None):
        raise UsageError("write `jianbao correct ID FIELD VALUE`, or `jianbao correct --undo N ID`")
    if value == "-":
        value = sys.stdin.read(_MOST)
    with deciding(home, portals) as said:
        key = said.find(article)
        if undo is not None:
            name = correcting.undo(said.connection, key, undo, by=said.by, now=said.now)
            echo(f"article {key}: {name} is what extraction says again")
        elif field is not None and value is not None:
            number = correcting.correct(said.connection, key, field, value, by=said.by, now=said.now)
            echo(f"correction {number}: {field} of article {key}")
        else:
            its = corrections.of(said.connection, key)
            echo("\n".join(map(correction_line, its)) if its else f"no corrections of article {key}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a correction and line.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, metavar="N", help="The most of them."
)
@click.pass_obj
def corrections(home: Home, as_json: bool, limit: int) -> None:
    """List the corrections to look at again: extraction came to say something else of the field since.

    They stand until you undo them, or correct the field once more.

    \b
    Example:
      jianbao corrections
    """
    from archive.people.corrections import doubtful
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = doubtful(connection, limit=limit)
    for one in found:
        if as_json:
            echo(json.dumps(one, ensure_ascii=False))
        else:
            echo(f"{one['article_id']:>6}  {one['headline'] or '(no headline)'}")
            echo(f"        {correction_line(one)}")
    if not found:
        echo("nothing to look at again", err=True)
