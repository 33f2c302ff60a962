"""docs/operations.md: its units are what systemd takes, and its tables name what the programs give."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import fields

from crawler.upkeep.doctor.check import Check
from crawler.upkeep.health.health import Health
from crawler.upkeep.health.work import AGES, Queue

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text("utf-8")
UNITS = dict(re.findall(r"`/etc/systemd/system/([\w.]+)`:\n\n```ini\n(.*?)```", PAGE, re.DOTALL))


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """It exits with 0 on warnings, too: what counts is that it has nothing to say."""
    assert set(UNITS) == {"jianbao.service", "jianbao.timer"}
    assert "RuntimeMaxSec" not in UNITS["jianbao.service"], "does nothing for a oneshot service"
    assert "TimeoutStartSec" in UNITS["jianbao.service"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for name, unit in UNITS.items():
        (tmp_path / name).write_text(unit, "utf-8")
    files = [str(tmp_path / name) for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_tables_are_whole() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert named >= {one.name for one in (*fields(Check), *fields(Queue))}
    assert named >= {age for age, _ in AGES}
    shown = {"room", "debt", "at", "verified_since", "backed_up", "exported"}
    assert named >= {one.name for one in fields(Health)} - shown
