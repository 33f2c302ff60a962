"""What went wrong, as a page or, in the API, as `application/problem+json` (RFC 9457)."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import (
    AlreadyRunning,
    DatabaseUnavailable,
    JianbaoError,
    NotFound,
    SchemaMismatch,
    StorageError,
    UsageError,
)
from archive.web.access import MINUTE
from archive.web.guard import Refused
from archive.web.load import Busy
from archive.web.visit import Page, Room, Visit
from archive.web.words import say

_LOG: Final = logging.getLogger("jianbao.web")
STATUS: Final[tuple[tuple[type[JianbaoError], int], ...]] = (
    (UsageError, 400),
    (NotFound, 404),
    (AlreadyRunning, 409),
    (DatabaseUnavailable, 503),
    (SchemaMismatch, 503),
    (StorageError, 503),
)
"""Of our own errors; of others of them 500."""
RETRY_SECONDS: Final = 10
_NOWHERE: Final = "there is nothing at this address; {}/api/openapi.json describes what there is"
PROBLEM: Final = "application/problem+json"


class NeedsToken(Exception):
    """The page is for who has the token."""


class TooManyGuesses(Exception):
    """Too many wrong tokens came of late."""


class NotOurs(Exception):
    """A form that was not sent from a page of ours, or from one that is too old."""


def status_of(error: Exception) -> int:
    """The HTTP status that says what an error says."""
    if isinstance(error, (HTTPException, Refused)):
        return error.status_code if isinstance(error, HTTPException) else error.status
    if isinstance(error, (NeedsToken, NotOurs)):
        return 401 if isinstance(error, NeedsToken) else 403
    if isinstance(error, (Busy, TooManyGuesses)):
        return 503 if isinstance(error, Busy) else 429
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def answer_to(error: Exception, request: Request, room: Room, page: Page | None = None) -> Response:
    """The answer that tells an error. What is a fault of ours is logged with its traceback, and not shown; nor is why
    an archive cannot be opened: that names paths of this machine, and its cure is for whoever runs it."""
    status = status_of(error)
    visit = Visit(request=request, room=room, page=page)
    if status == 500:
        _LOG.error("%s failed", page.name if page is not None else "a request", exc_info=error)
    if status == 503 and isinstance(error, JianbaoError):
        _LOG.error("%s", error)
    detail = str(error) if isinstance(error, JianbaoError) and status != 503 else ""
    more = {name: value for name in ("position", "cure") if (value := getattr(error, name, None)) is not None}
    headers = {"retry-after": str(MINUTE if status == 429 else RETRY_SECONDS)} if status in (429, 503) else {}
    if isinstance(error, NeedsToken):
        headers["www-authenticate"] = 'Bearer realm="jianbao"'
    if isinstance(error, HTTPException) and error.headers:
        headers |= dict(error.headers)
    if is_api(request, room):
        word = _word(error, status)
        nowhere = status == 404 and isinstance(error, HTTPException)
        told = detail or (_NOWHERE.format(room.root_path) if nowhere else say("en", word))
        return problem(status, visit.t(word), told, more, headers)
    return visit.render(
        "failure.html",
        status=status,
        headers=headers,
        code=status,
        title=_word(error, status),
        detail=detail,
        more=more,
        back=visit.here() if _has_a_form(request, room, page) else "",
    )


def _has_a_form(request: Request, room: Room, page: Page | None) -> bool:
    """Whether what went wrong was a form, of a page at the same address."""
    shown = {one.path for one in room.pages.values() if "GET" in one.methods}
    return request.method == "POST" and page is not None and page.path in shown


def problem(
    status: int, title: str, detail: str, more: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """An error as the API tells it."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(data, status_code=status, media_type=PROBLEM, headers=dict(headers or {}))


def is_api(request: Request, room: Room) -> bool:
    """Whether a program asks."""
    return str(request.scope["path"]).startswith(f"{room.root_path}/api/")


def _word(error: Exception, status: int) -> str:
    """What is said, a word of `words/frame.toml`."""
    if isinstance(error, Refused):
        return error.word
    if isinstance(error, NotOurs):
        return "frame.not_ours"
    if isinstance(error, Busy):
        return "frame.busy"
    if isinstance(error, TooManyGuesses):
        return "frame.too_many_guesses"
    return {
        400: "frame.cannot_read",
        401: "frame.needs_token",
        404: "frame.not_found",
        405: "frame.wrong_method",
        409: "frame.conflict",
        503: "frame.not_now",
    }.get(status, "frame.broken")


Handler = Callable[[Request, Exception], Response]


def handler(room: Room) -> Handler:
    """For Starlette: what is raised outside of a page's view (no route, a wrong method, a form that is too large)."""

    def handle(request: Request, error: Exception) -> Response:
        return answer_to(error, request, room)

    return handle
