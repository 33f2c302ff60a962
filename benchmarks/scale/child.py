"""Work in a process of its own: `python -m benchmarks.scale.child REPORT MODULE FUNCTION ARGUMENTS`.

The report, JSON: `seconds` of the processor, of the process and those that it started; `megabytes`, the most that it
held (VmHWM of /proc/self/status, which unlike getrusage does not count what its parent held); `children`, the most that
one of those held; `told`, what the function gave.
"""

import importlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen
from click.testing import CliRunner


@frozen
class Spent:
    """What work took: seconds of the processor, the most memory in MB; and what it told."""

    seconds: float
    megabytes: float
    told: Any


Way = Callable[..., Spent]
"""How work is done: a module, a function of it, its arguments, which JSON can hold."""


def in_own_process(module: str, function: str, *arguments: object) -> Spent:
    """Raises `RuntimeError`, with what the process said, where it fails."""
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
        report = Path(folder, "report")
        command = [sys.executable, "-m", __name__, str(report), module, function, json.dumps(arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{module}.{function}{arguments}: {done.stderr[-2000:]}")
        found = json.loads(report.read_text("utf-8"))
    return Spent(found["seconds"], max(found["megabytes"], found["children"]), found["told"])


def in_this_process(module: str, function: str, *arguments: object) -> Spent:
    """The same without a process of its own, for very small sizes; the memory is all of this process's."""
    found = _worked(module, function, arguments)
    return Spent(found["seconds"], found["megabytes"], found["told"])


def jianbao(*words: str) -> str:
    """A command of the product; what it printed. Raises `RuntimeError` where it fails."""
    from crawler.cli import main

    done = CliRunner().invoke(main, list(words))
    if done.exit_code:
        raise RuntimeError(f"jianbao {' '.join(words)}: {done.output[-2000:]}{done.exception!r}")
    return done.stdout


def _worked(module: str, function: str, arguments: object) -> dict[str, Any]:
    work = getattr(importlib.import_module(module), function)
    before = _seconds()
    told = work(*arguments)  # type: ignore[misc]
    spent = _seconds() - before
    most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return {
        "seconds": spent,
        "megabytes": int(most[1]) / 1024 if most else 0.0,
        "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "told": told,
    }


def _seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    report, module, function, arguments = sys.argv[1:]
    Path(report).write_text(json.dumps(_worked(module, function, json.loads(arguments))), "utf-8")
