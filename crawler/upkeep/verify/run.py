"""One verification: the database, then every WARC file, finding by finding."""

from collections.abc import Callable, Iterator

from attrs import define, field
from sqlalchemy import Engine

from archive.settings import Home
from crawler.upkeep.verify import files
from crawler.upkeep.verify.finding import Finding
from crawler.upkeep.verify.records import FileCheck

Progress = Callable[[str, int, int], None]
"""Takes what is being looked at, and how much of how much of it is done."""


@define
class Verification:
    """See the module. Afterwards: how much was looked at (`files`, `bytes`, `records`, `articles`), and what is odd but
    no fault of the archive's (`notes`)."""

    home: Home
    engine: Engine
    progress: Progress = lambda step, done, total: None
    files: int = 0
    bytes: int = 0
    records: int = 0
    articles: int = 0
    notes: list[str] = field(factory=list)

    def run(self) -> Iterator[Finding]:
        """Every finding, as it comes."""
        for name in files.names(self.home, self.engine):
            yield from self._file(name)

    def _file(self, name: str) -> Iterator[Finding]:
        file = files.look_at(self.home, self.engine, name)
        size = file.size or 0
        check = FileCheck(self.engine, file, on_place=lambda offset: self.progress(name, offset, size))
        yield from check.run()
        self.progress(name, size, size)
        self.files += 1
        self.bytes += check.at - check.start
        self.records += check.records
        self.notes += check.notes

    def summary(self) -> str:
        """What was looked at, for a person."""
        return f"{self.articles} articles, {self.records} records in {self.files} WARC files ({self.bytes:,} bytes)"
