"""Odd surroundings of a crawl: each names itself, and a second Ctrl-C is an end too."""

import signal
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.demo.proxy import Proxy
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]


class Asks(socketserver.StreamRequestHandler):
    """A proxy that wants to know who asks, and says so in some way."""

    status = b"407 Proxy Authentication Required"

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(
            b"HTTP/1.1 "
            + self.status
            + b"\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )


class Busy(Asks):
    status = b"502 Bad Gateway"


@pytest.fixture(params=[Asks, Busy])
def bad_proxy(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a proxy that lets nothing through, and what is to be said of it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), request.param) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        place = f"127.0.0.1:{server.server_address[1]}"
        says = "asks for a name and a password (407)" if request.param is Asks else "makes no connection (status 502)"
        yield f"http://{place}", f"the proxy {place} {says}"
        server.shutdown()
        thread.join()


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_proxy_that_lets_nothing_through(tmp_path: Path, bad_proxy: tuple[str, str]) -> None:
    url, says = bad_proxy
    archive = Archive(tmp_path / "home", {"JIANBAO_DELAY": "0.001"})
    done = archive.run("crawl", "sohu", JIANBAO_PROXY=url.replace("//", "//me:secret@"))
    assert done.returncode == 7
    assert f"no site answered: {says}" in last_line(done)
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIANBAO_PROXY", "socks5://127.0.0.1:1080"),
        ("JIANBAO_PROXY", "SOCKS4://127.0.0.1:1080"),
        ("JIANBAO_PROXY", "https://127.0.0.1:3128"),
        ("https_proxy", "socks5h://127.0.0.1:1080"),
        ("http_proxy", "socks5://127.0.0.1:1080"),
    ],
)
def test_a_proxy_of_another_kind(tmp_path: Path, name: str, value: str) -> None:
    done = Archive(tmp_path / "home").run("crawl", "sohu", **{name: value})
    assert done.returncode == 2
    scheme = value.partition(":")[0]
    assert done.stderr == f"jianbao: {name} begins with {scheme}://, and only proxies at http:// are spoken to\n"
    assert not (tmp_path / "home").exists()


def test_a_certificate_that_nobody_vouches_for_is_named(start_portal: START, tmp_path: Path) -> None:
    environment = {key: value for key, value in start_portal(10).environment().items() if key != "JIANBAO_CA_FILE"}
    done = Archive(tmp_path / "home", environment).run("crawl", "jingwei")
    assert done.returncode == 7
    assert "no site answered: its certificate is not one that is trusted" in last_line(done)


def test_a_name_that_does_not_resolve_is_named(tmp_path: Path) -> None:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "nowhere.py").write_text(
        "from crawler.pages.template.site import Site, Source\n"
        "from crawler.sites.lists import html_links\n"
        "source = Source(name='a', urls=('http://www.nowhere.invalid/',), parse=html_links)\n"
        "SITE = Site(name='nowhere', title='无', hosts=('nowhere.invalid',), target=lambda url: None,"
        " sources=(source,))\n"
    )
    archive = Archive(tmp_path / "home", {"JIANBAO_SITES": str(sites), "JIANBAO_DELAY": "0.001"})
    done = archive.run("crawl", "nowhere")
    assert done.returncode == 7
    assert "DNS lookup failed" in last_line(done)
    assert "www.nowhere.invalid" in last_line(done)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_a_run_that_is_stopped(start_portal: START, tmp_path: Path, how: signal.Signals) -> None:
    """The portal never answers, so that the first one would wait for ever."""
    proxy = start_portal(20)
    archive = Archive(tmp_path / "home", proxy.environment())
    with archive.start("crawl", "sohu") as process:
        with proxy.held(lambda url: "/a/" in url) as waiting:
            assert waiting.wait(60), "it has asked for an article"
            while process.poll() is None:
                process.send_signal(how)
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 3), err
    assert "Traceback" not in err
    assert archive.rows("SELECT state FROM crawl_run") == [("stopped",)]
    assert archive.rows("SELECT count(*) FROM frontier WHERE state = 'leased' OR attempts > 0 AND state = 'due'") == [
        (0,)
    ]
    assert archive.run("crawl", "sohu").returncode == 0
    assert {one.native_id for one in proxy.world.publications if one.site == "sohu"} == {
        native_id for _, native_id in archive.articles()
    }
