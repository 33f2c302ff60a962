"""What one look found."""

from enum import StrEnum
from typing import Any

from attrs import asdict, frozen

from archive.errors import JianbaoError


class State(StrEnum):
    """`NOTE`: worth knowing, and nothing is wrong. `SKIPPED`: could not be looked at, since something else is wrong."""

    WELL = "well"
    NOTE = "note"
    FAULT = "fault"
    SKIPPED = "skipped"


@frozen(kw_only=True)
class Check:
    """`name`: what was looked at, a word or two of docs/operations.md. `of`: of which site, host or file, "" for the
    whole. `told`: what was found, one line. `cure`: what to do; "" where nothing is wrong."""

    name: str
    state: State
    told: str
    of: str = ""
    cure: str = ""

    @property
    def line(self) -> str:
        """All of it on one line."""
        of = f" {self.of}" if self.of else ""
        return f"{self.state:<7} {self.name}{of}: {self.told}" + (f"; {self.cure}" if self.cure else "")

    def as_json(self) -> dict[str, Any]:
        """As docs/operations.md describes it."""
        return asdict(self)


def well(name: str, told: str, of: str = "") -> Check:
    """All is as it should be."""
    return Check(name=name, state=State.WELL, told=told, of=of)


def note(name: str, told: str, cure: str = "", of: str = "") -> Check:
    """Worth knowing."""
    return Check(name=name, state=State.NOTE, told=told, of=of, cure=cure)


def fault(name: str, told: str, cure: str, of: str = "") -> Check:
    """Something is wrong."""
    return Check(name=name, state=State.FAULT, told=told, of=of, cure=cure)


def skipped(name: str, told: str, of: str = "") -> Check:
    """It could not be looked at."""
    return Check(name=name, state=State.SKIPPED, told=told, of=of)


def of_error(name: str, error: JianbaoError, of: str = "") -> Check:
    """What one of our own errors says: its line has the fault first, and the cure behind the last semicolon."""
    told, _, cure = str(error).rpartition("; ")
    return fault(name, told or cure, cure if told else "read docs/exit-codes.md", of)
