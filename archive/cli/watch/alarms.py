"""`jianbao alarms`: what left what is usual, and what a person says of it."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.settings import Home
from archive.times import show_time

if TYPE_CHECKING:
    from archive.watch.alarms import Alarm


@main.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Closed ones too, the newest first.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, metavar="N", help="The most, with --all."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an alarm and line.")
@click.pass_context
def alarms(context: click.Context, every: bool, limit: int, as_json: bool) -> None:
    """List the alarms that are open: what left what is usual, since when, with examples and what to type next.

    A crawl ends with exit code 10 while one is open. It closes when what it is about is well again, or by a person:
    `jianbao alarms close`. docs/alarms.md explains every measure.

    \b
    Examples:
      jianbao alarms
      jianbao alarms --all --json
      jianbao alarms close 3 --note "the list was moved, the site file has its new address"
    """
    if context.invoked_subcommand is not None:
        return
    from archive.store.db import opened, reading
    from archive.watch.alarms import last_alarms, open_alarms

    home: Home = context.obj
    with opened(home.database) as engine, reading(engine) as connection:
        found = last_alarms(connection, limit) if every else open_alarms(connection)
    for one in found:
        echo(json.dumps(one.as_json(), ensure_ascii=False) if as_json else "\n".join(_page(one)))
    if not found:
        echo("no alarms yet" if every else "no alarm is open", err=True)


@alarms.command()
@click.argument("number", type=click.IntRange(min=1), metavar="ID")
@click.option("--note", required=True, metavar="WORDS", help="Why it is closed, for whoever reads it later.")
@click.pass_obj
def close(home: Home, number: int, note: str) -> None:
    """Close an alarm: somebody has looked, and what is found now is in order.

    What is usual of its measure is learned anew, so that it is not raised again at once. What a site file declares is
    raised again only when it was well in between.

    \b
    Example:
      jianbao alarms close 3 --note "they no longer name editors"
    """
    from archive.store.db import opened, writing
    from archive.watch.alarms import close as close_alarm

    with opened(home.database) as engine, writing(engine) as connection:
        closed = close_alarm(connection, number, note, datetime.now(UTC))
    echo(f"closed alarm {closed.id}: {closed.what}")


def _page(one: "Alarm") -> list[str]:
    since = show_time(one.raised_at, "second")
    lines = [
        f"{one.id:>6}  {one.what}, since {since}",
        f"        now: {one.now}",
        f"        usual: {one.usual}",
        *(f"        for instance {example.url}" for example in one.examples),
        f"        next: {one.next_command}",
    ]
    if one.closed_at is not None:
        lines.append(f"        closed {show_time(one.closed_at, 'second')}: {one.closed_why}")
    return lines
