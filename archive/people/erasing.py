"""An article's text taken out of the database for good: what stays is that there was one, at which address, and that it
was withdrawn. Its address and its key are barred from then on: nothing of it is stored again
(`archive.ingest.round`)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from archive.dedup.linking import link
from archive.ingest.changing import change_article
from archive.ingest.observations import Observation
from archive.ingest.prepare import text_digest
from archive.ingest.revising import Plan
from archive.ingest.transaction import take_turns
from archive.store import fulltext
from archive.store.changes import entry, log_changes
from archive.store.models import Article, Capture, Frontier, Recheck, Sighting
from archive.store.people import Correction, Note, Tag, Withdrawal

WITHDRAWN: Final = "withdrawn"
"""The outcome of a capture whose record was erased, or that came in when it was barred."""
_EMPTY: Final[dict[str, Any]] = {
    **dict.fromkeys(("headline", "original_title", "modified_at", "source_name", "account_name", "editor", "location")),
    "body": "",
    "template": None,
    "published_at": None,
    "published_precision": None,
    **{name: [] for name in ("authors", "keywords", "images", "flags", "blocks")},
}


def captures_of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The captures that show an article, and those of its other pages: their rows."""
    row = connection.execute(select(Article.site, Article.native_id).where(Article.id == article_id)).one()
    own = (Capture.article_id == article_id) | (
        (Capture.site == row.site) & (Capture.native_id == row.native_id) & Capture.article_id.is_(None)
    )
    query = select(Capture.__table__).where(own).order_by(Capture.id)
    return [dict(found) for found in connection.execute(query).mappings()]


def erase(connection: Connection, article_id: int, capture_ids: Collection[int], *, now: datetime) -> None:
    """Erase a withdrawn article, in the caller's write transaction. `capture_ids`: of `captures_of`; their records are
    the caller's to remove."""
    row = dict(connection.execute(select(Article.__table__).where(Article.id == article_id)).mappings().one())
    take_turns(connection, [(row["site"], row["native_id"])])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # else the text stays in free pages of the file
    for table in (Correction, Note, Tag):
        connection.execute(delete(table).where(table.article_id == article_id))
    _forget_captures(connection, row, capture_ids)
    values = {name: value for name, value in _EMPTY.items() if row[name] != value} | {"revision": 1}
    digest = text_digest(None, "")
    only = Observation(True, row["first_captured_at"], digest=digest, cause="person")
    its = Plan(values=values, revisions=[only], text_changed=True, relink=True, change=None)
    made = change_article(connection, row, its, [], None)
    if made.left is not None and made.entry is not None:
        fulltext.replace(connection, [made.left], [made.entry])
    changes = [entry(article_id, "erased", now, "person")]
    if made.indexed is not None:
        (linked,) = link(connection, [made.indexed], now=now)
        changes += [entry(key, "clustered", now) for key in linked.changed if key != article_id]
    standing = (Withdrawal.article_id == article_id, Withdrawal.ended_at.is_(None))
    connection.execute(update(Withdrawal).where(*standing, Withdrawal.erased_at.is_(None)).values(erased_at=now))
    log_changes(connection, changes)


def _forget_captures(connection: Connection, row: dict[str, Any], capture_ids: Collection[int]) -> None:
    gone = {
        **dict.fromkeys(("text_digest", "template", "detail", "etag", "last_modified", "agreement", "whole_share")),
        **dict.fromkeys(("warc_file", "warc_offset", "warc_length", "repeats_id", "extractor")),
        "outcome": WITHDRAWN,
        "article_id": row["id"],
    }
    connection.execute(update(Capture).where(Capture.id.in_(sorted(capture_ids))).values(gone))
    key = {"site": row["site"], "native_id": row["native_id"]}
    connection.execute(update(Sighting).filter_by(**key).values(title=None))
    connection.execute(delete(Recheck).where(Recheck.article_id == row["id"]))
    # Without an attempt it is not waited for, however often a list names it.
    barred = {"state": "gone", "outcome": WITHDRAWN, "attempts": 0, "leased_by": None, "leased_until": None}
    connection.execute(update(Frontier).filter_by(**key).values(barred))
