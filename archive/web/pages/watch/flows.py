"""Who reprints whom: how many, how fast, how whole, and in which months."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from starlette.responses import Response

from archive.query.stories.files import COLUMNS, gexf
from archive.query.stories.flows import By, Flow, flows
from archive.store.models import Article, Change
from archive.times import show_time
from archive.web.parts import rows
from archive.web.parts.asked import known, moment
from archive.web.parts.bands import Bands, bands
from archive.web.parts.charts import Chart, Column, column_chart, every_month
from archive.web.visit import Page, Visit

SHOWN: Final = 200
SPAN: Final = timedelta(days=92)
"""Where no span is asked for, the days up to the newest publication."""
NUMBERS: Final = ("copies", "stories", "median_lag_hours", "median_coverage")
_KEPT: Final = 16


class _Kept:
    """The last answers: each reads all copies of a span. They hold until the change log goes on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[Any, ...], list[Flow]] = OrderedDict()

    def get(self, key: tuple[Any, ...], find: Callable[[], list[Flow]]) -> list[Flow]:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = find()
        with self._lock:
            self._found[key] = found
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found


_ANSWERS: Final = _Kept()


def page(visit: Visit) -> Response:
    """The page."""
    connection = visit.connection
    by = By((known(visit, "by", [*By]) or [By.SITE])[0])
    sort = (known(visit, "sort", COLUMNS) or ["copies"])[0]
    until = moment(visit, "until", end=True)
    since = moment(visit, "since") or _beginning(visit, until)
    at = connection.scalar(select(func.max(Change.id))) or 0
    key = (visit.room.home.database, at, by, since, until)
    found = _ANSWERS.get(key, lambda: flows(connection, by=by, since=since, until=until))
    told = _sorted([one.as_json() for one in found], sort)
    form = visit.arg("as")
    if form == "gexf":
        headers = {"content-type": "application/xml", "content-disposition": 'attachment; filename="flows.gexf"'}
        return Response(gexf(found), headers={**headers, "cache-control": "no-cache", "vary": "cookie"})
    if form:
        return rows.file(told[: rows.MOST], COLUMNS, form, "flows")
    drawn = _bands(visit, found)
    return visit.render(
        "watch/flows.html",
        flows=told[:SHOWN],
        total=len(told),
        by=by,
        every_by=[*By],
        sort=sort,
        columns=[name for name in COLUMNS if name != "month" or by is By.MONTH],
        numbers=NUMBERS,
        since=(show_time(since) or "")[:10],
        bands=drawn,
        bands_told=[visit.t("flows.band", source=one.source, target=one.target, n=one.number) for one in drawn.bands],
        months=_months(found),
    )


def _beginning(visit: Visit, until: datetime | None) -> datetime | None:
    """Some months before the newest publication; None where none states a time."""
    newest = visit.connection.scalar(select(func.max(Article.published_at)))
    ends = [one for one in (until, newest) if one is not None]
    return min(ends) - SPAN if ends else None


def _sorted(found: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Numbers from the greatest down but lags, of which the shortest comes first; names by their order; what is not
    known last."""
    if name == "copies":
        return found if found and found[0]["month"] is None else sorted(found, key=lambda row: -row["copies"])
    falls = name in NUMBERS and name != "median_lag_hours"

    def place(row: dict[str, Any]) -> tuple[bool, Any]:
        value = row[name]
        return value is None, -value if falls and value is not None else value if value is not None else 0

    return sorted(found, key=place, reverse=name == "month")


def _bands(visit: Visit, found: list[Flow]) -> Bands:
    """All months together."""

    def said(name: str) -> str:
        return visit.word(f"site.{name}", name)

    return bands([(said(one.from_), said(one.to), one.copies) for one in found], others=visit.t("flows.others"))


def _months(found: list[Flow]) -> Chart | None:
    """Copies a month; None where there is one month only."""
    counted: Counter[str] = Counter()
    for one in found:
        counted.update(dict(one.months))
    if len(counted) < 2:
        return None
    names = every_month(min(counted), max(counted))
    return column_chart(
        [Column(label=name, title=f"{name}: {counted[name]:,}", parts=[("bar", counted[name])]) for name in names]
    )


PAGES: Final = (Page(path="/flows", name="flows", view=page, nav="main", costly=True),)
