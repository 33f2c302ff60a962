"""`jianbao survivors`: what vanished at its source, and which copies still live."""

import json
from datetime import datetime
from itertools import islice

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.stories.shown import between, facts, title
from archive.cli.terminal import echo
from archive.settings import Home

_PARAGRAPH = 60


@main.command()
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only what this site lost; may be repeated.")
@click.option("--since", type=Moment(), metavar="DATE", help="What may have gone then or later.")
@click.option("--until", type=Moment(end=True), metavar="DATE", help="What may have gone until the end of DATE.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, metavar="N", help="The most articles."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a lost article and line.")
@click.pass_obj
def survivors(
    home: Home, sites: tuple[str, ...], since: datetime | None, until: datetime | None, limit: int, as_json: bool
) -> None:
    """List articles that are no more at their site, which copies of their story live, and what these still say.

    What went last comes first. Of each living copy is told how much of the lost text it carries, and the paragraphs
    that it lacks. An article went between two looks, so one may have gone in a span that only touches them.

    \b
    Examples:
      jianbao survivors --site netease --since 2025-11-01 --until 2025-11-30
      jianbao survivors --json
    """
    from archive.query.stories.survivors import survivors as find
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        for lost in islice(find(connection, sites=sites, since=since, until=until), limit):
            told = lost.as_json()
            if as_json:
                echo(json.dumps(told, ensure_ascii=False))
                continue
            echo(title(told))
            echo(facts(told, "gone " + between(told["gone"])))
            if not told["survivors"]:
                echo("        no copy lives")
            for one in told["survivors"]:
                echo(f"        {one['id']} at {one['site']} carries {one['coverage']:.0%}: {one['url']}")
                for line in one["lacks"]:
                    echo(f"          lacks: {line if len(line) <= _PARAGRAPH else line[:_PARAGRAPH] + '…'}")
