"""Where a person shows the token, and takes the cookie off again."""

from typing import Final

from starlette.responses import Response

from archive.errors import NotFound
from archive.web.access import COOKIE, SECONDS
from archive.web.failures import TooManyGuesses
from archive.web.visit import Page, Visit


def ask(visit: Visit) -> Response:
    """The form."""
    _exists(visit)
    return visit.render("token.html", wrong=False)


def show(visit: Visit) -> Response:
    """The token, sent: the right one gets a cookie."""
    _exists(visit)
    if not visit.room.access.may_guess():
        raise TooManyGuesses
    if not visit.room.access.is_right(visit.form.get("token", "").strip()):
        visit.room.access.guessed_wrong()
        return visit.render("token.html", wrong=True, status=403)
    answer = visit.go("front")
    answer.set_cookie(
        COOKIE,
        visit.room.access.cookie(),
        max_age=SECONDS,
        path=visit.room.root_path or "/",
        secure=visit.request.headers.get("x-forwarded-proto", visit.request.url.scheme) == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


def leave(visit: Visit) -> Response:
    """Takes the cookie off."""
    answer = visit.go("front")
    answer.delete_cookie(COOKIE, path=visit.room.root_path or "/", httponly=True, samesite="strict")
    return answer


def _exists(visit: Visit) -> None:
    if visit.room.access.token is None:
        raise NotFound("this archive is shown to be read only; `jianbao serve --token-file FILE` lets people write")


PAGES: Final = (
    Page(path="/token", name="token", view=ask, reads=False),
    Page(path="/token", name="show_token", view=show, methods=("POST",), reads=False),
    Page(path="/leave", name="leave", view=leave, methods=("POST",), reads=False),
)
