"""What follows from a look at an article: when the next one is due, and which other articles are to be looked at
now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, bindparam, select

from archive.dedup.tables import Cluster
from archive.store.models import Article
from archive.watch.states import State
from crawler.run.reading.asked import Recheck
from crawler.run.schedule import rechecks
from crawler.run.schedule.timing import next_look, pace_after, rank
from crawler.run.trouble.retry import host_of

_MISSED: Final = frozenset({State.MISSING, State.VANISHED, State.REMOVED})
_SIBLINGS: Final = 50
"""So many other articles of a story are looked at, at most, when one of them has vanished."""


_ARTICLES: Final = (
    select(
        *(Article.id, Article.site, Article.native_id, Article.state, Article.cluster_id),
        *(Article.published_at, Article.published_precision, Article.first_captured_at, Cluster.size),
    )
    .outerjoin(Cluster, Cluster.id == Article.cluster_id)
    .where(Article.id.in_(bindparam("articles", expanding=True)))
)


@frozen(kw_only=True)
class Look:
    """A look that told something of an article: it showed it, or that it is no more (`gone`). `url`: the address that
    was asked for. `changed`: the text is another than at the look before. `recheck`: what it was, None for the first
    one."""

    article_id: int
    url: str
    at: datetime
    gone: bool = False
    changed: bool = False
    recheck: Recheck | None = None


def plan(connection: Connection, looks: Sequence[Look], now: datetime) -> None:
    """Write down when the articles of these looks are due again. To be called when the looks are stored."""
    if not looks:
        return
    asked = {"articles": sorted({look.article_id for look in looks})}
    articles = {row.id: row for row in connection.execute(_ARTICLES, asked)}
    rechecks.plan(connection, [_row(look, articles[look.article_id]) for look in looks])
    for look in looks:
        article = articles[look.article_id]
        if look.gone and article.state == State.MISSING and look.recheck is not None and look.recheck.missed_at is None:
            rechecks.hurry(connection, _siblings(connection, article), now)


def _row(look: Look, article: Any) -> dict[str, Any]:
    since = _since(article)
    was = look.recheck
    missed = (was.missed_at if was is not None else None) or look.at if look.gone and article.state in _MISSED else None
    pace = pace_after(was.pace, changed=look.changed) if was is not None and not look.gone else 0
    key = f"{article.site}:{article.native_id}"
    due_at = next_look(since, look.at, pace=pace, missed=missed, key=key)
    return {
        "article_id": article.id,
        "site": article.site,
        "host": host_of(look.url),
        "url": look.url,
        "rank": rank(due_at - (missed or since), article.size or 1),
        "due_at": due_at,
        "since": since,
        "told_at": look.at,
        "missed_at": missed,
        "pace": pace,
    }


def _since(article: Any) -> datetime:
    """From when on an article's age counts: its publication, as far as the page says when that was."""
    first: datetime = article.first_captured_at
    published: datetime | None = article.published_at
    if published is None:
        return first
    return min(published + timedelta(days=1) if article.published_precision == "day" else published, first)


def _siblings(connection: Connection, article: Any) -> list[int]:
    query = select(Article.id).where(Article.cluster_id == article.cluster_id, Article.id != article.id)
    return list(connection.execute(query.order_by(Article.id).limit(_SIBLINGS)).scalars())
