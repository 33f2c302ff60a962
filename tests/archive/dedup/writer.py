"""Processes that write: one stores the same stories as its siblings, each under its own name; one dies half-way."""

import os
import random
import signal
from typing import TYPE_CHECKING

from archive.dedup.propose import index
from archive.store.db import open_engine, writing
from tests.archive.dedup.copies import record, spaced, store, text

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def write(url: str, name: str, count: int, say: "Connection[int, None]") -> None:
    """Store stories 0 to `count` one by one in an order of its own, and say each when it is committed."""
    numbers = list(range(count))
    random.Random(name).shuffle(numbers)
    engine = open_engine(url)
    for number in numbers:
        body = text(number, 250)
        store(
            engine, record(spaced(body) if ord(name[-1]) % 2 else body, f"{name}-{number}", site=name, days=number % 3)
        )
        say.send(number)
    engine.dispose()


def die_while_moving(url: str, rows: list[tuple[int, int]]) -> None:
    """Add rows to the duplicate index, make a run of all that are new, and be killed before the commit."""
    engine = open_engine(url)
    with writing(engine) as connection:
        index.add(connection, rows)
        index.seal(connection)
        os.kill(os.getpid(), signal.SIGKILL)
