"""How the archive is doing: what needs a person, each site, the queue, and the disk."""

from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen
from starlette.responses import JSONResponse, Response

from archive.web.parts.charts import WIDTH
from archive.web.visit import Page, Visit

QUEUE: Final = ("due", "blocked", "waiting", "leased", "barred", "failed")


@frozen
class Share:
    """A part of the disk as it is drawn: a word of `words/watch.toml`, a class of the style sheet, bytes."""

    word: str
    kind: str
    bytes: int
    x: float
    width: float


def health(visit: Visit) -> Response:
    """The page."""
    found = visit.room.portals.health(visit.room.home, visit.connection, datetime.now(UTC))
    if visit.arg("as") == "json":
        return JSONResponse(found, headers={"cache-control": "no-cache", "vary": "cookie"})
    return visit.render("watch/health.html", health=found, queue=QUEUE, disk=_disk(found), width=WIDTH, size=size)


def _disk(found: dict[str, Any]) -> list[Share]:
    """The disk from left to right: what is the archive's, what is others', what is free. A database on a server stands
    on another disk; its size is no part of this one where the sum does not fit."""
    total, free = found["disk_total_bytes"], found["disk_free_bytes"]
    warc, database = found["warc_bytes"], found["database_bytes"]
    others = max(0, total - free - warc - database)
    shares, x = [], 0.0
    for word, kind, number in (
        ("warc", "bar", warc),
        ("database", "dark", database),
        ("others", "soft", others),
        ("free", "band", free),
    ):
        # What is small beside the disk is seen all the same.
        wide = max(3.0 if number else 0.0, WIDTH * number / max(1, total))
        wide = min(wide, WIDTH - x)
        shares.append(Share(word, kind, number, round(x, 2), round(wide, 2)))
        x += wide
    return shares


def size(number: float) -> str:
    """Bytes, for people: `1.4 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


PAGES: Final = (Page(path="/health", name="health", view=health, nav="more", costly=True),)
