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

_ENDS: Final = (".warc.gz", ".warc", ".wet.gz")


@frozen(kw_only=True)
class WarcFile:
    """`name`: what captures call it. `size`: its bytes, None where it is not there. `settled`: up to here no record is
    still on its way into the database: 0 while somebody writes, and where a writer was killed. `ours`: a crawl of this
    archive wrote it, so that every byte of it should be sound."""

    name: str
    path: Path
    size: int | None
    settled: int
    ours: bool

    @property
    def written_at(self) -> float:
        """When it was last written, in seconds since 1970; 0 where it is not there."""
        return self.path.stat().st_mtime if self.size is not None else 0


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
    path = home.warc / name  # an imported file's path is absolute, and stays so
    # First the size, then the marker: of a file that nobody writes, every record up to here is in the database.
    try:
        size = path.stat().st_size
    except OSError:
        return WarcFile(name=name, path=path, size=None, settled=0, ours=False)
    open_ = marker_of(path).exists()
    with reading(engine) as connection:
        ours = _is_ours(connection, name)
    return WarcFile(
        name=name, path=path, size=size, settled=0 if open_ else size, ours=ours or name.startswith("jianbao-")
    )


def _is_ours(connection: Connection, name: str) -> bool:
    """Whether a crawl wrote a file, by the first capture of it."""
    kind = (
        select(CrawlRun.kind)
        .join(Capture, Capture.run_id == CrawlRun.id)
        .where(Capture.warc_file == name)
        .order_by(Capture.warc_offset)
        .limit(1)
    )
    return connection.scalar(kind) == "crawl"
