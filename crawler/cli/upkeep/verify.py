"""`jianbao verify`: whether the archive is as it should be."""

import json
import sys
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.progress import steps
from archive.cli.terminal import echo
from archive.errors import ArchiveDamaged
from archive.settings import Home

if TYPE_CHECKING:
    from crawler.upkeep.verify.finding import Finding
    from crawler.upkeep.verify.run import Verification

MOST = 1000
"""So many findings are named."""


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def verify(home: Home, as_json: bool) -> None:
    """Hold the archive against itself: every record of the WARC files against its digests, every row against its record
    and the reverse.

    Each finding is one line with its cure; exit code 11 says that there are some. Crawls and imports may go on
    meanwhile. Where all is well, nothing is printed unless there is a terminal.

    \b
    Examples:
      jianbao verify
      jianbao verify --json | jq '.findings[]'
    """
    from archive.store.db import opened
    from crawler.upkeep.verify.run import Verification

    with opened(home.database) as engine, steps() as progress:
        verification = Verification(home=home, engine=engine, progress=progress)
        findings = []
        for finding in verification.run():
            findings.append(finding)
            if not as_json and len(findings) <= MOST:
                echo(finding.line)
    if as_json:
        click.echo(json.dumps(_report(verification, findings), ensure_ascii=False))
    elif len(findings) > MOST:
        echo(f"and {len(findings) - MOST} more")
    elif not findings and sys.stdout.isatty():
        echo(f"{verification.summary()}: all is well")
    if findings:
        raise ArchiveDamaged(f"{len(findings)} findings; {verification.summary()}")


def _report(verification: "Verification", findings: "list[Finding]") -> dict[str, object]:
    return {
        "files": verification.files,
        "bytes": verification.bytes,
        "records": verification.records,
        "articles": verification.articles,
        "findings": [one.as_json() for one in findings],
        "notes": verification.notes,
    }
