"""`jianbao cdx`: the index by which replay programs find the captures."""

import json
from pathlib import Path

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.settings import Home


@main.command()
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the index there.  [default: cdx/index.cdxj in the home]",
)
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def cdx(home: Home, target: Path | None, as_json: bool) -> None:
    """Index the WARC files for programs that replay them, such as pywb.

    The index (CDXJ) is sorted and names every capture with its place. Only what came in since the last run is read; the
    index is as if all had been read at once, and takes its place whole, so that a program may serve it meanwhile. What
    was withdrawn is not in it. docs/evidence.md has a configuration of pywb that serves it.

    \b
    Examples:
      jianbao cdx
      jianbao cdx --to /srv/pywb/index.cdxj
    """
    from archive.store.db import opened
    from crawler.upkeep.cdx.run import index

    with opened(home.database) as engine:
        done = index(home, engine, target)
    if as_json:
        click.echo(json.dumps(done.as_json(), ensure_ascii=False))
        return
    echo(f"{done.path}: {done.lines:,} captures, {done.records:,} records of {done.files:,} files were new")
    for count, what in (
        (done.hidden, "captures are left out: their articles are withdrawn"),
        (done.unplaced, "records share their gzip member with others, so no index can name them (warcio recompress)"),
        (done.broken, "places are no whole records (jianbao verify)"),
        (done.missing, "files that captures name are not in this home"),
    ):
        if count:
            echo(f"  {count:,} {what}", err=True)
    for why in done.unreadable:
        echo(f"  {why}", err=True)
