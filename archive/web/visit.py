"""One request as a page sees it, and what a page is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote, urlencode

from attrs import define, field, frozen
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.errors import UsageError
from archive.query.lookup import Resolve
from archive.raw import RawPages
from archive.settings import Home
from archive.text.harmless import harmless_in_pages
from archive.web.access import Access
from archive.web.database import Database
from archive.web.render import environment, static_version
from archive.web.sentences import in_chinese
from archive.web.words import Lang, choose, say, say_or

LARGEST_NUMBER: Final = 2**63 - 1


class Portals(Protocol):
    """What the pages need of the half of Jianbao that knows portals and reads pages (`archive.cli.portals`)."""

    @property
    def resolve(self) -> Resolve:
        """See `archive.query.lookup`."""

    @property
    def read_page(self) -> Callable[[bytes, str], tuple[str, datetime | None]]:
        """The text of a page and the time of its publication, by its bytes and its address."""

    @property
    def health(self) -> Callable[[Home, Connection, datetime], dict[str, Any]]:
        """How an archive is doing."""

    @property
    def raw_pages(self) -> Callable[[Home], RawPages]:
        """The raw pages behind an archive's captures, to be closed."""


@frozen(kw_only=True)
class Page:
    """A page at a path (Starlette's: `/article/{id:int}`).

    `view`: makes the answer. `nav`: in which part of the navigation it stands. `costly`: few of its kind are made at
    once (`archive.web.load`). `writes`: it asks for the token, and gets a connection that writes. `reads`: False for a
    page that needs no archive.
    """

    path: str
    name: str
    view: Callable[["Visit"], Response]
    methods: tuple[str, ...] = ("GET",)
    nav: Literal["", "main", "more"] = ""
    costly: bool = False
    writes: bool = False
    reads: bool = True

    @cached_property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """Its path behind the first piece of it: the name of each value, and what follows it."""
        found = (piece.partition("}") for piece in self.path.split("{")[1:])
        return tuple((part.partition(":")[0], rest) for part, _, rest in found)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of what stands in its path."""
        return tuple(name for name, _ in self.pieces)


@frozen(kw_only=True)
class Room:
    """What all visits share. `pages`: every page by its name. `root_path`: before every path, "" or `/archive`.
    `raw_pages`: gives the raw pages, one door for all visits."""

    home: Home
    database: Database
    portals: Portals
    access: Access
    pages: Mapping[str, Page]
    raw_pages: Callable[[], RawPages]
    root_path: str = ""

    def path(self, name: str, values: Mapping[str, Any]) -> str:
        """The address of a page. What is no part of its path becomes the query; None and "" are left out."""
        page = self.pages[name]
        path = self.root_path + page.path.partition("{")[0]
        for name, rest in page.pieces:
            path += quote(str(values[name]), safe="/") + rest
        query: list[tuple[str, str]] = []
        for key, value in values.items():
            if key not in page.parts and value not in (None, "", False):
                every = value if isinstance(value, (list, tuple)) else (value,)
                query += [(key, "1" if one is True else str(one)) for one in every]
        return f"{path}?{urlencode(query)}" if query else path


@define(kw_only=True)
class Visit:
    """One request. `connection`: of its transaction. `form`: what was sent with it, "" for what was not."""

    request: Request
    room: Room
    page: Page | None = None
    form: Mapping[str, str] = field(factory=dict)
    _connection: Connection | None = field(default=None, init=False)
    _lang: Lang | None = field(default=None, init=False)

    @property
    def connection(self) -> Connection:
        """The transaction that this visit reads, or writes, with."""
        if self._connection is None:
            raise RuntimeError("this page said that it reads nothing")
        return self._connection

    @connection.setter
    def connection(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def lang(self) -> Lang:
        """The language that the page speaks."""
        if self._lang is None:
            accepted = self.request.headers.get("accept-language", "")
            self._lang = choose(self.request.query_params.get("lang", ""), accepted)
        return self._lang

    @property
    def may_write(self) -> bool:
        """Whether this visitor has shown the token."""
        return self.room.access.may_write(self.request)

    def id(self, name: str = "id") -> int:
        """A number of the path; one that is larger than any is never found."""
        return min(int(self.request.path_params[name]), LARGEST_NUMBER)

    def arg(self, name: str, other: str = "") -> str:
        """A value of the query; `other` where it is not there."""
        return self.request.query_params.get(name, other)

    def args(self, name: str) -> list[str]:
        """All values of that name, those that are not empty."""
        return [value for value in self.request.query_params.getlist(name) if value]

    def number(self, name: str, other: int, *, most: int, least: int = 0) -> int:
        """A number of the query. Raises `UsageError` where it is none, or too large or small."""
        value = self.arg(name)
        if not value:
            return other
        if not (value.isascii() and value.isdigit()) or not least <= int(value[:20]) <= most:
            raise UsageError(f"{name} is {value[:40]!r}; it takes a number from {least} to {most}")
        return int(value)

    def form_number(self, name: str) -> int:
        """A number of the form that names a row; one that is larger than any is never found. Raises `UsageError`."""
        value = self.form.get(name, "")
        if not (value.isascii() and value.isdigit()):
            raise UsageError("this form names nothing")
        return min(int(value[:20]), LARGEST_NUMBER)

    def t(self, key: str, /, **values: Any) -> str:
        """A word of the page's language."""
        return say(self.lang, key, **values)

    def word(self, key: str, other: str) -> str:
        """A word for a value of the archive, or the value itself."""
        return say_or(self.lang, key, other)

    def spoken(self, sentence: str) -> str:
        """A sentence that another room says in English: on a Chinese page in Chinese, or marked as English."""
        if self.lang == "en":
            return sentence
        told = in_chinese(sentence)
        return Markup('<span lang="en">{}</span>').format(harmless_in_pages(sentence)) if told is None else told

    def url(self, name: str, /, **values: Any) -> str:
        """The address of a page, in this visitor's language where they chose one."""
        chosen = self.request.query_params.get("lang")
        return self.room.path(name, {**values, "lang": values.get("lang", self.lang if chosen else None)})

    def here(self, **values: Any) -> str:
        """The address of this page with other values of the query; None leaves one out."""
        query: dict[str, Any] = {}
        for key, value in self.request.query_params.multi_items():
            query.setdefault(key, []).append(value)
        query = {**query, **values}
        if self.page is None:
            return self.url("front", lang=query.get("lang"))
        return self.room.path(self.page.name, {**query, **self.request.path_params})

    def go(self, name: str, /, **values: Any) -> Response:
        """Sends the visitor to another page, after a form."""
        return RedirectResponse(self.url(name, **values), status_code=303)

    def render(
        self, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """A page made of a template of `templates/`."""
        text = environment().get_template(template).render({**self._given(), **values})
        kept = {"vary": "accept-language, cookie", "cache-control": "no-cache", **(headers or {})}
        return Response(text, status_code=status, media_type="text/html", headers=kept)

    def _given(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "t": self.t,
            "word": self.word,
            "spoken": self.spoken,
            "url": self.url,
            "here": self.here,
            "arg": self.arg,
            "lang": self.lang,
            "lang_chosen": "lang" in self.request.query_params,
            "page_name": self.page.name if self.page is not None else "",
            "nav": [(page.name, page.nav) for page in self.room.pages.values() if page.nav],
            "may_write": self.may_write,
            "has_token": self.room.access.token is not None,
            "form_token": self._form_token,
            "static": lambda name: f"{self.room.root_path}/static/{name}?v={static_version()}",
        }

    def _form_token(self) -> Markup:
        token = self.room.access.form_token(self.request)
        return Markup('<input type="hidden" name="form_token" value="{}">').format(token)
