"""What an address showed when: time gates, time maps and mementos (RFC 7089).

The address stands at the end of the path, percent-encoded or as it is; what follows a `?` belongs to it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from archive.errors import JianbaoError, NotFound, UsageError
from archive.query.captures import page_place
from archive.query.mementos import Around, Memento, at_second, mementos, nearest
from archive.text.address import plain_address
from archive.text.clean import clean_line
from archive.times import parse_mail_time, show_time
from archive.web.parts.citing import base_of
from archive.web.parts.frame import framed
from archive.web.visit import Page, Visit

MOST: Final = 5_000
"""So many captures stand in one time map; it names the next one."""
LINKS: Final = "application/link-format"
LONGEST: Final = 8_000
"""Characters of an address."""
_BEGIN: Final = re.compile(r"(?:(https?):/*)?([^/?#]+)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d{4}(?:\d\d){0,5}")
_ASKED: Final = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


def timegate(visit: Visit) -> Response:
    """Leads to the memento that is closest to `Accept-Datetime`, or to the newest one."""
    url = _address(visit)
    found = nearest(visit.connection, url, _asked(visit))
    if found is None:
        raise _none(url)
    links = [_original(url), _timemap(visit, url), _memento(visit, found, "memento")]
    headers = {"vary": "accept-datetime, cookie", "link": ", ".join(links), "cache-control": "no-cache"}
    return RedirectResponse(_where(visit, found), status_code=302, headers=headers)


def timemap(visit: Visit) -> Response:
    """The mementos of an address in the link format (RFC 6690), of a long list those from a second on."""
    url = _address(visit)
    since = _moment(visit.request.path_params["since"]) if "since" in visit.request.path_params else None
    found = mementos(visit.connection, url, limit=MOST + 1, since=since)
    if not found:
        raise _none(url)
    shown, more = found[:MOST], found[MOST:]
    span = f'from="{_date(shown[0].at)}"; until="{_date(shown[-1].at)}"'
    links = [_original(url), _timegate(visit, url), f"{_timemap(visit, url, since, 'self')}; {span}"]
    links += _listed(visit, shown, begins=since is None, ends=not more)
    if more:
        links.append(f'{_timemap(visit, url, more[0].at)}; from="{_date(more[0].at)}"')
    headers = {"content-type": LINKS, "cache-control": "no-cache", "vary": "cookie"}
    return Response(",\n".join(links) + "\n", headers=headers)


def _listed(visit: Visit, shown: list[Memento], *, begins: bool, ends: bool) -> Iterator[str]:
    """Each second once: the address of a memento knows no smaller time."""
    each = {_second(one.at): one for one in reversed(shown)}
    for place, one in enumerate(reversed(each.values())):
        first = "first " if begins and place == 0 else ""
        last = "last " if ends and place == len(each) - 1 else ""
        yield _memento(visit, one, f"{first}{last}memento")


def memento(visit: Visit) -> Response:
    """The page as it was captured, inert, with the status that it had. A second without a capture leads to the closest
    one."""
    url, digits = _address(visit), visit.request.path_params["at"]
    at = _moment(digits)
    around = at_second(visit.connection, url, at) if len(digits) == 14 else None
    if around is None:
        found = nearest(visit.connection, url, at)
        if found is None:
            raise _none(url)
        return RedirectResponse(_where(visit, found), status_code=302, headers={"cache-control": "no-cache"})
    this = around.this
    place = page_place(visit.connection, this.capture)
    try:
        body = Markup(visit.room.raw_pages().inert(place))  # noqa: S704 - made of a list of harmless elements
    except JianbaoError as error:
        # The capture is known, and its record is not to be had: there is no memento to be shown.
        raise NotFound(str(error)) from error
    note = visit.t("explain.memento", at=show_time(this.at), url=plain_address(this.url))
    headers = {"memento-datetime": _date(this.at), "link": ", ".join(_around(visit, url, around))}
    answered = this.status if this.status is not None and 400 <= this.status < 600 else 200
    told = Markup('<p class="note">{}</p>\n').format(note) + body
    return framed(visit.t("explain.captured"), told, status=answered, headers=headers)


def _around(visit: Visit, url: str, around: Around) -> list[str]:
    """The links of a memento: each neighbour once, with all that it is."""
    rels: dict[int, tuple[Memento, list[str]]] = {}
    for one, rel in (
        (around.first, "first"),
        (around.before, "prev"),
        (around.this, ""),
        (around.after, "next"),
        (around.last, "last"),
    ):
        if one is not None:
            rels.setdefault(one.capture, (one, []))[1].extend([rel] if rel else [])
    mementos_ = [_memento(visit, one, " ".join([*names, "memento"])) for one, names in rels.values()]
    return [_original(url), _timegate(visit, url), _timemap(visit, url), *mementos_]


def _address(visit: Visit) -> str:
    """The address that is asked for. Raises `UsageError` where it is none."""
    path, query = visit.request.path_params["url"], visit.request.url.query
    told = (clean_line(f"{path}?{query}" if query else path) or "").partition("#")[0]
    found = _BEGIN.match(told)
    if found is None or len(told) > LONGEST:
        raise UsageError(f"{told[:80]!r} is no address; write /timegate/https://www.163.com/…")
    return f"{(found[1] or 'https').lower()}://{found[2].lower()}{told[found.end() :] or '/'}"


def _asked(visit: Visit) -> datetime | None:
    value = visit.request.headers.get("accept-datetime")
    if value is None:
        return None
    try:
        if not _ASKED.fullmatch(value.strip()):
            raise ValueError(value)
        return parse_mail_time(value.strip())
    except ValueError:
        raise UsageError(
            f"Accept-Datetime is {value[:60]!r}; it takes a time such as {_date(datetime(2025, 4, 11, tzinfo=UTC))}"
        ) from None


def _moment(digits: str) -> datetime:
    """The first second of what up to 14 digits name."""
    if not _DIGITS.fullmatch(digits):
        raise HTTPException(404)
    try:
        return datetime.strptime(f"{digits}{'00000101000000'[len(digits) :]}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise HTTPException(404) from None


def _none(url: str) -> NotFound:
    return NotFound(f"no capture of {url[:200]}")


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}"


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _here(visit: Visit, name: str, **values: str) -> str:
    return base_of(visit) + visit.room.path(name, values).removeprefix(visit.room.root_path)


def _where(visit: Visit, one: Memento) -> str:
    return _here(visit, "memento", at=_second(one.at), url=one.url)


def _original(url: str) -> str:
    return f'<{plain_address(url)}>; rel="original"'


def _timegate(visit: Visit, url: str) -> str:
    return f'<{_here(visit, "timegate", url=url)}>; rel="timegate"'


def _timemap(visit: Visit, url: str, since: datetime | None = None, rel: str = "timemap") -> str:
    if since is None:
        return f'<{_here(visit, "timemap", url=url)}>; rel="{rel}"; type="{LINKS}"'
    return f'<{_here(visit, "timemap_from", since=_second(since), url=url)}>; rel="{rel}"; type="{LINKS}"'


def _memento(visit: Visit, one: Memento, rel: str) -> str:
    return f'<{_where(visit, one)}>; rel="{rel}"; datetime="{_date(one.at)}"'


PAGES: Final = (
    Page(path="/timegate/{url:path}", name="timegate", view=timegate),
    Page(path="/timemap/link/{url:path}", name="timemap", view=timemap, costly=True),
    Page(path="/timemap/from/{since}/{url:path}", name="timemap_from", view=timemap, costly=True),
    Page(path="/memento/{at}/{url:path}", name="memento", view=memento, costly=True),
)
