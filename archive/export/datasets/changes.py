"""The change log: what happened to articles, a row an entry, with what a revision changed."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, Final

from attrs import asdict
from sqlalchemy import Connection, select

from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, of_keys, stream
from archive.store.models import Article, Change
from archive.store.people import visible
from archive.watch.kinds import weight
from archive.watch.revised import Revised, revised
from archive.watch.states import STATE_WEIGHTS

FIELDS: Final = {
    "id": Field("integer", "the entry's number in this archive; they become visible in their order"),
    "article_id": Field("integer", "whose it is"),
    "kind": Field(
        "text",
        "new, revised, updated, clustered; missing, vanished, removed, returned; withdrawn, restored, erased",
    ),
    "noticed_at": Field("instant", "when it was written down"),
    "cause": Field("text", "of new, revised and updated: publisher, extractor, import or person", null=True),
    "after_at": Field("instant", "after this it happened; null where nobody knows", null=True),
    "before_at": Field("instant", "before this it happened", null=True),
    "after_capture_id": Field("integer", "the capture that shows how it was before", null=True),
    "before_capture_id": Field("integer", "the capture that shows how it was after", null=True),
    "revision": Field("integer", "of revised: the number of the text that it began, while that can be told", null=True),
    "weight": Field(
        "integer", "how much it matters, of revised and of the states; null where nobody can tell", null=True
    ),
    "edits": Field("edits", "of revised: what was changed, each with its kind, and the words before and after"),
}
_PAGE: Final = 200


def rows(connection: Connection, keys: Collection[Key] | None = None) -> Iterator[Row]:
    """See `Dataset`. What a revision changed is told by the texts that the article has today."""
    dialect = connection.dialect
    columns = (
        Change.id,
        Change.article_id,
        Change.kind,
        instant(Change.at, dialect),
        Change.cause,
        instant(Change.after_at, dialect),
        instant(Change.before_at, dialect),
        Change.after_capture_id,
        Change.before_capture_id,
        Change.before_at.label("moment"),
    )
    statement = (
        select(*columns)
        .join(Article, Article.id == Change.article_id)
        .where(visible(), *of_keys(connection, (Change.id,), keys))
        .order_by(Change.id)
    )
    found = stream(connection, statement)
    while page := list(islice(found, _PAGE)):
        asked = [
            {"id": one[0], "article_id": one[1], "cause": one[4], "before_at": one[-1]}
            for one in page
            if one[2] == "revised"
        ]
        texts = revised(connection, asked) if asked else {}
        for one in page:
            yield dict(zip(FIELDS, (*one[:-1], *_told(one[2], texts.get(one[0]))), strict=True))


def _told(kind: str, texts: Revised | None) -> tuple[int | None, int | None, list[dict[str, Any]]]:
    """`revision`, `weight` and `edits` of an entry."""
    from archive.watch.edits import edits  # with what compares texts

    if texts is None:
        return None, STATE_WEIGHTS.get(kind), []
    made = edits(texts.before, texts.after)
    return texts.number, weight(made), [{**asdict(edit), "kind": str(edit.kind)} for edit in made]


CHANGES: Final = Dataset(
    name="changes",
    title="Changes: what happened to articles, a row an entry, with what a revision changed",
    fields=FIELDS,
    key=("id",),
    refers={"article_id": "articles", "after_capture_id": "captures", "before_capture_id": "captures"},
    rows=rows,
)
