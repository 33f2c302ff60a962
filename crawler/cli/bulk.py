"""`jianbao bulk`: more WARC files than one archive is fed with at a time."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.options import Place
from archive.cli.progress import steps
from archive.cli.terminal import echo
from archive.errors import DoubtfulRun, UsageError
from archive.settings import Home
from crawler.cli.told import noted, tell_tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.bulk.run import Done, Engine
    from crawler.run.run import Run


@main.group()
def bulk() -> None:
    """Read any number of WARC files into Parquet, here or on Spark."""


@bulk.command()
@click.argument("warcs", nargs=-1, required=True, type=Place(), metavar="WARC…")
@click.option(
    "--to", "folder", required=True, metavar="DIR", help="The folder of the pages: a path, or s3:// and others."
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="This machine, or Spark (jianbao[spark], Java 17) on any number.",
)
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="For Spark: its master.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="For this machine: processes.  [one a core]")
@click.option("--redo", is_flag=True, help="Make parts anew whose file has changed, or that other rules made.")
@click.pass_obj
def pages(
    home: Home, warcs: tuple[str, ...], folder: str, engine_name: str, master: str, jobs: int | None, redo: bool
) -> None:
    """Read WARC files into pages and fingerprints, one Parquet file for each, without an archive.

    WARC may be a file, a folder, a pattern in quotes, or an address that fsspec knows (s3://bucket/2024/*.warc.gz;
    jianbao[bulk], and s3fs for S3). Pages are read as `jianbao import` reads them, with the same bounds: a page that
    costs too much is a capture with the outcome `broken`, a record that is broken a row that says so, a file that
    cannot be read is told and passed over.

    A part is there whole or not at all, so a run that was killed goes on with the same command at the file where it
    was; more files may be added later. A file that has changed since, or parts that other rules made, end the command:
    --redo makes them anew. One run at a time works in a folder.

    `jianbao import DIR` takes the pages into an archive, which is then the one that `jianbao import WARC…` would have
    made; it wants the WARC files too, where they were or in the archive's folder `warc`, since captures point at them.
    `jianbao recluster --pages DIR` groups the articles without an archive. docs/scale.md says when what pays.

    Exit code 3: a file or a record could not be read; all else is there. 2: no file could.

    \b
    Examples:
      jianbao bulk pages '2024/*.warc.gz' --to pages/
      jianbao bulk pages 's3://news/2024/*.warc.gz' --to s3://news/pages --engine spark --master spark://host:7077
      jianbao import pages/
    """
    from archive.bulk.folder import Rules
    from archive.bulk.places import place
    from crawler.bulk.plan import plan, sources
    from crawler.bulk.run import Local
    from crawler.bulk.run import bulk as run
    from crawler.capture.version import extractor_version
    from crawler.sites.registry import load_sites

    load_sites()  # what is wrong with a site file is no fault of the pages
    to, files = place(folder), sources(warcs)
    rules = Rules(extractor=extractor_version(), witness=home.settings.witness or "sample")
    engine: Engine
    if engine_name == "spark":
        from crawler.bulk.spark import Spark

        engine = Spark(master)
    else:
        engine = Local(jobs or os.cpu_count() or 1)
    wanted = plan(to, files, rules, redo=redo)
    sizes = {job.source.url: job.facts.size for job in wanted.jobs}
    read: dict[str, int] = {}
    broken = count = 0
    total = sum(sizes.values())

    def on_done(done: "Done") -> None:
        nonlocal broken
        broken += done.part.broken if done.part is not None else 0
        _tell(done)

    with steps() as show:

        def tell(url: str, offset: int) -> None:
            nonlocal count
            count += min(offset, sizes[url]) - read.get(url, 0)
            read[url] = min(offset, sizes[url])
            show(f"{len(sizes)} files", count, total)

        ended = run(to, wanted, engine, tell, on_done)
    for fault in wanted.manifest.faults.values():
        echo(f"{fault}; passed over", err=True)
    there = f", {len(wanted.kept)} were there" if wanted.kept else ""
    echo(f"{len(ended.sources) - len(ended.faults)} parts in {to.url}{there}")
    if ended.faults and len(ended.faults) == len(ended.sources):
        raise UsageError("no file could be read")
    if ended.faults or broken:
        raise DoubtfulRun(f"{len(ended.faults)} files and {broken} records could not be read")


def _tell(done: "Done") -> None:
    if done.part is None:
        echo(f"{done.fault}; passed over", err=True)
        return
    part = done.part
    said = [f"{count} {name}" for name, count in sorted(part.outcomes.items(), key=lambda pair: -pair[1])]
    said += [f"{part.broken} broken records"] if part.broken else []
    said += [f"{count} {name} skipped" for name, count in part.skipped.items()]
    echo(f"{done.source}: {', '.join(said) or 'no pages'}")


def is_bulk(word: str) -> bool:
    """Whether a word names a folder of `jianbao bulk pages`; an address can name nothing else."""
    from archive.bulk.places import is_address

    return is_address(word) or Path(word, "bulk.json").is_file()


def finished_folders(folders: "Sequence[str]", faults: list[str]) -> list[str]:
    """Those of the folders of `jianbao bulk pages` that are finished, and of our text rules; `faults` gets what is
    wrong with the others."""
    if not folders:
        return []
    from archive.bulk.folder import finished
    from archive.bulk.places import place

    found = []
    for word in folders:
        with noted(faults):
            finished(place(word))
            found.append(word)
    return found


def import_bulk(
    run: "Run", word: str, parted: set[tuple[str, str]], faults: list[str], jobs: int, *, in_place: bool
) -> None:
    """Store the pages of a folder of `jianbao bulk pages`; `parted` and `faults` grow by what is missing."""
    from archive.bulk.places import place
    from crawler.bulk.load import import_pages
    from crawler.capture.version import extractor_version

    others = set()
    with steps() as show:

        def tell(count: int, of: int) -> None:
            show(word, count, of)

        for taken in import_pages(run, place(word), jobs=jobs, in_place=in_place, tell=tell):
            if taken.tally is None:
                faults.append(taken.fault)
                continue
            parted |= taken.tally.parted
            others |= {taken.rules} - {extractor_version()}
            tell_tally(run, taken.source, taken.tally)
    if others:
        echo(f"{word}: other rules than this program's read these pages; `jianbao reextract` reads them anew", err=True)
