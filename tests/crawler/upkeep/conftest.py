"""A small archive for each test, copied from one that is made once a session."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from archive.settings import Home
from archive.store.db import open_engine
from crawler.warc.writer import Position
from tests.crawler.upkeep.small import Small, make

PAGES = 4

_Made = tuple[Path, list[Position]]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> _Made:
    folder = tmp_path_factory.mktemp("small") / "home"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "archive.db")
    url = f"sqlite:///{folder / 'archive.db'}"
    engine = open_engine(url)
    _, places = make(url, folder, engine, PAGES)
    engine.dispose()
    return folder, places


@pytest.fixture
def places(_made: _Made) -> list[Position]:
    """Where the records of the small archive's articles stand, in their order."""
    return [evolve(one) for one in _made[1]]


@pytest.fixture
def small(small_sqlite: Small) -> Small:
    """An archive of `PAGES` articles in SQLite."""
    return small_sqlite


@pytest.fixture
def small_sqlite(_made: _Made, tmp_path: Path) -> Iterator[Small]:
    """The same, also where a file has a `small` of its own."""
    folder = tmp_path / "home"
    shutil.copytree(_made[0], folder)
    url = f"sqlite:///{folder / 'archive.db'}"
    engine = open_engine(url)
    yield Small(Home(path=folder, database=url), engine)
    engine.dispose()
