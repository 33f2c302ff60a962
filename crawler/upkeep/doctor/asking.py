"""One request as the crawler would send it: by its name, through its proxy, with its certificates, in the host's turn.

Without Scrapy, whose reactor runs once a process, and whose errors say less of what stands in the way.
"""

import os
import re
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener, getproxies

from attrs import define, frozen
from sqlalchemy import Engine

from archive.config.declared import Settings
from archive.store.db import writing
from archive.times import parse_mail_time
from crawler.run.politeness import hosts
from crawler.warc.raw import RawCapture, raw_from_headers

_MOST: Final = 600 * 2**10
_REFUSED: Final = re.compile(r"Tunnel connection failed: (\d{3})")


class Unanswered(Exception):
    """There is no answer. `why`: `dns`, `proxy`, `login` (of the proxy), `certificate`, `turn` or `connection`."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why


@frozen(kw_only=True)
class Answered:
    """An answer. `ahead`: how far this machine's clock is ahead of what its `Date` says, None where it says nothing."""

    raw: RawCapture
    ahead: timedelta | None


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        return None


@define
class Asker:
    """`site`: whose settings count. `engine`: where the hosts' turns stand."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def ask(self, url: str) -> Answered:
        """The answer to one request, redirects not followed. Raises `Unanswered`, and the database's errors."""
        host = (urlsplit(url).hostname or "").lower()
        worker, delay = f"doctor-{os.getpid()}", self.settings.delay
        longest = timedelta(seconds=self.settings.timeout + 15)
        while True:
            with writing(self.engine) as connection:
                state, wait = hosts.take(connection, host, worker, delay, longest)
            if not wait:
                break
            if wait > hosts.PATIENCE:
                reason = state.rest_reason or "its Crawl-delay"
                raise Unanswered(
                    "turn", f"it is not to be asked for {wait.total_seconds() / 60:.0f} minutes ({reason})"
                )
            time.sleep(wait.total_seconds())
        try:
            return self._send(url)
        finally:
            with writing(self.engine) as connection:
                hosts.give_back(connection, host, worker, state.delay(delay))

    def _send(self, url: str) -> Answered:
        proxy = self.settings.proxy
        context = ssl.create_default_context(cafile=self.settings.ca_file)
        proxies = {"http": proxy, "https": proxy} if proxy else getproxies()
        opener = build_opener(ProxyHandler(proxies), HTTPSHandler(context=context), _Stay)
        request = Request(url, headers={"User-Agent": self.settings.agent, "Accept": "*/*"})  # noqa: S310 - a site file's
        before = self.clock()
        try:
            with opener.open(request, timeout=self.settings.timeout) as answer:
                status, headers, body = answer.status, answer.headers, answer.read(_MOST)
        except HTTPError as error:
            with error:
                status, headers, body = error.code, error.headers, error.read(_MOST)
        except OSError as error:
            raise _unanswered(error, proxied=bool(proxies)) from error
        if status == 407:
            raise Unanswered("login", "it asks for a name and a password (407)")
        raw = RawCapture(url=url, captured_at=before, payload=body, status=status)
        return Answered(raw=raw_from_headers(raw, list(headers.items())), ahead=self._ahead(headers, before))

    def _ahead(self, headers: Message, before: datetime) -> timedelta | None:
        """By the middle of what the request took: the answer was made somewhere in it."""
        after = self.clock()
        try:
            told = parse_mail_time(headers["Date"] or "")
        except ValueError:
            return None
        return before + (after - before) / 2 - told


def _unanswered(error: OSError, *, proxied: bool) -> Unanswered:
    reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, OSError) else error
    words = " ".join(str(getattr(reason, "strerror", None) or reason).split())[:200]
    if found := _REFUSED.search(str(error)):
        login = found[1] == "407"
        return Unanswered("login", "it asks for a name and a password (407)") if login else Unanswered("proxy", words)
    if isinstance(reason, ssl.SSLError):
        return Unanswered("certificate", getattr(reason, "verify_message", "") or words)
    if isinstance(reason, OSError) and type(reason).__name__ == "gaierror":
        return Unanswered("proxy" if proxied else "dns", words)
    if proxied and isinstance(reason, ConnectionRefusedError):
        return Unanswered("proxy", f"nothing listens there ({words})")
    return Unanswered("connection", words)
