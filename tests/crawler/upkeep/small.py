"""A small archive, made in process as a crawl and an import make it: pages in WARC files of our own, and their rows."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy import Engine, make_url, text

from archive.settings import Home
from archive.store.db import writing
from crawler.capture.role import role_of
from crawler.run.reading.answer import STORED, read
from crawler.run.run import open_run
from crawler.run.store import store
from crawler.upkeep.verify.finding import Finding
from crawler.upkeep.verify.run import Verification
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import Exchange, Position, Repeats, WarcFolder
from tests.crawler.warc.odd import LINES, page, url

BEGIN = datetime(2025, 11, 1, tzinfo=UTC)
_LATER = timedelta(minutes=1)


def exchange(number: int, lines: Sequence[str] = LINES, *, later: int = 0, repeats: Repeats | None = None) -> Exchange:
    """The answer for the invented article `number`."""
    return Exchange(
        url=url(number),
        fetched_at=BEGIN + (number + later) * _LATER,
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        payload=page(number, lines),
        request_headers=(("Host", "news.example.cn"),),
        repeats=repeats,
    )


@frozen
class Small:
    """An archive and its home."""

    home: Home
    engine: Engine

    def write(self, *exchanges: Exchange, settled: bool = True) -> list[Position]:
        """Write answers into a WARC file of its own, as the runs of a day do."""
        day = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=len(list(self.home.warc.glob("*.warc.gz"))))
        folder = WarcFolder(path=self.home.warc, max_bytes=10**9, info={"software": "test"}, now=lambda: day)
        places = [folder.write(one) for one in exchanges]
        folder.close(settled=settled)
        return places

    def take_in(self, *files: Path) -> None:
        """Store what WARC files hold, in this process: files as an import does; without any, those of the home as a
        crawl does."""
        run = open_run(self.home, [], kind="import" if files else "crawl")
        for path in files or sorted(self.home.warc.glob("*.warc.gz")):
            name = path.name if path.parent == self.home.warc else str(path)
            for one in read_records(path, name):
                if isinstance(one, Record) and one.raw is not None and role_of(one.raw) in STORED:
                    store(run, [read(one.raw)])
        run.answered = True
        assert run.finish() is None

    def path(self, place: Position) -> Path:
        """The file that a record stands in."""
        return self.home.warc / place.file

    def execute(self, statement: str, **values: Any) -> None:
        """Change the database behind everybody's back."""
        with writing(self.engine) as connection:
            connection.execute(text(statement), values)

    def rows(self, statement: str) -> list[Any]:
        """What a query gives."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def verification(self) -> Verification:
        """A verification that is still to be run."""
        return Verification(home=self.home, engine=self.engine)

    def findings(self) -> list[Finding]:
        """What `jianbao verify` finds."""
        return list(self.verification().run())

    def kinds(self) -> list[str]:
        """The kinds of what it finds, each once."""
        return sorted({one.kind for one in self.findings()})


def make(url: str, tmp_path: Path, engine: Engine, pages: int) -> tuple[Small, list[Position]]:
    """An archive with so many articles, and where their records stand."""
    inside = make_url(url).get_backend_name() == "sqlite"
    folder = Path(str(make_url(url).database)).parent if inside else tmp_path / "home"
    small = Small(Home(path=folder, database=url), engine)
    places = small.write(*(exchange(number) for number in range(pages)))
    small.take_in()
    return small, places


def spoil(path: Path, offset: int) -> None:
    """Turn one byte round."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def forge(path: Path, place: Position, old: bytes, new: bytes) -> None:
    """Write a record anew with other bytes in it and its old digests, as whole gzip; the file's length may change."""
    data = path.read_bytes()
    record = gzip.decompress(data[place.offset : place.offset + place.length])
    assert old in record
    assert len(old) == len(new)
    packed = gzip.compress(record.replace(old, new))
    path.write_bytes(data[: place.offset] + packed + data[place.offset + place.length :])
