"""The application: its pages, behind the guard, each in a thread with one transaction."""

from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import ExitStack, asynccontextmanager
from functools import cache
from threading import Lock
from typing import Any, Final

import anyio.to_thread
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from archive.raw import RawPages
from archive.settings import Home
from archive.web.access import Access
from archive.web.database import Database
from archive.web.failures import NeedsToken, NotOurs, answer_to, handler
from archive.web.guard import LOOPBACK, Guard, Refused
from archive.web.load import Load
from archive.web.pages import EVERY
from archive.web.visit import Page, Portals, Room, Visit

FORM_FIELDS: Final = 50
"""More than any form of ours has."""


class _Number(IntegerConvertor):
    """Digits that Python reads: more than 4,300 it refuses, and Starlette asks it before any page is."""

    regex = "[0-9]{1,1000}"


register_url_convertor("int", _Number())


def build(
    home: Home,
    *,
    portals: Portals,
    token: str | None = None,
    public: bool = True,
    root_path: str = "",
    allowed_hosts: Collection[str] = LOOPBACK,
) -> Starlette:
    """The reading room of one archive.

    `token`: who shows it may write; None: nobody may. `public`: whether who does not show it may read. `root_path`:
    where a proxy shows the pages (`/archive`). `allowed_hosts`: the names that it may be asked for by.
    """
    pages = {page.name: page for module in EVERY for page in module.PAGES}
    ending = ExitStack()
    database = Database(home.database)
    ending.callback(database.close)
    opening = Lock()

    @cache
    def raw_pages() -> RawPages:
        raw = portals.raw_pages(home)
        ending.callback(raw.close)
        return raw

    def raw_pages_once() -> RawPages:
        with opening:
            return raw_pages()

    room = Room(
        home=home,
        database=database,
        raw_pages=raw_pages_once,
        portals=portals,
        access=Access(token, public=public),
        pages=pages,
        root_path=root_path.rstrip("/"),
    )
    load = Load()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with ending:
            yield

    def refuse(scope: Scope, refused: Refused) -> Response:
        return answer_to(refused, Request(scope), room)

    told = handler(room)
    return Starlette(
        routes=[Route(page.path, _endpoint(page, room, load), methods=page.methods) for page in pages.values()],
        middleware=[Middleware(Guard, hosts=allowed_hosts, root_path=room.root_path, refuse=refuse)],
        exception_handlers={HTTPException: told, Refused: told},
        lifespan=lifespan,
    )


def _endpoint(page: Page, room: Room, load: Load) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """A page as Starlette wants it. Whatever is raised becomes an answer here: no traceback goes to a browser."""

    async def endpoint(request: Request) -> Response:
        try:
            if not room.access.may_read(request) and page.name not in OPEN:
                raise NeedsToken
            form = await _form(request) if request.method == "POST" else {}
            if page.writes:
                _check_writer(room, request, form)
            async with load.turn(costly=page.costly):
                return await anyio.to_thread.run_sync(_answer, page, room, request, form)
        except Exception as error:
            return answer_to(error, request, room, page)

    return endpoint


OPEN: Final = frozenset({"token", "show_token", "static"})
"""Pages for who has not shown the token yet."""


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=FORM_FIELDS) as sent:
        return {name: value for name, value in sent.items() if isinstance(value, str)}


def _check_writer(room: Room, request: Request, form: dict[str, str]) -> None:
    if not room.access.may_write(request):
        raise NeedsToken
    if not room.access.form_is_ours(request, form.get("form_token", "")):
        raise NotOurs


def _answer(page: Page, room: Room, request: Request, form: dict[str, str]) -> Response:
    """In a thread."""
    visit = Visit(request=request, room=room, page=page, form=form)
    if not page.reads:
        return page.view(visit)
    transaction = room.database.writing if page.writes else room.database.reading
    with transaction() as connection:
        visit.connection = connection
        return page.view(visit)
