"""What a run tells when it is over: its summary, what went wrong, grouped, and what a file gave."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import asdict

from archive.cli.terminal import echo
from archive.errors import UsageError
from crawler.cli.logs import Format, formatter

if TYPE_CHECKING:
    from archive.query.problems import Group
    from crawler.run.load import Tally
    from crawler.run.run import Run

MOST_GROUPS: Final = 8
"""Of more, `jianbao runs show` tells."""


def tell(run: "Run", to: Format) -> None:
    """Say how a run went: one line where all was well. As JSON, among the log lines on standard error."""
    from archive.query.problems import grouped

    groups = grouped(run.problems)
    if to == "json":
        echo(_object("info", run.counts.summary(), run=run.run_id, counts=asdict(run.counts)), err=True)
        for group in groups:
            echo(_object("warning", group.line(), run=run.run_id, problem=group.as_json()), err=True)
        return
    echo(run.counts.summary())
    for line in lines_of(groups[:MOST_GROUPS]):
        echo(line)
    if len(groups) > MOST_GROUPS:
        echo(f"and {len(groups) - MOST_GROUPS} groups more: jianbao runs show {run.run_id}")


def lines_of(groups: "list[Group]") -> list[str]:
    """The groups for a person: a line each, and below it what to type next."""
    lines = []
    for group in groups:
        lines.append(group.line())
        if command := group.next_command():
            lines.append(f"    {command}")
    return lines


def _object(level: str, message: str, **told: object) -> str:
    record = logging.makeLogRecord({"name": "jianbao.crawl", "levelname": level, "msg": message, "told": told})
    return formatter("json").format(record)


@contextmanager
def noted(faults: list[str]) -> Iterator[None]:
    """What is wrong with a file costs this file alone."""
    try:
        yield
    except UsageError as error:
        faults.append(str(error))


def tell_tally(run: "Run", path: str, tally: "Tally") -> None:
    """What a WARC file gave, and what of it was broken."""
    from archive.store.problems import Problem

    for broken in tally.broken:
        echo(f"{path}: at byte {broken.offset}: {broken.reason}; skipped", err=True)
        run.note_problem(Problem(kind="failed", cause="record", url=f"{path}:{broken.offset}", detail=broken.reason))
    if tally.dated:
        echo(f"{path}: {tally.dated} records have no time of their own; the first, {tally.dated_first}", err=True)
    parts = [f"{count} {name}" for name, count in sorted(tally.outcomes.items(), key=lambda pair: -pair[1])]
    parts += [f"{tally.known} known already"] if tally.known else []
    parts += [f"{len(tally.broken)} broken"] if tally.broken else []
    parts += [f"{count} {name} skipped" for name, count in sorted(tally.skipped.items())]
    echo(f"{path}: {', '.join(parts) or 'no pages'}")
