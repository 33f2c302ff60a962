"""Found articles as they are shown."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from archive.dedup.tables import Cluster, Link
from archive.query.language.nodes import Field, Word
from archive.query.search.asked import Hit
from archive.query.search.resolved import Resolved
from archive.store.finding.searches import QueryHit
from archive.store.models import Article, Revision
from archive.text.snippet import Snippet, Span, find, snippet
from archive.text.tokens import Runs, runs_of_all
from archive.times import show_time

_COLUMNS = (
    *(Article.id, Article.site, Article.native_id, Article.url, Article.headline, Article.body),
    *(Article.published_at, Article.published_precision, Article.source_name, Article.account_name),
    *(Article.cluster_id, Article.revision, Article.state),
)


def describe(connection: Connection, resolved: Resolved, ids: Sequence[int]) -> tuple[Hit, ...]:
    """The hits of these articles, in this order."""
    if not ids:
        return ()
    statement = (
        select(*_COLUMNS, func.coalesce(Cluster.size, 1).label("copies"))
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .where(Article.id.in_(ids))
    )
    rows: dict[int, Any] = {row.id: row for row in connection.execute(statement)}
    relations = _relations(connection, ids)
    texts = frozen_texts(connection, resolved, ids)
    shown = {key: texts.get(key) or (row.revision, row.headline, row.body) for key, row in rows.items()}
    cuts = runs_of_all([text for _, headline, body in shown.values() for text in (headline or "", body)])
    cut = {key: (cuts[2 * place], cuts[2 * place + 1]) for place, key in enumerate(shown)}
    return tuple(
        _hit(rows[key], relations.get(key), shown[key], cut[key], resolved.words) for key in ids if key in rows
    )


def _relations(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What each is to the earliest article that it is linked to as the later one."""
    statement = select(Link.article_id, Link.relation).where(Link.article_id.in_(ids)).order_by(Link.other_id.desc())
    return {row.article_id: row.relation for row in connection.execute(statement)}


def frozen_texts(
    connection: Connection, resolved: Resolved, ids: Sequence[int]
) -> dict[int, tuple[int, str | None, str]]:
    """Revision, headline and body of frozen hits whose text is another one by now."""
    if not resolved.asked.query_id:
        return {}
    statement = (
        select(Revision.article_id, Revision.number, Revision.headline, Revision.body)
        .join(QueryHit, (QueryHit.article_id == Revision.article_id) & (QueryHit.digest == Revision.digest))
        .where(QueryHit.query_id == resolved.asked.query_id, Revision.article_id.in_(ids))
        .order_by(Revision.number)
    )
    rows = {row.article_id: row for row in connection.execute(statement)}
    return {key: (row.number, row.headline, row.body) for key, row in rows.items() if row.body is not None}


def _hit(
    row: Row[Any],
    relation: str | None,
    text: tuple[int, str | None, str],
    cut: tuple[Runs, Runs],
    words: Sequence[Word],
) -> Hit:
    revision, headline, body = text[0], text[1] or "", text[2]
    in_headline = _found(headline, cut[0], words, Field.BODY)
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
        snippet=snippet(body, _found(body, cut[1], words, Field.TITLE)),
    )


def _found(text: str, cut: Runs, words: Sequence[Word], without: Field) -> list[Span]:
    """Where the words stand, but for those of a field that this text is none of."""
    its = [word for word in words if word.field is not without]
    return find(text, [word.text for word in its], prefixes={n for n, word in enumerate(its) if word.prefix}, cut=cut)
