"""Option types that more than one command takes."""

import re
from datetime import datetime
from typing import Any

import click

from archive.errors import UsageError
from archive.times import parse_span


class Moment(click.ParamType[datetime]):
    """A year, month, day or time as `archive.times` reads it; with `end`, the end of it."""

    name = "date"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time, with a zone."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_span(value)[self.end]
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Place(click.ParamType[str]):
    """A file, a folder or an address, in words; "" would be the folder that one is in, and nobody means that by it."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words."""
        if not value:
            what = (param.metavar if param is not None else None) or "FILE"
            raise UsageError(
                f"a {what.rstrip('…')} has no name, as a variable gives that is not set; `.` is this folder"
            )
        return str(value)


class Span(click.ParamType[float]):
    """A length of time in seconds: `90`, `90s`, `25m`, `2h`, `1h30m`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s?)?", value.strip())
        if found is None or not any(found.groups()):
            self.fail(f"{value!r} is no length of time; write 90s, 25m or 2h", param, ctx)
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600.0 + minutes * 60 + seconds
