"""Short ways to make items for the archive's tests."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from archive.ingest.transaction import ingest
from archive.store.db import writing
from archive.store.records import ArticleRecord, CaptureRecord, Item, Stored

DAY = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)


def article(native_id: str = "a:1", body: str = "第一段文字。\n第二段文字。", **fields: object) -> ArticleRecord:
    """An article of the invented site `clip`."""
    values: dict[str, object] = {
        "site": "clip",
        "native_id": native_id,
        "url": f"https://clip.example/{native_id}",
        "headline": "一条消息",
        "body": body,
        "published_at": DAY,
        "published_precision": "second",
        **fields,
    }
    return ArticleRecord(**values)  # type: ignore[arg-type]


def told(record: ArticleRecord | None = None, at: datetime | None = None) -> Item:
    """An item as a line of an imported file makes it."""
    return Item(capture=None, article=record or article(), captured_at=at)


def captured(record: ArticleRecord | None, hours: float = 0, offset: int | None = None, **fields: object) -> Item:
    """An item as a capture `hours` after `DAY` makes it. Its place in the WARC file follows from the time."""
    values: dict[str, object] = {
        "url": record.url if record else "https://clip.example/list",
        "captured_at": DAY + timedelta(hours=hours),
        "outcome": "article" if record else "gone",
        "warc_file": "one.warc.gz",
        "warc_offset": int(hours * 1000) if offset is None else offset,
        **fields,
    }
    return Item(capture=CaptureRecord(**values), article=record)  # type: ignore[arg-type]


def store(engine: Engine, *items: Item, now: datetime = DAY) -> list[Stored]:
    """Store items in one transaction."""
    with writing(engine) as connection:
        return ingest(connection, items, run_id=None, now=now)
