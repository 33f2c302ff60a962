"""Times as people and programs read them: ISO 8601 in Beijing time, at the precision that the page showed."""

from datetime import datetime, timedelta, timezone

from archive.records import Precision

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def show_time(moment: datetime | None, precision: Precision | None = "second") -> str | None:
    """`2025-04-11T21:49:25+08:00`, `2025-04-11T21:49+08:00` or `2025-04-11`; None for None."""
    if moment is None:
        return None
    local = moment.astimezone(BEIJING)
    if precision == "day":
        return local.date().isoformat()
    return local.isoformat(timespec="minutes" if precision == "minute" else "seconds")
