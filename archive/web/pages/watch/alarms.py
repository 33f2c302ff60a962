"""Alarms: what left what is usual, since when; who has the token closes one with a word why."""

from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from archive.watch.alarms import MAX_NOTE, close, last_alarms, open_alarms
from archive.web.parts import rows
from archive.web.visit import Page, Visit

SHOWN: Final = 200
_COLUMNS: Final = (
    *("id", "site", "measure", "scope", "raised_at", "run_id", "usual", "now", "examples", "next_command"),
    *("closed_at", "closed_why"),
)


def alarms(visit: Visit) -> Response:
    """The page: those that are open; with `all=1` the closed ones, too."""
    every = visit.arg("all") == "1"
    form = visit.arg("as")
    limit = rows.MOST if form else SHOWN
    found = last_alarms(visit.connection, limit) if every else open_alarms(visit.connection)[:limit]
    if form:
        return rows.file((one.as_json() for one in found), _COLUMNS, form, "alarms")
    return visit.render(
        "watch/alarms.html", alarms=[(one, one.as_json()) for one in found], every=every, longest=MAX_NOTE
    )


def close_one(visit: Visit) -> Response:
    """Closes one."""
    close(visit.connection, visit.id(), visit.form.get("note", ""), datetime.now(UTC))
    return visit.go("alarms")


PAGES: Final = (
    Page(path="/alarms", name="alarms", view=alarms, nav="more"),
    Page(path="/alarms/{id:int}/close", name="close_alarm", view=close_one, methods=("POST",), writes=True),
)
