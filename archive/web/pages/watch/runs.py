"""The runs: what each did and how it ended, how much came in a day, and all that went wrong in one of them."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from attrs import asdict
from sqlalchemy import Connection, select
from starlette.responses import Response

from archive.query.problems import grouped, run_report
from archive.query.statistics import runs as find
from archive.store.models import CrawlRun
from archive.times import BEIJING
from archive.web.parts import rows
from archive.web.parts.charts import Chart, Column, column_chart
from archive.web.visit import LARGEST_NUMBER, Page, Visit

SHOWN: Final = 50
DAYS: Final = 60
"""So many days, up to the one of the newest run, are plotted."""
_PLOTTED: Final = 10_000
"""So many runs at the most are looked through for that: a run every ten minutes."""
PROBLEMS: Final = 200
COUNTS: Final = ("listed", "fetched", "new", "duplicate", "doubtful", "failed", "rechecked")
_COLUMNS: Final = ("id", "kind", "sites", "started_at", "finished_at", "state", "exit_code", *COUNTS, "detail")
_OF_PROBLEMS: Final = ("kind", "cause", "site", "template", "url", "detail", "capture_id")


def runs(visit: Visit) -> Response:
    """The page."""
    before = visit.number("before", LARGEST_NUMBER, most=LARGEST_NUMBER)
    if form := visit.arg("as"):
        every = find(visit.connection, rows.MOST, before=before)
        return rows.file(({name: one[name] for name in _COLUMNS} for one in every), _COLUMNS, form, "runs")
    found = find(visit.connection, SHOWN + 1, before=before)
    shown = found[:SHOWN]
    return visit.render(
        "watch/runs.html",
        runs=shown,
        counts=COUNTS,
        next=shown[-1]["id"] if len(found) > SHOWN else None,
        charts=_charts(visit) if before == LARGEST_NUMBER else [],
    )


def run(visit: Visit) -> Response:
    """The page of one run."""
    report = run_report(visit.connection, visit.id())
    if form := visit.arg("as"):
        problems = [asdict(one) for one in report.problems]
        return rows.file(problems[: rows.MOST], _OF_PROBLEMS, form, f"run-{visit.id()}-problems")
    return visit.render(
        "watch/run.html",
        run=report.row,
        counts=COUNTS,
        groups=grouped(report.problems),
        problems=report.problems[:PROBLEMS],
        total=len(report.problems),
    )


def _charts(visit: Visit) -> list[tuple[str, Chart]]:
    """Articles a day, and what went wrong a day."""
    days = _days(visit.connection)
    articles, problems = [], []
    for day, counted in days:
        label = f"{day:%m-%d}"
        articles.append(Column(label=label, title=_title(visit, day, counted, "new"), parts=[("bar", counted["new"])]))
        parts = [("warn", counted["failed"]), ("bar", counted["doubtful"])]
        problems.append(Column(label=label, title=_title(visit, day, counted, "doubtful", "failed"), parts=parts))
    if not days:
        return []
    return [
        (visit.t("runs.articles_a_day"), column_chart(articles)),
        (visit.t("runs.problems_a_day"), column_chart(problems, height=110)),
    ]


def _title(visit: Visit, day: date, counted: dict[str, int], *names: str) -> str:
    told = ", ".join(f"{visit.t(f'run.{name}')} {counted[name]:,}" for name in names)
    return f"{day.isoformat()}: {told}"


def _days(connection: Connection) -> list[tuple[date, dict[str, int]]]:
    """The counts of each of the last days, in their order, days without a run too."""
    names = ("new", "doubtful", "failed")
    columns = (CrawlRun.started_at, *(getattr(CrawlRun, name) for name in names))
    newest = connection.scalar(select(CrawlRun.started_at).order_by(CrawlRun.id.desc()).limit(1))
    if newest is None:
        return []
    last = newest.astimezone(BEIJING).date()
    first = last - timedelta(days=DAYS - 1)
    found: defaultdict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for row in connection.execute(select(*columns).order_by(CrawlRun.id.desc()).limit(_PLOTTED)).mappings():
        day = row["started_at"].astimezone(BEIJING).date()
        for name in names:
            found[day][name] += row[name] or 0
    return [(day, found[day]) for day in (first + timedelta(days=number) for number in range(DAYS))]


PAGES: Final = (
    Page(path="/runs", name="runs", view=runs, nav="more"),
    Page(path="/runs/{id:int}", name="run", view=run),
)
