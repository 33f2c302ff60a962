"""`jianbao demo`: see all of it work, on a portal of its own."""

import sys
from pathlib import Path

import click

from archive.cli import main


@main.command()
@click.option("--articles", default=240, show_default=True, type=click.IntRange(24, 100_000), help="How many articles.")
@click.option("--seed", default=1, show_default=True, help="Another seed makes other articles.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep the archive in this folder.")
def demo(articles: int, seed: int, keep: Path | None) -> None:
    """Show all of it at work on a made-up portal.

    A portal of invented articles is served on a loopback port; it is crawled twice, then searched, compared with what
    the portal knows to be true, explained and exported. Nothing leaves this machine, and no archive of yours is
    touched.

    \b
    Examples:
      jianbao demo
      jianbao demo --articles 60 --keep /tmp/demo

    Exit code 1: some of it did not work.
    """
    from crawler.demo.run import show

    sys.exit(0 if show(articles, seed, keep) else 1)
