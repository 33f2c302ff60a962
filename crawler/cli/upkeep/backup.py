"""`jianbao backup`: a copy of the archive that can be put in its place."""

import json
import sys
from pathlib import Path

import click

from archive.cli import main
from archive.cli.progress import steps
from archive.cli.terminal import echo
from archive.errors import ArchiveDamaged, NotFound, UsageError
from archive.settings import Home


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Remove all but the newest N backups.")
@click.option("--files-only", is_flag=True, help="Without the database, which was dumped before.")
@click.option("--check", is_flag=True, help="Make none: read the newest one through, every byte.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def backup(home: Home, folder: Path, keep: int | None, files_only: bool, check: bool, as_json: bool) -> None:
    """Copy the archive into a new folder in DIR, which is a home of its own: database, WARC files, settings.

    Crawls and imports may go on meanwhile: what is copied is one state. WARC files that an older backup in DIR holds
    are linked, not copied again. What is written is read back and checked before the backup takes its name, so a killed
    one leaves the others whole, and the next goes on from it. Restoring is copying the folder back (docs/backup.md). On
    PostgreSQL the database is dumped by pg_dump.

    \b
    Examples:
      jianbao backup /mnt/disk/jianbao --keep 14
      jianbao backup --check /mnt/disk/jianbao
    """
    from archive.store.db import connect
    from crawler.upkeep.backup.run import Backup

    if check:
        if keep or files_only:
            raise UsageError("--check only reads; leave out --keep and --files-only")
        _check(folder, as_json=as_json)
        return
    engine = connect(home.database)
    try:
        with steps() as progress:
            made = Backup(home, engine, folder, keep, files_only, progress=progress)
            made.run()
    finally:
        engine.dispose()
    size = sum(one.size for one in made.manifest.files)
    if made.manifest.outside:
        named = ", ".join(made.manifest.outside[:3]) + (" …" if len(made.manifest.outside) > 3 else "")
        echo(f"not in the backup, since they stand outside the home: {named}", err=True)
    if as_json:
        told = {"folder": str(made.made), "files": len(made.manifest.files), "bytes": size, "copied": made.copied}
        more = {"dropped": made.dropped, "outside": made.manifest.outside}
        click.echo(json.dumps({**told, **more}, ensure_ascii=False))
    elif sys.stdout.isatty():
        echo(f"{made.made}: {len(made.manifest.files)} files, {size:,} bytes, {made.copied} WARC files copied")


def _check(folder: Path, *, as_json: bool) -> None:
    from crawler.upkeep.backup.manifest import faults
    from crawler.upkeep.backup.run import backups

    there = backups(folder)
    if not there:
        raise NotFound(f"{folder} holds no whole backup")
    found = faults(there[0])
    if as_json:
        click.echo(json.dumps({"folder": str(there[0]), "findings": found}, ensure_ascii=False))
    else:
        for line in found:
            echo(line)
    if found:
        raise ArchiveDamaged(f"{len(found)} files of {there[0]} are not what was copied; make another backup")
