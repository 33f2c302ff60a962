"""`jianbao history` and `jianbao changes`: what happened to articles."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.settings import Home

KINDS: Final = (
    *("headline", "number", "name", "date", "paragraph_removed", "paragraph_added", "wording", "punctuation"),
    *("missing", "vanished", "removed", "returned"),
)
CAUSES: Final = ("publisher", "import", "person", "extractor")
SHOWN: Final = 6
"""So many differences are shown of each revision; JSON has all."""
LONGEST: Final = 60


@main.command()
@click.argument("article", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event and line.")
@click.pass_obj
@pass_portals
def history(portals: Portals, home: Home, article: str, as_json: bool) -> None:
    """Tell what happened to one article: its revisions with what each changed, and when it vanished or came back.

    ID is the number that search prints, or site:native_id, or any address of the article. Nothing is dated more closely
    than it is known: between the two captures that show it.

    \b
    Examples:
      jianbao history 17
      jianbao history sohu:a:434365209 --json
    """
    from archive.query.changes import history as told
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = told(connection, find_article(connection, article, portals.resolve))
    for event in found:
        if as_json:
            echo(json.dumps(event, ensure_ascii=False))
        else:
            number = f" {event['number']}" if "number" in event else ""
            echo(f"{_when(event)}  {_what(event)}{number}{_cause(event)}")
            show_edits(event.get("edits", ()))


@main.command()
@click.option("--since", type=Moment(), required=True, metavar="DATE", help="What was noticed on DATE or later.")
@click.option("--until", type=Moment(end=True), metavar="DATE", help="What was noticed until the end of DATE.")
@click.option(
    "--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only changes of this kind; may be repeated."
)
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only articles of this site; may be repeated.")
@click.option(
    "--cause",
    "causes",
    type=click.Choice(CAUSES),
    multiple=True,
    default=CAUSES[:-1],
    help="Only revisions of this cause; may be repeated.  [default: all but `extractor`, which no publisher made]",
)
@click.option("--added", default="", metavar="WORD", help="Only texts that have WORD more often than before.")
@click.option("--removed", default="", metavar="WORD", help="Only texts that have WORD less often than before.")
@click.option("--copies", is_flag=True, help="Copies, too, that say something else than the first of their story.")
@click.option("--by-weight", is_flag=True, help="What matters most comes first, not what is newest.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, metavar="N", help="The most changes."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change and line.")
@click.pass_obj
def changes(
    home: Home,
    since: datetime,
    until: datetime | None,
    kinds: tuple[str, ...],
    sites: tuple[str, ...],
    causes: tuple[str, ...],
    added: str,
    removed: str,
    copies: bool,
    by_weight: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List what publishers changed, took away and brought back, the newest first.

    A revision is told with what it changed: headline, number, name, date, paragraphs added or removed, wording, or
    punctuation alone. With --copies so is a copy that came in, held against the copy of its story that states the
    earliest time: --removed 事故 then also finds the copies that left the word out.

    \b
    Examples:
      jianbao changes --since 2026-03-01 --by-weight
      jianbao changes --since 2026-03-01 --kind vanished --kind removed --site sohu
      jianbao changes --since 2026-03-01 --removed 事故 --copies
      jianbao changes --since 2026-03-01 --cause extractor
    """
    from archive.query.changes import Wanted
    from archive.query.changes import changes as find
    from archive.store.db import opened, reading

    wanted = Wanted(
        since=since,
        until=until,
        kinds=kinds,
        sites=sites,
        causes=causes,
        added=added,
        removed=removed,
        copies=copies,
    )
    with opened(home.database) as engine, reading(engine) as connection:
        every = find(connection, wanted)
        if by_weight:
            every = iter(sorted(every, key=lambda change: -change["weight"]))
        for change in islice(every, limit):
            if as_json:
                echo(json.dumps(change, ensure_ascii=False))
            else:
                echo(f"{change['article_id']:>6}  {change['headline'] or '(no headline)'}")
                echo(f"        {_when(change)}  {change['site']}  {_what(change)}{_cause(change)}")
                show_edits(change["edits"])


def _when(event: dict[str, Any]) -> str:
    before = event["before_at"] or event["noticed_at"]
    return f"{event['after_at']} … {before}" if event["after_at"] else str(before)


def _what(event: dict[str, Any]) -> str:
    kinds = dict.fromkeys(edit["kind"].replace("_", " ") for edit in event.get("edits", ()))
    what = f"copied from {event['against']}" if event.get("against") else str(event["kind"])
    return f"{what}: {', '.join(kinds)}" if kinds else what


def _cause(event: dict[str, Any]) -> str:
    return f" (by {event['cause']})" if event.get("cause") not in (None, "publisher") else ""


def show_edits(found: Sequence[dict[str, Any]]) -> None:
    """Print what a revision changed, bounded."""
    for edit in found[:SHOWN]:
        old, new = (_short(edit[name]) for name in ("before", "after"))
        echo("          " + (f"- {old}" if not new else f"+ {new}" if not old else f"{old} → {new}"))
    if len(found) > SHOWN:
        echo(f"          … {len(found) - SHOWN} more")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]}…{line[-LONGEST // 2 :]}"
