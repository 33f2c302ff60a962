"""`jianbao saved`: searches with a name, and what is new in them."""

import json
from datetime import UTC, datetime

import click

from archive.cli import main
from archive.cli.find.search import SORTS, print_hits
from archive.cli.options import Moment
from archive.cli.terminal import echo
from archive.settings import Home


@main.group()
def saved() -> None:
    """Keep searches under a name, and hear what is new in them.

    \b
    Examples:
      jianbao saved add rare-earth '稀土 -股市' --site netease
      jianbao saved run rare-earth --new
    """


@saved.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("words", nargs=-1, metavar="[QUERY…]")
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only this site; may be given more than once.")
@click.option("--since", type=Moment(), metavar="DATE", help="Published then or later: 2022, 2022-03 or 2022-03-01.")
@click.option("--until", type=Moment(end=True), metavar="DATE", help="Published then or earlier.")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True, help="What comes first.")
@click.option("--all", "--every-copy", "every_copy", is_flag=True, help="Every copy is a hit, not one a story.")
@click.pass_obj
def add(
    home: Home,
    name: str,
    words: tuple[str, ...],
    sites: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sort: str,
    every_copy: bool,
) -> None:
    """Save a search under NAME, and print its query id.

    The id stands for the hits of now: `jianbao search --query-id` shows the same articles, each in the revision of now,
    for as long as the archive lives. QUERY is as in `jianbao search`.

    \b
    Example:
      jianbao saved add rare-earth '稀土 (出口 OR 管制) date:2025..'
    """
    from archive.query.search import Asked, Sort
    from archive.query.search import saved as searches
    from archive.store.db import opened, writing

    asked = Asked(" ".join(words), sites, since, until, every_copy, Sort(sort))
    with opened(home.database) as engine, writing(engine) as connection:
        query_id = searches.add(connection, name, asked, by=home.settings.who, now=datetime.now(UTC))
    echo(query_id)


@saved.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a search and line.")
@click.pass_obj
def list_(home: Home, as_json: bool) -> None:
    """List the saved searches: name, query id, hits when it was saved, query.

    \b
    Example:
      jianbao saved list
    """
    from archive.query.search import saved as searches
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = searches.listed(connection)
    for one in found:
        if as_json:
            echo(json.dumps(one, ensure_ascii=False))
        else:
            echo(f"{one['name']}  {one['query_id']}  {one['hits']} hits  {one['text'] or '(everything)'}")


@saved.command()
@click.argument("name")
@click.option(
    "--new", "only_new", is_flag=True, help="Only what is new since this was asked last; nothing, if nothing is."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    metavar="N",
    help="The most hits, without --new.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit and line.")
@click.pass_obj
def run(home: Home, name: str, only_new: bool, limit: int, as_json: bool) -> None:
    """Ask a saved search again.

    With --new it prints the hits that nobody was told of yet, and notes that somebody was, once they are printed. Where
    nothing is new it prints nothing at all, so that cron sends no mail. A copy that joins a story of which you were
    told is nothing new, unless the search was saved with --all.

    \b
    Examples:
      jianbao saved run rare-earth
      jianbao saved run rare-earth --new
    """
    from archive.query.search import saved as searches
    from archive.query.search import search
    from archive.store.db import opened, reading, writing

    with opened(home.database) as engine:
        if only_new:
            with writing(engine) as connection:
                print_hits(searches.new(connection, name, now=datetime.now(UTC)), as_json=as_json)
            return
        with reading(engine) as connection:
            results = search(connection, searches.find(connection, name), limit=limit)
    print_hits(results.hits, as_json=as_json)
    if not as_json:
        echo(f"{len(results.hits)} of {results.total}", err=True)


@saved.command()
@click.argument("name")
@click.pass_obj
def rm(home: Home, name: str) -> None:
    """Forget a saved search. Its query id, and the hits under it, stay.

    \b
    Example:
      jianbao saved rm rare-earth
    """
    from archive.query.search import saved as searches
    from archive.store.db import opened, writing

    with opened(home.database) as engine, writing(engine) as connection:
        searches.remove(connection, name)
