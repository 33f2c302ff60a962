"""What goes wrong outside: one clear line, the exit code of `archive.errors`, nothing half-written."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World
from tests.crawler.run.run import Archive
from tests.crawler.warc.test_writer import check
from tests.portal import few

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]
LIMIT = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"
)


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_no_network(tmp_path: Path) -> None:
    """A proxy that nobody listens on: no list answers."""
    archive = Archive(tmp_path / "home", {"JIANBAO_PROXY": "http://127.0.0.1:9", "JIANBAO_DELAY": "0.001"})
    done = archive.run("crawl", "sohu")
    assert done.returncode == 7, done.stderr
    assert last_line(done.stderr) == (
        "jianbao: no site answered: nothing listens at the proxy 127.0.0.1:9; check the network, the proxy and the"
        " certificates, then try again"
    )
    assert "Traceback" not in done.stderr
    run = archive.last_run()
    assert (run["state"], run["exit_code"], run["fetched"]) == ("finished", 7, 0)
    assert run["failed"] > 0
    assert archive.warcs() == []


def test_a_certificate_that_nobody_vouches_for(start_portal: START, tmp_path: Path) -> None:
    """Without its CA file the portal's certificates are not believed, so nothing is fetched over HTTPS."""
    proxy = start_portal(20)
    environment = {key: value for key, value in proxy.environment().items() if key != "JIANBAO_CA_FILE"}
    done = Archive(tmp_path / "home", environment).run("crawl", "sohu")
    assert done.returncode == 7
    assert "Traceback" not in done.stderr
    assert not proxy.requests


def test_a_name_that_leads_into_a_private_network_is_not_fetched(tmp_path: Path) -> None:
    """No proxy, and a site whose host is the machine itself: not one connection is made."""
    import socket

    sites = tmp_path / "sites"
    sites.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        (sites / "inside.py").write_text(
            "from crawler.pages.template.site import Site, Source\n"
            "from crawler.sites.lists import html_links\n"
            f"urls = ('http://localhost:{port}/', )\n"
            "source = Source(name='a', urls=urls, parse=html_links)\n"
            "number = Source(name='b', urls=('http://127.0.0.1:%d/' % PORT,), parse=html_links)\n".replace(
                "PORT", str(port)
            )
            + "SITE = Site(name='inside', title='内', hosts=('localhost', '127.0.0.1'), target=lambda url: None,"
            " sources=(source, number))\n"
        )
        archive = Archive(tmp_path / "home", {"JIANBAO_SITES": str(sites), "JIANBAO_DELAY": "0.001"})
        done = archive.run("crawl", "inside")
        assert done.returncode == 7, done.stderr
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("{}")
    for words in (["crawl"], ["import", str(tmp_path / "file")]):
        done = Archive(tmp_path / "file").run(*words)
        assert done.returncode == 6, done.stderr
        assert done.stderr == (
            f"jianbao: cannot write to {tmp_path}/file: File exists; check the folder's owner and permissions,"
            " or name another with --home\n"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_without_permission(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    done = Archive(home).run("crawl")
    assert done.returncode == 6
    assert "Permission denied" in last_line(done.stderr)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive that was crawled in peace; its portal still stands."""
    with few.Proxy(World(40, 2), tmp_path_factory.mktemp("portal")) as proxy:
        archive = Archive(tmp_path_factory.mktemp("archive") / "home", proxy.environment())
        assert archive.run("crawl").returncode in (0, 3)
        yield archive


@pytest.mark.parametrize("size", [4096, 60_000, 560_000])
def test_a_full_disk(undisturbed: Archive, tmp_path: Path, size: int) -> None:
    """Too little room for the database, for lists, for articles: what is there is whole, and the next run goes on."""
    archive = Archive(tmp_path / "home", undisturbed.environment)
    done = archive.run("crawl", before=LIMIT.format(size))
    assert done.returncode == 6, done.stderr
    assert "Traceback" not in done.stderr
    assert "make room" in last_line(done.stderr) or "limit" in last_line(done.stderr)
    assert all(check(file) == 0 for file in archive.warcs())
    if size > 500_000:
        assert archive.last_run()["state"] == "failed", "and not running"
    again = archive.run("crawl")
    assert again.returncode in (0, 3), again.stderr
    assert archive.articles() == undisturbed.articles()
    assert all(check(file) == 0 for file in archive.warcs())
    assert archive.run("verify").returncode == 0


def test_a_locked_database(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(20)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "sohu").returncode in (0, 3)
    runs = archive.rows("SELECT count(*) FROM crawl_run")
    with closing(sqlite3.connect(archive.home / "archive.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = f"sqlite:///{archive.home}/archive.db?timeout=0.2"
        asked = sum(proxy.requests.values())
        for words in (["crawl"], ["import", str(archive.warcs()[0])]):
            done = archive.run(*words, JIANBAO_DATABASE=database)
            assert done.returncode == 4, done.stderr
            assert last_line(done.stderr).startswith("jianbao: ")
            assert "locked by another process" in last_line(done.stderr)
            assert "Traceback" not in done.stderr
        other.execute("ROLLBACK")
    assert sum(proxy.requests.values()) == asked, "nothing was fetched"
    assert archive.rows("SELECT count(*) FROM crawl_run") == runs


def test_a_database_that_gets_locked_during_the_run(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(40)
    undisturbed = Archive(tmp_path / "undisturbed", proxy.environment())
    assert undisturbed.run("crawl").returncode in (0, 3)
    archive = Archive(tmp_path / "home", proxy.environment())
    database = f"sqlite:///{archive.home}/archive.db?timeout=0.2"
    articles = {one.listed_url for one in proxy.world.publications}
    with archive.start("crawl", JIANBAO_DATABASE=database) as process:
        with proxy.held(articles.__contains__) as waiting:
            assert waiting.wait(60), "it has asked for an article"
            other = sqlite3.connect(archive.home / "archive.db", isolation_level=None, timeout=30)
            other.execute("BEGIN IMMEDIATE")
        with closing(other):
            _, err = process.communicate(timeout=60)
            other.execute("ROLLBACK")
    assert process.returncode == 4, err
    assert "Traceback" not in err
    assert archive.run("crawl").returncode in (0, 3)
    assert archive.rows("SELECT state FROM crawl_run ORDER BY id") == [("killed",), ("finished",)]
    assert archive.articles() == undisturbed.articles()
    assert archive.run("verify").returncode == 0


def test_a_database_of_a_newer_version(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(20)
    archive = Archive(tmp_path / "home", proxy.environment())
    archive.run("crawl", "sohu", "--limit", "1")
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    asked = sum(proxy.requests.values())
    done = archive.run("crawl")
    assert done.returncode == 5
    assert "update jianbao" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sum(proxy.requests.values()) == asked


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    archive.home.mkdir()
    (archive.home / "archive.db").write_bytes(b"not a database at all" * 1000)
    done = archive.run("crawl")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1


def test_a_site_that_nobody_knows(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    done = archive.run("crawl", "nobody")
    assert done.returncode == 2
    assert "no site is named nobody; there are netease, sohu" in done.stderr
    assert not archive.home.exists()
