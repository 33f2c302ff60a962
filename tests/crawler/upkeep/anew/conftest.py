"""An archive of the invented site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.upkeep.anew.clip import Clip, make


@pytest.fixture
def clip(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clip]:
    """An empty archive on each database, and yesterday's site file."""
    archive = make(tmp_path, database_url, monkeypatch)
    yield archive
    archive.engine.dispose()
