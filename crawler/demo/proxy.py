"""The portal on a socket: an HTTP proxy that is itself every host it is asked for, with TLS inside CONNECT."""

import asyncio
import contextlib
import gzip
import hashlib
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Protocol

from attrs import evolve

from crawler.demo import tls
from crawler.demo.server import Answer, Portal
from crawler.demo.world.truth import World

MAX_HEAD = 64 * 1024
PIECE = 8192
REASONS = {
    200: "OK",
    302: "Found",
    304: "Not Modified",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Answers(Protocol):
    """What a portal is asked."""

    def answer(self, url: str, posted: str = "") -> Answer:
        """The answer to that address."""

    def key(self, url: str) -> tuple[str, str] | None:
        """The article that the address names."""


class Proxy:
    """Serves one world on a loopback port from a thread of its own, until closed.

    `requests` counts the addresses that were asked for, `served` the articles by (site, native id), under whichever of
    their addresses, redirects left out. `down`: hosts that answer 503. `faults`: answers by address
    that replace the portal's own; `fault`: the same as a function, None where the portal answers itself. `delay`:
    seconds that every answer waits. `etags`: whether pages carry an ETag, and are not sent again to who knows it.
    `cut`: the way to every host is cut, says the proxy. `arrivals`: when each request came in (seconds since the
    epoch), and for what.
    """

    def __init__(self, world: World, folder: Path, port: int = 0) -> None:
        self.portal: Answers = Portal(world)
        self.world = world
        self.ca_file, self._context = tls.make(folder)
        self.requests: Counter[str] = Counter()
        self.served: Counter[tuple[str, str]] = Counter()
        self.down: set[str] = set()
        self.faults: dict[str, Answer] = {}
        self.fault: Callable[[str], Answer | None] = lambda url: None
        self.arrivals: list[tuple[float, str]] = []
        self.delay = 0.0
        self.etags = False
        self.cut = False
        self._holds: Callable[[str], bool] = lambda url: False
        self._waiting = threading.Event()
        self.port = port
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="demo portal", daemon=True)

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.port}"

    def gaps(self) -> dict[str, list[float]]:
        """The seconds between each two requests that came in for a host, by host."""
        times: dict[str, list[float]] = {}
        for moment, url in sorted(self.arrivals):
            times.setdefault(url.split("/")[2].partition(":")[0], []).append(moment)
        return {host: [late - early for early, late in pairwise(all_)] for host, all_ in times.items()}

    def environment(self) -> dict[str, str]:
        """What the crawler's environment needs to reach the portal by its real names."""
        sites = Path(__file__).parent / "sites"
        return {
            "JIANBAO_PROXY": self.url,
            "JIANBAO_CA_FILE": str(self.ca_file),
            "JIANBAO_SITES": str(sites),
            "JIANBAO_DELAY": "0.001",
        }

    @contextlib.contextmanager
    def held(self, matching: Callable[[str], bool]) -> Iterator[threading.Event]:
        """Inside the block no answer goes out to a request whose address matches. The event says that one waits."""
        self._waiting.clear()
        self._holds = matching
        try:
            yield self._waiting
        finally:
            self._holds = lambda url: False

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._ready.wait(30)
        if self._failure:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and self._stop and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # the thread's failure belongs to whoever started it
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", self.port, limit=MAX_HEAD)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        base = ""
        try:
            while (head := await _head(reader)) is not None:
                method, target, headers = head
                if self.cut:
                    writer.write(b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                    break
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await writer.drain()
                    await writer.start_tls(self._context)
                    base = "https://" + target.removesuffix(":443")
                    continue
                posted = await reader.readexactly(min(int(headers.get("content-length", "0")), MAX_HEAD))
                url = target if target.startswith("http") else (base or f"http://{headers.get('host', '')}") + target
                await self._send(writer, method, url, headers, posted)
                if headers.get("connection", "").lower() == "close":
                    break
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the other side is gone or talks nonsense
        finally:
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
                writer.close()
                await writer.wait_closed()

    async def _send(
        self, writer: asyncio.StreamWriter, method: str, url: str, headers: dict[str, str], posted: bytes
    ) -> None:
        self.arrivals.append((time.time(), url))
        self.requests[url] += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        while self._holds(url):
            self._waiting.set()
            await asyncio.sleep(0.001)
        answer = self._answer(method, url, posted.decode("utf-8", "replace"))
        if self.etags and answer.status == 200 and "html" in answer.content_type:
            answer = _tagged(answer, headers.get("if-none-match"))
        body = answer.body
        fields = {"Server": "nginx", "Content-Type": answer.content_type}
        if answer.location:
            fields["Location"] = answer.location
        fields.update(answer.headers)
        if body and "gzip" in headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            fields["Content-Encoding"] = "gzip"
        if len(body) > PIECE:  # as the portals do with long pages
            fields["Transfer-Encoding"] = "chunked"
            pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))
        else:
            fields["Content-Length"] = str(len(body))
        first = f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Other')}"
        lines = (first, *(f"{name}: {value}" for name, value in fields.items()), "", "")
        writer.write("\r\n".join(lines).encode() + (body if method != "HEAD" else b""))
        await writer.drain()

    def _answer(self, method: str, url: str, posted: str) -> Answer:
        if fault := self.faults.get(url) or self.fault(url):
            return fault
        if url.split("/")[2] in self.down:
            return Answer(503, b"")
        if method not in ("GET", "HEAD", "POST"):
            return Answer(405, b"")
        answer = self.portal.answer(url, posted) if method == "POST" else self.portal.answer(url)
        if answer.status == 200 and (key := self.portal.key(url)):
            self.served[key] += 1
        return answer


def _tagged(answer: Answer, known: str | None) -> Answer:
    tag = f'"{hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()}"'
    fields = (*answer.headers, ("ETag", tag))
    return evolve(answer, status=304, body=b"", headers=fields) if known == tag else evolve(answer, headers=fields)


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]] | None:
    """Method, target and headers of the next request; None at the end of the connection."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *rest = raw.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    return method, target, headers
