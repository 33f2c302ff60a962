"""Search: words in, articles out, the most fitting first; the same hits on SQLite and on PostgreSQL.

All words must occur, each in the headline or the body; a quoted phrase as it stands. Traditional, simplified and
variant characters are one (`archive.text.fold`). The headline weighs ten times as much. A cluster is one hit: its
representative if that is among the hits, else its earliest copy that is.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from archive.dedup.tables import Cluster
from archive.errors import UsageError
from archive.query.visible import visible
from archive.store.fulltext import TABLE, fts5_query, tsquery
from archive.store.models import Article
from archive.text.snippet import Snippet, find, snippet
from archive.text.tokens import Term, term
from archive.times import show_time

MAX_WORDS = 32
# A quotation mark that touches a word is the word's own (“十四五”规划).
_WORD = re.compile(r'(?:"([^"]*)"|“([^”]*)”|「([^」]*)」)(?![^\s，。；、,;！!？?])|(\S+)')
# Between these a list of words was meant, not a phrase; other punctuation (COVID-19, 3.5%) belongs to the word.
_BETWEEN = re.compile(r"[，。；、,;！!？?]+")


@frozen(kw_only=True)
class Hit:
    """One found article, standing for its cluster.

    `copies`: the articles in its cluster, itself too. `score`: the lower the better, comparable within one search only.
    `headline`, `snippet`: with what was searched for marked.
    """

    id: int
    site: str
    native_id: str
    url: str
    published_at: str | None
    source_name: str | None
    account_name: str | None
    cluster_id: int | None
    copies: int
    score: float
    headline: Snippet
    snippet: Snippet

    def as_json(self) -> dict[str, Any]:
        """As `jianbao search --json` prints it."""
        return {
            "id": self.id,
            "site": self.site,
            "native_id": self.native_id,
            "url": self.url,
            "headline": self.headline.text,
            "published_at": self.published_at,
            "source_name": self.source_name,
            "account_name": self.account_name,
            "cluster_id": self.cluster_id,
            "copies": self.copies,
            "score": self.score,
            "snippet": self.snippet.text,
            "marks": [list(mark) for mark in self.snippet.marks],
        }


@frozen(kw_only=True)
class Results:
    """`hits`: at most as many as were asked for. `total`: how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def phrases(words: str) -> list[str]:
    """The words and quoted phrases of a query. Raises `UsageError` on too few and on too many."""
    found: list[str] = []
    for match in _WORD.finditer(words):
        quoted = next((group for group in match.groups()[:3] if group is not None), None)
        found += [quoted] if quoted is not None else _BETWEEN.split(match[4])
    found = [phrase for phrase in dict.fromkeys(found) if term(phrase) is not None]
    if not found:
        raise UsageError("nothing to search for; give a word, such as `jianbao search 稀土`")
    if len(found) > MAX_WORDS or len(words) > 100 * MAX_WORDS:
        raise UsageError(f"too much to search for; give at most {MAX_WORDS} words")
    return found


def search(
    connection: Connection,
    words: str,
    *,
    sites: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
    offset: int = 0,
    every_copy: bool = False,
) -> Results:
    """Find articles.

    `since`, `until`: of the publication, from and up to but not with; either leaves out articles without a date.
    `every_copy`: each copy is a hit, not each cluster.
    """
    wanted = phrases(words)
    terms = [found for found in map(term, wanted) if found is not None]
    hit = _sqlite_hits(terms) if connection.dialect.name == "sqlite" else _postgresql_hits(terms)
    conditions: list[ColumnElement[bool]] = [visible()]
    if sites:
        conditions.append(Article.site.in_(sites))
    if since is not None:
        conditions.append(Article.published_at >= since)
    if until is not None:
        conditions.append(Article.published_at < until)
    ranked = _ranked(hit, conditions, every_copy=every_copy)
    chosen = (
        select(ranked.c.id, ranked.c.score, func.count().over().label("total"))
        .where(ranked.c.place == 1)
        .order_by(ranked.c.score, ranked.c.published_at.desc().nulls_last(), ranked.c.id)
        .limit(limit)
        .offset(offset)
    )
    rows = connection.execute(chosen).all()
    if not rows:
        return Results(hits=(), total=0)
    found = {row.id: row for row in connection.execute(_described([row.id for row in rows]))}
    hits = tuple(_hit(found[row.id], row.score, wanted) for row in rows)
    return Results(hits=hits, total=rows[0].total)


def _sqlite_hits(terms: Sequence[Term]) -> CTE:
    index = table(TABLE, column("rowid"), column(TABLE))
    return (
        select(index.c.rowid.label("id"), literal_column(f"bm25({TABLE}, 10.0, 1.0)").label("score"))
        .where(index.c[TABLE].op("MATCH")(literal(fts5_query(terms))))
        .cte("hit")
        .prefix_with("MATERIALIZED")
    )


def _postgresql_hits(terms: Sequence[Term]) -> CTE:
    """Terms may stand in different parts of a long article, so each is looked up alone, and the articles must agree."""
    index = table(TABLE, column("article_id"), column("document"))
    found = []
    for number, each in enumerate(terms):
        query = cast(literal(tsquery(each)), TSQUERY)
        rank = func.max(func.ts_rank(index.c.document, query, 1)).label("rank")
        chosen = select(index.c.article_id, rank).where(index.c.document.op("@@")(query)).group_by(index.c.article_id)
        found.append(chosen.cte(f"term_{number}"))
    first, *others = found
    joined: FromClause = first
    for other in others:
        joined = joined.join(other, other.c.article_id == first.c.article_id)
    score = -sum((each.c.rank for each in others), start=first.c.rank)
    return select(first.c.article_id.label("id"), score.label("score")).select_from(joined).cte("hit")


def _ranked(hit: CTE, conditions: Sequence[ColumnElement[bool]], *, every_copy: bool) -> CTE:
    """The hits that meet the conditions; `place` 1 stands for its cluster, with the cluster's best score."""
    chosen = select(Article.id, Article.published_at).join(hit, hit.c.id == Article.id).where(*conditions)
    if every_copy:
        return chosen.add_columns(hit.c.score, literal(1).label("place")).cte("ranked")
    cluster = func.coalesce(Article.cluster_id, -Article.id)
    represents = case((Cluster.representative_id == Article.id, 0), else_=1)
    order = (represents, Article.published_at.asc().nulls_last(), Article.id)
    return (
        chosen.outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .add_columns(
            func.min(hit.c.score).over(partition_by=cluster).label("score"),
            func.row_number().over(partition_by=cluster, order_by=order).label("place"),
        )
        .cte("ranked")
    )


def _described(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Article.id,
            Article.site,
            Article.native_id,
            Article.url,
            Article.headline,
            Article.body,
            Article.published_at,
            Article.published_precision,
            Article.source_name,
            Article.account_name,
            Article.cluster_id,
            func.coalesce(Cluster.size, 1).label("copies"),
        )
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .where(Article.id.in_(ids))
    )


def _hit(row: Row[Any], score: float, wanted: Sequence[str]) -> Hit:
    headline = row.headline or ""
    return Hit(
        id=row.id,
        site=row.site,
        native_id=row.native_id,
        url=row.url,
        published_at=show_time(row.published_at, row.published_precision),
        source_name=row.source_name,
        account_name=row.account_name,
        cluster_id=row.cluster_id,
        copies=row.copies,
        score=round(score, 6),
        headline=Snippet(headline, tuple((span.start, span.end) for span in find(headline, wanted))),
        snippet=snippet(row.body, find(row.body, wanted)),
    )
