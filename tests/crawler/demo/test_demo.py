"""`jianbao demo` works, says so in its exit code, and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_works_and_cleans_up_after_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crawler.cli", "demo", "--articles", "60", "--seed", "3"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "All of it worked" in done.stdout
    assert "✗" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_fails_where_a_step_fails(tmp_path: Path) -> None:
    """An address of a database that cannot be: no step may pass it by."""
    command = [sys.executable, "-m", "crawler.cli", "demo", "--articles", "24", "--keep", "/proc/nowhere"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "Something did not work" in done.stdout
    assert list(tmp_path.iterdir()) == []
