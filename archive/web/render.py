"""Templates: escaped, freed of control characters, with nothing undefined; and what they may call."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from archive.query.diff.runs import runs
from archive.query.render import safe_url
from archive.text.harmless import harmless_in_pages
from archive.text.snippet import Snippet

STATIC: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
"""The kinds of file that stand in `static/`."""


def _shown(value: Any) -> Any:
    """What every `{{ … }}` goes through before it is escaped."""
    if value is None:
        raise ValueError("a template shows None; it must say what stands there instead")
    if isinstance(value, Markup):
        return value
    return harmless_in_pages(value) if isinstance(value, str) else value


def web_address(url: object) -> str:
    """The address where a browser may be sent to it (http, https), else ""."""
    address = safe_url(str(url or ""))
    return address if urlsplit(address).scheme.lower() in ("http", "https") else ""


def marked(passage: Snippet) -> Markup:
    """A passage with `<mark>` around what was searched for."""
    parts, last = [], 0
    for start, end in passage.marks:
        parts += [
            _escaped(passage.text[last:start]),
            Markup("<mark>{}</mark>").format(_escaped(passage.text[start:end])),
        ]
        last = end
    return Markup("").join([*parts, _escaped(passage.text[last:])])


def _escaped(text: str) -> Markup:
    return Markup.escape(harmless_in_pages(text))


def code(text: str) -> Markup:
    """A text with `<code>` around what stands between back quotes."""
    parts = text.split("`")
    parts[1::2] = [Markup("<code>{}</code>").format(part) for part in parts[1::2]]
    return Markup("").join(parts)


def day(shown: str | None) -> str:
    """The day of a time as the archive shows it; "" for none."""
    return (shown or "")[:10]


def moment(shown: str | None) -> str:
    """A time as the archive shows it (`2025-04-11T21:49:25+08:00`), for people: `2025-04-11 21:49:25`; "" for none."""
    return (shown or "").replace("T", " ").removesuffix("+08:00")


def short(text: str, most: int = 120) -> str:
    """A text in one line: its beginning and its end where it is longer than `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most // 2]}…{line[-most // 2 :]}"


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """What stands in `static/`, by name: its bytes and its kind."""
    found = {}
    for file in files("archive.web").joinpath("static").iterdir():
        kind = STATIC.get("." + file.name.rpartition(".")[2])
        if kind is not None:
            found[file.name] = (file.read_bytes(), kind)
    return found


@cache
def static_version() -> str:
    """Changes with any of these files, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for name, (data, _) in sorted(static_files().items()):
        digest.update(name.encode() + data)
    return digest.hexdigest()[:12]


@cache
def environment() -> Environment:
    """The templates' environment."""
    made = Environment(
        loader=PackageLoader("archive.web"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        web_address=web_address, marked=marked, day=day, moment=moment, short=short, runs=runs, code=code
    )
    return made
