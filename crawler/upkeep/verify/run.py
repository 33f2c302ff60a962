"""One verification: the database's own pages, its articles, its indexes, its counts, then every WARC file."""

from collections.abc import Callable, Iterator

from attrs import define, field
from sqlalchemy import Engine, func, select

from archive.settings import Home
from archive.store.db import reading
from archive.store.models import Article
from crawler.upkeep.verify import articles, export, files, fulltext, pages, wholes
from crawler.upkeep.verify.finding import Finding
from crawler.upkeep.verify.records import FileCheck

Progress = Callable[[str, int, int], None]
"""Takes what is being looked at, and how much of how much of it is done."""


@define
class Verification:
    """See the module. Afterwards: how much was looked at (`files`, `bytes`, `records`, `articles`), the number of the
    last article, 0 where it was the last of all (`last_article`), and what is odd but no fault of the archive's
    (`notes`)."""

    home: Home
    engine: Engine
    progress: Progress = lambda step, done, total: None
    files: int = 0
    bytes: int = 0
    records: int = 0
    articles: int = 0
    last_article: int = 0
    notes: list[str] = field(factory=list)

    def run(self) -> Iterator[Finding]:
        """Every finding, as it comes."""
        yield from self.look_at_database()
        yield from self.look_at_articles(0, None)
        for name in files.names(self.home, self.engine):
            yield from self.look_at_file(self.check_of(name))

    def summary(self) -> str:
        """What was looked at, for a person."""
        return f"{self.articles} articles, {self.records} records in {self.files} WARC files ({self.bytes:,} bytes)"

    def look_at_database(self) -> Iterator[Finding]:
        """The whole database but for what is looked at article by article."""
        with reading(self.engine) as connection:
            self.progress("database", 0, 1)
            yield from pages.check(connection, self.notes)
            yield from wholes.check(connection)
            yield from export.check(connection, self.home.export, self.notes)
            total = connection.scalar(select(func.count()).select_from(Article)) or 0
            yield from fulltext.check(connection, lambda done: self.progress("full text", done, total))
        self.progress("database", 1, 1)

    def look_at_articles(self, behind: int, most: int | None) -> Iterator[Finding]:
        """The articles whose numbers are higher than `behind`, at least `most` of them, None: all."""
        with reading(self.engine) as connection:
            total = connection.scalar(select(func.max(Article.id))) or 0
        self.last_article, done = behind, 0
        while most is None or done < most:
            with reading(self.engine) as connection:
                found, last, count = articles.check(connection, self.last_article)
            if not count:
                self.last_article = 0
                break
            yield from found
            self.last_article, done = last, done + count
            self.articles += count
            self.progress("articles", last, total)

    def check_of(self, name: str, start: int = 0, most: int | None = None) -> FileCheck:
        """A WARC file, ready to be looked at (`FileCheck`)."""
        file = files.look_at(self.home, self.engine, name)
        size = file.size or 0
        return FileCheck(
            self.engine, file, start, most, on_place=lambda offset: self.progress(name, offset, max(1, size))
        )

    def look_at_file(self, check: FileCheck) -> Iterator[Finding]:
        """One WARC file."""
        yield from check.run()
        self.files += 1
        self.bytes += max(0, check.at - check.start)
        self.records += check.records
        self.notes += check.notes
