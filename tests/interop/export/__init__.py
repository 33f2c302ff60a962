"""Programs that read an export, in an environment of their own (`make interop`): together they are 2 GB.

Where it is not there the tests are skipped; where JIANBAO_TEST_INTEROP=require, they fail.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
HERE: Final = Path(__file__).parent


def there(name: str) -> Path:
    """The programs of an environment; the test is skipped, or fails, where it is not there."""
    found = Path(os.environ.get("JIANBAO_INTEROP_VENVS") or ROOT) / f".venv-{name}" / "bin"
    if not found.exists():
        if os.environ.get("JIANBAO_TEST_INTEROP") == "require":
            pytest.fail(f"{found} is not there: make interop")
        pytest.skip("pandas and its like are not here; `make interop` installs them into environments of their own")
    return found


def run(environment: str, program: str, *words: str | Path, cwd: Path, given: str = "") -> str:
    """What a program prints; the test fails where it fails."""
    command = [str(there(environment) / program), *map(str, words)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cwd / "hf"), "COLUMNS": "200"}
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, cwd=cwd, timeout=300, env=offline
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
