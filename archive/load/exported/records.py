"""Rows of an export as what ingest stores."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from attrs import evolve

from archive.export.datasets import Row
from archive.flags import NO_TEXT
from archive.ingest.observations import PART
from archive.ingest.prepare import Prepared, prepare_rows
from archive.store.records import ArticleRecord, CaptureRecord, Cause, ImageRecord, Item

_PART_FLAG: Final = "incomplete"
_SAME: Final = ("site", "native_id", "url", "headline", "original_title", "source_name", "account_name", "editor")
_CAPTURE: Final = (
    *("url", "outcome", "status", "content_type", "ip", "digest", "size", "warc_offset", "warc_length"),
    *("site", "native_id", "template", "detail", "agreement", "whole_share", "part", "extractor"),
)


def moment(told: str | None) -> datetime | None:
    """An instant of the export."""
    return None if told is None else datetime.fromisoformat(told)


def instant(told: str) -> datetime:
    """The same, of a field that is never null."""
    return datetime.fromisoformat(told)


def article(row: Row, *, at: datetime, cause: str, text: Row | None = None) -> Prepared:
    """The article of a row, without a capture; with the text of one of its revisions, where one is given. `at`: when it
    was seen."""
    headline, body = (row["headline"], row["body"]) if text is None else (text["headline"], text["body"])
    flags = [flag for flag in row["flags"] if flag not in (NO_TEXT, _PART_FLAG)]
    digest = "" if text is None else text["digest"]
    if digest.startswith(PART) or (not digest and _PART_FLAG in row["flags"]):
        flags.append(_PART_FLAG)
    record = ArticleRecord(
        **{name: row[name] for name in _SAME if name != "headline"},
        headline=headline,
        body=body,
        published_at=moment(row["published_at_utc"]),
        published_precision=row["published_precision"],
        modified_at=moment(row["modified_at"]),
        authors=tuple(row["authors"]),
        keywords=tuple(row["keywords"]),
        location=row["location"],
        images=tuple(ImageRecord(url=one["url"], caption=one["caption"]) for one in row["images"]),
        flags=tuple(flags),
        template=row["template"],
        confidence=float(row["confidence"]),
    )
    made = prepare_rows(Item(capture=None, article=record, captured_at=at, cause=cast("Cause", cause)))
    # The order of flags is the page's.
    kept = [flag for flag in row["flags"] if flag in made.article["flags"]]
    return evolve(made, article={**made.article, "flags": kept if set(kept) == set(flags) else made.article["flags"]})


def capture(row: Row) -> dict[str, Any]:
    """A capture's row as it is stored, with what it showed. Its file is named as it was told, without the folder that
    it stood in: it is elsewhere until its WARC file is taken in."""
    file = row["warc_file"]
    record = CaptureRecord(
        **{name: row[name] for name in _CAPTURE},
        captured_at=instant(row["captured_at"]),
        warc_file=None if file is None else file.replace("\\", "/").rpartition("/")[2] or None,
    )
    made = prepare_rows(Item(capture=record))
    return {**made.capture, "text_digest": row["text_digest"]}


def identity(capture_row: Mapping[str, Any]) -> tuple[str, str | None, datetime]:
    """What tells that a capture is one that is there: address, digest and time."""
    return capture_row["url"], capture_row["digest"], capture_row["captured_at"]
