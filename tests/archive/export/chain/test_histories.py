"""Batches applied in order give exactly the archive, whatever happened between them.

JIANBAO_TEST_HISTORIES=100 (`make test-long`) tries as many on each database.
"""

import os
import random
from pathlib import Path

import pytest
from sqlalchemy import Engine

from archive.export.chain import snapshot
from archive.export.chain.seal import Sealing
from archive.export.package import Style
from tests.archive.export.chain.histories import History
from tests.archive.export.following import follow, index_of, present
from tests.archive.make import DAY

HISTORIES = int(os.environ.get("JIANBAO_TEST_HISTORIES") or 6)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_batches_in_order_give_exactly_the_archive(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(snapshot, "FEW", 30)
    chance = random.Random(seed)
    history, folder = History(engine, chance), tmp_path / "export"
    for _ in range(chance.randint(0, 8)):
        history.act()
    sealed = 0
    for _ in range(chance.randint(2, 6)):
        sealing = Sealing(engine, folder, Style(), lambda: DAY)
        done = sealing.begin_anew()[0] if chance.random() < 0.2 else sealing.run()
        sealed += done.batch is not None
        assert follow(folder) == follow(folder, from_snapshot=True) == present(engine), history.done
        for _ in range(chance.randint(0, 12)):
            history.act()
    Sealing(engine, folder, Style(), lambda: DAY).run()
    assert follow(folder) == follow(folder, from_snapshot=True) == present(engine), history.done
    assert len(index_of(folder)["batches"]) >= sealed
    assert Sealing(engine, folder, Style(), lambda: DAY).run().batch is None
