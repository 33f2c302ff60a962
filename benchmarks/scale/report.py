"""The measured tables in docs/architecture.md, between two markers: nobody copies a figure there by hand."""

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

BEGIN: Final = "<!-- bench-scale: begin -->"
END: Final = "<!-- bench-scale: end -->"
PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
_QUIET: Final = 0.3
"""Where less than so many other processes wait for the processor, a machine does nothing else."""


def replace(page: str, told: str) -> str:
    """The page with this between the markers, and nothing else changed. Raises `ValueError` where they are not there,
    once and in their order."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before or END in after:
        raise ValueError(f"{BEGIN} and {END} must stand in the page once, in this order")
    return f"{before}{begin}\n\n{told.strip()}\n\n{end}{after}"


def write(told: str, page: Path = PAGE) -> None:
    """Write it into the page."""
    page.write_text(replace(page.read_text("utf-8"), told), "utf-8")


def measured_how(command: str, load: float) -> str:
    """A sentence: commit, day, command, what kind of machine. `load`: its load before the work began."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=, changed since"],
        cwd=PAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = "nothing else ran" if load < _QUIET else f"other work ran too, a load of {load:.1f} before it began"
    return (
        f"`{command}` at commit {described.stdout.strip() or 'unknown'}, {datetime.now(UTC):%-d %B %Y}, "
        f"{cores} cores, {memory:.0f} GB of memory; {busy}. Costs are the processor's time; in brackets: how many "
        "times the first figure of the row."
    )


def page_of(how: str, parts: Sequence[tuple[str, str]]) -> str:
    """All of it: how it was measured, then each table under its heading, or what stands in its place."""
    return "\n\n".join((how, *(f"#### {heading}\n\n{table}" for heading, table in parts)))
