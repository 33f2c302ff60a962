"""The demo portal as fixtures; `tests/conftest.py` hands them to every test."""

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.demo.proxy import Proxy


@pytest.fixture
def start_portal(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Callable[..., Proxy]]":
    """Starts portals, `start_portal(articles=60, seed=1, all_lists=False)`, and stops them after the test. They have
    six lists, which is quicker by half; a test of lists asks for all.

    Give `portal.environment()` to the crawler's process; `portal.world` is the truth, `portal.requests` what was asked.
    """
    from crawler.demo.proxy import Proxy
    from crawler.demo.world.truth import World
    from tests.portal import few

    folders: list[Path] = []
    with ExitStack() as stack:

        def start(articles: int = 60, seed: int = 1, *, all_lists: bool = False) -> Proxy:
            folders.append(tmp_path_factory.mktemp("portal"))
            kind = Proxy if all_lists else few.Proxy
            return stack.enter_context(kind(World(articles, seed), folders[-1]))

        yield start
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture
def portal(start_portal: "Callable[..., Proxy]") -> "Proxy":
    """A portal of 60 articles."""
    return start_portal()
