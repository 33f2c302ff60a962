"""The WARC files of an archive: those that its folder holds and those that its rows name; and up to where each can be
held against its rows while crawlers write."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, Engine, func, select

from archive.settings import Home
from archive.store.db import reading
from archive.store.models import Capture, CrawlRun
from crawler.warc.marker import marker_of
from crawler.warc.name import FILE as crawler_file  # noqa: N811 - a name in lower case, as it stands in the home

_ENDS: Final = (".warc.gz", ".warc", ".wet.gz")


@frozen(kw_only=True)
class WarcFile:
    """`name`: what captures call it. `size`: its bytes, None where it is not there. `settled`: up to here no record is
    still on its way into the database: 0 while somebody writes or takes it in, and where one who did was killed.
    `ours`: a crawl of this archive wrote it, so that every byte of it should be sound. `unfinished`: its import did not
    come to an end, or goes on. `elsewhere`: it is not there, and stands in another crawler's home."""

    name: str
    path: Path
    size: int | None
    settled: int
    ours: bool
    unfinished: bool = False
    elsewhere: bool = False


def names(home: Home, engine: Engine) -> list[str]:
    """Every file that is there or is named by a capture, as captures call it."""
    found = {path.name for path in home.warc.glob("*") if path.name.endswith(_ENDS)} if home.warc.is_dir() else set()
    with reading(engine) as connection:
        found.update(named(connection))
    return sorted(found)


def named(connection: Connection) -> Iterator[str]:
    """The files that captures name, each found by the index alone."""
    last = ""
    while True:
        query = select(func.min(Capture.warc_file)).where(Capture.warc_file > last)
        name = connection.scalar(query)
        if name is None:
            return
        last = name
        yield name


def look_at(home: Home, engine: Engine, name: str) -> WarcFile:
    """A file as it is now."""
    path = home.warc_file(name)
    # First the size, then the marker: of a file that nobody writes, every record up to here is in the database.
    try:
        size = path.stat().st_size
    except OSError:
        with reading(engine) as connection:
            elsewhere = _is_elsewhere(home, connection, name)
        return WarcFile(name=name, path=path, size=None, settled=0, ours=False, elsewhere=elsewhere)
    on_its_way = marker_of(path).exists()
    with reading(engine) as connection:
        ours = _is_ours(connection, name)
        unfinished = not ours and not _is_taken_in(connection, name)
    settled = 0 if on_its_way or unfinished else size
    return WarcFile(name=name, path=path, size=size, settled=settled, ours=ours, unfinished=unfinished)


def _is_ours(connection: Connection, name: str) -> bool:
    """Whether a crawl of this archive wrote a file: the run that stored its first capture tells; where none is known,
    the name. A file without a row may be the one that an import takes in that goes on, or did not come to an end."""
    rows = select(Capture.id, CrawlRun.kind).outerjoin(CrawlRun, CrawlRun.id == Capture.run_id)
    first = connection.execute(rows.where(Capture.warc_file == name).order_by(Capture.warc_offset).limit(1)).first()
    if first is not None and first.kind is not None:
        return bool(first.kind == "crawl")
    newest = select(CrawlRun.state).where(CrawlRun.kind == "import").order_by(CrawlRun.id.desc()).limit(1)
    under_way = first is None and connection.scalar(newest) not in (None, "finished")
    return name.startswith("jianbao-") and not under_way


def _is_taken_in(connection: Connection, name: str) -> bool:
    """Whether an import has come to its end since the last one that stored something of a file."""
    last = connection.scalar(select(func.max(Capture.run_id)).where(Capture.warc_file == name))
    if last is None:
        return bool(connection.scalar(select(func.count()).select_from(Capture).where(Capture.warc_file == name)))
    ended = select(CrawlRun.id).where(CrawlRun.id >= last, CrawlRun.kind != "crawl", CrawlRun.state == "finished")
    return connection.scalar(ended.limit(1)) is not None


def _is_elsewhere(home: Home, connection: Connection, name: str) -> bool:
    """Whether runs of another home stored all that is stored of a file: crawlers may share a database."""
    file = home.path / crawler_file
    own = file.read_text("utf-8", "replace").strip() if file.is_file() else None
    query = select(CrawlRun.crawler).join(Capture, Capture.run_id == CrawlRun.id).where(Capture.warc_file == name)
    crawlers = set(connection.scalars(query.distinct()))
    return bool(crawlers) and None not in crawlers and own not in crawlers
