"""Which captures were taken together, and what they give, whatever the order in which they come in: on both
databases, without a process or a network."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive.config.declared import Settings
from archive.raw import Place
from archive.settings import Home
from archive.store.db import open_engine, reading
from archive.store.models import Article, Capture, Revision
from crawler.capture.looks import Seen, looks
from crawler.run.reading.answer import read
from crawler.run.run import open_run
from crawler.run.store import store
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Record, read_records
from tests.crawler.run import paged
from tests.crawler.warc.test_writer import exchange, folder

DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
EDITED = {**paged.LINES, 2: ["第二页说，午后的茶价跌了两成。", paged.LINES[2][1]]}


def seen(minute: int, number: int) -> Seen:
    return Seen(
        DAY + timedelta(minutes=minute), number, f"https://x.example/{number}", Place("f", minute, None, "", "")
    )


captures = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), unique=True, max_size=20)


@given(captures, st.randoms(use_true_random=False))
def test_a_look_is_a_first_page_and_what_came_before_the_next_one(some: list[tuple[int, int]], random: Random) -> None:
    every = [seen(*one) for one in some]
    found = looks(every)
    random.shuffle(every)
    assert looks(every) == found
    assert list(found) == sorted(found)
    firsts = [one.at for one in every if one.number == 1]
    assert sorted(firsts) == [first.at for first in found]
    for first, its in found.items():
        assert its[1] == first
        end = min((at for at in firsts if at > first.at), default=None)
        for number, one in its.items():
            assert one.number == number
            assert one.at >= first.at
            assert end is None or one.at < end
            between = [other for other in every if other.number == number and first.at <= other.at < one.at]
            assert between == [], "the first one of each page"


@given(captures, st.integers(51, 60), st.integers(0, 4))
def test_what_comes_later_changes_no_look_of_before(some: list[tuple[int, int]], minute: int, number: int) -> None:
    before = looks(seen(*one) for one in some)
    after = looks([*(seen(*one) for one in some), seen(minute, number)])
    for first, its in before.items():
        assert its.items() <= after[first].items()


def records(path: Path) -> list[RawCapture]:
    """Three looks: all pages; the same with an edit on page 2; and one at which page 3 was away."""
    writer = folder(path)
    for look, lines in enumerate((paged.LINES, EDITED, {**EDITED, 1: ["第一页不再说什么。"]})):
        for number in (1, 2, 3):
            gone = (look, number) == (2, 3)
            writer.write(
                exchange(
                    url=paged.address(number),
                    payload=b"<html><body>404 Not Found</body></html>" if gone else paged.page(number, lines=lines),
                    status=404 if gone else 200,
                    fetched_at=DAY + look * 30 * HOUR + timedelta(seconds=number),
                    headers=[("Content-Type", "text/html; charset=GBK")],
                )
            )
    writer.close()
    [file] = path.glob("*.warc.gz")
    return [
        one.raw
        for one in read_records(file, file.name)
        if isinstance(one, Record) and one.raw is not None and one.kind == "response"
    ]


def state(engine: Engine) -> Any:
    """The article and its history, without the numbers that the rows got."""
    with reading(engine) as connection:
        article = connection.execute(
            select(Article.body, Article.flags, Article.revision, Article.first_captured_at, Article.last_captured_at)
        ).one()
        history = connection.execute(
            select(Revision.number, Revision.digest, Revision.cause, Revision.captured_at, Capture.url)
            .join(Capture, Capture.id == Revision.capture_id)
            .order_by(Revision.number)
        ).all()
        shown = connection.execute(
            select(Capture.captured_at, Capture.url, Capture.text_digest, Capture.article_id.is_(None)).order_by(
                Capture.captured_at
            )
        ).all()
    return article, history, shown


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Home:
    return Home(path=tmp_path / "home", database=database_url, settings=Settings())


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_they_give_the_same_history(home: Home, seed: int) -> None:
    raws = records(home.warc)
    random = Random(seed)
    if seed:
        random.shuffle(raws)
    step = random.choice((1, 2, 3)) if seed else 9
    run = open_run(home, [], kind="import", now=lambda: DAY + 1000 * HOUR)
    for start in range(0, len(raws), step):
        store(run, [read(raw) for raw in raws[start : start + step]])
    run.answered = True
    run.finish()
    engine = open_engine(home.database)
    (body, flags, revision, first, last), history, shown = state(engine)
    engine.dispose()
    edited = "\n".join(line for its in EDITED.values() for line in its)
    assert (body, flags, revision) == (edited, ["paged", "flash"], 2)
    assert (first, last) == (DAY + timedelta(seconds=1), DAY + 60 * HOUR + timedelta(seconds=1))
    assert [one.url for one in history] == [paged.address(3)] * 2, "the page with which all of it had been seen"
    assert [one.captured_at for one in history] == [DAY + timedelta(seconds=3), DAY + 30 * HOUR + timedelta(seconds=3)]
    assert [one.cause for one in history] == ["publisher"] * 2
    first_page, third_page = (False, True), (False, False)  # shows an article, and a part of it; and the whole of it
    assert [(one[3], (one[2] or "").startswith("part:")) for one in shown] == [
        *(first_page, (True, False), third_page) * 2,
        *(first_page, (True, False), (True, False)),
    ]
