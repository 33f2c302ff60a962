"""Programs of others that read, replay or keep what we write, each kind in an environment of its own (`make replay
interop`): their libraries fight with ours and with each other, and together they are 2 GB.

Where one is not there its tests are skipped; where JIANBAO_TEST_INTEROP=require, they fail.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]


def there(environment: str) -> Path:
    """The programs of an environment; the test is skipped, or fails, where it is not there."""
    found = Path(os.environ.get("JIANBAO_INTEROP_VENVS") or ROOT) / f".venv-{environment}" / "bin"
    if not found.exists():
        if os.environ.get("JIANBAO_TEST_INTEROP") == "require":
            pytest.fail(f"{found} is not there: make replay interop")
        pytest.skip("programs of others are not here; `make replay interop` installs them, beside .venv")
    return found


def run(environment: str, program: str, *words: str | Path, cwd: Path | None = None, given: str = "") -> str:
    """What a program prints; the test fails where it fails."""
    command = [str(there(environment) / program), *map(str, words)]
    # None of them asks the network for anything: what is not here is to fail at once.
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(Path(cwd or ".") / "hf"), "COLUMNS": "200"}
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, cwd=cwd, timeout=300, env=offline
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
