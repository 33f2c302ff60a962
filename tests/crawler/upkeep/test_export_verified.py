"""`jianbao verify` looks at the batches of the export, too."""

import shutil
from pathlib import Path

from sqlalchemy import Engine

from archive.export.chain.seal import Sealing
from archive.export.package import Style
from archive.store.db import reading
from crawler.upkeep.verify.export import check
from tests.archive.make import DAY, article, captured, store


def test_a_byte_that_changed_and_a_batch_that_is_gone(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    notes: list[str] = []

    def found() -> list[str]:
        with reading(sqlite_engine) as connection:
            return [one.fault for one in check(connection, folder, notes)]

    assert found() == []
    sealing = Sealing(sqlite_engine, folder, Style(), lambda: DAY)
    for number in (1, 2):
        store(sqlite_engine, captured(article(f"a:{number}", "一段文字。" * number), number))
        sealing.run()
    assert found() == []
    file = folder / "batches" / "000002" / "articles.jsonl"
    data = file.read_bytes()
    file.write_bytes(data.replace(b"clip", b"clap", 1))
    assert found() == [f"{file} is not the file that was written"]
    file.write_bytes(data)
    shutil.rmtree(file.parent)
    assert len(found()) > 1
    sealing.snapshot()
    assert (found(), notes) == ([], [])
    shutil.rmtree(folder)
    assert found() == []
    assert len(notes) == 1
