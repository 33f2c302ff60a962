"""`jianbao verify`: whether the archive is as it should be."""

import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.cli.progress import steps
from archive.cli.terminal import echo
from archive.errors import ArchiveDamaged, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.upkeep.verify.finding import Finding
    from crawler.upkeep.verify.run import Progress, Verification

MOST = 1000
"""So many findings are named."""


class Share(click.ParamType[float]):
    """A share, 1/90 or 0.05 or 5%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """More than 0, at most 1."""
        try:
            text = str(value).strip()
            share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share <= 1:
            self.fail(f"{value!r} is no share; write 1/90, 0.05 or 5%", param, ctx)
        return float(share)


@main.command()
@click.option(
    "--share", type=Share(), default=1.0, metavar="1/90", help="Only that much, what was verified longest ago."
)
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@click.option("--dry-run", is_flag=True, help="With --repair: only say what would be mended, and how.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def verify(home: Home, share: float, repair: bool, dry_run: bool, as_json: bool) -> None:
    """Hold the archive against itself: every record of the WARC files against its digests, every row against its record
    and the reverse, revisions, states and counts against what they follow from, every index against its table.

    Each finding is one line with its cure; exit code 11 says that there are some. Crawls and imports may go on
    meanwhile. Where all is well, nothing is printed unless there is a terminal. With --share 1/90, once a day, every
    byte is read within ninety days; where it has come to stands in the database.

    --repair makes anew what follows from something else (indexes, stories, counts), reads records that no row names
    once more, and gives back the leases of dead runs; then it verifies again. It never deletes the only copy of
    anything.

    \b
    Examples:
      jianbao verify
      jianbao verify --share 1/90               from cron, once a day
      jianbao verify --repair --dry-run
      jianbao verify --json | jq '.findings[]'
    """
    from archive.store.db import opened
    from crawler.upkeep.verify.run import Verification

    if repair and share < 1:
        raise UsageError("--repair looks at the whole archive; leave out --share")
    if dry_run and not repair:
        raise UsageError("--dry-run is for --repair; without it nothing is mended")
    with opened(home.database) as engine, steps() as progress:
        verification = Verification(home=home, engine=engine, progress=progress)
        findings = _look(verification, share, tell=not as_json and not repair)
        tried, faults = 0, list[str]()
        if repair and findings:
            tried, faults = _mend(home, engine, progress, findings, dry_run=dry_run, tell=not as_json)
            if not dry_run:
                verification = Verification(home=home, engine=engine, progress=progress)
                findings = _look(verification, share, tell=not as_json)
    for fault in faults:
        echo(fault, err=True)
    if as_json:
        report = {"repaired": 0 if dry_run else tried, **_report(verification, findings)}
        click.echo(json.dumps(report, ensure_ascii=False))
    elif not findings and sys.stdout.isatty():
        echo(f"{verification.summary()}: all is well")
    if findings:
        raise ArchiveDamaged(f"{len(findings)} findings; {verification.summary()}")


def _look(verification: "Verification", share: float, *, tell: bool) -> "list[Finding]":
    from crawler.upkeep.verify.share import Rolling

    findings = []
    for finding in Rolling(verification, share).run():
        findings.append(finding)
        if tell and len(findings) <= MOST:
            echo(finding.line)
    if tell and len(findings) > MOST:
        echo(f"and {len(findings) - MOST} more")
    return findings


def _mend(
    home: Home, engine: "Engine", progress: "Progress", findings: "list[Finding]", *, dry_run: bool, tell: bool
) -> tuple[int, list[str]]:
    from crawler.upkeep.verify.repair import Mender

    if tell:
        for one in findings[:MOST]:
            if dry_run or one.repair is not None:
                echo(
                    one.line
                    if one.repair is None
                    else f"{one.place}: {one.fault}: {'to ' if dry_run else ''}{one.repair}"
                )
    if dry_run:
        return 0, []
    mender = Mender(home=home, engine=engine, progress=progress)
    return mender.mend(findings), mender.faults


def _report(verification: "Verification", findings: "list[Finding]") -> dict[str, object]:
    return {
        "files": verification.files,
        "bytes": verification.bytes,
        "records": verification.records,
        "articles": verification.articles,
        "findings": [one.as_json() for one in findings],
        "notes": verification.notes,
    }
