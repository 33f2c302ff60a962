"""What articles are linked to, seen from either end of a link, and what became of doubts.

It loads nothing that compares texts: `jianbao show` asks it too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import BindParameter, ColumnClause, Connection, bindparam, or_, select

from archive.dedup.reasons import in_words
from archive.dedup.relations import INVERSE, turned
from archive.dedup.tables import ClusterSide, Link
from archive.store.models import Article
from archive.store.people import visible
from archive.times import show_time

DOUBTFUL: Final = "doubtful"
_CHUNK: Final = 2000

Seen = dict[str, Any]
"""A link from one of its ends. `to`: the other end; `reason` and `because`: the rule, and what it says in words, None
for a link that was made before links kept their reason; `passage`: what `shares_passage` is about, else None; the rest
are columns of `link`."""


def links_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, list[Seen]]:
    """Every link of these articles, by article, as seen from each of its ends."""
    found: defaultdict[int, list[Seen]] = defaultdict(list)
    for row in connection.execute(_LINKS, {"ids": list(article_ids)}).mappings():
        link: dict[str, Any] = {**row}
        found[row["article_id"]].append({"to": row["other_id"], **_seen(link)})
        found[row["other_id"]].append({"to": row["article_id"], **_seen(_from_the_other_end(link))})
    return found


_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_LINKS: Final = select(Link.__table__).where(or_(Link.article_id.in_(_IDS), Link.other_id.in_(_IDS)))
_SIDES: Final = select(ClusterSide.__table__).where(ClusterSide.cluster_id.in_(_IDS))


def related(connection: Connection, links: Mapping[int, list[Seen]], cluster_id: int) -> list[dict[str, Any]]:
    """The articles of other stories that articles of one cluster are linked to: excerpts, round-ups, shared passages,
    doubts. `links`: those of the cluster's articles.

    `decided` is `apart` for a doubt between stories that a person put apart, at `decided_at`; None for an open one.
    """
    outside = {
        (link["to"], link["relation"], key): link
        for key, own in links.items()
        for link in own
        if link["to"] not in links
    }
    told = tell_articles(connection, {key for key, _, _ in outside})
    doubted = {told[key]["cluster_id"] for key, relation, _ in outside if relation == DOUBTFUL and key in told}
    decided = _Decided.read(connection, {cluster_id, *doubted})
    found = []
    for (key, relation, ours), link in sorted(outside.items(), key=lambda item: item[0]):
        if key not in told or told[key]["cluster_id"] == cluster_id:
            continue
        at = decided.apart_at(cluster_id, told[key]["cluster_id"]) if relation == DOUBTFUL else None
        names = ("coverage", "other_coverage", "confidence", "reason", "because", "passage")
        found.append(
            {
                **told[key],
                "from": ours,
                "relation": relation,
                **{name: link[name] for name in names},
                "decided": at and "apart",
                "decided_at": show_time(at),
            }
        )
    return found


def _seen(row: Mapping[str, Any]) -> Seen:
    names = ("relation", "marks", "similarity", "confidence", "evidence", "coverage", "other_coverage")
    reason, passage = (row["evidence"].get(name) for name in ("reason", "passage"))
    return {**{name: row[name] for name in names}, "reason": reason, "because": in_words(reason), "passage": passage}


def _from_the_other_end(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "relation": INVERSE.get(row["relation"], row["relation"]),
        "coverage": row["other_coverage"],
        "other_coverage": row["coverage"],
        "evidence": turned(row["evidence"]),
    }


def tell_articles(
    connection: Connection, article_ids: Iterable[int], *more: ColumnClause[Any]
) -> dict[int, dict[str, Any]]:
    """Articles at the other end of a link, by number, with their date as people read it. `more`: further columns."""
    columns: tuple[ColumnClause[Any], ...] = (
        Article.id,
        Article.site,
        Article.url,
        Article.headline,
        Article.cluster_id,
        Article.published_at,
        Article.published_precision,
        *more,
    )
    found = {}
    for chunk in _chunks(article_ids):
        for row in connection.execute(select(*columns).where(Article.id.in_(chunk), visible())).mappings():
            told = dict(row)
            told["published_at"] = show_time(row["published_at"], told.pop("published_precision"))
            found[row["id"]] = told
    return found


@frozen
class _Decided:
    """On which sides of which splits clusters are, and since when, by cluster and split."""

    sides: dict[int, dict[int, tuple[int, datetime]]]

    @classmethod
    def read(cls, connection: Connection, cluster_ids: Iterable[int]) -> "_Decided":
        sides: defaultdict[int, dict[int, tuple[int, datetime]]] = defaultdict(dict)
        for chunk in _chunks(cluster_ids):
            for row in connection.execute(_SIDES, {"ids": chunk}):
                sides[row.cluster_id][row.split_id] = (row.side, row.at)
        return cls(dict(sides))

    def apart_at(self, one: int, other: int) -> datetime | None:
        """When a person put two clusters apart, the last time."""
        ours, theirs = self.sides.get(one, {}), self.sides.get(other, {})
        times = [
            max(at, theirs[split][1])
            for split, (side, at) in ours.items()
            if split in theirs and theirs[split][0] != side
        ]
        return max(times, default=None)


def _chunks(values: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
