"""Three crawlers on one PostgreSQL, measured at the portal: no host is asked faster than it may be.

What the portal's clock says cannot be too little by chance: a request comes in after it was sent, and the one before it
came in before it was answered; and between that answer and this sending lies the delay.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.store.db import opened, reading
from archive.store.models import CrawlRun
from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

DELAY = 0.05
CRAWL_DELAY = 0.3
SLOW, TIRED = "odin.sohu.com", "www.sohu.com"


def test_no_host_is_asked_faster_than_it_may_be(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    proxy = start_portal(30)
    refused: list[str] = []

    def fault(url: str) -> Answer | None:
        host, _, path = url.partition("://")[2].partition("/")
        if host == SLOW and path == "robots.txt":
            return Answer(200, f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n".encode(), "text/plain")
        if host == TIRED and path.startswith("a/") and not refused:
            refused.append(url)
            return Answer(429, b"", headers=(("Retry-After", "1"),))
        return None

    proxy.fault = fault
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url, "JIANBAO_DELAY": str(DELAY)}
    crawlers = [Archive(tmp_path / name, environment) for name in ("one", "two", "three")]
    processes = [crawler.start("crawl", "sohu") for crawler in crawlers]
    for process in processes:
        _, err = process.communicate(timeout=300)
        assert process.returncode in (0, 3), err
        assert "Traceback" not in err
    gaps = {host: min(found) for host, found in proxy.gaps().items() if found}
    assert {host: gap for host, gap in gaps.items() if gap < DELAY} == {}
    assert gaps[SLOW] >= CRAWL_DELAY
    [url] = refused
    times = [moment for moment, asked in proxy.arrivals if asked.split("/")[2] == TIRED]
    [at, *_] = [moment for moment, asked in proxy.arrivals if asked == url]
    assert min(moment for moment in times if moment > at) - at >= 1
    stored = {(one.site, one.native_id) for one in proxy.world.publications if one.site == "sohu"}
    assert stored <= proxy.served.keys()
    # Each once, but for those that were asked again to see whether their host is well.
    with opened(postgres_url) as engine, reading(engine) as connection:
        looks = connection.scalar(select(func.sum(CrawlRun.rechecked)))
    assert sum(count - 1 for key, count in proxy.served.items() if key in stored) == looks
