"""Several writers that bring the same stories at once: none is split, none is lost, also where some are killed.

`JIANBAO_TEST_STORIES=300` makes it as large as the promise.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.dedup.tables import Cluster
from archive.store.db import open_engine, reading
from archive.store.models import Article
from tests.archive.dedup.copies import groups

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
STORIES = int(os.environ.get("JIANBAO_TEST_STORIES", "8"))
WRITERS = [f"w{number}" for number in range(6)]


def _writer(stack: ExitStack, url: str, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.archive.dedup.writer", url, name, str(STORIES)]
    process = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
    stack.callback(process.kill)
    return process


def test_six_writers_split_no_story_even_when_two_are_killed(database_url: str) -> None:
    with ExitStack() as stack:
        running = {name: _writer(stack, database_url, name) for name in WRITERS}
        for name, after in (("w1", STORIES // 4), ("w4", 2 * STORIES // 3)):
            out = running[name].stdout
            assert out is not None
            for _ in range(after):
                assert out.readline()
            running.pop(name).send_signal(signal.SIGKILL)
        for process in running.values():
            process.communicate()
            assert process.returncode == 0
        for name in ("w1", "w4"):  # begun again
            process = _writer(stack, database_url, name)
            process.communicate()
            assert process.returncode == 0
    engine = open_engine(database_url)
    with reading(engine) as connection:
        found = groups(connection)
        sizes = connection.scalars(select(Cluster.size)).all()
        assert len(connection.scalars(select(Article.id)).all()) == STORIES * len(WRITERS)
    engine.dispose()
    assert found == {frozenset(f"{name}-{number}" for name in WRITERS) for number in range(STORIES)}
    assert list(sizes) == [len(WRITERS)] * STORIES
