"""`jianbao crawl` and `jianbao sites`."""

import logging
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import click

from archive.cli import main
from archive.cli.options import Moment, Span
from archive.errors import AlreadyRunning, DoubtfulRun, JianbaoError
from archive.settings import Home
from crawler.cli.logs import Format, log_lines, log_nothing
from crawler.cli.told import tell

if TYPE_CHECKING:
    from crawler.run.run import Run

SWALLOWED = (DoubtfulRun.exit_code, AlreadyRunning.exit_code)
"""Exit codes of which --quiet says nothing: the next runs settle what they stand for."""


@main.command()
@click.argument("sites", nargs=-1, metavar="[SITE]…")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Fetch at most N articles.")
@click.option("--since", type=Moment(), metavar="DATE", help="Leave out articles that their list dates before DATE.")
@click.option(
    "--retry",
    type=click.Choice(["failed", "blocked"]),
    help="Ask again for what older runs gave up, or for what refusals stood in front of.",
)
@click.option("--max-time", type=Span(), metavar="TIME", help="End well after so long: 90s, 25m, 2h.")
@click.option("--max-pages", type=click.IntRange(min=1), metavar="N", help="End well after N requests of any kind.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what a person must know: nothing with exit code 3 or 8.")
@click.option("-v", "--verbose", count=True, help="A line for every step; twice: for every page, and Scrapy's own.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or a JSON object a line (docs/exit-codes.md).",
)
@click.pass_context
def crawl(
    context: click.Context,
    sites: tuple[str, ...],
    limit: int | None,
    since: datetime | None,
    retry: 'Literal["failed", "blocked"] | None',
    max_time: float | None,
    max_pages: int | None,
    quiet: bool,
    verbose: int,
    log_format: Format,
) -> None:
    """Poll the lists of every site (or of each SITE) and fetch the articles that are new.

    Raw answers go to DIR/warc as WARC files first, then articles into the archive. A run that was stopped or killed, or
    has come to its --max-time or --max-pages, is taken up by the next. Made to be called from cron: where no terminal
    is there, nothing is printed while all is well, and a few lines where it is not.

    \b
      */30 * * * *  jianbao --home /srv/jianbao crawl -q --max-time 25m

    \b
    Examples:
      jianbao crawl                        every site
      jianbao crawl sohu --limit 50        one site, at most 50 articles
      jianbao crawl --since 2026-11-01     nothing older than that
      jianbao crawl --retry failed netease what was given up is asked for again

    The exit code says how it went: 0 well, 3 some pages are to be tried again (`jianbao runs show` says which), others
    are listed in docs/exit-codes.md.
    """
    terminal = sys.stderr.isatty() and not quiet
    options = {
        "limit": limit,
        "since": since,
        "retry": retry,
        "max_time": max_time,
        "max_pages": max_pages,
        "verbose": verbose > 1,
    }
    try:
        if verbose:
            log_lines(log_format, logging.DEBUG if verbose > 1 else logging.INFO)
            run, ended = _run(context.obj, sites, **options)
        elif terminal and log_format == "text":
            run, ended = _with_progress(context.obj, sites, **options)
        else:
            log_nothing(log_format)
            run, ended = _run(context.obj, sites, **options)
    except JianbaoError as error:
        _end(context, error, quiet)
    # Of an open alarm that a person was told of today, an error says nothing.
    if verbose or terminal or (ended is not None and str(ended) and not (quiet and ended.exit_code in SWALLOWED)):
        tell(run, log_format)
    if ended is not None:
        _end(context, ended, quiet)


def _end(context: click.Context, error: JianbaoError, quiet: bool) -> None:
    if quiet and error.exit_code in SWALLOWED:
        context.exit(error.exit_code)
    raise error


def _run(home: Home, sites: tuple[str, ...], **options: Any) -> "tuple[Run, JianbaoError | None]":
    from crawler.run.runner import crawl as run

    runs: list[Run] = []
    _, ended = run(home, sites, on_begin=runs.append, **options)
    return runs[0], ended


def _with_progress(home: Home, sites: tuple[str, ...], **options: Any) -> "tuple[Run, JianbaoError | None]":
    """The run under one line that keeps counting; warnings scroll above it."""
    from rich.console import Console
    from rich.logging import RichHandler
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as progress:
        task = progress.add_task("reading lists …")

        def show(run: "Run") -> None:
            progress.update(task, description=run.counts.summary())

        return _run(home, sites, on_change=show, **options)


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
