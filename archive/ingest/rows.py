"""The rows that a round finds and writes, and which of them bring their numbers."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Select, select

from archive.dedup.types import Indexed
from archive.flags import is_complete
from archive.ingest.observations import Observation
from archive.ingest.prepare import Prepared
from archive.store.keys import keys_given, keys_in
from archive.store.models import Article, Capture

_RECORD: Final = (Capture.url, Capture.digest)
_ARTICLE: Final = (Article.site, Article.native_id)


def known_captures(connection: Connection, keys: Collection[tuple[str, str]]) -> CursorResult[*tuple[Any, ...]]:
    """Address, digest, time and id of the captures with these addresses and digests, and their articles' id and
    cluster."""
    dialect = connection.dialect.name
    return connection.execute(_captures(dialect), keys_given(dialect, _RECORD, keys))


def known_articles(connection: Connection, keys: Collection[tuple[str, str]]) -> CursorResult[*tuple[Any, ...]]:
    """The articles with these sites and native ids, all columns."""
    dialect = connection.dialect.name
    return connection.execute(_articles(dialect), keys_given(dialect, _ARTICLE, keys))


# Each round asks these, and to put a statement together costs more than to send it.
@cache
def _captures(dialect: str) -> Select[*tuple[Any, ...]]:
    columns = (Capture.url, Capture.digest, Capture.captured_at, Capture.id, Capture.article_id, Article.cluster_id)
    joined = select(*columns).outerjoin(Article, Article.id == Capture.article_id)
    return joined.where(keys_in(dialect, _RECORD))


@cache
def _articles(dialect: str) -> Select[*tuple[Any, ...]]:
    return select(Article.__table__).where(keys_in(dialect, _ARTICLE))


def draws_capture(item: Prepared) -> bool:
    """Whether an item brings a capture that gets a number."""
    return bool(item.capture) and item.again is None and item.numbers is None


def capture_number(item: Prepared) -> int | None:
    """The number that its capture has; None where it brings none, or one that gets a number."""
    if item.again is not None:
        return item.again.shows_id
    return item.numbers.capture if item.numbers is not None else None


def draws_article(item: Prepared) -> bool:
    """Whether an item holds an article that gets a number, where it is new."""
    return bool(item.article) and article_number(item) is None


def article_number(item: Prepared) -> int | None:
    """The number that its article has; None where it holds none, or one that gets a number."""
    return item.numbers.article if item.numbers is not None and item.article else None


def between(change: dict[str, Any], after: Observation | None, seen: Observation) -> dict[str, Any]:
    """The row of the change log with the two that it happened between, where one of them began a revision."""
    if after is None:
        return change
    captures = {"after_capture_id": after.capture_id, "before_capture_id": seen.capture_id}
    return {**change, "after_at": after.at, "before_at": seen.at, **captures}


def revision_row(
    article_id: int, number: int, seen: Observation, headline: str | None, body: str | None
) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "number": number,
        "capture_id": seen.capture_id,
        "captured_at": seen.at,
        "headline": headline,
        "body": body,
        "digest": seen.digest,
        "cause": seen.cause,
    }


def indexed(row: Mapping[str, Any], item: Prepared | None, *, revised: bool) -> Indexed:
    return Indexed(
        article_id=row["id"],
        site=row["site"],
        native_id=row["native_id"],
        url=row["url"],
        headline=row["headline"],
        body=row["body"],
        published_at=row["published_at"],
        published_precision=row["published_precision"],
        first_captured_at=row["first_captured_at"],
        revised=revised,
        complete=is_complete(row["flags"]),
        fingerprint=item.fingerprint if item is not None else None,
    )
