"""`jianbao rebuild`: the database made anew from the WARC files."""

import json
import os
from typing import TYPE_CHECKING, Final

import click
from attrs import asdict

from archive.cli import main
from archive.cli.terminal import echo
from archive.settings import Home

if TYPE_CHECKING:
    from crawler.upkeep.rebuild.run import Report

LOST: Final = (
    "lost with the old database: what lists named and when (sightings), the queue and the looks that are due, what "
    "people decided of stories and alarms, the change log, articles that were imported without their pages, earlier "
    "readings, and the numbers of articles and stories"
)
"""What a rebuild from WARC files alone does not bring back."""


@main.command()
@click.option("--from-warc-only", "warc_only", is_flag=True, help="Where the database cannot be read any more.")
@click.option("--discard-old", "discard", is_flag=True, help="Do not keep the old database.")
@click.option("--dry-run", is_flag=True, help="Say what would be worked through, and write nothing.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that read.  [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def rebuild(home: Home, warc_only: bool, discard: bool, dry_run: bool, jobs: int | None, as_json: bool) -> None:
    """Make the whole database anew beside the old one, and put it in its place.

    Every capture is held against its record in the WARC files, and all that is computed is computed anew: full text,
    duplicates, stories. What only the database knew is brought over: numbers, sightings, decisions, the change log,
    alarms, the queue, imported articles. The old database is kept under a name with the date, until you delete it.

    Nothing else may write meanwhile. Ended before the swap, it leaves the archive as it was, and something beside it
    that the next rebuild removes.

    \b
    Examples:
      jianbao rebuild --dry-run
      jianbao rebuild
      jianbao rebuild --from-warc-only
    """
    from archive.cli.progress import steps
    from crawler.sites.registry import load_sites
    from crawler.upkeep.rebuild.run import Rebuild, plan

    load_sites()  # what is wrong with a site file is no fault of the records
    if dry_run:
        planned = plan(home, warc_only=warc_only)
        echo(json.dumps(planned, ensure_ascii=False) if as_json else _planned(planned))
        return
    if warc_only:
        echo(LOST, err=True)
    with steps() as progress:
        work = Rebuild(home, jobs=jobs or os.cpu_count() or 1, warc_only=warc_only, discard=discard, progress=progress)
        report = work.run()
    if as_json:
        echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _tell(report)


def _planned(planned: dict[str, object]) -> str:
    return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in planned.items())


def _tell(report: "Report") -> None:
    from crawler.upkeep.rebuild.replay import notes

    echo(f"{report.articles} articles, {report.captures} captures; {report.tally.read} records read")
    for note in notes(report.tally):
        echo(note)
    for example in report.tally.examples:
        echo(f"  {example}")
    if report.found:
        echo(f"{report.found} records that the database did not know were taken in")
    if report.anew:
        echo(f"{report.anew} articles were damaged, and have the history that their captures give")
    if report.tables_lost:
        echo(f"could not be read, and are empty now: {', '.join(report.tables_lost)}")
    if report.kept:
        echo(f"the old archive is kept: {report.kept}")
