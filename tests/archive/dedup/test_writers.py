"""Several writers that bring the same stories at once: none is split, none is lost, also where some are killed.

`JIANBAO_TEST_STORIES=300` makes it as large as the promise.
"""

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from archive.dedup.tables import Cluster
from archive.store.db import open_engine, reading
from archive.store.models import Article
from tests.archive.dedup.copies import groups
from tests.archive.dedup.writer import write
from tests.once.forked import CONTEXT

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

pytestmark = pytest.mark.slow

STORIES = int(os.environ.get("JIANBAO_TEST_STORIES", "8"))
WRITERS = [f"w{number}" for number in range(6)]


def _writer(stack: ExitStack, url: str, name: str) -> "tuple[ForkServerProcess, Connection[None, int]]":
    heard, say = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=write, args=(url, name, STORIES, say))
    process.start()
    say.close()
    stack.callback(process.kill)
    return process, stack.enter_context(heard)


def test_six_writers_split_no_story_even_when_two_are_killed(database_url: str) -> None:
    with ExitStack() as stack:
        running = {name: _writer(stack, database_url, name) for name in WRITERS}
        for name, after in (("w1", STORIES // 4), ("w4", 2 * STORIES // 3)):
            process, heard = running.pop(name)
            for _ in range(after):
                heard.recv()
            process.kill()
        for process, _ in running.values():
            process.join()
            assert process.exitcode == 0
        for name in ("w1", "w4"):  # begun again
            process, _ = _writer(stack, database_url, name)
            process.join()
            assert process.exitcode == 0
    engine = open_engine(database_url)
    with reading(engine) as connection:
        found = groups(connection)
        sizes = connection.scalars(select(Cluster.size)).all()
        assert len(connection.scalars(select(Article.id)).all()) == STORIES * len(WRITERS)
    engine.dispose()
    assert found == {frozenset(f"{name}-{number}" for name in WRITERS) for number in range(STORIES)}
    assert list(sizes) == [len(WRITERS)] * STORIES
