"""`jianbao health`: how the archive is doing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.errors import PersonNeeded
from archive.settings import Home
from archive.times import show_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.upkeep.health.health import Health


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--prometheus",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the numbers to FILE, for the textfile collector of node_exporter.",
)
@click.pass_obj
def health(home: Home, as_json: bool, prometheus: Path | None) -> None:
    """Tell how the archive is doing: the last good run of each site, how far behind its portal it is, what is due and
    what is late, open alarms, room on the disk, and when it was verified and backed up last.

    Only reads, in less than a second, beside a running crawl: `db check` says whether the database can be used,
    `verify` whether everything in it is as it should be, `doctor` whether this machine can crawl.

    Exit code 10 says that a person is needed, for what stands in the last lines; 0 that none is.

    \b
    Examples:
      jianbao health
      jianbao health --json | jq .recheck_debt
      jianbao health --prometheus /var/lib/prometheus/node-exporter/jianbao.prom
    """
    from archive.store.db import opened, reading
    from crawler.upkeep.health.health import look

    with opened(home.database) as engine, reading(engine) as connection:
        found = look(home, connection, datetime.now(UTC))
    if prometheus is not None:
        from crawler.upkeep.health.prometheus import write

        write(found, prometheus)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    elif prometheus is None:
        for line in _lines(found):
            echo(line)
    if found.needs:
        told = not as_json and prometheus is None
        raise PersonNeeded(f"{len(found.needs)} things need a person; they stand above" if told else "")


def _lines(health: "Health") -> "Iterator[str]":
    queue, room = health.queue, health.room
    for one in health.sites:
        lag = f", {_span(one.lag)} behind" if one.lag is not None else ""
        yield f"{one.name:<16} last good run {show_time(one.good_at) or 'none'}{lag}"
    due = f"{queue.due} due" + (f" ({queue.blocked} at hosts that rest)" if queue.blocked else "")
    rest = f"{queue.waiting} waiting, {queue.leased} leased, {queue.barred} barred, {queue.failed} failed"
    yield f"{'queue':<16} {due}, {rest}"
    late = ", ".join(
        f"{one.late} of the {one.age.replace('_', ' ')} (up to {_span(one.latest)})" for one in health.debt if one.late
    )
    yield f"{'late looks':<16} {late or 'none'}"
    yield f"{'alarms':<16} {len(health.alarms) or 'none'}"
    full = f", full in {room.full_in:,.0f} days" if room.full_in is not None else ""
    yield f"{'disk':<16} {_size(room.free)} of {_size(room.total)} free{full}"
    yield f"{'archive':<16} {_size(room.warc)} in {room.warc_files} WARC files, {_size(room.database)} of database"
    since = show_time(health.verified_since)
    yield f"{'verified':<16} {f'all since {since}' if since else 'never'}"
    yield f"{'backed up':<16} {show_time(health.backed_up) or 'never, as far as this home knows'}"
    yield f"{'exported':<16} {show_time(health.exported) or 'never'}"
    for need in health.needs:
        yield f"! {need}"


def _span(seconds: float) -> str:
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 2 * 86400 else f"{timedelta(seconds=seconds).days} days"


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
