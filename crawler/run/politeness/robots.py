"""robots.txt as RFC 9309 reads it: an answer to the rules that bind us, in a form that any parser reads alike. Pure.

Of the file only the groups that name us are kept, or else those for everybody: how many others there are costs nothing.
"""

import re
from typing import Final
from urllib.parse import quote

from attrs import frozen

from crawler.pages.status import PARTIAL, is_redirect, is_transient
from crawler.warc.encodings import BodyError, beginning
from crawler.warc.raw import RawCapture

MAX_RULES: Final = 500 * 2**10
"""So many bytes of a robots.txt are read, which RFC 9309, 2.5, asks for at least; what comes behind them, is let go."""

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_LINE: Final = re.compile(r"\r\n?|\n")
_SEPARATORS: Final = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What Python takes for the end of a line, and RFC 9309 does not."""
_TOKEN: Final = re.compile(r"[^\s/]*")
_AGENT: Final = re.compile(rf"user[ -]?agent\s*[:\s]\s*({_TOKEN.pattern})", re.IGNORECASE)
_NO_RULE: Final = re.compile(r"(?:site-?maps?|host)\s*[:\s]", re.IGNORECASE)
"""Lines that stand for themselves, and end no group."""
_HTML: Final = re.compile(r"\s*<(?:!|html|head|body|script|meta|title|\?xml)", re.IGNORECASE)


class RobotsUnread(ValueError):
    """The rules are not to be had, which forbids everything for now; the message says why."""


@frozen
class Rules:
    """What binds one crawler. `text`: a robots.txt of one group for everybody, with the rules for that crawler, "" for
    none. `told`: whether the host's robots.txt says so itself; a page that stands in its place says nothing."""

    text: str
    told: bool = True


def read_robots(raw: RawCapture, agent: str) -> Rules:
    """The rules for a crawler with this name, of which the product token counts (RFC 9309, 2.2.1): what stands before
    a version or a blank. Raises `RobotsUnread`.

    A client's error means that there are none (2.3.1.3); a server's, a redirect that leads nowhere, a part and bytes
    that cannot be unpacked say nothing.
    """
    if is_transient(raw.status) or is_redirect(raw.status) or raw.status == PARTIAL:
        raise RobotsUnread(f"its robots.txt could not be had (status {raw.status})")
    if raw.status >= 400:
        return Rules("")
    try:
        data = beginning(raw, MAX_RULES)
    except BodyError as error:
        raise RobotsUnread(f"its robots.txt cannot be read: {error}") from error
    text = _decoded(data)
    lines = _LINE.split(text)
    if len(data) == MAX_RULES:
        lines.pop()  # half a line may forbid, or allow, what the whole does not
    rules = _group(lines, _TOKEN.match(agent.strip())[0].lower())  # type: ignore[index]  # it matches nothing, too
    return Rules("\n".join(["User-agent: *", *rules, ""]) if rules else "", told=not _HTML.match(text))


def _decoded(data: bytes) -> str:
    """The text, which is to be UTF-8; what else editors write is read as well. Bytes of another encoding stay the bytes
    that they are, as addresses write them."""
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace")
    else:
        data = data.replace(b"\0", b"")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % ord(byte[0]), data).decode("ascii")
    text = text.replace("\ufeff", "")
    return _SEPARATORS.sub(lambda found: quote(found[0]), text)


def _group(lines: list[str], agent: str) -> list[str]:
    """The rules of the groups that name the agent, or, where none does, of those for everybody."""
    found: dict[str, list[str]] = {}
    current: set[str] = set()
    open_ = False
    for line in lines:
        line = line.partition("#")[0].strip()
        if not line or _NO_RULE.match(line):
            continue
        if named := _AGENT.match(line):
            if not open_:
                current = set()
            open_ = True
            name = named[1].lower()
            if name in ("*", agent):
                current.add(name)
                found.setdefault(name, [])
            continue
        open_ = False
        for name in current:
            found[name].append(line)
    return found.get(agent, found.get("*", []))
