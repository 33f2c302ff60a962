"""Captured pages of strangers, as records in an archive's WARC files."""

from sqlalchemy import Engine, select

from archive.settings import Home
from archive.store.db import reading
from archive.store.models import Capture
from tests.archive.make import article, captured, store
from tests.crawler.warc.test_writer import exchange, folder

URL = "https://clip.example/hostile"


def captured_page(engine: Engine, home: Home, content: bytes) -> int:
    """A capture of this page, with its record in a file; its number."""
    writer = folder(home.warc)
    place = writer.write(exchange(url=URL, payload=content, headers=[("Content-Type", "text/html; charset=utf-8")]))
    writer.close()
    its = {"warc_file": place.file, "warc_length": place.length, "digest": place.digest, "url": URL}
    store(engine, captured(article("h:1", url=URL), offset=place.offset, **its))
    with reading(engine) as connection:
        number = connection.scalar(select(Capture.id).where(Capture.url == URL))
    assert number is not None
    return number
