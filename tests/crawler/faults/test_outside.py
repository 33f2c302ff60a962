"""What a crawl relies on goes away in the middle of it: the network, the database's server. The next run ends as if
nothing had been, and `jianbao verify` is clean after each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crawler.demo.proxy import Proxy
from tests.crawler.faults.deeds import verified
from tests.crawler.run.run import Archive
from tests.postgres import Server

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]
ARTICLES = "SELECT site, native_id, headline, body, revision, state FROM article ORDER BY site, native_id"


def cut_short(archive: Archive, proxy: Proxy, deed: Callable[[], None]) -> int:
    """A crawl during which something happens, when some articles are stored and others are on the wire."""

    def on_the_way(url: str) -> bool:
        return proxy.portal.key(url.partition("?")[0]) is not None and len(proxy.served) > 2

    proxy.served.clear()
    with archive.start("crawl", "sohu") as process:
        with proxy.held(on_the_way) as waiting:
            assert waiting.wait(60), "it has asked for an article"
            deed()
        _, err = process.communicate(timeout=100)
    assert "Traceback" not in err, err
    return int(process.returncode)


def test_the_network_is_cut(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(24)
    undisturbed = Archive(tmp_path / "undisturbed", proxy.environment())
    assert undisturbed.run("crawl", "sohu").returncode in (0, 3)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert cut_short(archive, proxy, lambda: setattr(proxy, "cut", True)) in (3, 7)
    verified(archive)
    proxy.cut = False
    assert archive.run("crawl", "sohu").returncode in (0, 3)
    verified(archive)
    assert archive.rows(ARTICLES) == undisturbed.rows(ARTICLES)


def test_postgresql_goes_away(start_portal: START, postgres_server: Server, postgres_url: str, tmp_path: Path) -> None:
    proxy = start_portal(24)
    undisturbed = Archive(tmp_path / "undisturbed", proxy.environment())
    assert undisturbed.run("crawl", "sohu").returncode in (0, 3)
    archive = Archive(tmp_path / "home", proxy.environment() | {"JIANBAO_DATABASE": postgres_url})
    with postgres_server.away() as leave:
        assert cut_short(archive, proxy, leave) == 4
    verified(archive)
    assert archive.run("crawl", "sohu").returncode in (0, 3)
    verified(archive)
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(ARTICLES))]
        states = list(connection.scalars(text("SELECT state FROM crawl_run ORDER BY id")))
    engine.dispose()
    assert sorted(found) == sorted(undisturbed.rows(ARTICLES))
    assert states[1:] == ["finished"]
    assert states[0] in ("killed", "failed")
