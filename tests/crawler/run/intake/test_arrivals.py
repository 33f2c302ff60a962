"""Answers are stored in the order in which they came: those together that came while others were stored."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from attrs import define, field

from crawler.run.intake.arrivals import MOST, Arrivals


class Broken(Exception):
    pass


@define
class Store:
    """Takes answers, which are words: one with an x cannot be stored, and one in capitals is not plain. `stored`: what
    was stored in each transaction; `tried`: what was to be."""

    stored: list[list[str]] = field(factory=list)
    tried: list[list[str]] = field(factory=list)
    on_store: Callable[[], None] = lambda: None

    def together(self, answers: Sequence[str]) -> list[str]:
        self.tried.append(list(answers))
        self.on_store()
        if any("x" in one for one in answers):
            raise Broken(*answers)
        self.stored.append(list(answers))
        return [f"kept {one}" for one in answers]

    def one(self, answer: str) -> str:
        return self.together([answer])[0]

    def arrivals(self) -> Arrivals[str, str]:
        return Arrivals(self.together, self.one, str.islower)


def read(*words: str) -> list["asyncio.Future[str]"]:
    """Answers that are read already."""
    futures = [asyncio.get_running_loop().create_future() for _ in words]
    for future, word in zip(futures, words, strict=True):
        future.set_result(word)
    return futures


async def hand_in(arrivals: Arrivals[str, str], *words: str) -> list[Any]:
    return await asyncio.gather(*map(arrivals.answer, read(*words)), return_exceptions=True)


def test_what_came_is_stored_at_once_and_together() -> None:
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        assert await hand_in(arrivals, "a") == ["kept a"]
        assert await hand_in(arrivals, "b", "c", "d") == ["kept b", "kept c", "kept d"]
        assert arrivals.waiting == 0

    asyncio.run(crawl())
    assert store.stored == [["a"], ["b", "c", "d"]]


def test_what_comes_while_one_is_stored_is_in_the_next_transaction() -> None:
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        later: list[asyncio.Task[Any]] = []

        def others_come() -> None:
            store.on_store = lambda: None
            later.extend(asyncio.ensure_future(arrivals.answer(one)) for one in read("b", "c"))

        store.on_store = others_come
        assert await hand_in(arrivals, "a") == ["kept a"]
        assert await asyncio.gather(*later) == ["kept b", "kept c"]

    asyncio.run(crawl())
    assert store.stored == [["a"], ["b", "c"]]


def test_those_that_came_and_are_being_read_are_in_the_same_transaction() -> None:
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        being_read: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        coming = [asyncio.ensure_future(arrivals.answer(one)) for one in (*read("a"), being_read, *read("c"))]
        for _ in range(5):
            await asyncio.sleep(0)
        assert store.stored == []
        being_read.set_result("b")
        assert await asyncio.gather(*coming) == ["kept a", "kept b", "kept c"]

    asyncio.run(crawl())
    assert store.stored == [["a", "b", "c"]]


def test_one_that_takes_long_to_read_holds_up_nobody_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.run.intake.arrivals.PATIENCE", 0.0)
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        slow: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        [first, second] = read("a", "b")
        before = [asyncio.ensure_future(arrivals.answer(one)) for one in (first, second, slow)]
        assert await asyncio.gather(*before[:2]) == ["kept a", "kept b"]
        assert arrivals.waiting == 1
        slow.set_result("c")
        assert await before[2] == "kept c"

    asyncio.run(crawl())
    assert store.stored == [["a", "b"], ["c"]]


def test_there_is_a_bound() -> None:
    store = Store()
    words = [f"w{number}" for number in range(2 * MOST + 1)]
    asyncio.run(hand_in(store.arrivals(), *words))
    assert [len(some) for some in store.stored] == [MOST, MOST, 1]
    assert [one for some in store.stored for one in some] == words


def test_the_order_is_that_of_coming_and_not_of_reading() -> None:
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        slow: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        first = asyncio.ensure_future(arrivals.answer(slow))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(arrivals.answer(read("b")[0]))
        third = asyncio.ensure_future(arrivals.alone(lambda: store.stored.append(["alone"])))
        for _ in range(5):
            await asyncio.sleep(0)
        assert store.stored == []
        assert arrivals.waiting == 3
        slow.set_result("a")
        await asyncio.gather(first, second, third)

    asyncio.run(crawl())
    assert store.stored == [["a", "b"], ["alone"]]


def test_what_is_not_plain_is_stored_by_itself_in_its_turn() -> None:
    store = Store()
    assert asyncio.run(hand_in(store.arrivals(), "a", "b", "C", "D", "e")) == [f"kept {one}" for one in "abCDe"]
    assert store.stored == [["a", "b"], ["C"], ["D"], ["e"]]


def test_one_that_cannot_be_stored_takes_no_other_with_it() -> None:
    store = Store()
    found = asyncio.run(hand_in(store.arrivals(), "a", "x", "b"))
    assert found[0] == "kept a"
    assert isinstance(found[1], Broken)
    assert found[2] == "kept b"
    assert store.tried == [["a", "x", "b"], ["a"], ["x"], ["b"]]
    assert store.stored == [["a"], ["b"]]


def test_one_that_cannot_be_read_is_told_so_and_holds_up_nobody() -> None:
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        [broken, *others] = [asyncio.get_running_loop().create_future(), *read("a", "b")]
        broken.set_exception(Broken("unread"))
        found = await asyncio.gather(*map(arrivals.answer, [broken, *others]), return_exceptions=True)
        assert isinstance(found[0], Broken)
        assert found[1:] == ["kept a", "kept b"]

    asyncio.run(crawl())
    assert store.stored == [["a", "b"]]


def test_who_no_longer_waits_holds_up_nobody() -> None:
    """What he handed in is stored all the same."""
    store = Store()

    async def crawl() -> None:
        arrivals = store.arrivals()
        first = asyncio.ensure_future(arrivals.answer(read("a")[0]))
        await asyncio.sleep(0)
        first.cancel()
        assert await hand_in(arrivals, "b") == ["kept b"]
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(crawl())
    assert [one for some in store.stored for one in some] == ["a", "b"]


def test_what_is_done_alone_may_fail() -> None:
    def fail() -> None:
        raise Broken("alone")

    async def crawl() -> None:
        arrivals = Store().arrivals()
        with pytest.raises(Broken, match="alone"):
            await arrivals.alone(fail)
        assert await arrivals.alone(lambda: 7) == 7

    asyncio.run(crawl())
