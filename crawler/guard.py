"""What may be fetched at all: http(s) addresses of the site's own hosts, on the public internet.

The middleware looks at every request, redirects and robots.txt included. The resolver looks at the very address that
the connection then goes to, so a name that changes its address between a check and the connection gains nothing.
"""

import ipaddress
import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import DNSLookupError

from archive.text.address import MAX_BYTES, is_too_long

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger("jianbao.crawl")


_INSIDE = frozenset({"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"})
"""Ends of names that lead nowhere but inside (RFC 6761, 6762, ICANN's name collisions)."""


class Refused(IgnoreRequest):
    """The address may not be fetched."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; what is no IP address does not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def why_refused(url: str, hosts: "Sequence[str]") -> str | None:
    """Why an address may not be fetched for a site with these host suffixes, or None where it may."""
    if is_too_long(url):
        return f"it is longer than {MAX_BYTES} bytes"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().rstrip(".")
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return "it is malformed"
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme} is not http or https" if parts.scheme else "it does not begin with http:// or https://"
    if parts.username is not None or parts.password is not None:
        return "it carries a password"
    if not any(host == suffix or host.endswith("." + suffix) for suffix in hosts):
        return f"{host or 'no host'} is not one of the site's hosts"
    return None


def why_not_public(url: str) -> str | None:
    """Why an address that a person named may not be fetched, or None where it may: by its form, which is all that there
    is to go by where a proxy resolves names."""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return "it is malformed"
    if why := why_refused(url, [host] if host else []):
        return why
    if _is_address(host):
        return None if is_public(host) else f"{host} is in a private network"
    last = host.rpartition(".")[2]
    if "." not in host or last in _INSIDE or not re.fullmatch(r"[a-z\u0080-\U0010ffff][^.]*", last):
        return f"{host} is no name of the public internet"
    return None


def proxy_hosts(proxy: str | None) -> frozenset[str]:
    """The host names of the proxies that are set, which may stand in a private network."""
    proxies = [proxy] if proxy else list(getproxies().values())
    names = set()
    for url in proxies:
        try:
            names.add((urlsplit(url if "://" in url else f"http://{url}").hostname or "").lower())
        except ValueError:
            continue
    return frozenset(names - {""})


def shown_proxy(proxy: str | None) -> str:
    """A proxy as it may be shown: host and port, without name and password; "" for none."""
    return (proxy or "").rpartition("//")[2].rpartition("@")[2].rstrip("/")


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, but a name that leads into a private network does not resolve (a proxy's own name may)."""

    trusted: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: "Crawler", reactor: Any) -> "Self":
        resolver: Self = super().from_crawler(crawler, reactor)
        resolver.trusted = proxy_hosts(crawler.settings.get("JIANBAO_PROXY"))
        return resolver

    def getHostByName(self, name: str, timeout: "Sequence[int]" = ()) -> "Deferred[str]":  # noqa: N802
        if name.lower() in self.trusted:
            return super().getHostByName(name, timeout)
        if _is_address(name):
            return fail(_private(name)) if not is_public(name) else super().getHostByName(name, timeout)
        return super().getHostByName(name, timeout).addCallback(_only_public, name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _only_public(address: str, name: str) -> str:
    if not is_public(address):
        raise _private(name)
    return address


def _private(name: str) -> DNSLookupError:
    return DNSLookupError(f"{name} leads into a private network, which is never fetched; a proxy (JIANBAO_PROXY) may")


class GuardMiddleware:
    """Lets only the site's own http(s) addresses through, and sends them through the proxy that is set."""

    def __init__(self, crawler: "Crawler") -> None:
        self.crawler = crawler
        self.proxy: str | None = crawler.settings.get("JIANBAO_PROXY")

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> "Self":
        return cls(crawler)

    def process_request(self, request: "Request") -> None:
        reason = why_refused(request.url, getattr(self.crawler.spider, "hosts", ()))
        if reason is not None:
            logger.info("not fetched: %s: %s", request.url[:200], reason)
            raise Refused(reason)
        if self.proxy:
            request.meta["proxy"] = self.proxy
