"""`jianbao search`: what a person finds in an archive."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.terminal import echo
from archive.settings import Home

if TYPE_CHECKING:
    from archive.query.search import Hit

SORTS: Final = ("relevance", "time", "copies", "change")
FACETS: Final = ("site", "source", "account", "month", "flag", "relation")
COUNTS: Final = ("month", "site", "source")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[QUERY…]")
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only this site; may be given more than once.")
@click.option("--since", type=Moment(), metavar="DATE", help="Published then or later: 2022, 2022-03 or 2022-03-01.")
@click.option(
    "--until",
    type=Moment(end=True),
    metavar="DATE",
    help="Published then or earlier; a year, month or day counts wholly.",
)
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True, help="What comes first.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="The most hits."
)
@click.option("--offset", type=click.IntRange(0, 10_000), default=0, metavar="N", help="Leave out the first N hits.")
@click.option("--cursor", metavar="CURSOR", help="Go on behind the last page, which printed this.")
@click.option("--all", "--every-copy", "every_copy", is_flag=True, help="Every copy is a hit, not one a story.")
@click.option(
    "--facet",
    "facets",
    multiple=True,
    type=click.Choice(FACETS),
    help="Count the hits by this instead; may be given more than once.",
)
@click.option("--count-by", type=click.Choice(COUNTS), help="Count the hits by this instead, all values.")
@click.option("--query-id", metavar="ID", help="The frozen hits of a saved, exported or cited search.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit and line.")
@click.pass_obj
def search(
    home: Home,
    words: tuple[str, ...],
    sites: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sort: str,
    limit: int,
    offset: int,
    cursor: str | None,
    every_copy: bool,
    facets: tuple[str, ...],
    count_by: str | None,
    query_id: str | None,
    as_json: bool,
) -> None:
    """Find articles. Without a query, show them all, the newest first.

    \b
    稀土 出口              both words, in headline or text, of any length
    "rare earth"           a phrase as it stands
    疫情 -上海             without 上海; also NOT
    (稀土 OR 钨) 出口      one of two; AND binds closer than OR
    title:稀土 body:出口   in the headline, in the text
    source:新华社          by whom; also account:, author:, site:, flag:
    is:vanished            also missing, removed, returned, edited, copied, copy, original
    date:2022-03..2022-06  also date:2022, date:2022-03-01, date:2022-03..
    copies:>5              stories of more than five articles
    covid*                 words that begin so

    Put a query with spaces, quotes, parentheses or * in single quotes, so that the shell leaves it alone. Simplified,
    traditional and full-width characters are one. A story is shown once, with the number of its copies. What cannot be
    read is an error that says how to write it. docs/search.md has all of it.

    \b
    Examples:
      jianbao search 稀土 出口
      jianbao search '"rare earth" -title:stocks date:2025' --site netease
      jianbao search 'is:vanished' --sort change --count-by month
    """
    from archive.query import search as query
    from archive.store.db import opened, reading

    asked = query.Asked(" ".join(words), sites, since, until, every_copy, query.Sort(sort))
    with opened(home.database) as engine, reading(engine) as connection:
        if query_id is not None:
            asked = query.thaw(connection, query_id)
        if count_by == "month":
            _print_counts([("month", one.month, one.count) for one in query.timeline(connection, asked)], as_json)
            return
        if names := [count_by] if count_by else list(facets):
            counted = query.facets(connection, asked, names, **({"most": None} if count_by else {}))
            _print_counts([(name, one.value, one.count) for name in names for one in counted[name]], as_json)
            return
        results = query.search(connection, asked, limit=limit, offset=offset, cursor=cursor)
    print_hits(results.hits, as_json=as_json)
    if not as_json:
        shown = len(results.hits)
        of = f" of {results.total}" if results.total > shown else ""
        echo(f"{shown}{of} {'articles' if asked.every_copy else 'stories'}", err=True)
    if results.next_cursor is not None:
        echo(f"more: --cursor {results.next_cursor}", err=True)


def print_hits(hits: Iterable["Hit"], *, as_json: bool) -> None:
    """Hits as a person reads them, or as JSON lines."""
    before, after = (click.style("\0", fg="red", bold=True).split("\0")[:2]) if sys.stdout.isatty() else ("【", "】")
    for hit in hits:
        if as_json:
            echo(json.dumps(hit.as_json(), ensure_ascii=False))
            continue
        echo(f"{hit.id:>6}  {hit.headline.marked(before, after) or '(no headline)'}")
        facts = [hit.published_at, hit.site, hit.source_name or hit.account_name]
        facts += [hit.state] if hit.state != "live" else []
        facts += [f"{hit.copies} copies: jianbao cluster {hit.id}"] if hit.copies > 1 else []
        echo(click.style("        " + " · ".join(fact for fact in facts if fact), dim=True))
        echo("        " + hit.snippet.marked(before, after))


def _print_counts(counts: Sequence[tuple[str, str, int]], as_json: bool) -> None:
    last: Any = None
    for name, value, count in counts:
        if as_json:
            echo(json.dumps({name: value, "count": count}, ensure_ascii=False))
            continue
        if name != last and len({one[0] for one in counts}) > 1:
            echo(name)
        last = name
        echo(f"{count:>10,}  {value}")
