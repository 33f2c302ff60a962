"""How one process keeps to what the hosts' book says, in the event loop, without a network."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.config.declared import Settings
from archive.settings import Home
from archive.store.db import reading, writing
from archive.store.models import Host
from crawler.run.politeness import hosts
from crawler.run.politeness import turns as module
from crawler.run.politeness.turns import Ending, HostRests, Turns
from crawler.run.run import Run, open_run

NAME = "www.163.com"
SLOW = "m.sohu.com"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    settings = Settings(delay=0.001, of_sites={"sohu": {"delay": 30.0}})
    run = open_run(Home(path=tmp_path, database=f"sqlite:///{tmp_path / 'archive.db'}", settings=settings), ["netease"])
    yield run
    run.finish()


async def ask(turns: Turns, *, host: str = NAME, opening: bool = False) -> str:
    """Ask a host once; why it is not asked, or ""."""
    try:
        async with turns.turn(host, opening=opening):
            return ""
    except (HostRests, Ending) as error:
        return str(error)


def test_an_hours_crawl_delay_leaves_robots_txt_and_one_page_a_run(run: Run) -> None:
    with writing(run.engine) as connection:
        connection.execute(insert(Host).values(host=NAME, vain=0, crawl_delay=3600.0, robots="known"))

    async def crawl() -> list[str]:
        turns = Turns(run, 30)
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
        turns = Turns(run, 30)
        before = [await ask(turns), await ask(turns)]
        monkeypatch.setattr(module, "datetime", Back)
        monkeypatch.setattr(module.hosts, "datetime", Back)
        return [*before, await ask(turns), await ask(turns)]

    assert asyncio.run(crawl()) == [""] * 4
    monkeypatch.undo()


def test_who_waits_for_a_turn_is_let_go_at_the_end(run: Run) -> None:
    async def crawl() -> list[str]:
        turns = Turns(run, 30)
        await ask(turns, host=SLOW)
        waiting = asyncio.ensure_future(ask(turns, host=SLOW))
        await asyncio.sleep(0)
        turns.end()
        return [await waiting, await ask(turns, host=SLOW)]

    assert asyncio.run(crawl()) == ["the run is ending"] * 2


def test_a_sites_own_delay_holds_at_all_its_hosts_and_over_all_processes(run: Run) -> None:
    async def crawl() -> list[timedelta]:
        await ask(Turns(run, 30), host=SLOW)
        other = Turns(run, 30)
        with reading(run.engine) as connection:
            return [other.pause(connection, host) for host in (SLOW, "www.sohu.com", NAME, "elsewhere.example")]

    assert [pause.total_seconds() for pause in asyncio.run(crawl())] == [30, 30, 0.001, 0.001]
    with writing(run.engine) as connection:
        _, wait = hosts.take(connection, SLOW, "another", 30.0, timedelta(seconds=30))
    assert 25 < wait.total_seconds() <= 30
