"""The portal on a socket: an HTTP proxy that is itself every host it is asked for, with TLS inside CONNECT."""

import asyncio
import contextlib
import gzip
import ssl
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType

from tests.portal import tls
from tests.portal.server import Answer, Portal
from tests.portal.world.truth import World

MAX_HEAD = 64 * 1024
REASONS = {
    200: "OK",
    302: "Found",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Proxy:
    """Serves one world on a loopback port from a thread of its own, until closed.

    `requests` counts the addresses that were asked for, `served` the articles by (site, native id), under whichever of
    their addresses, redirects left out. `down`: hosts that answer 503. `faults`: answers by address
    that replace the portal's own. `delay`: seconds that every answer waits.
    """

    def __init__(self, world: World, folder: Path, port: int = 0) -> None:
        self.portal = Portal(world)
        self.world = world
        self.ca_file, self._context = tls.make(folder)
        self.requests: Counter[str] = Counter()
        self.served: Counter[tuple[str, str]] = Counter()
        self.down: set[str] = set()
        self.faults: dict[str, Answer] = {}
        self.delay = 0.0
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

    def environment(self) -> dict[str, str]:
        """What the crawler's environment needs to reach the portal by its real names."""
        sites = Path(__file__).parent / "sites"
        return {
            "JIANBAO_PROXY": self.url,
            "JIANBAO_CA_FILE": str(self.ca_file),
            "JIANBAO_SITES": str(sites),
            "JIANBAO_DELAY": "0.001",
        }

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
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await writer.drain()
                    await writer.start_tls(self._context)
                    base = "https://" + target.removesuffix(":443")
                    continue
                if length := int(headers.get("content-length", "0")):
                    await reader.readexactly(min(length, MAX_HEAD))
                url = target if target.startswith("http") else (base or f"http://{headers.get('host', '')}") + target
                await self._send(writer, method, url, headers)
                if headers.get("connection", "").lower() == "close":
                    break
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the other side is gone or talks nonsense
        finally:
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
                writer.close()
                await writer.wait_closed()

    async def _send(self, writer: asyncio.StreamWriter, method: str, url: str, headers: dict[str, str]) -> None:
        self.requests[url] += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        host = url.split("/")[2]
        if url in self.faults:
            answer = self.faults[url]
        elif host in self.down:
            answer = Answer(503, b"")
        elif method not in ("GET", "HEAD"):
            answer = Answer(405, b"")
        else:
            answer = self.portal.answer(url)
            if answer.status == 200 and (key := self.portal.key(url)):
                self.served[key] += 1
        body = answer.body
        lines = [
            f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Other')}",
            "Server: nginx",
            f"Content-Type: {answer.content_type}",
        ]
        if answer.location:
            lines.append(f"Location: {answer.location}")
        if body and "gzip" in headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            lines.append("Content-Encoding: gzip")
        chunked = len(body) > 8192  # as the portals do with long pages
        lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}")
        writer.write("\r\n".join((*lines, "", "")).encode())
        if method != "HEAD":
            if chunked:
                for start in range(0, len(body), 8192):
                    piece = body[start : start + 8192]
                    writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                writer.write(b"0\r\n\r\n")
            else:
                writer.write(body)
        await writer.drain()


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
