"""`jianbao import`: archives that people already have."""

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.cli.options import Place
from archive.cli.progress import through
from archive.cli.terminal import echo
from archive.errors import DoubtfulRun, JianbaoError, UsageError
from archive.settings import Home
from crawler.cli.bulk import finished_folders, import_bulk, is_bulk
from crawler.cli.told import noted, tell_tally

if TYPE_CHECKING:
    from archive.load.articles import Asked
    from archive.load.exported.package import Package
    from archive.load.summary import ImportSummary
    from crawler.run.extraction import Extraction
    from crawler.run.run import Run

_SHOWN = 5


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=Place(), metavar="FILE…")
@click.option("--site", metavar="NAME", help="Whose articles those of a corpus without addresses are.")
@click.option(
    "--map", "mapped", multiple=True, metavar="FIELD=NAME", help="Which name of the file's is a field (repeatable)."
)
@click.option("--dry-run", is_flag=True, help="Show how the first records would be read; write nothing.")
@click.option("--in-place", is_flag=True, help="Leave WARC files where they are; the archive needs them there.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that extract.  [default: one a core]")
@click.pass_obj
def import_files(
    home: Home,
    files: tuple[str, ...],
    site: str | None,
    mapped: tuple[str, ...],
    dry_run: bool,
    in_place: bool,
    jobs: int | None,
) -> None:
    """Take in WARC files (.warc, .warc.gz, also WET) and articles as JSON, CSV or Parquet.

    The pages of a WARC file go through the same extraction as a crawl's. An article file is JSON Lines, an array or
    indented objects, CSV in any dialect (UTF-8, GB18030, UTF-16), packed by gzip or zstd or not, or Parquet, with url,
    headline, body, published_at and the other fields of docs/data.md, under these names or those that other tools give
    them; --map names others. --dry-run shows how that would be read.

    FILE may be a folder, or a pattern in quotes; also an export of another archive (docs/import.md), which is merged
    into this one: revisions, captures, links, stories and changes too; or one of jianbao bulk pages (a path, or an
    address such as s3://…), whose pages are stored without reading them again.

    What is there already stays as it is, so an import that was interrupted is simply begun again. Broken records, and
    files that cannot be read, are reported and passed over; fields that cannot be read are reported and left out, and
    fields that are not used are named, each with a value.

    A WARC file gets a place in the archive's folder (DIR/warc), as a second name of the same file where the
    disk can do that, else as a copy; so the archive can be moved. Do not change the file afterwards.

    Exit code 3: a file or a record could not be read; all else is stored. 2: no file could.

    \b
    Examples:
      jianbao import old-crawl.warc.gz
      jianbao import 2019.jsonl 2020.csv.zst corpus/
      jianbao import --site news2016zh news2016zh_train.json
      jianbao import --dry-run --map headline=ti --map body=nr old.csv
      jianbao import /mnt/other-archive/export
      jianbao import pages/
    """
    from archive.load.articles import Asked
    from archive.load.exported.package import is_export
    from archive.load.names import Renamed
    from archive.load.paths import chosen
    from crawler.capture.role import resolve
    from crawler.sites.registry import load_sites

    load_sites()  # what is wrong with a site file is no fault of the files that are taken in
    asked = Asked(resolve, site, Renamed.of(mapped))
    folders = [word for word in files if is_bulk(word)]
    exports = [Path(word) for word in files if word not in folders and is_export(Path(word))]
    meant = chosen([word for word in files if word not in folders and Path(word) not in exports])
    if meant.others:
        named = ", ".join(path.name for path in meant.others[:_SHOWN]) + (", …" if len(meant.others) > _SHOWN else "")
        echo(f"{len(meant.others)} files of other kinds passed over: {named}", err=True)
    if dry_run:
        _show(meant.files, exports, asked)
        for word in folders:
            echo(f"{word}: pages of jianbao bulk; they are stored as those of their WARC files are")
        return
    faults: list[str] = []
    kinds = _kinds(meant.files, asked, faults)
    found = _verified(exports, faults)
    folders = finished_folders(folders, faults)
    if not kinds and not found and not folders:
        raise UsageError("\n".join(faults) or f"{meant.files[0]} is empty; nothing was taken in")
    jobs = jobs or os.cpu_count() or 1
    ended = _take_in(home, kinds, found, folders, faults, asked, in_place=in_place, jobs=jobs)
    if ended is not None:
        raise ended


def _verified(exports: Sequence[Path], faults: list[str]) -> dict[Path, "list[Package]"]:
    """The packages of each export, verified; `faults` gets what is wrong with the others."""
    from archive.load.exported.package import packages

    found = {}
    for path in exports:
        try:
            found[path] = packages(path)
        except UsageError as error:
            faults.append(str(error))
    return found


def _take_in(
    home: Home,
    kinds: dict[Path, str],
    exports: dict[Path, "list[Package]"],
    folders: Sequence[str],
    faults: list[str],
    asked: "Asked",
    *,
    in_place: bool,
    jobs: int,
) -> JianbaoError | None:
    """Store what is in the files, as one run; what the command ends with."""
    from archive.store.problems import Problem
    from crawler.run.extraction import Extraction
    from crawler.run.load import jobs_for
    from crawler.run.run import open_run

    run = open_run(home, [], kind="import")
    run.hearing = home.settings.witness or "sample"
    parted: set[tuple[str, str]] = set()
    seen: set[str] = set()
    pages = [path for path, kind in kinds.items() if kind == "warc"]
    try:
        with (
            Extraction(jobs=jobs_for(pages, jobs)) if pages else nullcontext() as extraction,
            through(list(kinds)) as progress,
        ):
            for path, kind in kinds.items():
                with noted(faults):
                    if kind == "warc" and extraction is not None:
                        _import_warc(run, path, extraction, parted, partial(progress, path), in_place=in_place)
                    else:
                        seen |= _import_articles(run, path, asked, jobs, partial(progress, path))
                progress(path, path.stat().st_size)
        for path, found in exports.items():
            with noted(faults):
                _import_export(run, path, found)
        for word in folders:
            with noted(faults):
                import_bulk(run, word, parted, faults, jobs, in_place=in_place)
        _tell_parted(run, parted)
        unused = asked.renamed.missing(seen)
        if unused:
            faults.append(f"no value was read from {' or '.join(unused)}, which --map names")
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
    return run.finish()


