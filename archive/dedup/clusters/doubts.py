"""Doubts: pairs of articles that are neither clearly one story nor clearly two, for a person to decide."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, literal, or_, select

from archive.dedup.clusters.related import DOUBTFUL, tell_articles
from archive.dedup.reasons import in_words
from archive.dedup.tables import Cluster, ClusterSide, Link
from archive.dedup.verify.differences import marked
from archive.store.models import Article
from archive.store.people import visible
from archive.times import show_time

DIFFERENCES: Final = 8
"""So many differing places are shown of a doubt."""

_LATE, _EARLY = Article.aliased(), Article.aliased()
_LATE_STORY, _EARLY_STORY = Cluster.aliased(), Cluster.aliased()


@frozen
class Doubts:
    """Open doubts: how many there are, and those that are shown, as `jianbao cluster doubts --json` prints them."""

    total: int
    shown: list[dict[str, Any]]


def open_doubts(connection: Connection, *, sites: Sequence[str] = (), limit: int = 20) -> Doubts:
    """The doubts that nobody has decided: those between large stories first, then by `confidence`, then the newest.

    Two stories are one doubt, however many of their articles are doubtful with each other; the pair with the greatest
    confidence that it is one text is shown.
    `sites`: only doubts about an article of one of these.
    """
    rows = connection.execute(_ranked(sites).limit(limit)).mappings().all()
    ids = {row[key] for row in rows for key in ("article_id", "other_id")}
    told = tell_articles(connection, ids, Article.native_id, Article.body)
    shown = []
    for row in rows:
        one, other = (dict(told[row[key]]) for key in ("other_id", "article_id"))
        places, more = marked(one.pop("body"), other.pop("body"), DIFFERENCES)
        reason = row["evidence"].get("reason")
        shown.append(
            {
                "articles": [one | {"copies": row["other_copies"]}, other | {"copies": row["copies"]}],
                "pairs": row["pairs"],
                "reason": reason,
                "because": in_words(reason),
                **{name: row[name] for name in ("marks", "similarity", "coverage", "other_coverage", "confidence")},
                "evidence": row["evidence"],
                "differences": places,
                "more_differences": more,
                "at": show_time(row["at"]),
                "same": f"jianbao cluster merge {one['id']} {other['id']}",
                "other": f"jianbao cluster apart {one['id']} {other['id']}",
            }
        )
    return Doubts(rows[0]["total"] if rows else 0, shown)


def _ranked(sites: Sequence[str]) -> Select[Any]:
    """The surest link of each two stories in doubt, with how many there are of each (`pairs`), and of all (`total`)."""
    ours, theirs = _LATE.cluster_id, _EARLY.cluster_id
    stories = (case((ours < theirs, ours), else_=theirs), case((ours < theirs, theirs), else_=ours))
    surest = (Link.confidence.desc(), Link.article_id.desc(), Link.other_id.desc())
    every = (
        select(
            Link.__table__,
            func.coalesce(_LATE_STORY.size, 1).label("copies"),
            func.coalesce(_EARLY_STORY.size, 1).label("other_copies"),
            func.count().over(partition_by=stories).label("pairs"),
            func.row_number().over(partition_by=stories, order_by=surest).label("place"),
        )
        .join(_LATE, _LATE.id == Link.article_id)
        .join(_EARLY, _EARLY.id == Link.other_id)
        .outerjoin(_LATE_STORY, _LATE_STORY.id == ours)
        .outerjoin(_EARLY_STORY, _EARLY_STORY.id == theirs)
        .where(Link.relation == literal(DOUBTFUL, literal_execute=True), ours != theirs, ~_decided())
        .where(visible(_LATE), visible(_EARLY))
    )
    if sites:
        every = every.where(or_(_LATE.site.in_(sites), _EARLY.site.in_(sites)))
    found = every.subquery()
    return (
        select(found, func.count().over().label("total"))
        .where(found.c.place == 1)
        .order_by(
            (found.c.copies + found.c.other_copies).desc(),
            found.c.confidence.desc(),
            found.c.article_id.desc(),
            found.c.other_id.desc(),
        )
    )


def _decided() -> ColumnElement[bool]:
    """Whether a person put the two stories on different sides of one split."""
    ours, theirs = ClusterSide.aliased(), ClusterSide.aliased()
    return exists().where(
        ours.cluster_id == _LATE.cluster_id,
        theirs.cluster_id == _EARLY.cluster_id,
        theirs.split_id == ours.split_id,
        theirs.side != ours.side,
    )
