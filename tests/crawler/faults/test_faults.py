"""Killed at random moments, and out of room at random writes: `jianbao verify` is clean after each, and once the
command has been given again the archive is that of a run that nothing disturbed.

JIANBAO_TEST_KILLS=200 (`make test-long`) kills as often.
"""

import os
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from attrs import evolve

from crawler.upkeep.backup.manifest import faults as wrong
from crawler.upkeep.backup.run import backups
from tests.crawler.faults.deeds import COST, KILLED, LIMIT, Deed, assert_same, contents, kills, verified

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("JIANBAO_TEST_KILLS") or 20)
SHARES = {
    "crawl": 0.2,
    "looking again": 0.15,
    "import": 0.15,
    "repair": 0.1,
    "migration": 0.1,
    "rebuild": 0.1,
    "reextract": 0.1,
    "backup": 0.1,
}
"""How the kills are shared out."""
AT_ONCE = 4
"""So many kills one archive has to stand before it is done in peace."""


def count(name: str) -> int:
    return round(KILLS * SHARES[name])


def test_the_kills_are_all_there() -> None:
    assert sum(count(name) for name in SHARES) == KILLS


def test_what_is_read_anew_brings_articles_in_and_changes_others(deeds: dict[str, Deed]) -> None:
    """Or its kills would show nothing."""
    causes = Counter(cause for *_, cause in deeds["reextract"].wanted["revision"].elements())
    assert causes["extractor"] >= 3
    prepared = deeds["reextract"].prepared
    assert prepared is not None
    before, after = contents(prepared)["article"], deeds["reextract"].wanted["article"]
    assert after.total() > before.total()


@pytest.mark.parametrize("name", [name for name in SHARES if name != "backup"])
def test_killed_at_any_moment(deeds: dict[str, Deed], tmp_path: Path, name: str) -> None:
    deed, chance = deeds[name], random.Random(KILLS)
    left = count(name)
    stopped = 0
    while left:
        faults = kills(deed.cost, chance, min(AT_ONCE, left))
        left -= len(faults)
        stopped += deed.disturb(tmp_path / "home", faults)
    assert stopped, "no kill came before the end"


@pytest.mark.parametrize("name", [name for name in SHARES if name != "backup"])
def test_out_of_room_at_any_write(deeds: dict[str, Deed], tmp_path: Path, name: str) -> None:
    """A limit on the size of files stands in for a full disk: every writer meets both at its write."""
    deed, chance = deeds[name], random.Random(KILLS)
    begins = (deed.prepared or tmp_path) / "archive.db"
    least = begins.stat().st_size if begins.exists() else 4096
    sizes = [chance.randrange(least, least + 400_000) for _ in range(max(1, count(name) // 2))]
    deed.disturb(tmp_path / "home", [LIMIT.format(size) for size in sizes])


def test_a_backup_that_is_killed_or_finds_no_room(deeds: dict[str, Deed], tmp_path: Path) -> None:
    """The older one stays whole, the archive as it is, the next backup goes on; and what is restored is the archive."""
    again, chance = deeds["looking again"], random.Random(KILLS)
    archive = again.lay_out(tmp_path / "home")
    away = tmp_path / "away"
    assert archive.run("backup", str(away), before=COST.format(str(tmp_path / "cost"))).returncode == 0
    [first] = backups(away)
    cost = float((tmp_path / "cost").read_text())
    assert again.do(archive) in again.codes
    stopped = 0
    for moment in kills(cost, chance, count("backup")):
        stopped += archive.run("backup", str(away), before=moment).returncode == KILLED
        assert all(wrong(one) == [] for one in backups(away))
    assert archive.run("backup", str(away), before=LIMIT.format(60_000)).returncode == 6
    assert stopped
    assert wrong(first) == []
    # The moment of a name is a second long.
    done = archive.run("backup", str(away), before="import time; time.sleep(1)")
    assert done.returncode == 0, done.stderr
    assert archive.run("backup", "--check", str(away)).returncode == 0
    verified(archive)
    for folder in (backups(away)[0], first):
        restored = evolve(archive, home=tmp_path / f"restored-{folder.name}")
        subprocess.run(["cp", "-a", folder, restored.home], check=True)
        verified(restored)
        # The next crawl goes on, from the older one too.
        again.scene()
        assert again.do(restored) in again.codes
        verified(restored)
        assert_same(contents(restored.home), again.wanted)
