"""`jianbao crawl` and `jianbao sites`."""

import logging
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.settings import Home

if TYPE_CHECKING:
    from archive.errors import JianbaoError
    from crawler.run.run import Counts, Run


@main.command()
@click.argument("sites", nargs=-1, metavar="[SITE]…")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Fetch at most N articles.")
@click.option("--since", type=Moment(), metavar="DATE", help="Leave out articles that their list dates before DATE.")
@click.option(
    "--retry",
    type=click.Choice(["failed", "blocked"]),
    help="Ask again for what older runs gave up, or for what refusals stood in front of.",
)
@click.option("-v", "--verbose", is_flag=True, help="A line for every step, and Scrapy's own lines.")
@click.pass_obj
def crawl(
    home: Home,
    sites: tuple[str, ...],
    limit: int | None,
    since: datetime | None,
    retry: 'Literal["failed", "blocked"] | None',
    verbose: bool,
) -> None:
    """Poll the lists of every site (or of each SITE) and fetch the articles that are new.

    Raw answers go to DIR/warc as WARC files first, then articles into the archive. A run that was stopped or killed is
    taken up by the next. Made to be called from cron:

    \b
      */30 * * * *  jianbao --home /srv/jianbao crawl

    \b
    Examples:
      jianbao crawl                        every site
      jianbao crawl sohu --limit 50        one site, at most 50 articles
      jianbao crawl --since 2026-11-01     nothing older than that
      jianbao crawl --retry failed netease what was given up is asked for again

    The exit code says how it went: 0 well, 3 something was doubtful or failed (`jianbao runs` says what), others are
    listed in docs/exit-codes.md.
    """
    from crawler.run.runner import crawl as run

    terminal = sys.stderr.isatty() and not verbose
    if terminal:
        counts, ended = _with_progress(home, sites, limit, since, retry)
    else:
        logging.basicConfig(
            level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
        )
        counts, ended = run(home, sites, limit=limit, since=since, retry=retry, verbose=verbose)
    click.echo(counts.summary())
    if ended is not None:
        raise ended


def _with_progress(
    home: Home,
    sites: tuple[str, ...],
    limit: int | None,
    since: datetime | None,
    retry: 'Literal["failed", "blocked"] | None',
) -> "tuple[Counts, JianbaoError | None]":
    """The run under one line that keeps counting; warnings scroll above it."""
    from rich.console import Console
    from rich.logging import RichHandler
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from crawler.run.runner import crawl as run

    console = Console(stderr=True)
    handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as progress:
        task = progress.add_task("reading lists …")

        def show(run: "Run") -> None:
            progress.update(task, description=run.counts.summary())

        return run(home, sites, limit=limit, since=since, retry=retry, on_change=show)


@main.command("sites")
@click.option("--lists", is_flag=True, help="Name every list that is polled.")
def show_sites(lists: bool) -> None:
    """Name the sites that can be crawled.

    \b
    Example:
      jianbao sites --lists
    """
    from crawler.sites.registry import load_sites

    for site in load_sites().values():
        click.echo(f"{site.name}\t{site.title}\t{', '.join(site.hosts)}\t{len(site.sources)} lists")
        if lists:
            for source in site.sources:
                click.echo(f"  {source.name}\t{source.urls[0]}")
