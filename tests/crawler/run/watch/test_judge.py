"""A run's findings on a real database: each measure raised, kept open and closed; and runs that raise nothing."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine, insert, select

from archive.errors import PersonNeeded
from archive.store.db import reading, writing
from archive.store.models import CrawlRun, Measure
from archive.watch.alarms import Alarm, close, open_alarms
from archive.watch.measures import State, save
from archive.watch.usual import Period
from crawler.pages.template.site import WATCHED, Expect, Site, Source
from crawler.run.reading.measured import Measured
from crawler.run.trouble.seen import Seen
from crawler.run.watch import judge as judging
from crawler.run.watch.findings import Findings, SeenList, SeenPage
from crawler.run.watch.judge import Ran, Told, judge
from tests.archive.make import DAY

HOST = "www.clip.example"
FULL = tuple(name in ("headline", "published_at", "editor") for name in WATCHED)
SITE = Site(
    name="clip",
    title="剪报",
    hosts=("clip.example",),
    target=lambda url: None,
    sources=(
        Source(name="front", urls=("https://www.clip.example/",), parse=lambda *_: [], expect=5),
        Source(name="perhaps", urls=("https://www.clip.example/p",), parse=lambda *_: [], expect=0),
    ),
    expect=(Expect(measure="field:headline", least=0.98, why="each page has one"),),
)


@attrs.define
class Crawls:
    """Runs of one site, one every half hour, of which only the findings are made up."""

    engine: Engine
    now: datetime = DAY
    number: int = 0
    told: Told = attrs.field(factory=Told)

    def run(
        self,
        *pages: Measured,
        new: int = 0,
        lists: dict[str, int | None] | None = None,
        seen: dict[str, Seen] | None = None,
        answered: bool = True,
        whole: bool = True,
        backfill: bool = False,
        later: timedelta = timedelta(minutes=30),
    ) -> list[tuple[str, str]]:
        """One run; the measures and scopes whose alarms are open after it."""
        self.now += later
        self.number += 1
        findings = Findings(sites=["clip"], started=self.now, share=0.05, whole=whole, backfill=backfill)
        for number, one in enumerate(pages):
            url = f"https://{HOST}/{self.number}/{number}"
            page = SeenPage(
                host=HOST, again=False, measured=one, capture_id=number + 1, article_id=number + 100, url=url
            )
            findings.add("clip", page, new=False)
        findings.new["clip"] = new
        for name, entries in (lists or {}).items():
            findings.add_list("clip", name, SeenList(url=f"https://{HOST}/{name}", entries=entries, reason="HTTP 404"))
        with writing(self.engine) as connection:
            values = {"id": self.number, "kind": "crawl", "sites": ["clip"], "state": "running"}
            connection.execute(insert(CrawlRun).values(**values, started_at=self.now))
            every = {HOST: Seen(answered=True, well=True), **(seen or {})}
            ran = Ran(id=self.number, seen=every, answered=answered, stopped=False)
            self.told = judge(ran, findings, connection, self.now)
            return [(one.measure, one.scope) for one in open_alarms(connection)]

    def alarm(self) -> Alarm:
        """The only alarm that is open."""
        with reading(self.engine) as connection:
            [alarm] = open_alarms(connection)
        return alarm

    def know(self, measure: str, scope: str, middle: float, spread: float = 0.0) -> None:
        """What is usual, by 28 periods."""
        history = [Period(n=50, middle=middle, spread=spread)] * 28
        with writing(self.engine) as connection:
            save(connection, {("clip", measure, scope): State(begun_at=self.now, history=history)}, ())


@pytest.fixture
def crawls(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Crawls:
    monkeypatch.setattr(judging, "load_sites", lambda: {"clip": SITE})
    monkeypatch.setattr(judging, "find_site", lambda url: SITE if "clip.example" in url else None)
    return Crawls(engine)


def page(**values: Any) -> Measured:
    return Measured(**{"template": "clip-story", "filled": FULL, "length": 800, **values})


def lacking(name: str) -> Measured:
    return page(filled=tuple(has and field != name for field, has in zip(WATCHED, FULL, strict=True)))


UNKNOWN = Measured(template="clip-story", unknown=True)


def test_a_template_that_fits_no_more(crawls: Crawls) -> None:
    assert crawls.run(*[page()] * 6) == []
    assert crawls.run(page(), page(), UNKNOWN, UNKNOWN, UNKNOWN) == [("unknown_template", "clip-story")]
    alarm = crawls.alarm()
    assert [one.url for one in alarm.examples] == [f"https://{HOST}/2/{n}" for n in (2, 3, 4)]
    assert (alarm.now, alarm.run_id, alarm.raised_at) == ("3 of 5 pages fit no template", 2, crawls.now)
    assert alarm.next_command == "jianbao site draft --template clip-story -o drafts/"
    assert alarm.usual.startswith("at most 1.0 % of pages fit no template")
    error = crawls.told.error()
    assert isinstance(error, PersonNeeded)
    assert "clip/clip-story: unknown_template is 3 of 5 pages fit no template" in str(error)
    assert crawls.run(*[UNKNOWN] * 4) == [("unknown_template", "clip-story")]
    assert str(crawls.told.error()) == ""  # a person was told half an hour ago
    assert crawls.run() == [("unknown_template", "clip-story")]  # nothing came
    assert crawls.run(later=timedelta(days=1)) == [("unknown_template", "clip-story")]
    assert str(crawls.told.error()) != ""
    crawls.run(*[UNKNOWN] * 20)
    assert crawls.run(*[page()] * 5) == []
    assert [one.id for one in crawls.told.well] == [alarm.id]


def test_a_field_that_is_no_longer_read(crawls: Crawls) -> None:
    key = ("field:editor", "clip-story")
    crawls.know(*key, 0.05)
    assert crawls.run(*[page()] * 9, lacking("editor")) == []
    assert crawls.run(*[lacking("editor")] * 6) == [key]
    assert crawls.alarm().now == "0 of 6 articles have editor"
    assert crawls.alarm().usual == "at least 95 % of articles have editor (by the last 28 periods)"
    assert crawls.alarm().next_command == "jianbao explain 105"
    assert crawls.run(lacking("editor")) == [key]
    assert crawls.run(*[page()] * 20) in ([], [key])
    assert crawls.run(*[page()] * 5) == []


def test_what_a_site_declares_needs_no_history(crawls: Crawls) -> None:
    assert crawls.run(*[lacking("headline")] * 4) == [("field:headline", "clip-story")]
    assert crawls.alarm().usual == "at least 98 % of articles have headline (declared: each page has one)"
    with writing(crawls.engine) as connection:
        close(connection, crawls.alarm().id, "they show none any more", crawls.now)
    assert crawls.run(*[lacking("headline")] * 9) == []  # nobody is called twice for it
    assert crawls.run(*[page()] * 20, later=timedelta(hours=7)) == []
    assert crawls.run(*[lacking("headline")] * 4) == [("field:headline", "clip-story")]


def test_doubtful_pages(crawls: Crawls) -> None:
    crawls.know("doubtful", "", 0.02)
    doubtful = Measured(doubtful=True)
    assert crawls.run(page(), doubtful, *[page()] * 8) == []
    assert crawls.run(*[doubtful] * 8, seen={HOST: Seen(answered=True)}) == []  # an hour of the host's own
    assert crawls.run(*[page()] * 4) == []
    assert crawls.run(*[doubtful] * 4, page()) == [("doubtful", "")]
    assert crawls.run(*[doubtful] * 4) == [("doubtful", "")]
    assert crawls.run(*[page()] * 30) in ([], [("doubtful", "")])
    assert crawls.run(*[page()] * 5) == []


def test_a_root_that_lost_a_part_and_texts_that_are_shorter(crawls: Crawls) -> None:
    crawls.know("witness", "clip-story", 0.9, 0.05)
    crawls.know("length", "clip-story", 6.7, 0.6)
    assert crawls.run(*[page(whole_share=0.88)] * 3) == []
    assert crawls.run(*[page(whole_share=0.3)] * 3) == [("witness", "clip-story")]
    assert crawls.alarm().now == "30 %, the median of 3 pages"
    assert crawls.run(page(whole_share=0.3)) == [("witness", "clip-story")]
    assert crawls.run(*[page(whole_share=0.9)] * 5) == []
    assert crawls.run(*[page(length=20)] * 6) == [("length", "clip-story")]
    assert crawls.alarm().now == "20 characters, the median of 6 pages"
    assert crawls.run(page(length=20)) == [("length", "clip-story")]
    assert crawls.run(*[page()] * 6) == []


def test_a_list_that_is_dead_for_three_runs(crawls: Crawls) -> None:
    dead = {"front": None, "perhaps": None}
    assert crawls.run(lists=dead) == []
    assert crawls.run(lists=dead, answered=False) == []  # our own network
    assert crawls.run(lists={"front": 0, "perhaps": 0}) == []
    assert crawls.run(lists=dead) == [("list", "front")]  # the other may be gone for years
    assert crawls.alarm().now == "HTTP 404, 3 runs in a row"
    assert [one.url for one in crawls.alarm().examples] == [f"https://{HOST}/front"]
    assert crawls.run(lists=dead) == [("list", "front")]
    assert crawls.run(lists={"front": 9, "perhaps": None}) == []


def test_a_list_that_may_be_gone_is_missed_once_it_was_there(crawls: Crawls) -> None:
    for _ in range(9):
        crawls.run(lists={"perhaps": 12}, later=timedelta(hours=6))
    assert [crawls.run(lists={"perhaps": None}) for _ in range(3)] == [[], [], [("list", "perhaps")]]


def test_a_list_that_names_less(crawls: Crawls) -> None:
    for _ in range(9):
        assert crawls.run(lists={"front": 40}, later=timedelta(hours=6)) == []
    assert crawls.run(lists={"front": 21}) == []
    assert [crawls.run(lists={"front": 12}) for _ in range(3)] == [[], [], [("entries", "front")]]
    assert crawls.alarm().usual == "20 articles or more (by the last 9 periods)"
    assert crawls.run(lists={"front": 3}) == [("entries", "front")]
    assert crawls.run(lists={"front": 40}) == []


def test_a_ban(crawls: Crawls) -> None:
    refused = Seen(answered=True, left="5 pages in a row were in vain", refused=5, shown=["https://www.clip.example/9"])
    assert crawls.run(*[Measured(doubtful=True)] * 5, seen={HOST: refused}) == [("ban", HOST)]
    assert crawls.alarm().now == "it refuses us: 5 pages in a row were in vain"
    assert crawls.alarm().next_command == "jianbao --set site.clip.delay=5 crawl clip --limit 1 -v"
    assert crawls.run(seen={HOST: refused}) == [("ban", HOST)]
    assert crawls.run(seen={HOST: Seen(answered=True)}) == [("ban", HOST)]  # it was not asked for a page
    assert crawls.run(page()) == []


def test_a_ban_of_a_whole_site_whose_hosts_have_few_pages_each(crawls: Crawls) -> None:
    refused = Seen(answered=True, left="5 pages in a row were in vain", refused=5, shown=["https://a.clip.example/9"])
    some = Seen(answered=True, refused=2)
    seen = {"clip": refused, HOST: some, "a.clip.example": some}
    assert crawls.run(seen=seen) == [("ban", "")]
    assert crawls.run(seen=seen) == [("ban", "")]
    assert crawls.run(seen={"clip": Seen(answered=True, well=True)}) == []


def test_a_host_in_trouble_is_told_after_three_runs(crawls: Crawls) -> None:
    down = Seen(answered=True, left="5 pages in a row were in vain, the last one: http_503")
    assert [crawls.run(seen={HOST: down}) for _ in range(3)] == [[], [], [("ban", HOST)]]
    assert crawls.run(page()) == []


def test_too_few_articles(crawls: Crawls) -> None:
    hours = timedelta(hours=3)
    for _ in range(8 * 9):
        crawls.run(new=12, later=hours)
    assert crawls.run(new=0, whole=False, later=timedelta(hours=20)) == []
    for _ in range(8 * 2):
        found = crawls.run(new=0, later=hours)
    assert found == [("articles", "")]
    assert crawls.alarm().usual == "96 new articles a day, and never fewer than 84 (by the last 9 periods)"
    for _ in range(8):
        assert crawls.run(new=0, later=hours) == [("articles", "")]
    for _ in range(9):
        found = crawls.run(new=12, later=hours)
    assert found == []


def test_what_raises_nothing(crawls: Crawls) -> None:
    """A first run of an empty archive, a backfill, days without a run, a week of null runs."""
    bare = page(filled=(False,) * len(WATCHED), at=DAY, published_at=DAY - timedelta(days=400))
    assert crawls.run(*[page(at=DAY, published_at=DAY)] * 100, *[bare] * 100, new=200) == []
    assert crawls.run(*[attrs.evolve(UNKNOWN, at=DAY, published_at=DAY - timedelta(days=90))] * 50, backfill=True) == []
    odd = page(at=DAY, published_at=DAY + timedelta(days=4000))  # a clock of its own makes no other page old
    old = attrs.evolve(UNKNOWN, at=DAY, published_at=DAY - timedelta(days=50))
    assert crawls.run(odd, old, old, old) == [("unknown_template", "clip-story")]
    with writing(crawls.engine) as connection:
        close(connection, crawls.alarm().id, "seen", crawls.now)
    for _ in range(8 * 9):
        crawls.run(new=12, lists={"front": 40}, later=timedelta(hours=3))
    assert crawls.run(new=0, later=timedelta(days=5)) == []
    with reading(crawls.engine) as connection:
        before = connection.execute(select(Measure).order_by(Measure.measure)).all()
    for _ in range(10):
        assert crawls.run(answered=False) == []
    with reading(crawls.engine) as connection:
        assert connection.execute(select(Measure).order_by(Measure.measure)).all() == before
        assert len(before) < 20


def test_an_alarm_of_a_list_that_is_polled_no_more_is_closed(crawls: Crawls, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        found = crawls.run(lists={"front": None})
    assert found == [("list", "front")]
    monkeypatch.setattr(judging, "load_sites", lambda: {"clip": attrs.evolve(SITE, sources=())})
    assert crawls.run(page()) == []
