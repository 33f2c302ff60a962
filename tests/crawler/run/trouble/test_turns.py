"""How one process keeps to what the hosts' book says, in the event loop, without a network."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.settings import Home
from archive.store.db import writing
from archive.store.models import Host
from crawler.run.politeness import turns as module
from crawler.run.politeness.turns import Ending, HostRests, Turns
from crawler.run.run import Run, open_run

NAME = "www.163.com"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = open_run(Home(path=tmp_path, database=f"sqlite:///{tmp_path / 'archive.db'}"), ["netease"])
    yield run
    run.finish()


async def ask(turns: Turns, *, opening: bool = False) -> str:
    """Ask the host once; why it is not asked, or ""."""
    try:
        async with turns.turn(NAME, opening=opening):
            return ""
    except (HostRests, Ending) as error:
        return str(error)


def test_an_hours_crawl_delay_leaves_robots_txt_and_one_page_a_run(run: Run) -> None:
    with writing(run.engine) as connection:
        connection.execute(insert(Host).values(host=NAME, vain=0, crawl_delay=3600.0, robots="known"))

    async def crawl() -> list[str]:
        turns = Turns(run, 0.001, 30)
        return [await ask(turns, opening=True), await ask(turns), await ask(turns)]

    robots, page, more = asyncio.run(crawl())
    assert (robots, page) == ("", "")
    assert "its Crawl-delay" in more


def test_a_clock_that_is_set_back_in_the_middle_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Back(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(hours=1)

    async def crawl() -> list[str]:
        turns = Turns(run, 0.001, 30)
        before = [await ask(turns), await ask(turns)]
        monkeypatch.setattr(module, "datetime", Back)
        monkeypatch.setattr(module.hosts, "datetime", Back)
        return [*before, await ask(turns), await ask(turns)]

    assert asyncio.run(crawl()) == [""] * 4
    monkeypatch.undo()


def test_who_waits_for_a_turn_is_let_go_at_the_end(run: Run) -> None:
    async def crawl() -> list[str]:
        turns = Turns(run, 30.0, 30)
        await ask(turns)
        waiting = asyncio.ensure_future(ask(turns))
        await asyncio.sleep(0)
        turns.end()
        return [await waiting, await ask(turns)]

    assert asyncio.run(crawl()) == ["the run is ending"] * 2
