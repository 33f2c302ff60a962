"""What the database says of an article, as an evidence package has it: every row, where a page shows the first ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from archive.dedup.clusters.related import links_of, tell_articles
from archive.people import corrections
from archive.query.article import describe
from archive.query.changes import history
from archive.query.diff.pieces import diff
from archive.store.models import Revision
from archive.store.scheme import DedupScheme
from archive.times import show_times

_LEFT: Final = ("captures", "revisions", "related", "tags", "notes")
"""What stands in files of its own, or is a person's own word for an article."""

_COLUMNS: Final = ("number", "captured_at", "capture_id", "cause", "digest", "headline", "body")


def fields(connection: Connection, article: int) -> dict[str, Any]:
    """The article as `jianbao show --json` prints it, with what is known to have happened to it (`history`)."""
    happened = [dict(one) for one in history(connection, article)]
    for one in happened:
        one.pop("edits", None)  # what changed stands in a file of its own
    told = {name: value for name, value in describe(connection, article).items() if name not in _LEFT}
    return {**told, "corrections": corrections.of(connection, article), "history": happened}


def captures(rows: Mapping[int, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The captures whose records the package has: their rows; `offset` and `length` are their places in it."""
    for row in rows.values():
        yield show_times(row)


def revisions(connection: Connection, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every text that an article had, the oldest first."""
    query = select(*(getattr(Revision, name) for name in _COLUMNS)).where(Revision.article_id == row["id"])
    for one in connection.execute(query.order_by(Revision.number)).mappings():
        present = one["body"] is None
        text = {"headline": row["headline"], "body": row["body"]} if present else {}
        yield {"article": row["id"], **show_times(one), **text, "present": present}


def diffs(texts: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What changed from each text of an article to the next: the paragraphs that are not the same."""
    before: dict[str, Any] | None = None
    for one in texts:
        if before is not None:
            pieces = diff((before["headline"], before["body"]), (one["headline"], one["body"]))
            changed = [piece.as_json() for piece in pieces if piece.kind != "same"]
            yield {"article": one["article"], "before": before["number"], "after": one["number"], "pieces": changed}
        before = one


def links(connection: Connection, article: int) -> Iterator[dict[str, Any]]:
    """How an article's text relates to others', with the reason of each link; those to withdrawn articles are left
    out."""
    found = links_of(connection, [article]).get(article, [])
    told = tell_articles(connection, {link["to"] for link in found})
    for link in sorted(found, key=lambda one: int(one["to"])):
        if link["to"] in told:
            yield {"article": article, **link, "other": told[link["to"]]}


def scheme(connection: Connection) -> list[dict[str, Any]]:
    """By which version of the text rules the archive's links were made."""
    return [dict(row) for row in connection.execute(select(DedupScheme.__table__)).mappings()]
