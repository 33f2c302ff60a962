"""`jianbao site draft URL…`: pages are fetched as a crawl fetches them, and the archive is left as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.proxy import Proxy
from crawler.demo.server import text
from tests.crawler.run.run import Archive
from tests.crawler.upkeep.draft.qingzhou import page, url_of

pytestmark = pytest.mark.slow

NUMBERS = (1, 2, 4, 5, 7)


def test_pages_are_fetched_politely(tmp_path: Path, start_portal: Callable[..., Proxy]) -> None:
    portal = start_portal(1)
    for number in NUMBERS:
        portal.faults[url_of(number)] = text(page(number))
    dead, barred = "https://www.qingzhou.example/a/20251101/1.html", "https://www.qingzhou.example/secret/1.html"
    portal.faults[dead] = text("<p>没有这一页</p>", status=404)
    robots = "https://www.qingzhou.example/robots.txt"
    portal.faults[robots] = text("User-agent: *\nDisallow: /secret/\n", "text/plain")
    archive = Archive(tmp_path / "home", {**portal.environment(), "JIANBAO_DELAY": "0.05"})
    urls = [*map(url_of, NUMBERS), dead, barred]
    done = archive.run("site", "draft", *urls, "-o", str(tmp_path / "drafts"))
    assert done.returncode == 0, done.stderr
    assert "qingzhou-article, drafted from 5 pages" in done.stdout
    assert (tmp_path / "drafts" / "qingzhou.py").is_file()
    assert f"{dead}: status 404; left out" in done.stderr
    assert f"{barred}: " in done.stderr
    assert "robots.txt" in done.stderr
    assert portal.requests[robots] == 1
    assert portal.requests[barred] == 0
    assert min(portal.gaps()["www.qingzhou.example"]) >= 0.049
    assert not (tmp_path / "home").exists()


def test_what_is_in_a_private_network_is_not_fetched(tmp_path: Path) -> None:
    done = Archive(tmp_path / "home").run("site", "draft", "http://127.0.0.1:9/a/1", "-o", str(tmp_path / "drafts"))
    assert done.returncode == 7
    assert "none of the pages is to be had: http://127.0.0.1:9/a/1: DNS lookup failed" in done.stderr
    assert not (tmp_path / "drafts").exists()
