"""`jianbao import`: archives that people already have."""

import gzip
import os
import zlib
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.progress import through
from archive.cli.terminal import echo
from archive.errors import JianbaoError, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from crawler.run.extraction import Extraction
    from crawler.run.run import Run


@main.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE…"
)
@click.option("--site", metavar="NAME", help="Whose articles those of a corpus without addresses are.")
@click.option("--in-place", is_flag=True, help="Leave WARC files where they are; the archive needs them there.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that extract.  [default: one a core]")
@click.pass_obj
def import_files(home: Home, files: tuple[Path, ...], site: str | None, in_place: bool, jobs: int | None) -> None:
    """Take in WARC files (.warc, .warc.gz, also WET) and articles as JSON.

    The pages of a WARC file go through the same extraction as a crawl's. An article file is JSON Lines, an array or
    indented objects (.gz too), with url, headline, body, published_at and the other fields of docs/data.md, under
    these names or those that other tools give them. What is there already stays as it is, so an import that was
    interrupted is simply begun again. Broken records, and files that cannot be read, are reported and passed over;
    fields that cannot be read are reported and left out, and fields that are not used are named.

    A WARC file gets a place in the archive's folder (DIR/warc), as a second name of the same file where the
    disk can do that, else as a copy; so the archive can be moved. Do not change the file afterwards.

    \b
    Examples:
      jianbao import old-crawl.warc.gz
      jianbao import 2019.jsonl 2020.json
      jianbao import --site news2016zh news2016zh_train.json
    """
    from archive.store.problems import Problem
    from crawler.run.extraction import Extraction
    from crawler.run.load import jobs_for
    from crawler.run.run import open_run
    from crawler.sites.registry import load_sites

    load_sites()  # what is wrong with a site file is no fault of the files that are taken in
    kinds, faults = _kinds(files)
    if not kinds:
        raise UsageError("\n".join(faults) or f"{files[0]} is empty; nothing was taken in")
    run = open_run(home, [], kind="import")
    run.hearing = home.settings.witness or "sample"
    jobs = jobs or os.cpu_count() or 1
    parted: set[tuple[str, str]] = set()
    pages = [path for path, kind in kinds.items() if kind == "warc"]
    try:
        with Extraction(jobs=jobs_for(pages, jobs)) if pages else nullcontext() as extraction:
            for path, kind in kinds.items():
                try:
                    if kind == "warc" and extraction is not None:
                        _import_warc(run, path, extraction, parted, in_place=in_place)
                    else:
                        _import_articles(run, path, site, jobs)
                except UsageError as error:
                    faults.append(str(error))
        _tell_parted(run, parted)
        for fault in faults:
            echo(f"{fault}; passed over", err=True)
            run.note_problem(Problem(kind="failed", cause="file", detail=fault))
            run.notes.append(fault)
    except JianbaoError as error:
        run.fatal = error
    except BaseException:
        run.stopped = True
        run.answered = True
        run.finish()
        raise
    run.answered = True
    ended = run.finish()
    if ended is not None:
        raise ended


def _kinds(files: Sequence[Path]) -> tuple[dict[Path, str], list[str]]:
    """The kind of each file that can be taken in, and what is wrong with the others."""
    kinds: dict[Path, str] = {}
    faults: list[str] = []
    for path in files:
        try:
            kind = file_kind(path)
            if kind == "empty" and len(files) > 1:
                echo(f"{path} is empty; passed over", err=True)
            elif kind != "empty":
                kinds[path] = kind
        except UsageError as error:
            faults.append(str(error))
    return kinds, faults


def file_kind(path: Path) -> str:
    """`warc`, `articles` or `empty`, by a file's first bytes, unpacked where they are gzip. Raises `UsageError` for
    others."""
    if not path.is_file():
        raise UsageError(f"{path} is a pipe, which can be read only once; save it as a file first")
    by_name = "warc" if path.name.lower().endswith((".warc.gz", ".wet.gz", ".warc")) else ""
    try:
        with path.open("rb") as file:
            start = file.read(512)
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as file:
                start = file.read(512)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        # A WARC file whose first record is broken is still one by its name.
        if by_name:
            return by_name
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "empty"
    if start.startswith(b"WARC/") or by_name:
        return "warc"
    if start.startswith((b"{", b"[")):
        return "articles"
    raise UsageError(f"{path} is neither a WARC file nor JSON; nothing was taken in")


def _import_warc(
    run: "Run", path: Path, extraction: "Extraction", parted: set[tuple[str, str]], *, in_place: bool
) -> None:
    from archive.store.problems import Problem
    from crawler.run.load import import_warc

    with through(path) as at:
        tally = import_warc(run, path, extraction, in_place=in_place, on_place=lambda offset, _: at(offset))
    for broken in tally.broken:
        echo(f"{path}: at byte {broken.offset}: {broken.reason}; skipped", err=True)
        run.note_problem(Problem(kind="failed", cause="record", url=f"{path}:{broken.offset}", detail=broken.reason))
    if tally.dated:
        echo(f"{path}: {tally.dated} records have no time of their own; the first, {tally.dated_first}", err=True)
    parted |= tally.parted
    parts = [f"{count} {name}" for name, count in sorted(tally.outcomes.items(), key=lambda pair: -pair[1])]
    parts += [f"{tally.known} known already"] if tally.known else []
    parts += [f"{len(tally.broken)} broken"] if tally.broken else []
    parts += [f"{count} {name} skipped" for name, count in sorted(tally.skipped.items())]
    echo(f"{path}: {', '.join(parts) or 'no pages'}")


def _tell_parted(run: "Run", parted: set[tuple[str, str]]) -> None:
    """Name the articles of which pages were missing, but for those that a later file completed."""
    from archive.store.db import reading
    from crawler.capture.join import is_whole

    with reading(run.engine) as connection:
        for site, native_id in sorted(parted):
            if not is_whole(connection, site, native_id):
                note = f"{site}:{native_id}: pages of the article are missing"
                run.doubt(note, "incomplete", site=site, url=f"{site}:{native_id}")


def _import_articles(run: "Run", path: Path, site: str | None, jobs: int) -> None:
    from archive.load.jsonl import import_jsonl
    from archive.store.problems import Problem
    from crawler.capture.role import resolve

    with through(path) as at:
        summary = import_jsonl(
            run.engine,
            path,
            resolve=resolve,
            site=site,
            run_id=run.run_id,
            jobs=jobs,
            progress=at,
            on_stored=run.counts.add,
        )
    for broken in summary.broken:
        echo(f"{path}: {broken.place}: {broken.reason}; skipped", err=True)
        run.note_problem(Problem(kind="failed", cause="record", url=f"{path}: {broken.place}", detail=broken.reason))
    for odd in summary.odd:
        echo(f"{path}: {odd.place}: {odd.reason}; the field is left out", err=True)
    run.counts.failed += summary.failed - len(summary.broken)  # too many to name
    parts = [f"{summary.new} new"]
    for count, name in (
        (summary.duplicate, "of them copies"),
        (summary.revised, "revised"),
        (summary.known, "known already"),
        (summary.failed, "broken"),
        (summary.lost, "fields left out"),
    ):
        parts += [f"{count} {name}"] if count else []
    echo(f"{path}: {', '.join(parts)}")
    if summary.unknown:
        named = ", ".join(f"{name} ({count})" for name, count in summary.unknown.most_common())
        echo(f"{path}: fields not used: {named}", err=True)
