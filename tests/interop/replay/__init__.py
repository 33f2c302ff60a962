"""Programs that replay archives, in an environment of their own (`make replay`): their libraries fight with ours.

Where it is not there the tests are skipped; where JIANBAO_TEST_INTEROP=require, they fail.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

BIN: Final = Path(os.environ.get("JIANBAO_REPLAY_BIN") or Path(__file__).parents[3] / ".venv-replay" / "bin")
HERE: Final = Path(__file__).parent


def run(program: str, *words: str | Path, given: str = "", cwd: Path | None = None) -> str:
    """What a program of that environment prints; the test fails where it fails."""
    if not (BIN / program).exists():
        if os.environ.get("JIANBAO_TEST_INTEROP") == "require":
            pytest.fail(f"{BIN / program} is not there: make replay")
        pytest.skip("pywb and wacz are not here; `make replay` installs them into an environment of their own")
    return run_there(BIN / program, words, given, cwd)


def run_there(program: Path, words: Sequence[str | Path], given: str, cwd: Path | None) -> str:
    """The same of any program."""
    command = [str(program), *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=cwd, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
