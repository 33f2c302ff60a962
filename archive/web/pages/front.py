"""The front page: what came in last, what changed, what vanished, and how much there is."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, func, select
from starlette.responses import Response

from archive.dedup.tables import Cluster
from archive.query.changes import STATES, Wanted, changes
from archive.query.statistics import holdings
from archive.query.visible import visible
from archive.store.models import Article, Change
from archive.store.people import Withdrawal
from archive.times import show_times
from archive.web.visit import Page, Visit

NEWEST: Final = 14
TOLD: Final = 7
LAST: Final = timedelta(days=30)
LOOKED_AT: Final = 5_000
"""So many of the last entries of the change log are looked through."""
OLDEST: Final = 20.0
"""Seconds that the page may be behind a crawl that is at work."""
EDITS: Final = ("headline", "number", "name", "date", "paragraph_removed", "paragraph_added", "wording")


class _Kept:
    """What the front page shows, as long as the change log is as it was, or for `OLDEST`; never beyond a withdrawal."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[str, int, int] | None = None
        self._at = 0.0
        self._found: dict[str, Any] = {}

    def get(self, name: str, connection: Connection) -> dict[str, Any]:
        """`name`: of the archive."""
        tip = connection.scalar(select(func.max(Change.id))) or 0
        withdrawn = connection.scalar(select(func.max(Withdrawal.id))) or 0
        of = (name, withdrawn, tip)
        with self._lock:
            fresh = self._of == of or (
                self._of is not None and self._of[:2] == of[:2] and time.monotonic() - self._at < OLDEST
            )
            if not fresh:
                self._found, self._of, self._at = _look(connection, tip), of, time.monotonic()
            return self._found


_KEPT: Final = _Kept()


def front(visit: Visit) -> Response:
    """The page."""
    return visit.render("front.html", **_KEPT.get(visit.room.home.database, visit.connection))


def _look(connection: Connection, tip: int) -> dict[str, Any]:
    newest = connection.scalar(select(Change.at).where(Change.id == tip))
    found: dict[str, list[dict[str, Any]]] = {"changed": [], "gone": []}
    if newest is not None:
        # Of what was seen last, not of today: an archive that is crawled no more has a front page, too.
        since, least = newest - LAST, max(tip - LOOKED_AT, 0)
        for name, kinds in (("changed", EDITS), ("gone", STATES)):
            its = changes(connection, Wanted(since=since, kinds=kinds, least=least))
            found[name] = list(islice(its, TOLD))
    return {"newest": _newest(connection), **found, **holdings(connection)}


def _newest(connection: Connection) -> list[dict[str, Any]]:
    columns = (
        *(Article.id, Article.site, Article.headline, Article.body, Article.published_at),
        *(Article.source_name, Article.account_name, Article.state),
        func.coalesce(Cluster.size, 1).label("copies"),
    )
    represents = func.coalesce(Cluster.representative_id, Article.id) == Article.id
    query = (
        select(*columns)
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        # A page may state a time that has not come yet.
        .where(Article.published_at <= datetime.now(UTC) + timedelta(days=1), represents, visible())
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(NEWEST)
    )
    rows = (show_times(row) for row in connection.execute(query).mappings())
    return [{**row, "body": row["body"][:110].replace("\n", " ")} for row in rows]


PAGES: Final = (Page(path="/", name="front", view=front, nav="main"),)
