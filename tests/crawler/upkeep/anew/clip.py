"""An invented site, `clip`, in several generations of its site file: what our rules made of its pages yesterday, and
what they make of them today. Its pages go through a real WARC file into a real database, without a process or a
network."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from sqlalchemy import Engine, select

from archive.errors import UsageError
from archive.ingest.transaction import ingest
from archive.settings import Home
from archive.store.db import open_engine, writing
from archive.store.table import Base
from crawler.capture.again import Reading, Stored
from crawler.capture.hearing import Hearing
from crawler.capture.rereading import work
from crawler.capture.version import extractor_version
from crawler.run.reading.answer import Answer, read
from crawler.run.run import open_run
from crawler.run.store import store
from crawler.upkeep.reextract.choose import Wanted
from crawler.upkeep.reextract.report import Report
from crawler.upkeep.reextract.run import Reextract
from crawler.upkeep.verify.run import Verification
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import Repeats
from tests.crawler.warc.test_writer import exchange, folder

HOST = "www.clip.example"
DAY = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

_SITE = '''"""Invented."""
import re
from crawler.pages.page import Outcome
from crawler.pages.template.readers import text
from crawler.pages.template.site import Site, Target
from crawler.pages.template.template import Template

def target(url):
    found = re.match(r"^https?://www\\.clip\\.example/a/(\\d+)\\.html$", url)
    return Target(kind="article", native_id=found[1], url=url) if found else None

def template(name, body, **more):
    fields = (("headline", text("h1")), ("published_at", text(".at"))) + more.pop("fields", ())
    return Template(name=name, body=(body,), fields=fields, **more)

SITE = Site(name="clip", title="剪报", hosts=("www.clip.example",), target=target, templates=({templates}))
'''
OLD = 'template("old", "#text .inner"),'
"""Yesterday's rules: the text alone, without the lines beside it."""
WIDE = 'template("old", "#text", fields=(("source_name", text(".from")),)),'
"""Today's: all of the text, and its source."""
NEW = WIDE + 'template("new", "#neu"),'
"""Today's, with a template for what was unknown."""
SOURCE = 'template("old", "#text .inner", fields=(("source_name", text(".from")),)),'
GALLERY = 'template("old", "#text", outcome=Outcome.GALLERY),'
"""A change for the worse."""


def lines(number: int, edition: int = 0) -> list[str]:
    """The lines of an article's text."""
    what = ("河堤", "茶市", "渡口", "粮仓", "书院", "灯塔", "盐场", "纸坊")[number % 8]
    return [
        f"{what}上的人第{number}次在清晨五点开张，掌柜们把算盘挂在门外，等着雾慢慢散去。",
        f"午后的价钱跌了{number + 1}成{edition}分，{what}的老客不动声色，照旧喝他的第{number + 2}泡。",
        f"收市的时候，{what}的价钱又回到了早上，更夫敲过二更，只剩下{number}盏灯。",
    ]


def page(number: int, edition: int = 0, *, unknown: bool = False, beside: str = "") -> bytes:
    """A page whose text has one line outside of `.inner`. `beside`: what may change and is no text."""
    first, *rest = lines(number, edition)
    inner = "".join(f"<p>{line}</p>" for line in rest)
    body = f'<div id="{"neu" if unknown else "text"}"><p>{first}</p><div class="inner">{inner}</div></div>'
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>第{number}条消息_剪报</title></head><body>
<h1>第{number}条消息</h1><span class="at">2026-03-01 11:0{number % 10}:00</span> <span class="from">河边晚报</span>
{body}<!-- {beside} --></body></html>""".encode()


def address(number: int) -> str:
    """Where it stands."""
    return f"https://{HOST}/a/{number}.html"


class Inline:
    """What `Extraction` and `Rereading` do, in this process."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs

    def __enter__(self) -> "Inline":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def pages(self, raws: Iterable[RawCapture], hearing: Hearing) -> Iterator[Answer]:
        """See `Extraction.pages`."""
        yield from (read(raw, hearing) for raw in raws)

    def all(self, every: Iterable[Stored]) -> Iterator[Reading | UsageError | None]:
        """See `Rereading.all`."""
        for one in every:
            yield from work((one,))


@define
class Clip:
    """An archive of the site. `rules`: takes another generation of the site file."""

    home: Home
    engine: Engine
    rules: Callable[[str], None]
    taken: set[tuple[str, int]] = field(factory=set)

    def capture(self, *pages: tuple[str, bytes, float], status: int = 200, repeats: Repeats | None = None) -> None:
        """Addresses with their answers and when they came, in hours after `DAY`: written, read and stored as a run
        does it."""
        writer = folder(self.home.warc)
        for url, payload, hours in pages:
            at = DAY + hours * HOUR
            headers = [("Content-Type", "text/html; charset=utf-8")]
            status = 304 if repeats else status
            answer = exchange(url=url, payload=payload, fetched_at=at, headers=headers, repeats=repeats, status=status)
            writer.write(answer)
        writer.close()
        self.take_in()

    def take_in(self) -> None:
        """Store what the WARC files hold that was not taken in yet, as an import does."""
        run = open_run(self.home, [], kind="import", now=lambda: DAY)
        for path in sorted(self.home.warc.glob("*.warc.gz")):
            for record in read_records(path, path.name):
                if isinstance(record, Record) and record.raw and (path.name, record.offset) not in self.taken:
                    self.taken.add((path.name, record.offset))
                    store(run, [read(record.raw)])
        run.answered = True
        run.finish()

    def reextract(self, *, dry: bool = False, most: int = 0, **wanted: Any) -> Report:
        """`jianbao reextract`."""
        version = extractor_version()
        report = Report(version=version, dry=dry, most=most)
        run = None if dry else open_run(self.home, [], kind="reextract", now=lambda: DAY + 1000 * HOUR)
        work = Reextract(self.home, self.engine, Wanted(version=version, **wanted), report, run)
        work.work(Inline())  # type: ignore[arg-type]
        if run is not None:
            run.answered = True
            run.finish()
        return report

    def findings(self) -> list[str]:
        """What `jianbao verify` says."""
        return [str(one) for one in Verification(home=self.home, engine=self.engine).run()]

    def rows(self, model: type[Base], *columns: str, where: str = "") -> list[tuple[Any, ...]]:
        """Columns of every row, in the order of the rows' numbers."""
        table = model.__table__
        with self.engine.connect() as connection:
            query = select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
            return [tuple(row) for row in connection.execute(query)]


def make(folder: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Clip:
    """An empty archive, and yesterday's site file."""

    def rules(templates: str) -> None:
        sites = folder / f"sites-{len(list(folder.glob('sites-*')))}"
        sites.mkdir()
        (sites / "clip.py").write_text(_SITE.replace("{templates}", templates), "utf-8")
        monkeypatch.setenv("JIANBAO_SITES", str(sites))

    rules(OLD)
    home = Home(path=folder / "home", database=database)
    return Clip(home, open_engine(database), rules)


def told(engine: Engine, item: Any) -> None:
    """Take in an article of which there is no page."""
    with writing(engine) as connection:
        ingest(connection, [item], run_id=None, now=DAY)
