"""robots.txt over real HTTP: redirects, statuses, encodings, and answers that break off. One crawl over a host each."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer, text
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

SITE = """
import re
from crawler.pages.template.site import Site, Source, Target
from crawler.sites.lists import html_links

def target(url):
    found = re.fullmatch(r"http://(\\w+)\\.robots\\.example/a/1\\.html", url)
    return Target(kind="article", native_id=found[1], url=url) if found else None

lists = Source(name="all", urls=("http://list.robots.example/",), parse=html_links)
SITE = Site(name="robots", title="机器人", hosts=("robots.example",), target=target, sources=(lists,))
"""
PAGE = (
    "<html><title>水务局的工程开工</title><h1>水务局的工程开工</h1>"
    + "<p>青陵市水务局的工程已经在上周开工，预计明年完成。</p>" * 5
)
NO_A = b"User-agent: *\nDisallow: /a/\n"


@frozen
class Host:
    """What a host's robots.txt is. `state`: what its page's address is after the run."""

    answer: Answer
    state: str


def to(location: str, status: int = 302) -> Answer:
    return Answer(status, b"", location=location)


HOSTS = {
    "plain": Host(Answer(200, NO_A, "text/plain"), "barred"),
    "octets": Host(Answer(200, NO_A, "application/octet-stream"), "barred"),
    "wide": Host(Answer(200, NO_A.decode().encode("utf-16"), "text/plain; charset=utf-16"), "barred"),
    "moved": Host(to("http://plain.robots.example/robots.txt", 301), "barred"),
    "front": Host(to("http://moved.robots.example/"), "done"),
    "away": Host(to("http://robots.elsewhere.example/robots.txt"), "due"),
    "inside": Host(to("http://127.0.0.1/robots.txt"), "due"),
    "loop": Host(to("http://loop.robots.example/robots.txt"), "due"),
    "nowhere": Host(Answer(302, b""), "due"),
    "missing": Host(Answer(404, NO_A), "done"),
    "closed": Host(Answer(403, NO_A), "done"),
    "busy": Host(Answer(429, b"", headers=(("Retry-After", "3600"),)), "due"),
    "broken": Host(Answer(503, NO_A), "due"),
    "part": Host(Answer(206, NO_A), "due"),
    "page": Host(text(PAGE), "done"),
    "large": Host(Answer(200, NO_A + random.Random(1).randbytes(400_000), "text/plain"), "due"),
}


def test_every_host_is_read_by_its_own(start_portal: Callable[..., Proxy], tmp_path: Path) -> None:
    proxy = start_portal(2)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "robots.py").write_text(SITE, encoding="utf-8")

    def fault(url: str) -> Answer | None:
        host, _, path = url.partition("//")[2].partition("/")
        if host == "list.robots.example":
            links = "".join(f"<a href='http://{name}.robots.example/a/1.html'>水务局的工程开工</a>" for name in HOSTS)
            return text(links) if not path else Answer(404, b"")
        return HOSTS[host.partition(".")[0]].answer if path == "robots.txt" else text(PAGE)

    proxy.fault = fault
    archive = Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_SITES": str(tmp_path / "sites")})
    done = archive.run("crawl", "robots", "-v", JIANBAO_MAX_BYTES="300000")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert dict(archive.rows("SELECT native_id, state FROM frontier")) == {
        name: host.state for name, host in HOSTS.items()
    }
    asked = {url.split("/")[2].partition(".")[0] for url in proxy.requests if "/a/" in url}
    assert asked == {name for name, host in HOSTS.items() if host.state == "done"}
    assert not any("127.0.0.1" in url or "elsewhere" in url for url in proxy.requests)
    for name, host in HOSTS.items():
        if host.state == "due":
            assert f"{name}.robots.example: " in done.stderr, "why it is left alone is said"
