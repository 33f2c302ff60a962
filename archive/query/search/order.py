"""The hits of a search in their order, as SQL: one article for each story, or each copy.

A hit's key is three values, the greatest first: what it is sorted by, when it was published, its number. By relevance,
that is first how many of the words its headline has. A story has the best key of its hits; what stands for it is its
representative if that is a hit, else its earliest hit.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from archive.dedup.tables import Cluster
from archive.query.search.asked import Sort
from archive.query.search.cursor import Key
from archive.query.search.resolved import PINNED, Resolved
from archive.query.search.tree.conditions import condition, rows
from archive.query.search.tree.lookups import Lookup
from archive.query.visible import visible
from archive.store.finding.searches import QueryHit
from archive.store.models import KEYED, SHOWN, Article, Change
from archive.store.table import UtcDateTime

_SHOWN: Final = f"INDEXED BY {SHOWN.name}"
_KEYED: Final = f"INDEXED BY {KEYED.name}"
_UNDATED: Final = datetime(1, 1, 2, tzinfo=UTC)
_TIME: Final = func.coalesce(Article.published_at, literal(_UNDATED, UtcDateTime()), type_=UtcDateTime())


# To put a statement together costs more than to send it.
@lru_cache(maxsize=500)
def ordered(resolved: Resolved) -> CTE:
    """The hits with their keys: columns `id`, `rank`, `time`, and how many there are, `total`. One for all searches
    that are equal, to be sent with the values of one of them."""
    if is_each_a_hit(resolved):
        shown = _each(resolved)
        return select(shown.c.id, shown.c.rank, shown.c.time, func.count().over().label("total")).cte("ordered")
    shown, total = _stories(resolved)
    return select(shown.c.id, shown.c.rank, shown.c.time, total.label("total")).cte("ordered")


@lru_cache(maxsize=500)
def page(hits: CTE, *, after: bool = False, down_to: bool = False, some: bool = False) -> Select[*tuple[Any, ...]]:
    """The hits in their order; those behind the key `after`, or down to the key `down_to` and with it (`key_values`);
    `some`: at most `most` of them, without the first `offset` ones."""
    key = tuple_(hits.c.rank, hits.c.time, hits.c.id)
    statement = select(hits).order_by(hits.c.rank.desc(), hits.c.time.desc(), hits.c.id.desc())
    if after:
        statement = statement.where(key < _bound("after"))
    if down_to:
        statement = statement.where(key >= _bound("down_to"))
    if some:
        statement = statement.limit(bindparam("most")).offset(bindparam("offset"))
    return statement


def key_values(name: str, key: Key) -> dict[str, Any]:
    """What `page` is sent with for a key."""
    return dict(zip(_key_names(name), key, strict=True))


def _bound(name: str) -> ColumnElement[Any]:
    rank, moment, article_id = _key_names(name)
    bound = (
        bindparam(rank, type_=BigInteger),
        bindparam(moment, type_=UtcDateTime),
        bindparam(article_id, type_=BigInteger),
    )
    return tuple_(*bound)


def _key_names(name: str) -> tuple[str, ...]:
    return f"{name}_rank", f"{name}_time", f"{name}_id"


def is_each_a_hit(resolved: Resolved) -> bool:
    """Whether each article is a hit, not each story. What was frozen are the hits themselves."""
    return resolved.asked.every_copy or bool(resolved.asked.query_id)


def chosen(resolved: Resolved, *columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of the articles that are hits, without a look at their texts."""
    if (found := _found(resolved)) is not None:
        return _joined(resolved, found, *columns, index=_SHOWN)
    return select(Article.id, *columns).where(resolved.condition()).with_hint(Article, _SHOWN, "sqlite")


def _found(resolved: Resolved) -> Subquery | None:
    """The articles as FTS5 gives them, where it alone tells of a search on SQLite."""
    if resolved.dialect == "sqlite" and isinstance(resolved.part, Lookup) and not resolved.asked.query_id:
        return rows(resolved.part).subquery("found")
    return None


def _joined(resolved: Resolved, found: Subquery, *columns: Any, index: str) -> Select[*tuple[Any, ...]]:
    """`chosen` of articles as FTS5 gives them: else a set is made of them first, to look for each article there."""
    hits = select(Article.id, *columns).join_from(found, Article, Article.id == found.c.id)
    return hits.where(resolved.beside()).with_hint(Article, index, "sqlite")


def _each(resolved: Resolved) -> FromClause:
    if query_id := resolved.asked.query_id:
        # By the hits themselves: to look for each one's place would cost as much again as all else.
        its = (QueryHit.query_id == query_id) & (QueryHit.article_id == Article.id)
        found = select(Article.id, _TIME.label("time"), (-QueryHit.place).label("rank")).join(QueryHit, its)
        return found.where(visible()).with_hint(Article, _SHOWN, "sqlite").subquery("shown")
    return _keyed(resolved).subquery("shown")


