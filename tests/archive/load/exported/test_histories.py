"""Whatever happened in an archive: its export is that archive, and taking it in twice is taking it in once."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.archive.load.exported.exports import comparable, everything, other, take, write
from tests.archive.load.exported.histories import grow

HISTORIES = int(os.environ.get("JIANBAO_TEST_HISTORIES") or 4)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_any_history(seed: int, tmp_path: Path, sqlite_template: Path) -> None:
    random = Random(seed)
    source, empty, second = [other(sqlite_template, tmp_path / f"{name}.db") for name in ("source", "empty", "second")]
    grow(source, random, 14, ("s1", "s2", "s3"))
    wanted = everything(source)
    write(tmp_path / "export", wanted)
    grow(second, random, 14, ("s1", "s2"))
    mine = everything(second)
    for engine in (empty, second):
        take(engine, tmp_path / "export")
        once = comparable(everything(engine))
        if engine is empty:
            assert once == comparable(wanted)
        take(engine, tmp_path / "export")
        assert comparable(everything(engine)) == once
    both = everything(second)
    assert _captures(both) == sorted({*_captures(mine), *_captures(wanted)})
    assert _names(both) == sorted({*_names(mine), *_names(wanted)})
    for engine in (source, empty, second):
        engine.dispose()


def _captures(rows: dict[str, list[dict[str, object]]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(row[name]) for name in ("url", "digest", "captured_at")) for row in rows["captures"])


def _names(rows: dict[str, list[dict[str, object]]]) -> list[tuple[str, str]]:
    return sorted((str(row["site"]), str(row["native_id"])) for row in rows["articles"])
