"""Fixtures that more than one test file uses."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and texts beside the checkout; they are not ours, so they are not in it."""
    if not (SHARED / "pages" / "expected.jsonl").exists():
        pytest.skip("../shared is not here: the real pages and texts belong to their publishers and stay outside the project")
    return SHARED