def _show(files: Sequence[Path], exports: Sequence[Path], asked: "Asked") -> None:
    """How the first records of each article file would be read, and what an export holds."""
    from archive.load.preview import preview, told

    faults: list[str] = []
    for path, packages in _verified(exports, faults).items():
        echo(f"{path}: an export, {len(packages)} packages, every file as it was written")
    for path, kind in _kinds(files, asked, faults).items():
        if kind == "warc":
            echo(f"{path}: WARC; its pages are extracted as a crawl's are (jianbao extract shows how)")
            continue
        try:
            found = preview(path, asked)
        except UsageError as error:
            faults.append(str(error))
            continue
        for line in told(path, found):
            echo(line)
        _tell_unused(path, found.summary)
    for fault in faults:
        echo(f"{fault}; passed over", err=True)
    if faults:
        raise DoubtfulRun("") if len(faults) < len(files) + len(exports) else UsageError("")


def _kinds(files: Sequence[Path], asked: "Asked", faults: list[str]) -> dict[Path, str]:
    """The kind of each file that can be taken in; `faults` gets what is wrong with the others."""
    kinds: dict[Path, str] = {}
    for path in files:
        try:
            kind = file_kind(path, asked)
            if kind == "empty" and len(files) > 1:
                echo(f"{path} is empty; passed over", err=True)
            elif kind != "empty":
                kinds[path] = kind
        except UsageError as error:
            faults.append(str(error))
    return kinds


def file_kind(path: Path, asked: "Asked") -> str:
    """`warc`, `articles` or `empty`, by a file's first bytes, unpacked where they are packed. Raises `UsageError` for
    others."""
    from archive.load.forms.form import opened
    from archive.load.forms.packed import beginning

    if not path.is_file():
        raise UsageError(f"{path} is a pipe, which can be read only once; save it as a file first")
    by_name = "warc" if path.name.lower().endswith((".warc.gz", ".wet.gz", ".warc")) else ""
    try:
        start = beginning(path)
    except UsageError:
        # A WARC file whose first record is broken is still one by its name.
        if by_name:
            return by_name
        raise
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "empty"
    if start.startswith(b"WARC/") or by_name:
        return "warc"
    with opened(path, asked.renamed, asked.site):
        return "articles"


def _import_warc(
    run: "Run",
    path: Path,
    extraction: "Extraction",
    parted: set[tuple[str, str]],
    at: Callable[[int], None],
    *,
    in_place: bool,
) -> None:
    from crawler.run.load import import_warc

    tally = import_warc(run, path, extraction, in_place=in_place, on_place=lambda offset, _: at(offset))
    parted |= tally.parted
    tell_tally(run, str(path), tally)


def _import_export(run: "Run", path: Path, packages: "list[Package]") -> None:
    from archive.cli.progress import steps
    from archive.load.exported.run import import_export

    with steps() as tell:
        done = import_export(
            run.engine,
            packages,
            run_id=run.run_id,
            folder=run.home.path,
            progress=lambda count, of: tell(str(path), count, of),
        )
    run.counts.new += done.taken.new
    parts = [f"{done.taken.new} new"]
    for count, name in (
        (done.taken.revised, "with more history"),
        (done.taken.known, "known already"),
        (done.taken.barred, "erased here"),
        (done.withdrawn, "withdrawn"),
        (done.taken.captures, "captures"),
    ):
        parts += [f"{count} {name}"] if count else []
    echo(f"{path}: {', '.join(parts)}")


def _tell_parted(run: "Run", parted: set[tuple[str, str]]) -> None:
    """Name the articles of which pages were missing, but for those that a later file completed."""
    from archive.store.db import reading
    from crawler.capture.join import is_whole

    with reading(run.engine) as connection:
        for site, native_id in sorted(parted):
            if not is_whole(connection, site, native_id):
                note = f"{site}:{native_id}: pages of the article are missing"
                run.doubt(note, "incomplete", site=site, url=f"{site}:{native_id}")


def _import_articles(run: "Run", path: Path, asked: "Asked", jobs: int, at: Callable[[int], None]) -> set[str]:
    """The names, plain, from which a value was read."""
    from archive.load.articles import import_articles
    from archive.store.problems import Problem

    summary = import_articles(
        run.engine, path, asked=asked, run_id=run.run_id, jobs=jobs, progress=at, on_stored=run.counts.add
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
    _tell_unused(path, summary)
    return summary.seen


def _tell_unused(path: Path, summary: "ImportSummary") -> None:
    """Name what was not understood: each field with how many values it had, and one of them."""
    if summary.unknown:
        echo(f"{path}: fields not used (--map FIELD=NAME says what they are):", err=True)
        for name, count in summary.unknown.most_common():
            echo(f"  {name} ({count}): {summary.samples[name]}", err=True)
