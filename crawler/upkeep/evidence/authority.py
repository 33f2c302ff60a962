"""A request to a time-stamping authority (RFC 3161, 3.4), bounded in time and size.

As with all requests that a word of a person's starts, it goes to the public internet alone, unless the person says that
the authority stands in a private network: the address that a name leads to is looked at, and that very one is asked.
"""

import socket
import ssl
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from archive.config.declared import Settings
from archive.errors import NetworkUnavailable, UsageError
from archive.evidence.stamp import LARGEST, StampError, accept, request
from crawler.guard import is_public, why_not_public

PATIENCE: Final = 30.0
"""Seconds for all of it, name and connection included."""
_SENT: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def stamped(data: bytes, url: str, settings: Settings, *, private: bool = False, patience: float = PATIENCE) -> bytes:
    """The authority's answer with a time stamp over `data`. `private`: it may stand in a private network. Raises
    `UsageError` where it may not be asked, and `NetworkUnavailable` where it does not give one."""
    why = None if private else why_not_public(url)
    if why is not None or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"the authority {url[:200]} is not asked: {why or 'it is no address'}; --private allows it")
    asked = request(data)
    answers: list[bytes | BaseException] = []

    def ask() -> None:
        try:
            answers.append(_ask(url, asked.as_bytes(), settings, patience, private=private))
        except Exception as error:  # told in the thread that waits
            answers.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience)  # a server that sends a byte a second keeps a socket's own patience for ever
    answer = answers[0] if answers else TimeoutError(f"no answer in {patience:.0f} seconds")
    if isinstance(answer, UsageError):
        raise answer
    if isinstance(answer, BaseException):
        raise NetworkUnavailable(f"the authority {url[:200]} gave no time stamp: {_words(answer)}")
    try:
        accept(asked, answer, data)
    except StampError as error:
        raise NetworkUnavailable(f"the authority {url[:200]} gave no time stamp: {error}") from error
    return answer


def _ask(url: str, query: bytes, settings: Settings, patience: float, *, private: bool) -> bytes:
    parts = urlsplit(url)
    connection = _connection(parts, settings, patience, private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if settings.proxy and parts.scheme == "http":
        path = f"http://{parts.netloc}{path}"  # RFC 9112, 3.2.2
    try:
        connection.request("POST", path, body=query, headers={**_SENT, "User-Agent": settings.agent})
        with connection.getresponse() as answer:
            kind = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
            body = answer.read(LARGEST + 1)
    finally:
        connection.close()
    if answer.status != 200:  # no redirect is followed, either
        raise HTTPException(f"HTTP {answer.status}")
    if kind != _SENT["Accept"]:
        raise HTTPException(f"its answer is {kind[:60]!r}, which is no time stamp")
    if len(body) > LARGEST:
        raise HTTPException(f"its answer has more than {LARGEST:,} bytes")
    return body


def _connection(parts: Any, settings: Settings, patience: float, *, private: bool) -> HTTPConnection:
    """To the address that the name leads to now; through the proxy that is set, which resolves names itself."""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if settings.proxy:
        proxy = urlsplit(settings.proxy)
        connection = _made(secure, proxy.hostname or "", proxy.port or 80, settings, patience)
        if secure:
            connection.set_tunnel(parts.hostname, port)
        return connection
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not private and not all(map(is_public, addresses)):
        raise UsageError(f"the authority {parts.hostname} leads into a private network; --private allows it")
    connection = _made(secure, parts.hostname, port, settings, patience)

    def connect(_: Any, timeout: Any = None, source: Any = None) -> socket.socket:
        return socket.create_connection((addresses[0], port), timeout, source)

    connection._create_connection = connect  # type: ignore[attr-defined]  # noqa: SLF001 - the address that was looked at
    return connection


def _made(secure: bool, host: str, port: int, settings: Settings, patience: float) -> HTTPConnection:
    if not secure:
        return HTTPConnection(host, port, timeout=patience)
    context = ssl.create_default_context(cafile=settings.ca_file)
    return HTTPSConnection(host, port, timeout=patience, context=context)


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
