"""What there is to do, and how well it is kept up with: runs, lag, queue and recheck debt. Each a few statements, which
read what is in hand and what is new, and not the archive's history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, case, func, literal, select

from archive.store.models import Article, Change, CrawlRun, Frontier, Host, Recheck
from crawler.run.schedule import rechecks
from crawler.run.schedule.timing import LEAST

GOOD: Final = (0, 3, 10)
"""How a run ends that stored all that was sound."""
_RUNS: Final = 500
"""So many runs are looked through for each site's last good one: ten days of a run each half hour."""
_MOST: Final = 100_000
_F: Any = Frontier.__table__
_R: Any = Recheck.__table__
_DAY: Final = timedelta(days=1)
AGES: Final = (("first_day", _DAY), ("first_week", 7 * _DAY), ("first_month", 30 * _DAY), ("later", None))
"""The age of an article: up to how long after its publication."""


@frozen(kw_only=True)
class Site:
    """`run_at`: when its last run began. `good_at`: when its last good run ended, None where none of the newest 500
    runs was good. `lag`: the median time from publication to first capture of what came in during the last day,
    seconds; None where nothing did that says when it was published."""

    name: str
    run_at: datetime
    good_at: datetime | None = None
    lag: float | None = None


@frozen(kw_only=True)
class Queue:
    """Addresses to fetch: `due` now, `blocked` of them at hosts that asked to be left alone; `waiting` for another try,
    `leased` by a run, `barred` by robots.txt, `failed`: given up. `oldest_due`: since when the longest is due."""

    due: int = 0
    blocked: int = 0
    waiting: int = 0
    leased: int = 0
    barred: int = 0
    failed: int = 0
    oldest_due: datetime | None = None


@frozen(kw_only=True)
class Debt:
    """Looks at known articles of one age that are late, by more than half an hour: how many, and by how much the latest
    one is, seconds."""

    age: str
    late: int
    latest: float


def sites(connection: Connection, now: datetime) -> list[Site]:
    """Every site that the newest runs were for, by its name."""
    columns = (CrawlRun.sites, CrawlRun.started_at, CrawlRun.finished_at, CrawlRun.state, CrawlRun.exit_code)
    query = select(*columns).where(CrawlRun.kind == "crawl").order_by(CrawlRun.id.desc()).limit(_RUNS)
    run_at: dict[str, datetime] = {}
    good_at: dict[str, datetime] = {}
    for run in connection.execute(query):
        for name in run.sites:
            run_at.setdefault(name, run.started_at)
            if run.state == "finished" and run.exit_code in GOOD:
                good_at.setdefault(name, run.finished_at)
    lags = _lags(connection, now)
    return [
        Site(name=name, run_at=run_at[name], good_at=good_at.get(name), lag=lags.get(name)) for name in sorted(run_at)
    ]


def _lags(connection: Connection, now: datetime) -> dict[str, float]:
    new = (
        select(Article.site, Article.published_at, Article.first_captured_at)
        .join(Change, Change.article_id == Article.id)
        .where(Change.at > now - _DAY, Change.kind == "new", Change.cause == "publisher")
        .where(Article.published_precision.in_(("second", "minute")), Article.published_at.is_not(None))
        .limit(_MOST)
    )
    found: dict[str, list[float]] = {}
    for row in connection.execute(new):
        found.setdefault(row.site, []).append(max(0.0, (row.first_captured_at - row.published_at).total_seconds()))
    return {site: median(lags) for site, lags in found.items()}


def queue(connection: Connection, now: datetime) -> Queue:
    """The frontier in numbers. The states as literals: each is counted in the partial index of its own."""

    def count(state: str, *where: ColumnElement[bool]) -> int:
        its = _F.c.state == literal(state, literal_execute=True)
        return connection.execute(select(func.count()).select_from(_F).where(its, *where)).scalar_one()

    due = _F.c.due_at <= now
    resting = select(Host.host).where(Host.rest_until > now)
    oldest = select(func.min(_F.c.due_at)).where(_F.c.state == literal("due", literal_execute=True), due)
    return Queue(
        due=count("due", due),
        blocked=count("due", due, _F.c.host.in_(resting)),
        waiting=count("due", ~due),
        leased=count("leased"),
        barred=count("barred"),
        failed=count("failed"),
        oldest_due=connection.execute(oldest).scalar_one(),
    )


def debt(connection: Connection, names: Iterable[str], now: datetime) -> list[Debt]:
    """What is late of the looks at these sites' articles, by the articles' age."""
    whens = [(_R.c.since > now - age, name) for name, age in AGES if age is not None]
    of_age = case(*whens, else_=AGES[-1][0]).label("age")
    late: dict[str, int] = dict.fromkeys((name for name, _ in AGES), 0)
    since: dict[str, datetime] = {}
    for site in names:
        for host in rechecks.hosts(connection, site):
            for rank in rechecks.RANKS:
                its = (_R.c.leased_by.is_(None), _R.c.site == site, _R.c.host == host, _R.c.rank == rank)
                query = select(of_age, func.count().label("late"), func.min(_R.c.due_at).label("first"))
                for row in connection.execute(query.where(*its, _R.c.due_at < now - LEAST).group_by(of_age)):
                    late[row.age] += row.late
                    since[row.age] = min(since.get(row.age, row.first), row.first)
    return [
        Debt(age=age, late=late[age], latest=(now - since[age]).total_seconds() if age in since else 0.0)
        for age, _ in AGES
    ]
