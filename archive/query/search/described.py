"""Found articles as they are shown."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select

from archive.dedup.tables import Cluster, Link
from archive.query.language.nodes import Field, Word
from archive.query.search.asked import Hit
from archive.query.search.resolved import Resolved
from archive.store.finding.searches import QueryHit
from archive.store.models import Article, Revision
from archive.text.levelled import Levelled
from archive.text.snippet import Snippet, Span, find, snippet
from archive.times import show_time

_COLUMNS = (
    *(Article.id, Article.site, Article.native_id, Article.url, Article.headline, Article.body),
    *(Article.published_at, Article.published_precision, Article.source_name, Article.account_name),
    *(Article.cluster_id, Article.revision, Article.state),
)


_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_HITS: Final = (
    select(*_COLUMNS, func.coalesce(Cluster.size, 1).label("copies"))
    .outerjoin(Cluster, Cluster.id == Article.cluster_id)
    .where(Article.id.in_(_IDS))
)
_RELATIONS: Final = (
    select(Link.article_id, Link.relation).where(Link.article_id.in_(_IDS)).order_by(Link.other_id.desc())
)

_BY_ARTICLE = "INDEXED BY ix_query_hit_query_id_article_id"


Read = tuple[Levelled, Levelled]
"""An article's headline and body."""


def describe(
    connection: Connection, resolved: Resolved, ids: Sequence[int], known: Mapping[int, Read] = MappingProxyType({})
) -> tuple[Hit, ...]:
    """The hits of these articles, in this order. `known`: of those whose texts were read already, as they are now."""
    if not ids:
        return ()
    rows: dict[int, Any] = {row.id: row for row in connection.execute(_HITS, {"ids": ids})}
    relations = _relations(connection, ids)
    texts = frozen_texts(connection, resolved, ids)
    shown = {key: texts.get(key) or (row.revision, row.headline, row.body) for key, row in rows.items()}
    marks = _marks(shown, resolved.words, known) if resolved.words else {}
    return tuple(
        _hit(rows[key], relations.get(key), shown[key], marks.get(key, _NO_MARKS)) for key in ids if key in rows
    )


def _marks(
    texts: Mapping[int, tuple[int, str | None, str]], words: Sequence[Word], known: Mapping[int, Read]
) -> dict[int, tuple[list[Span], list[Span]]]:
    """Where the words stand in each headline and each body."""
    found = {}
    for key, (_, headline, body) in texts.items():
        read = known.get(key) or (Levelled.of(headline or ""), Levelled.of(body))
        found[key] = (_found(read[0], words, Field.BODY), _found(read[1], words, Field.TITLE))
    return found


_NO_MARKS: Final[tuple[list[Span], list[Span]]] = ([], [])


def _relations(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What each is to the earliest article that it is linked to as the later one."""
    return {row.article_id: row.relation for row in connection.execute(_RELATIONS, {"ids": ids})}


def frozen_texts(
    connection: Connection, resolved: Resolved, ids: Sequence[int]
) -> dict[int, tuple[int, str | None, str]]:
    """Revision, headline and body of frozen hits whose text is another one by now."""
    if not resolved.asked.query_id:
        return {}
    # One after the other: joined, all hits of the query are read for those of each page.
    own = (QueryHit.query_id == resolved.asked.query_id, QueryHit.article_id.in_(ids))
    hits = select(QueryHit.article_id, QueryHit.digest).where(*own).with_hint(QueryHit, _BY_ARTICLE, "sqlite")
    digests: dict[int, str] = {row.article_id: row.digest for row in connection.execute(hits)}
    statement = (
        select(Revision.article_id, Revision.number, Revision.headline, Revision.body, Revision.digest)
        .where(Revision.article_id.in_(digests), Revision.digest.in_(set(digests.values())))
        .order_by(Revision.number)
    )
    rows = {row.article_id: row for row in connection.execute(statement) if row.digest == digests[row.article_id]}
    return {key: (row.number, row.headline, row.body) for key, row in rows.items() if row.body is not None}


def _hit(
    row: Row[Any],
    relation: str | None,
    text: tuple[int, str | None, str],
    marks: tuple[list[Span], list[Span]],
) -> Hit:
    revision, headline, body = text[0], text[1] or "", text[2]
    in_headline, in_body = marks
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
        revision=revision,
        state=row.state,
        relation=relation,
        headline=Snippet(headline, tuple((span.start, span.end) for span in in_headline)),
        snippet=snippet(body, in_body),
    )


def _found(text: Levelled, words: Sequence[Word], without: Field) -> list[Span]:
    """Where the words stand, but for those of a field that this text is none of."""
    its = [word for word in words if word.field is not without]
    return find(text, [word.text for word in its], prefixes={n for n, word in enumerate(its) if word.prefix})
