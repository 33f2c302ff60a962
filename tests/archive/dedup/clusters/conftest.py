"""What tests of clusters have in common."""

import pytest

from tests.archive.dedup.clusters.hesitant import hesitate


@pytest.fixture
def in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every comparison hesitates (`tests.archive.dedup.clusters.hesitant`)."""
    for place in ("stored", "recluster.work", "clusters.reconnect"):
        monkeypatch.setattr(f"archive.dedup.{place}.compare", hesitate)
