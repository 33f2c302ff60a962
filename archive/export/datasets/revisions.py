"""The revisions: a text that an article has, or had, a row."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection, case, select

from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, of_keys, stream
from archive.store.models import Article, Revision
from archive.store.people import visible

FIELDS: Final = {
    "article_id": Field("integer", "whose text it is"),
    "number": Field("integer", "which text of the article, from 1; the highest number is the present one"),
    "present": Field("boolean", "whether it is the article's present text"),
    "cause": Field("text", "why the article has this text: publisher, extractor, import or person"),
    "captured_at": Field("instant", "when it was first captured, or what the imported record said"),
    "capture_id": Field("integer", "the capture that first showed it; null for an imported text", null=True),
    "headline": Field("text", "its headline", null=True),
    "body": Field("text", "its text, one block a line"),
    "digest": Field(
        "text",
        "SHA-256, in hex, of the headline, a line feed and the body; part: stands before it where the text is flagged "
        "incomplete",
    ),
}


def rows(connection: Connection, keys: Collection[Key] | None = None) -> Iterator[Row]:
    """See `Dataset`. The text of the present one is that of the article's row."""
    present = Revision.number == Article.revision
    columns = (
        Revision.article_id,
        Revision.number,
        present,
        Revision.cause,
        instant(Revision.captured_at, connection.dialect),
        Revision.capture_id,
        case((Revision.body.is_(None), Article.headline), else_=Revision.headline),
        case((Revision.body.is_(None), Article.body), else_=Revision.body),
        Revision.digest,
    )
    statement = (
        select(*columns)
        .join(Article, Article.id == Revision.article_id)
        .where(visible(), *of_keys(connection, (Revision.article_id, Revision.number), keys))
        .order_by(Revision.article_id, Revision.number)
    )
    for found in stream(connection, statement):
        row = dict(zip(FIELDS, found, strict=True))
        row["present"] = bool(row["present"])  # 0 or 1 on SQLite
        yield row


REVISIONS: Final = Dataset(
    name="revisions",
    title="Revisions: a text that an article has, or had, a row",
    fields=FIELDS,
    key=("article_id", "number"),
    refers={"article_id": "articles", "capture_id": "captures"},
    rows=rows,
)
