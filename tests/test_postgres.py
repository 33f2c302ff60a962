"""Servers that a killed test run left behind are ended by the next one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PREFIX, sweep


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """SIGQUIT, which a shell has ignored in what it starts in the background, and whatever that starts."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGQUIT, before)


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    here = socket.gethostname()
    owners = {
        "dead": f"{here} {dead.pid}",
        "ours": f"{here} {os.getpid()}",
        "another": f"elsewhere {dead.pid}",
        "odd": "x",
    }
    for name, owner in owners.items():
        (tmp_path / f"{PREFIX}{name}" / "data").mkdir(parents=True)
        (tmp_path / f"{PREFIX}{name}" / "owner").write_text(owner)
    (tmp_path / f"{PREFIX}new").mkdir()
    left, program = tmp_path / f"{PREFIX}dead", "import time; time.sleep(600)"
    with (
        subprocess.Popen([sys.executable, "-c", program, str(left)]) as server,
        subprocess.Popen([sys.executable, "-c", program]) as stranger,
    ):
        try:
            for name, process in (("dead", server), ("another", stranger)):
                (tmp_path / f"{PREFIX}{name}" / "data" / "postmaster.pid").write_text(f"{process.pid}\n")
            sweep(tmp_path)
            assert server.wait(timeout=30) < 0
            # The same number may be another program's by now.
            left.mkdir()
            (left / "owner").write_text(owners["dead"])
            (left / "data").mkdir()
            (left / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n")
            sweep(tmp_path)
            assert stranger.poll() is None
        finally:
            server.kill()
            stranger.kill()
    assert {one.name.removeprefix(PREFIX) for one in tmp_path.iterdir()} == {"ours", "another", "odd", "new"}
