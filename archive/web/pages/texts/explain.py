"""A captured page line by line, kept or stripped by which rule and why, beside the page itself in a frame in which
nothing runs and which asks nobody for anything."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from archive.errors import JianbaoError, NotFound, UsageError
from archive.query.captures import page_place, record_place
from archive.query.visible import refuse_withdrawn
from archive.store.models import Capture
from archive.times import show_time
from archive.web.guard import POLICY
from archive.web.parts.frame import framed
from archive.web.visit import Page, Visit
from archive.workers import WorkerEnded

LINES: Final = 2_000
"""So many lines are shown at the most, and"""
CHARACTERS: Final = 400_000
"""so many characters of them; `jianbao explain` shows all."""
CANDIDATES: Final = 200


def explain(visit: Visit) -> Response:
    """The page."""
    number = visit.id()
    place = page_place(visit.connection, number)
    row = visit.connection.execute(select(*_COLUMNS).where(Capture.id == number)).mappings().one()
    try:
        found = visit.room.raw_pages().explained(place)
    except (WorkerEnded, UsageError) as error:
        # A record that is damaged, or no longer where it was, is no fault of who asks.
        status = 200 if isinstance(error, WorkerEnded) else 404
        return visit.render(
            "texts/explain.html", status=status, capture=row, captured_at=_at(row), page=None, why=str(error)
        )
    if visit.arg("as") == "json":
        return JSONResponse(found.as_json(), headers={"cache-control": "no-cache", "vary": "cookie"})
    shown, left = 0, CHARACTERS
    while shown < min(LINES, len(found.lines)) and left > 0:
        left -= len(found.lines[shown].text)
        shown += 1
    return visit.render(
        "texts/explain.html",
        headers={"content-security-policy": f"{POLICY}; frame-src 'self'"},
        capture=row,
        captured_at=_at(row),
        page=found,
        lines=found.lines[:shown],
        candidates=found.candidates[:CANDIDATES],
        kept=sum(line.kept for line in found.lines),
    )


def captured(visit: Visit) -> Response:
    """What stands in the frame. What cannot be shown says why."""
    place = page_place(visit.connection, visit.id())
    try:
        body = Markup(visit.room.raw_pages().inert(place))  # noqa: S704 - made of a list of harmless elements
    except JianbaoError as error:
        body = Markup('<p class="note">{}</p>').format(visit.spoken(str(error)))
    return framed(visit.t("explain.captured"), body)


def record(visit: Visit) -> Response:
    """The WARC record as it is stored, to be kept as a file."""
    number = visit.id()
    place = record_place(visit.connection, number)
    try:
        data = visit.room.raw_pages().record(place)
    except (WorkerEnded, UsageError) as error:
        raise NotFound(str(error)) from error
    packed = ".gz" if data[:2] == b"\x1f\x8b" else ""
    return Response(
        data,
        headers={
            "content-type": "application/warc",
            "content-disposition": f'attachment; filename="capture-{number}.warc{packed}"',
            "cache-control": "no-cache",
            "vary": "cookie",
        },
    )


def newest(visit: Visit) -> Response:
    """Leads to the newest capture of an article that has its page."""
    article = visit.id()
    refuse_withdrawn(visit.connection, article)
    its = (Capture.article_id == article, Capture.warc_file.is_not(None))
    query = select(Capture.id).where(*its).order_by(Capture.captured_at.desc(), Capture.id.desc())
    number = visit.connection.scalar(query.limit(1))
    if number is None:
        raise NotFound(f"there is no captured page of article {article}")
    return visit.go("explain", id=number)


_COLUMNS: Final = (
    Capture.id,
    Capture.article_id,
    Capture.url,
    Capture.captured_at,
    Capture.status,
    Capture.outcome,
    Capture.detail,
)


def _at(row: Mapping[Any, Any]) -> str:
    return show_time(row["captured_at"]) or ""


PAGES: Final = (
    Page(path="/explain/{id:int}", name="explain", view=explain, costly=True),
    Page(path="/captured/{id:int}", name="captured", view=captured, costly=True),
    Page(path="/captured/{id:int}/record", name="record", view=record, costly=True),
    Page(path="/article/{id:int}/explain", name="explain_article", view=newest),
)
