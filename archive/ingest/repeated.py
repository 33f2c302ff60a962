"""Captures that have no payload of their own, since the page was unchanged: what they showed, out of the archive."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.ingest.observations import PART
from archive.ingest.prepare import Prepared, text_digest
from archive.store.keys import key_in
from archive.store.models import Article, Capture

Identity = tuple[str, str, datetime]
"""What tells a capture: its address, digest and time."""

_SAME: Final = (Capture.outcome, Capture.site, Capture.native_id, Capture.text_digest, Capture.template, Capture.part)


@frozen
class Repeated:
    """What a capture shows that repeats another one: columns of its row, the `digest` of its text ("" where it shows
    none), and the row of its article, None where it shows none."""

    capture: dict[str, Any]
    digest: str
    article: dict[str, Any] | None


def repeated(connection: Connection, items: Iterable[Prepared]) -> dict[Identity, Repeated]:
    """What is repeated by those of these items that repeat something, as far as the archive has it.

    A text that the article no longer has says nothing of its present one: it is not shown again by a capture that is
    newer than the present one. What shows one page of several, shows no text of its own.
    """
    wanted: dict[Identity, datetime] = {
        item.repeats: item.capture["captured_at"] for item in items if item.repeats is not None
    }
    columns = (Capture.url, Capture.digest, Capture.captured_at, Capture.id, Capture.repeats_id, Capture.article_id)
    query = select(*columns, *_SAME).where(
        key_in(connection, (Capture.url, Capture.digest), {identity[:2] for identity in wanted})
    )
    rows = [row for row in connection.execute(query).mappings() if _identity(row) in wanted]
    articles = _articles(connection, {row["article_id"] for row in rows})
    last = _shown_last(connection, rows)
    found: dict[Identity, Repeated] = {}
    for row in rows:
        identity = _identity(row)
        its = {column.key: row[column.key] for column in _SAME}
        its["text_digest"] = last.get(row["repeats_id"] or row["id"], its["text_digest"])
        if its["part"]:  # what it was put together to, stands on others, too
            its["text_digest"] = None
        its["repeats_id"] = row["repeats_id"] or row["id"]
        article = articles.get(row["article_id"]) if its["text_digest"] else None
        if article is not None and _is_outdated(its["text_digest"], article, wanted[identity]):
            its["text_digest"] = article = None
        found[identity] = Repeated(its, its["text_digest"] or "", article)
    return found


def _shown_last(connection: Connection, rows: Iterable[Any]) -> dict[int, str]:
    """The text of each of these payloads as the capture shows it that showed it last: it may be read anew since."""
    of = {row["article_id"]: row["repeats_id"] or row["id"] for row in rows if row["article_id"] is not None}
    query = (
        select(Capture.repeats_id, Capture.text_digest)
        .where(
            Capture.article_id.in_(sorted(of)), Capture.repeats_id.in_(sorted(of.values())), Capture.text_digest != ""
        )
        .order_by(Capture.captured_at, Capture.id)
    )
    return {repeats_id or 0: digest or "" for repeats_id, digest in connection.execute(query)}


def _is_outdated(digest: str, article: dict[str, Any], at: datetime) -> bool:
    if digest.startswith(PART) or digest == text_digest(article["headline"], article["body"], article["flags"]):
        return False
    return bool(at > article["last_captured_at"])


def _identity(row: Any) -> Identity:
    return row["url"], row["digest"] or "", row["captured_at"]


def _articles(connection: Connection, ids: set[int | None]) -> dict[int | None, dict[str, Any]]:
    query = select(Article.__table__).where(Article.id.in_(sorted(one for one in ids if one is not None)))
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}
