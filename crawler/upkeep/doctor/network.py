"""The network: the proxy, names, certificates, the clock, each site's robots.txt, and one fetch of each site."""

import socket
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from attrs import define, field
from protego import Protego
from sqlalchemy import Engine

from archive.settings import Home
from crawler.guard import is_public, shown_proxy
from crawler.pages.template.site import Site
from crawler.run.politeness.robots import RobotsUnread, read_robots
from crawler.upkeep.doctor.asking import Answered, Asker, Unanswered
from crawler.upkeep.doctor.check import Check, fault, note, skipped, well

ASTRAY: Final = timedelta(minutes=1)
"""What a clock may be off: with more, pages come from the future."""
_CURES: Final = {
    "dns": "look at /etc/resolv.conf, and whether this machine has a network; a proxy resolves names itself",
    "proxy": "look at JIANBAO_PROXY (or http_proxy and https_proxy), and whether the proxy runs",
    "login": "write them into the proxy's address: http://NAME:PASSWORD@… in JIANBAO_PROXY, or proxy in jianbao.toml",
    "certificate": "is the clock right, and are the system's certificates (ca-certificates) up to date? Where a proxy "
    "has an authority of its own: name its PEM file in JIANBAO_CA_FILE",
    "connection": "is the machine's network up, and does its firewall let it out? Try again later",
    "turn": "nothing: crawls leave it alone for so long, too",
}


@define
class Network:
    """`clock`: what time this machine thinks it is."""

    home: Home
    engine: Engine
    sites: Sequence[Site]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _ahead: list[timedelta] = field(factory=list)
    _told: set[str] = field(factory=set)

    def checks(self) -> Iterator[Check]:
        """Everything. What stands in the way of all sites is told once."""
        proxy = self.home.settings.proxy or next(iter(getproxies().values()), None)
        if proxy:
            yield note("proxy", f"everything goes through {shown_proxy(proxy)}")
        for site in self.sites:
            yield from self._site(site, proxied=bool(proxy))
        yield from self._clock()

    def _site(self, site: Site, *, proxied: bool) -> Iterator[Check]:
        urls = [source.urls[0] for source in site.sources if not source.posts]
        if not urls:
            yield note("fetch", "it has no list that is simply asked for", of=site.name)
            return
        parts = urlsplit(urls[0])
        host = parts.hostname or ""
        if not proxied:
            if bad := _name(host):
                yield bad
                return
            yield well("dns", "resolves", host)
        asker = Asker(self.home.settings.of(site.name), self.engine, self.clock)
        robots = yield from self._ask(asker, f"{parts.scheme}://{parts.netloc}/robots.txt", site, "robots")
        if robots is None:
            return
        allowed = yield from self._robots(
            robots, site, host, [url for url in urls if urlsplit(url).netloc == parts.netloc]
        )
        if not allowed:
            yield skipped("fetch", "robots.txt lets nothing of it through", site.name)
            return
        answer = yield from self._ask(asker, allowed[0], site, "fetch")
        if answer is None:
            return
        status = answer.raw.status or 0
        if status >= 400:
            yield fault("fetch", f"status {status} for {allowed[0]}", _advice(status), site.name)
        else:
            yield well("fetch", f"status {status} for {allowed[0]}", site.name)

    def _ask(self, asker: Asker, url: str, site: Site, name: str) -> Generator[Check, None, Answered | None]:
        try:
            answer = asker.ask(url)
        except Unanswered as error:
            place = {"proxy": "proxy", "login": "proxy", "dns": "dns", "certificate": "certificate"}.get(
                error.why, name
            )
            of = shown_proxy(asker.settings.proxy) if place == "proxy" else urlsplit(url).hostname or ""
            told = f"{place} {of}: {error}"
            if told in self._told:
                yield skipped(name, f"as {of} said", site.name)
            elif error.why == "turn":
                yield note(name, str(error), _CURES["turn"], of)
            else:
                yield fault(place, str(error), _CURES[error.why], of)
            self._told.add(told)
            return None
        if answer.ahead is not None:
            self._ahead.append(answer.ahead)
        return answer

    def _robots(self, answer: Answered, site: Site, host: str, urls: list[str]) -> Generator[Check, None, list[str]]:
        agent = self.home.settings.agent.partition("/")[0]  # the product token, by which it is read
        try:
            rules = Protego.parse(read_robots(answer.raw, agent).text)
        except RobotsUnread as error:
            yield fault(
                "robots", str(error), "crawls leave the host alone until it can be had; look at it by hand", host
            )
            return []
        allowed = [url for url in urls if rules.can_fetch(url, agent)]
        if len(allowed) < len(urls):
            told = f"it forbids {len(urls) - len(allowed)} of {len(urls)} lists of {site.name} to {agent}"
            cure = "it is obeyed: ask the portal for leave, or leave the site out (`jianbao crawl SITE…`)"
            yield fault("robots", told, cure, host)
        else:
            delay = rules.crawl_delay(agent)
            yield well(
                "robots", "it forbids no list" + (f", and asks for {delay:g} s between requests" if delay else ""), host
            )
        return allowed

    def _clock(self) -> Iterator[Check]:
        """Against the middle of what all servers say: one of them may be wrong itself."""
        if not self._ahead:
            yield skipped("clock", "no server said what time it is")
            return
        off = sorted(self._ahead)[len(self._ahead) // 2]
        way = "ahead of" if off > timedelta(0) else "behind"
        told = f"{abs(off.total_seconds()):.0f} s {way} {len(self._ahead)} answers"
        if abs(off) > ASTRAY:
            yield fault("clock", f"this machine's clock is {told}", "set it, and keep it set: timedatectl set-ntp true")
        else:
            yield well("clock", told)


def _name(host: str) -> Check | None:
    """What is wrong with a host's name, where anything is."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError as error:
        return fault("dns", f"it does not resolve ({error.strerror})", _CURES["dns"], host)
    if private := sorted(one for one in found if not is_public(one)):
        told = f"it leads into a private network ({private[0]}), which is never fetched"
        return fault("dns", told, "ask another resolver; behind a proxy that resolves names: set JIANBAO_PROXY", host)
    return None


def _advice(status: int) -> str:
    if status in (401, 403, 429):
        return "the portal refuses: ask more slowly (delay), and see whether a person with a browser gets in from here"
    return "try again later" if status >= 500 else "is the list's address in the site file still right?"
