"""Option types that more than one command takes."""

from datetime import datetime
from typing import Any

import click

from archive.times import parse_span_end, parse_time


class Moment(click.ParamType[datetime]):
    """A day or a time as `archive.times` reads it; with `end`, the end of that day, minute or second."""

    name = "date"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time, with a zone."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_span_end(value) if self.end else parse_time(value)[0]
        except ValueError as error:
            self.fail(str(error), param, ctx)
