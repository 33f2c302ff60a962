"""Walks over a list's pages: where they stop, and what they write down."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from attrs import evolve
from sqlalchemy import Engine, select

from archive.store.db import reading, writing
from archive.store.models import Frontier, Sighting
from crawler.pages.template.site import Listing, Source
from crawler.run.discovery import EVERY_RUN, Entry, LastWalk, Walk, entries_of, last_walk
from crawler.sites.registry import load_sites

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SITE = load_sites()["netease"]
SOURCE = Source(name="test", urls=("https://a/1", "https://a/2", "https://a/3"), parse=lambda text, url, at: [])


def page(*numbers: int, dated: datetime | None = None) -> list[Entry]:
    return [
        Entry(
            native_id=f"D{number}",
            url=f"https://www.163.com/{number}",
            listing=Listing(url=f"https://www.163.com/{number}", title=f"题{number}", published_at=dated),
        )
        for number in numbers
    ]


def walk(engine: Engine, pages: Sequence[list[Entry]], *, since: datetime | None = None, now: datetime = NOW) -> int:
    """Walk as the spider does; how many pages were looked at."""
    with reading(engine) as connection:
        one = Walk(site=SITE, source=SOURCE, since=since, last=last_walk(connection, SITE.name, SOURCE.name))
        for entries in pages:
            if not one.add(connection, entries):
                break
    with writing(engine) as connection:
        one.record(connection, now, whole=True)
    return one.page


def due(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(Frontier.native_id).order_by(Frontier.native_id)).scalars())


def test_the_first_walk_goes_to_the_end(engine: Engine) -> None:
    assert walk(engine, [page(9, 8), page(7, 6), page(5)]) == 3
    assert due(engine) == ["D5", "D6", "D7", "D8", "D9"]


def test_a_later_walk_stops_where_nothing_is_new(engine: Engine) -> None:
    walk(engine, [page(5, 4), page(3), page(2)])
    assert walk(engine, [page(6, 5), page(5, 4), page(3)], now=NOW + timedelta(hours=1)) == 2
    with reading(engine) as connection:
        rows = {row.native_id: row for row in connection.execute(select(Sighting))}
    assert rows["D5"].times_seen == 2
    assert rows["D5"].first_seen_at == NOW
    assert rows["D5"].last_seen_at == NOW + timedelta(hours=1)
    assert rows["D2"].times_seen == 1
    assert rows["D6"].title == "题6"


def test_a_walk_that_was_cut_short_is_walked_again(engine: Engine) -> None:
    """A page that failed for now must not hide what stands behind it."""
    broken = Walk(site=SITE, source=SOURCE)
    with reading(engine) as connection:
        assert broken.add(connection, page(5, 4))
    with writing(engine) as connection:
        broken.record(connection, NOW, whole=False)
    assert due(engine) == ["D4", "D5"]
    assert walk(engine, [page(5, 4), page(3), page(2)]) == 3
    assert due(engine) == ["D2", "D3", "D4", "D5"]


def test_what_another_crawler_wrote_meanwhile_stands(engine: Engine) -> None:
    """What it saw first was not new to this one, so only it knows what it left out."""
    walk(engine, [page(5), page(4), page(3)])
    with reading(engine) as connection:
        ours = Walk(site=SITE, source=SOURCE, last=last_walk(connection, SITE.name, SOURCE.name))
    old = page(7, dated=NOW - timedelta(days=9))
    later = NOW + timedelta(hours=1)
    assert walk(engine, [page(6) + old, page(5)], since=NOW - timedelta(days=1), now=later) == 2
    with reading(engine) as connection:
        assert not ours.add(connection, page(6, 7))
    with writing(engine) as connection:
        ours.record(connection, later, whole=True)
        assert last_walk(connection, SITE.name, SOURCE.name) == LastWalk(ended_at=later, since=NOW - timedelta(days=1))
    assert walk(engine, [page(6) + old, page(5), page(4)], now=later + timedelta(hours=1)) == 3
    assert due(engine) == ["D3", "D4", "D5", "D6", "D7"]


def test_a_list_is_due_by_its_own_time_and_the_runs() -> None:
    last = LastWalk(ended_at=NOW, since=None)
    for every, late in ((timedelta(minutes=30), timedelta(0)), (timedelta(hours=2), timedelta(hours=1, minutes=45))):
        one = Walk(site=SITE, source=evolve(SOURCE, every=every), last=last)
        assert one.is_due(NOW + late)
        assert one.is_due(NOW + late - timedelta(seconds=1)) is (every <= EVERY_RUN)
        assert evolve(one, last=None).is_due(NOW)
        assert evolve(one, last=LastWalk(ended_at=NOW, since=NOW)).is_due(NOW)


def test_since_leaves_out_what_is_older_and_stops_there(engine: Engine) -> None:
    new, old = page(9, dated=NOW), page(8, dated=NOW - timedelta(days=9))
    assert (
        walk(engine, [new + old, page(7, dated=NOW - timedelta(days=9)), page(6)], since=NOW - timedelta(days=1)) == 2
    )
    assert due(engine) == ["D9"]


def test_entries_are_the_sites_own_articles_by_their_canonical_address() -> None:
    docid = "KEQVVAU8000G440O"
    links = [
        f"https://m.163.com/news/article/{docid}.html?spss=x",
        f"https://www.163.com/news/article/{docid}.html",
        "https://news.163.com/special/x/",
        f"https://www.163.com.evil.example/news/article/{docid[::-1]}.html",
        "https://www.163.com/v/video/V12345678.html",
    ]
    assert [(entry.native_id, entry.url) for entry in entries_of(SITE, [Listing(url=link) for link in links])] == [
        (docid, f"https://www.163.com/news/article/{docid}.html")
    ]
