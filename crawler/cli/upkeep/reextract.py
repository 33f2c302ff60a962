"""`jianbao reextract`: stored captures read by today's rules."""

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from archive.cli import main
from archive.cli.options import Moment
from archive.cli.terminal import echo
from archive.cli.watch.changes import show_edits
from archive.errors import JianbaoError
from archive.settings import Home

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.capture.rereading import Rereading
    from crawler.run.run import Run
    from crawler.upkeep.reextract.choose import Wanted
    from crawler.upkeep.reextract.report import Report

SHOWN: Final = 20
"""Articles whose differences `--diff` shows."""
OUTCOMES: Final = (
    *("article", "list", "gallery", "video", "live", "not_article", "gone", "blocked", "unknown_template", "empty"),
    *("too_large", "broken", "incomplete"),
)


@main.command()
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only captures of this site; may be repeated.")
@click.option("--since", type=Moment(), metavar="DATE", help="Only what was captured on DATE or later.")
@click.option(
    "--outcome",
    "outcomes",
    type=click.Choice(OUTCOMES),
    multiple=True,
    metavar="OUTCOME",
    help="Only captures that turned out to be this; may be repeated.",
)
@click.option(
    "--template", "templates", multiple=True, metavar="NAME", help="Only what this template read; may be repeated."
)
@click.option("--all", "everything", is_flag=True, help="Also what today's rules have read already.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option(
    "--diff",
    type=click.IntRange(0, 1000),
    is_flag=False,
    flag_value=SHOWN,
    default=0,
    metavar="N",
    help=f"Show how articles change, {SHOWN} of them, or N.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that read.  [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def reextract(
    home: Home,
    sites: tuple[str, ...],
    since: datetime | None,
    outcomes: tuple[str, ...],
    templates: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    diff: int,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Read stored captures anew by today's rules, without fetching anything.

    After an update, or once a template is mended: what the newest look at an article shows by today's rules becomes its
    present text, as a revision of cause `extractor`; earlier texts, sightings and decisions stay. Pages that nobody
    could read, and that are articles by today's rules, come in. What today's rules have read already is left out, so it
    may be stopped, and goes on. A crawl may work beside it.

    Exit code 3: records that cannot be read, or articles whose page reads as something else now, and that are left as
    they were.

    \b
    Examples:
      jianbao reextract --dry-run --diff
      jianbao reextract --site sohu --outcome unknown_template
      jianbao reextract --template post2021 --since 2026-03-01
    """
    from crawler.capture.rereading import Rereading

    with Rereading(jobs=jobs or os.cpu_count() or 1) as rereading:
        # These processes load what they need while this one does.
        from crawler.sites.registry import load_sites

        load_sites()  # a site file that cannot be loaded is told once, and not as so many records that cannot be read
        from crawler.capture.version import extractor_version
        from crawler.upkeep.reextract.choose import Wanted
        from crawler.upkeep.reextract.report import Report

        wanted = Wanted(
            version=extractor_version(),
            sites=sites,
            since=since,
            outcomes=outcomes,
            templates=templates,
            everything=everything,
        )
        report = Report(version=wanted.version, dry=dry_run, most=diff)
        ended = (_only_read if dry_run else _run)(home, wanted, report, rereading)
    _tell(report, as_json=as_json)
    if ended is not None:
        raise ended


def _only_read(home: Home, wanted: "Wanted", report: "Report", rereading: "Rereading") -> JianbaoError | None:
    from archive.store.db import opened

    with opened(home.database) as engine:
        _work(home, engine, wanted, report, rereading, None)
    return None


def _run(home: Home, wanted: "Wanted", report: "Report", rereading: "Rereading") -> JianbaoError | None:
    """Do it; the error that the command ends with."""
    from archive.store.db import opened
    from crawler.run.run import open_run

    with opened(home.database):
        pass  # there must be one
    run = open_run(home, list(wanted.sites), kind="reextract")
    try:
        _work(home, run.engine, wanted, report, rereading, run)
    except JianbaoError as error:
        run.fatal = error
    except BaseException:
        run.stopped = run.answered = True
        run.finish()
        raise
    run.answered = True
    run.notes += [f"{count} captures: {reason}" for reason, count in report.left_count.items()]
    return run.finish()


def _work(
    home: Home, engine: Any, wanted: "Wanted", report: "Report", rereading: "Rereading", run: "Run | None"
) -> None:
    from archive.cli.progress import steps
    from crawler.upkeep.reextract.choose import count
    from crawler.upkeep.reextract.run import Reextract

    total = count(engine, wanted)
    with steps() as tell:
        told: Callable[[int], None] = lambda read: tell("reading anew", read, total)  # noqa: E731
        witness = home.settings.witness != "off"
        Reextract(home, engine, wanted, report, run, witness=witness, on_read=told).work(rereading)


def _tell(report: "Report", *, as_json: bool) -> None:
    if as_json:
        echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    for one in report.differences:
        echo(f"{one['id']:>6}  {one['headline'] or '(no headline)'}\n        {one['url']}")
        show_edits(one["edits"])
        for name, (old, new) in one["fields"].items():
            echo(f"          {name}: {old} → {new}")
    would = "would change" if report.dry else "changed"
    echo(
        f"{report.read} captures read: {report.changed} articles {would} ({report.text} texts, {report.fields} fields "
        f"alone, {report.new} new, {report.further} further texts), {report.same} captures the same, "
        f"{report.older} older looks left as they were"
    )
    for title, counted in (("fields", report.by_field), ("templates", report.by_template)):
        if counted:
            echo(f"{title}: {', '.join(f'{name} {count}' for name, count in counted.most_common())}")
    for (before, after), count in report.by_outcome.most_common():
        echo(f"{count} captures: {before} → {after}")
    for reason, count in report.left_count.most_common():
        echo(f"{count} left as they were: {reason}; for instance {'; '.join(report.left[reason])}")
