"""A plan for an article that is there, written down: its row, its revisions, and what the indexes need of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, bindparam, delete, select, update

from archive.dedup.types import Indexed
from archive.ingest.observations import Observation
from archive.ingest.prepare import Prepared, add_indexes, text_digest
from archive.ingest.revising import Plan
from archive.ingest.rows import indexed, revision_row
from archive.store import fulltext
from archive.store.finding import names
from archive.store.models import Article, Revision
from archive.store.table import insert_rows


@frozen
class Changed:
    """What is left to do: the full text to take out of its index and to put there instead, and the article to link
    anew; None where it stays."""

    left: fulltext.Entry | None
    entry: fulltext.Entry | None
    indexed: Indexed | None


def change_article(
    connection: Connection, row: Mapping[str, Any], its: Plan, texts: Sequence[Mapping[str, Any]], item: Prepared | None
) -> Changed:
    """Write a plan. `row`: the article's, as it stands. `texts`: rows whose headline, body and flags make texts that
    its revisions may have, besides those that they had. `item`: what was seen, if anything was."""
    present = {**row, **its.values}
    if its.revisions is not None:
        _rewrite_revisions(connection, row, its.revisions, [*texts, present])
    if its.values:
        connection.execute(update(Article).where(Article.id == bindparam("key")), {"key": row["id"], **its.values})
        names.change(connection, row, present)
    left = shows = None
    if its.text_changed:
        left = fulltext.entry(row["id"], row["headline"], row["body"])
        shows = _indexes(present, item)
    return Changed(
        left,
        fulltext.Entry(row["id"], shows.headline, shows.body) if shows is not None else None,
        indexed(present, shows, revised=True) if its.relink else None,
    )


def _indexes(present: Mapping[str, Any], item: Prepared | None) -> Prepared:
    """What the indexes hold of the article's text; the item's, where that is the text."""
    names = ("headline", "body")
    if item is not None and item.article and all(item.article[name] == present[name] for name in names):
        return item
    return add_indexes(Prepared({}, present))


def _rewrite_revisions(
    connection: Connection,
    row: Mapping[str, Any],
    wanted: Sequence[Observation],
    texts: Sequence[Mapping[str, Any]],
) -> None:
    """Replace an article's few revisions. Every text but the present one is kept beside its revision."""
    known: dict[str, tuple[str | None, str | None]] = {}
    for number, headline, body, digest in connection.execute(
        select(Revision.number, Revision.headline, Revision.body, Revision.digest).where(
            Revision.article_id == row["id"]
        )
    ):
        known[digest] = (row["headline"], row["body"]) if number == row["revision"] else (headline, body)
    for one in texts:
        known.setdefault(text_digest(one["headline"], one["body"], one["flags"]), (one["headline"], one["body"]))
    connection.execute(delete(Revision).where(Revision.article_id == row["id"]))
    rows = [revision_row(row["id"], number, seen, *known[seen.digest]) for number, seen in enumerate(wanted, 1)]
    rows[-1].update(headline=None, body=None)
    insert_rows(connection, Revision, rows)
