"""What holds for every request and every answer, whatever page it is: the host, the size, the headers."""

import ipaddress
from collections.abc import Callable, Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
LONGEST_QUERY: Final = 16 * 1024
"""Bytes of a query string; longer ones name no search that `archive.query.language` would take."""
LARGEST_BODY: Final = 4 * 2**20
"""Bytes of a form: a text that is looked for."""

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script, no request to another host, nothing inline (https://www.w3.org/TR/CSP3/)."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Of every answer, unless a page has its own."""


class Refused(Exception):
    """A request that is not looked at. `status`: of the answer. `word`: what is said of it (`words/frame.toml`)."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


class Guard:
    """Before the routes: refuses what is not looked at, and puts the headers on every answer. `hosts`: those it may be
    asked for. `root_path`: where a proxy shows the pages. `refuse`: the answer to a refused request."""

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], root_path: str, refuse: Callable[[Scope, Refused], Response]
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.hosts = frozenset(host.lower() for host in hosts)
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.root_path:
            # A proxy may have taken the prefix off, or not.
            path = scope["path"]
            inside = path == self.root_path or path.startswith(f"{self.root_path}/")
            scope = {**scope, "root_path": self.root_path, "path": path if inside else self.root_path + path}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        app = self.app if refused is None else self.refuse(scope, refused)
        await app(scope, _bounded(receive), answer)

    def _refused(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self.hosts:
            return Refused(400, "frame.wrong_host")
        if len(scope.get("query_string", b"")) > LONGEST_QUERY or len(scope.get("raw_path", b"")) > LONGEST_QUERY:
            return Refused(414, "frame.too_long")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:12]) > LARGEST_BODY:
            return Refused(413, "frame.too_large")
        return None


def host_name(value: str) -> str:
    """The name in a `Host` header, without its port, in small letters; "" where it is none."""
    value = value.strip().lower()
    if value.startswith("["):
        name, closed, _ = value.partition("]")
        return name + closed
    return value.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _bounded(receive: Receive) -> Receive:
    """A body without a length may be of any: it is counted as it comes."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise Refused(413, "frame.too_large")
        return message

    return bounded