def _keyed(resolved: Resolved, *columns: Any) -> Select[*tuple[Any, ...]]:
    """The articles that are hits, with their keys and these columns."""
    time = _TIME.label("time")
    index = _SHOWN if resolved.asked.sites else _KEYED
    if resolved.below is not None:
        [headline] = resolved.headlines
        ranks = [(headline, 0), (resolved.below, -1)]
        both = union_all(*(rows(look, literal(rank).label("rank")) for look, rank in ranks)).subquery("found")
        return _joined(resolved, both, time, both.c.rank, *columns, index=index)
    rank = _rank(resolved).label("rank")
    if (found := _found(resolved)) is not None:
        return _joined(resolved, found, time, rank, *columns, index=index)
    return chosen(resolved, time, rank, *columns)


def _stories(resolved: Resolved) -> tuple[FromClause, ColumnElement[int]]:
    """One hit of each story, and how many these are.

    Most articles are alone and most representatives are hits, which spares the sorting by stories: a wide word has
    hundreds of thousands of hits, and only what is left is sorted.
    """
    found = _keyed(resolved, Cluster.id.label("story"), Cluster.representative_id)
    found = found.outerjoin(Cluster, Cluster.id == Article.cluster_id)
    hit = found.cte("hit").prefix_with("MATERIALIZED").c
    represents = hit.representative_id == hit.id
    represented = select(hit.story).where(represents)
    left = hit.story.is_not(None) & hit.story.not_in(represented)  # a null is not in an empty set either
    others = select(hit.id, hit.story, hit.time, hit.rank).where(left).cte("others")
    undated = case((others.c.time == literal(_UNDATED, UtcDateTime()), 1), else_=0)
    order = (undated, others.c.time, others.c.id)
    place = func.row_number().over(partition_by=others.c.story, order_by=order).label("place")
    rank = func.max(others.c.rank).over(partition_by=others.c.story).label("rank")
    told = select(others.c.id, rank, others.c.time, place).subquery("told")
    earliest = select(told.c.id, told.c.rank, told.c.time).where(told.c.place == 1)
    total = (
        select(func.count()).where(or_(hit.story.is_(None), represents)).scalar_subquery()
        + select(func.count(others.c.story.distinct())).scalar_subquery()
    )
    return union_all(*_standing(resolved, hit, represents), earliest).subquery("shown"), total


def _standing(resolved: Resolved, hit: Any, represents: ColumnElement[bool]) -> list[Select[*tuple[Any, ...]]]:
    """The hits that are alone, and the representatives among the others with the best rank of their stories' hits."""
    alone = hit.story.is_(None)
    if resolved.asked.sort is Sort.CHANGE:
        return [select(hit.id, hit.rank, hit.time).where(alone), _latest(hit, represents)]
    rank = hit.rank
    if words := len(resolved.headlines):
        # There are few ranks above the least. The stories of one are a set, quicker made than all hits are grouped.
        # `>=`: for an equation SQLite would first make an index of all hits.
        stories = {
            one: select(hit.story).where(hit.story.is_not(None), hit.rank >= one) for one in range(0, -words, -1)
        }
        rank = case(*((hit.story.in_(its), one) for one, its in stories.items()), else_=hit.rank)
    return [select(hit.id, rank.label("rank"), hit.time).where(or_(alone, represents))]


def _latest(hit: Any, represents: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The representatives among the hits, with the greatest rank of their stories' hits, of any number of ranks."""
    # No join: where PostgreSQL takes a word for rare, it would compare each story with each of its copies.
    copies = hit.story.is_not(None) & not_(represents)
    both = union_all(
        select(hit.story, hit.rank, hit.id, hit.time).where(represents),
        select(hit.story, hit.rank, cast(null(), BigInteger), cast(null(), UtcDateTime())).where(copies),
    ).subquery("both")
    key = func.max(both.c.id)
    told = (key.label("id"), func.max(both.c.rank).label("rank"), func.max(both.c.time).label("time"))
    return select(*told).group_by(both.c.story).having(key.is_not(None))


def story_of(article: Any = Article) -> ColumnElement[int]:
    """What tells an article's story from others, also where it is alone."""
    return func.coalesce(article.cluster_id, -article.id)


def _rank(resolved: Resolved) -> ColumnElement[int]:
    asked = resolved.asked
    if asked.sort == Sort.COPIES:
        other = Article.aliased()
        its = [other.cluster_id == Article.cluster_id, visible(other)]
        if resolved.pinned is not None:
            its.append(other.id.not_in(resolved.later()))
        counted = select(func.count()).select_from(other).where(*its).scalar_subquery()
        # Only of stories that have a row: most articles are alone, and to count each one would cost twice all else. Not
        # IN, for which PostgreSQL would read all clusters first.
        row = Cluster.aliased()
        story = select(row.id).where(row.id == Article.cluster_id).scalar_subquery()
        return case((story.is_not(None), counted), else_=1)
    if asked.sort == Sort.CHANGE:
        changes = [Change.article_id == Article.id, Change.kind != "clustered"]
        if resolved.pinned is not None:
            changes.append(Change.id <= PINNED)
        return func.coalesce(select(func.max(Change.id)).where(*changes).scalar_subquery(), 0)
    if asked.sort == Sort.TIME:
        return literal(0)
    lacking = (case((not_(condition(look, resolved.dialect)), 1), else_=0) for look in resolved.headlines)
    return -sum(lacking, start=literal(0))
