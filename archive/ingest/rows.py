"""The rows that a round writes, and which of them bring their numbers."""

from collections.abc import Mapping
from typing import Any

from archive.dedup.types import Indexed
from archive.flags import is_complete
from archive.ingest.observations import Observation
from archive.ingest.prepare import Prepared


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
