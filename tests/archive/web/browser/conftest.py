"""A real browser in front of a real server, and a proxy that hears whatever it asks of other hosts."""

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from archive.settings import Home
from archive.web.app import build
from crawler.cli.portals import PORTALS
from tests.archive.web.room import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
_MAKER = re.compile(r"[ /.](?:google|googleapis|gstatic|gvt1)\.com[:/ ]")


@define
class Elsewhere:
    """A proxy for every host but this machine: it notes what it is asked for, and answers nothing."""

    listener: socket.socket
    asked: list[str] = field(factory=list)

    @property
    def by_pages(self) -> list[str]:
        """What pages asked for: not what the browser itself wants of its maker, whatever it is told."""
        return [line for line in self.asked if not _MAKER.search(line)]

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self.asked.append(connection.recv(4096).split(b"\r\n")[0].decode("latin-1"))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Elsewhere(listener)
    thread = threading.Thread(target=found.serve, daemon=True)
    thread.start()
    yield found
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


@pytest.fixture(scope="module")
def chromium(elsewhere: Elsewhere) -> Iterator["Browser"]:
    """Debian's Chromium; where there is none, the tests are skipped with the reason, or fail if
    JIANBAO_TEST_BROWSER=require."""
    if shutil.which(CHROMIUM) is None:
        reason = f"no browser at {CHROMIUM}: apt-get install --no-install-recommends chromium fonts-noto-cjk"
        if os.environ.get("JIANBAO_TEST_BROWSER") == "require":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    port = elsewhere.listener.getsockname()[1]
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "127.0.0.1"},
        )
        yield browser
        browser.close()


@contextmanager
def serving(home: Home, **options: Any) -> Iterator[str]:
    """The reading room on a loopback port, in a thread; its address."""
    import uvicorn

    app = build(home, portals=PORTALS, token=TOKEN, **options)
    config = uvicorn.Config(app, log_level="critical", access_log=False, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Home], str]]:
    """Serves an archive until the module is done; gives its address."""
    with ExitStack() as stack:
        yield lambda home: stack.enter_context(serving(home))


@define
class Seat:
    """A browser's window. `said`: what its console said, and what a script did that ran."""

    page: "Page"
    base: str
    said: list[str] = field(factory=list)

    def go(self, path: str) -> int:
        """Opens a page; its status."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    @property
    def is_wider(self) -> bool:
        """Whether the page scrolls sideways."""
        width: Any = self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        return int(width) > 0


@contextmanager
def seated(browser: "Browser", base: str, *, signed_in: bool = False, **options: Any) -> Iterator[Seat]:
    """A new window, with what is passed to playwright."""
    context: BrowserContext = browser.new_context(**{"locale": "zh-CN", **options})
    page = context.new_page()
    page.set_default_timeout(30_000)
    seat = Seat(page, base)
    page.on("console", lambda message: seat.said.append(f"{page.url} {message.type}: {message.text}"))
    page.on("pageerror", lambda error: seat.said.append(f"{page.url} error: {error}"))

    def dialog(opened: Any) -> None:
        seat.said.append(f"{page.url} dialog: {opened.message}")
        opened.dismiss()

    page.on("dialog", dialog)
    page.on("popup", lambda popup: seat.said.append(f"{page.url} opened a window"))
    if signed_in:
        seat.go("/token")
        page.fill("#token", TOKEN)
        page.click("main button")
    yield seat
    context.close()
