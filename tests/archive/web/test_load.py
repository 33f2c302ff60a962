"""Turns: who waits, how long, and who is asked to come again."""

from contextlib import AsyncExitStack

import anyio
import pytest

from archive.web import load
from archive.web.load import Busy, Load


@pytest.mark.parametrize(("costly", "most"), [(False, load.THREADS), (True, load.COSTLY)])
def test_a_page_waits_until_another_is_made(costly: bool, most: int) -> None:
    made: list[str] = []

    async def read(turns: Load) -> None:
        async with turns.turn(costly=costly):
            made.append("later")

    async def main() -> None:
        turns = Load()
        async with anyio.create_task_group() as others, AsyncExitStack() as held:
            for _ in range(most):
                await held.enter_async_context(turns.turn(costly=costly))
            others.start_soon(read, turns)
            await anyio.wait_all_tasks_blocked()
            made.append("first")

    anyio.run(main)
    assert made == ["first", "later"]


def test_costly_pages_leave_room_for_others() -> None:
    async def main() -> None:
        turns = Load()
        async with turns.turn(costly=True), turns.turn(costly=True), turns.turn(costly=False):
            pass

    anyio.run(main)


@pytest.mark.parametrize("costly", [False, True])
def test_who_has_waited_too_long_is_asked_to_come_again(costly: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        turns = Load()
        async with AsyncExitStack() as held:
            for _ in range(load.THREADS):
                await held.enter_async_context(turns.turn(costly=False))
            monkeypatch.setattr(load, "PATIENCE", 0)
            for _ in range(load.COSTLY + 1):  # none of them keeps a turn
                with pytest.raises(Busy):
                    await held.enter_async_context(turns.turn(costly=costly))
        monkeypatch.undo()
        async with turns.turn(costly=costly):
            pass

    anyio.run(main)


@pytest.mark.parametrize(("name", "costly"), [("WAITING", False), ("WAITING", True), ("COSTLY_WAITING", True)])
def test_where_too_many_wait_one_more_is_asked_to_come_again(
    name: str, costly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, name, 1)

    async def read(turns: Load) -> None:
        async with turns.turn(costly=costly):
            pass

    async def main() -> None:
        turns = Load()
        async with anyio.create_task_group() as others, AsyncExitStack() as held:
            for _ in range(load.THREADS - load.COSTLY):
                await held.enter_async_context(turns.turn(costly=False))
            for _ in range(load.COSTLY):
                await held.enter_async_context(turns.turn(costly=True))
            others.start_soon(read, turns)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(Busy):
                await held.enter_async_context(turns.turn(costly=costly))

    anyio.run(main)
