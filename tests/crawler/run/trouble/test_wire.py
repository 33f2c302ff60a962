"""What stands on the wire where an answer should: cut, dripping, too long, no HTTP at all. One crawl, a host each, over
a proxy that is every host."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

SITE = """
import re
from crawler.pages.template.site import Site, Source, Target
from crawler.sites.lists import html_links

def target(url):
    found = re.fullmatch(r"https?://(\\w+)\\.wire\\.example/a/1\\.html", url)
    return Target(kind="article", native_id=found[1], url=url) if found else None

lists = Source(name="all", urls=("http://list.wire.example/",), parse=html_links)
SITE = Site(name="wire", title="线路", hosts=("wire.example",), target=target, sources=(lists,))
"""
SENTENCES = "".join(f"<p>青陵市水务局的第{n}项工程已经在上周开工，预计明年完成。</p>" for n in range(40))
PAGE = f"<html><title>水务局的工程开工</title><body><h1>水务局的工程开工</h1>{SENTENCES}</body></html>".encode()
TYPE = b"Content-Type: text/html; charset=utf-8\r\n"


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK", length: int | None = None) -> bytes:
    said = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return b"HTTP/1.1 " + status + b"\r\n" + TYPE + said + b"".join(headers) + b"Connection: close\r\n\r\n" + body


def chunked(*pieces: bytes) -> bytes:
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\n" + TYPE + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body


HALF = len(PAGE) // 2 // 3 * 3


@frozen
class Wire:
    """What a host sends for its page, and why there is no page, "" where there is. `drip`: a byte at a time. `hangs`:
    the connection stays open. `tunnel`: the proxy sends it in answer to a CONNECT."""

    sent: bytes
    why: str = ""
    drip: bool = False
    hangs: bool = False
    tunnel: bool = False


CLOSED, TORN, LATE = "Connection was closed cleanly", "the answer breaks off", "took longer than 2.0 seconds"
WIRES = {
    "good": Wire(whole(PAGE)),
    "old": Wire(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE),
    "continued": Wire(b"HTTP/1.1 100 Continue\r\n\r\n" + whole(PAGE)),
    "more": Wire(whole(PAGE + b"<!-- more -->" * 9, length=len(PAGE))),
    "long": Wire(whole(PAGE, length=len(PAGE) + 500), TORN),
    "cutlength": Wire(whole(PAGE[:HALF], length=len(PAGE)), TORN),
    "cutchunk": Wire(chunked(PAGE[:HALF]), TORN),
    "badchunk": Wire(chunked(PAGE[:HALF]) + b"zz\r\n" + PAGE, TORN),
    "cuthead": Wire(whole(PAGE)[:60], CLOSED),
    "closed": Wire(b"", CLOSED),
    "garbage": Wire(b"\x00\x01\x02\xff" * 50, CLOSED),
    "two": Wire(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(50), "non-integer status code"),
    "frames": Wire(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), CLOSED),
    "bare": Wire(PAGE, CLOSED),
    "number": Wire(whole(PAGE, status=b"abc OK"), "non-integer status code"),
    "head": Wire(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n" + PAGE, CLOSED),
    "hanging": Wire(b"", LATE, hangs=True),
    "dripping": Wire(whole(PAGE), LATE, drip=True),
    "halfway": Wire(whole(PAGE)[:-200], LATE, hangs=True),
    "refused": Wire(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "no connection (status 403)", tunnel=True),
    "nothing": Wire(b"", LATE, tunnel=True),
    "nonsense": Wire(b"\xff" * 30 + b"\r\n\r\n", "no answer that makes sense", tunnel=True),
    "plain": Wire(b"HTTP/1.1 200 OK\r\n\r\n" + whole(PAGE), "lost in a non-clean fashion", tunnel=True),
}
"""The last four are the proxy's own doing, and leave the host alone."""


class Everything(socketserver.StreamRequestHandler):
    """A proxy that is every host of the site."""

    def handle(self) -> None:
        line = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        if not line:
            return
        method, address, _ = line.decode("latin-1").split(" ", 2)
        host, _, path = address.removeprefix("http://").partition("/")
        if method == "CONNECT":
            self.wfile.write(WIRES[host.partition(".")[0]].sent)
        elif path == "robots.txt":
            self.wfile.write(whole(b"", status=b"404 Not Found"))
        elif not path:
            links = "".join(
                f"<a href='http{'s' * wire.tunnel}://{name}.wire.example/a/1.html'>水务局</a>"
                for name, wire in WIRES.items()
            )
            self.wfile.write(whole(links.encode()))
        else:
            self._page(WIRES[host.partition(".")[0]])

    def _page(self, wire: Wire) -> None:
        if not wire.drip:
            self.wfile.write(wire.sent)
        for number in range(len(wire.sent) if wire.drip else 0):
            self.wfile.write(wire.sent[number : number + 1])
            if self.server.ended.wait(0.05):  # type: ignore[attr-defined]
                return
        if wire.hangs:
            self.server.ended.wait(60)  # type: ignore[attr-defined]


@pytest.fixture
def proxy() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Everything) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.ended = threading.Event()  # type: ignore[attr-defined]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.ended.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_whatever_stands_on_the_wire_no_article_is_lost(proxy: str, tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "wire.py").write_text(SITE, encoding="utf-8")
    environment = {"JIANBAO_PROXY": proxy, "JIANBAO_SITES": str(tmp_path / "sites"), "JIANBAO_DELAY": "0.001"}
    archive = Archive(tmp_path / "home", environment)
    patient = "import crawler.run.trouble.seen as s; s.IN_A_ROW = 99"  # else the site would be left alone after five
    done = archive.run("crawl", "wire", "-v", before=patient, JIANBAO_TIMEOUT="2")
    assert done.returncode == 3, done.stderr
    assert not [sign for sign in ("Traceback", "<twisted", "DOWNLOAD_") if sign in done.stderr]
    well = {name for name, wire in WIRES.items() if not wire.why}
    rows = archive.rows("SELECT native_id, state, attempts FROM frontier")
    assert {name for name, state, _ in rows if state == "done"} == well
    assert {(state, tries) for name, state, tries in rows if name not in well} == {("due", 1), ("due", 0)}
    for name, wire in WIRES.items():
        told = [line for line in done.stderr.splitlines() if f"{name}.wire.example" in line]
        assert wire.why in " ".join(told)
        assert bool(told) is bool(wire.why)
    articles = {native_id: body for (_, native_id), (_, _, body, *_) in archive.articles().items()}
    assert articles == dict.fromkeys(well, articles["good"])
