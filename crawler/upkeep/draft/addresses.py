"""What a portal's addresses name, as far as a few of them tell: hosts, and the form of an article's address."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

_SEGMENT: Final = re.compile(r"[/_.-]|[^/_.-]+")
_DAY: Final = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
_DATE: Final = 4
_CODE: Final = 10
_SECOND_LEVEL: Final = frozenset("com net org gov edu ac co".split())


@frozen(kw_only=True)
class Addresses:
    """`hosts`: for `Site.hosts`. `host`: the one that most articles stand on; `scheme`: theirs. `pattern`: of an
    article's path, with the group `id`; "" where the query names it. `query`: that parameter's name, or "".
    `unsure`: a line each."""

    hosts: tuple[str, ...]
    host: str
    scheme: str
    pattern: str
    query: str = ""
    unsure: tuple[str, ...] = ()


def find_addresses(urls: Sequence[str]) -> Addresses:
    """The form of these addresses, each of another article."""
    parts = [urlsplit(url) for url in urls]
    hosts = Counter((one.hostname or "").lower() for one in parts)
    scheme = "https" if any(one.scheme == "https" for one in parts) else "http"
    suffixes = tuple(dict.fromkeys(_of_owner(host) for host in hosts))
    host = hosts.most_common(1)[0][0]
    paths = list(dict.fromkeys(one.path or "/" for one in parts))
    if len(paths) == 1 and len(parts) > 1:
        named = [dict(parse_qsl(one.query)) for one in parts]
        for name in named[0]:
            if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and len({one.get(name) for one in named}) == len(parts):
                path = f"^{re.escape(paths[0])}$"
                return Addresses(hosts=suffixes, host=host, scheme=scheme, pattern=path, query=name)
    pattern, unsure = _pattern(paths)
    return Addresses(hosts=suffixes, host=host, scheme=scheme, pattern=pattern, unsure=tuple(unsure))


def registered(url: str) -> str:
    """The part of an address's host that its owner registered, as far as its form tells: `qingzhou.example`."""
    return _of_owner((urlsplit(url).hostname or "").lower())


def _of_owner(host: str) -> str:
    if host.replace(".", "").isdigit():  # an IP address
        return host
    labels = host.split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-keep:])


def _pattern(paths: Sequence[str]) -> tuple[str, list[str]]:
    """A pattern for the commonest form among these paths, and what is unsure of it."""
    forms = Counter(_form(path) for path in paths)
    form, count = forms.most_common(1)[0]
    alike = [_SEGMENT.findall(path) for path in paths if _form(path) == form]
    unsure = []
    if count < len(paths):
        unsure.append(f"{len(paths) - count} of {len(paths)} addresses have another form than the pattern's")
    columns = list(zip(*alike, strict=True))
    varying = [place for place, column in enumerate(columns) if len(set(column)) > 1]
    named = [place for place in varying or range(len(columns)) if re.search(r"\d", columns[place][0])] or varying
    which = max(named, key=lambda place: _worth(columns[place]), default=len(columns) - 1)
    if len(alike) > 1 and len(set(columns[which])) < len(alike):
        unsure.append("no part of the addresses is another one on every page; which of them is the article's id?")
    if len(alike) == 1:
        unsure.append("one address tells little of the others' form")
    written = [
        f"(?P<id>{_class(column, is_id=True)})"
        if place == which
        else _class(column)
        if place in varying or column[0].isdigit()
        else re.sub(r"\d+", lambda _: r"\d+", re.escape(column[0]))
        for place, column in enumerate(columns)
    ]
    return f"^{''.join(written)}$", unsure


def _worth(column: Sequence[str]) -> tuple[int, bool, int]:
    """How likely a part is the article's id: another one on each page, no date, and long."""
    return (len(set(column)), not all(map(_DAY.fullmatch, column)), max(map(len, column)))


def _form(path: str) -> tuple[str, ...]:
    """What two addresses of one kind have in common: the signs between their parts, and which parts are numbers."""
    return tuple(
        one if one in "/_.-" else "9" if one.isdigit() else "x" if re.search(r"\d", one) else "a"
        for one in _SEGMENT.findall(path)
    )


def _class(column: Sequence[str], *, is_id: bool = False) -> str:
    """A pattern for the values of one part. Numbers grow, but dates and codes keep their length."""
    lengths = {len(one) for one in column}
    least = _CODE if is_id else _DATE
    times = f"{{{lengths.pop()}}}" if len(lengths) == 1 and len(column) > 1 and min(map(len, column)) >= least else "+"
    if all(one.isdigit() for one in column):
        return r"\d+" if is_id else rf"\d{times}"
    text = "".join(column)
    kinds = ("0-9" if re.search(r"\d", text) else "") + ("A-Z" if re.search("[A-Z]", text) else "")
    kinds += ("a-z" if re.search("[a-z]", text) else "") + ("" if text.isascii() else "%\\w")
    return f"[{kinds or 'A-Za-z0-9'}]{times}"
