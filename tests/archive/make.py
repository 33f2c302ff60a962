"""Short ways to make items for the archive's tests."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

from sqlalchemy import Engine, func, select, text

from archive.ingest.transaction import ingest
from archive.store.db import writing
from archive.store.models import Article
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
    """An item as a capture `hours` after `DAY` makes it. Its place in the WARC file follows from the time, and its
    digest from the text."""
    values: dict[str, object] = {
        "url": record.url if record else "https://clip.example/list",
        "captured_at": DAY + timedelta(hours=hours),
        "outcome": "article" if record else "gone",
        "digest": f"sha1:{crc32((record.body if record else '').encode('utf-8', 'replace')):08X}",
        "warc_file": "one.warc.gz",
        "warc_offset": int(hours * 1000) if offset is None else offset,
        **fields,
    }
    return Item(capture=CaptureRecord(**values), article=record)  # type: ignore[arg-type]


def store(engine: Engine, *items: Item, now: datetime = DAY) -> list[Stored]:
    """Store items in one transaction."""
    with writing(engine) as connection:
        return ingest(connection, items, run_id=None, now=now)


_FILL = (
    """INSERT INTO article (id, site, native_id, url, headline, body, authors, keywords, images, flags, confidence,
        blocks, first_captured_at, last_captured_at, revision, cluster_id)
    {series} SELECT n, 'clip', 'old:' || n, 'https://clip.example/old/' || n, '旧题', :body, '[]', '[]', '[]', '[]',
        1.0, '[]', :at, :at, 1, n FROM n""",
    """INSERT INTO capture (id, article_id, url, captured_at, outcome, warc_file, warc_offset, site, native_id,
        text_digest)
    {series} SELECT n, n, 'https://clip.example/old/' || n, :at, 'article', 'old.warc.gz', n * 10000, 'clip',
        'old:' || n, hex(n) FROM n""",
    """INSERT INTO revision (article_id, number, capture_id, captured_at, digest)
    {series} SELECT n, 1, n, :at, hex(n) FROM n""",
    """INSERT INTO frontier (site, native_id, url, state, due_at, attempts, outcome)
    {series} SELECT 'clip', 'old:' || n, 'https://clip.example/old/' || n, 'done', :at, 1, 'article' FROM n""",
    """INSERT INTO sighting (site, source, native_id, url, first_seen_at, last_seen_at, times_seen)
    {series} SELECT 'clip', 'front', 'old:' || n, 'https://clip.example/old/' || n, :at, :at, 3 FROM n""",
)


def fill(engine: Engine, rows: int, body: str = "旧文") -> None:
    """That many more articles of `clip` in SQLite, all long done, without going through the ingest: each with its
    capture, revision, sighting and frontier row. Their native ids are `old:` and their number."""
    with writing(engine) as connection:
        first = (connection.scalar(select(func.max(Article.id))) or 0) + 1
        series = f"WITH RECURSIVE n (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n WHERE n < {first + rows - 1})"
        for statement in _FILL:
            values = {"at": "2025-01-01 00:00:00.000000", "body": body}
            sql = text(statement.format(series=series))
            connection.execute(sql, {name: values[name] for name in values if f":{name}" in statement})
