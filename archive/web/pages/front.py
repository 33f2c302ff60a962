"""The front page: what came in last, what changed, what vanished, and how much there is."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, func, select
from starlette.responses import Response

from archive.dedup.tables import Cluster
from archive.query.changes import STATES, Wanted, changes
from archive.query.visible import visible
from archive.store.models import Article, Change
from archive.times import show_times
from archive.web.visit import Page, Visit

NEWEST: Final = 14
TOLD: Final = 7
SINCE: Final = timedelta(days=30)
EDITS: Final = ("headline", "number", "name", "date", "paragraph_removed", "paragraph_added", "wording")


class _Kept:
    """What the front page shows, until the change log goes on: every change of an article stands there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[str, int] | None = None
        self._found: dict[str, Any] = {}

    def get(self, name: str, connection: Connection) -> dict[str, Any]:
        """`name`: of the archive."""
        of = (name, connection.scalar(select(func.max(Change.id))) or 0)
        with self._lock:
            if self._of != of:
                self._found, self._of = _look(connection), of
            return self._found


_KEPT: Final = _Kept()


def front(visit: Visit) -> Response:
    """The page."""
    found = _KEPT.get(visit.room.home.database, visit.connection)
    return visit.render("front.html", **found)


def _look(connection: Connection) -> dict[str, Any]:
    since = datetime.now(UTC) - SINCE
    grouped = connection.execute(
        select(func.count(), func.coalesce(func.sum(Cluster.size), 0)).select_from(Cluster)
    ).one()
    articles = connection.scalar(select(func.count()).select_from(Article).where(visible())) or 0
    return {
        "newest": _newest(connection),
        "changed": list(islice(changes(connection, Wanted(since=since, kinds=EDITS)), TOLD)),
        "gone": list(islice(changes(connection, Wanted(since=since, kinds=STATES)), TOLD)),
        "articles": articles,
        "stories": articles - int(grouped[1]) + grouped[0],
        "copies": int(grouped[1]) - grouped[0],
        "sites": connection.execute(
            select(Article.site, func.count())
            .where(visible())
            .group_by(Article.site)
            .order_by(func.count().desc(), Article.site)
        ).all(),
    }


def _newest(connection: Connection) -> list[dict[str, Any]]:
    columns = (
        Article.id,
        Article.site,
        Article.headline,
        Article.body,
        Article.published_at,
        Article.source_name,
        Article.account_name,
        Article.state,
        func.coalesce(Cluster.size, 1).label("copies"),
    )
    represents = func.coalesce(Cluster.representative_id, Article.id) == Article.id
    query = (
        select(*columns)
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .where(Article.published_at.is_not(None), represents, visible())
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(NEWEST)
    )
    rows = (show_times(row) for row in connection.execute(query).mappings())
    return [{**row, "body": row["body"][:110].replace("\n", " ")} for row in rows]


PAGES: Final = (Page(path="/", name="front", view=front, nav="main"),)
