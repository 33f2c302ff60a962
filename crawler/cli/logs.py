"""Log lines on standard error: for people or, as JSON, for programs; their times in Beijing's zone, as all of ours."""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

from archive.times import show_time

Format = Literal["text", "json"]


class _Lines(logging.Formatter):
    """`2026-11-26T12:00:00+08:00 WARNING what is wrong`."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return show_time(datetime.fromtimestamp(record.created, UTC)) or ""


class _Objects(_Lines):
    """One JSON object a line; docs/exit-codes.md names its fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def formatter(to: Format) -> logging.Formatter:
    """How a line of the log is written."""
    return _Objects() if to == "json" else _Lines("%(asctime)s %(levelname)s %(message)s")


def log_lines(to: Format, level: int) -> None:
    """Write log lines of this level and above to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(to))
    logging.basicConfig(level=level, handlers=[handler])


def log_nothing(to: Format) -> None:
    """Write no log lines, for what is wrong is told at the end; but those of alarms that are well again, and of a
    command that did not tell of one."""
    logging.basicConfig(level=logging.WARNING, handlers=[logging.NullHandler()])
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(to) if to == "json" else logging.Formatter("jianbao: %(message)s"))
    logging.getLogger("jianbao.alarm").addHandler(handler)
