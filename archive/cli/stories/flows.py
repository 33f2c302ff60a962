"""`jianbao flows`: who reprints whom."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.terminal import echo, table
from archive.errors import StorageError, UsageError
from archive.settings import Home

BY: Final = ("site", "source", "month")


@main.command()
@click.option("--by", type=click.Choice(BY), default="site", show_default=True, help="Between whom copies are counted.")
@click.option("--since", type=Moment(), metavar="DATE", help="Copies published then or later.")
@click.option("--until", type=Moment(end=True), metavar="DATE", help="Copies published until the end of DATE.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a flow and line.")
@click.option("--csv", "in_csv", is_flag=True, help="The table as CSV.")
@click.option(
    "--gexf",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a graph that Gephi and networkx read.",
)
@click.pass_obj
def flows(
    home: Home,
    by: str,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    in_csv: bool,
    target: Path | None,
) -> None:
    """Tell who reprints whom: how many copies, how fast (median lag, hours) and how whole (median coverage).

    A story flows from the copy with the earliest stated time to each of the others. With --by source a flow is between
    accounts, or the media that pages name as their source, with --by month between sites month by month.

    \b
    Examples:
      jianbao flows
      jianbao flows --by month --since 2025-01-01 --csv
      jianbao flows --by source --gexf flows.gexf
    """
    from archive.query.stories.files import COLUMNS, as_csv, gexf
    from archive.query.stories.flows import By
    from archive.query.stories.flows import flows as find
    from archive.store.db import opened, reading

    if as_json + in_csv + (target is not None) > 1:
        raise UsageError("--json, --csv and --gexf are three forms of one answer; ask for one of them")
    with opened(home.database) as engine, reading(engine) as connection:
        found = find(connection, by=By(by), since=since, until=until)
    rows = [one.as_json() for one in found]
    if as_json:
        for row in rows:
            echo(json.dumps(row, ensure_ascii=False))
    elif in_csv:
        echo(as_csv(found), nl=False)
    elif target is not None:
        try:
            target.write_bytes(gexf(found))
        except OSError as error:
            raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
        echo(f"wrote {target}: {len(found)} edges", err=True)
    else:
        names = [name for name in COLUMNS if name != "month" or by == "month"]
        table([name.replace("_", " ") for name in names], [[row[name] for name in names] for row in rows])
