"""The links: two articles a row whose texts are related, and why."""

import json
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection, select

from archive.dedup.tables import Link
from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, listed, of_keys, raw_json, stream
from archive.store.models import Article
from archive.store.people import visible

FIELDS: Final = {
    "article_id": Field("integer", "the article that came in later, or whose text changed later"),
    "other_id": Field("integer", "the one that was there before"),
    "relation": Field(
        "text",
        "exact, near, revised, spun, excerpt_of, contains, shares_passage or doubtful, as seen from the later one",
    ),
    "marks": Field("texts", "transcoded and damaged, as far as they apply"),
    "similarity": Field("number", "0 to 1"),
    "coverage": Field("number", "0 to 1: the share of the later text that the other covers"),
    "other_coverage": Field("number", "0 to 1: the share of the other text that the later one covers"),
    "confidence": Field("number", "0 to 1: how sure the relation is"),
    "reason": Field("text", "the rule that decided; null for a link older than reasons", null=True),
    "passage": Field("text", "where the relation is shares_passage: what it is about", null=True),
    "evidence": Field("json", "what decided: counts, and what differs"),
    "found_at": Field("instant", "when it was found"),
}


def rows(connection: Connection, keys: Collection[Key] | None = None) -> Iterator[Row]:
    """See `Dataset`. A link to a withdrawn article is not shown."""
    dialect = connection.dialect
    other = Article.aliased()
    columns = (
        Link.article_id,
        Link.other_id,
        Link.relation,
        raw_json(Link.marks, dialect),
        Link.similarity,
        Link.coverage,
        Link.other_coverage,
        Link.confidence,
        raw_json(Link.evidence, dialect),
        instant(Link.at, dialect),
    )
    statement = (
        select(*columns)
        .join(Article, Article.id == Link.article_id)
        .join(other, other.id == Link.other_id)
        .where(visible(), visible(other), *of_keys(connection, (Link.article_id, Link.other_id), keys))
        .order_by(Link.article_id, Link.other_id)
    )
    for article_id, other_id, relation, marks, *shares, evidence, at in stream(connection, statement):
        known = json.loads(evidence)
        told = json.dumps(known, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        decided = (known.get("reason"), known.get("passage"), told)
        yield dict(zip(FIELDS, (article_id, other_id, relation, listed(marks), *shares, *decided, at), strict=True))


LINKS: Final = Dataset(
    name="links",
    title="Links: two articles a row whose texts are related, and why",
    fields=FIELDS,
    key=("article_id", "other_id"),
    refers={"article_id": "articles", "other_id": "articles"},
    rows=rows,
)
