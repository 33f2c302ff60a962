"""How the world outside hears of a run: a command for each alarm, and an address that is told of its begin and its end.

Neither can harm the run: each is given a bounded time, and what goes wrong is a line of the log.
"""

import json
import logging
import os
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from archive.config.declared import Settings
from archive.settings import Home
from archive.watch.alarms import Alarm
from crawler.run.watch.judge import Told

logger = logging.getLogger("jianbao.alarm")  # heard without a terminal, too

PATIENCE: Final = 30.0
"""Seconds that a command is given for one alarm."""
ALL_PATIENCE: Final = 60.0
"""Seconds for all alarms of a run together."""
PING: Final = 10.0
"""Seconds that a ping is given, name and connection included."""


def told_of(told: Told) -> Iterator[tuple[str, Alarm]]:
    """The alarms of which the command hears, each with what became of it."""
    yield from (("raised", alarm) for alarm in told.raised)
    yield from (("well", alarm) for alarm in told.well)


def say_what_is_well(told: Told) -> None:
    """A line for each alarm that is well again."""
    for alarm in told.well:
        logger.warning("well again: alarm %d, %s", alarm.id, alarm.what)


def run_command(
    command: str, home: Home, told: Told, *, patience: float = PATIENCE, all_: float = ALL_PATIENCE
) -> None:
    """Call a command for each alarm that was raised or is well again: the shell runs it, as cron would; the alarm comes
    as JSON on its standard input, and in `JIANBAO_ALARM_…`. `patience`, `all_`: seconds for one call, and for all."""
    end = time.monotonic() + all_
    for what, alarm in told_of(told):
        left = end - time.monotonic()
        if left <= 0:
            logger.warning("alarm command: too slow; it does not hear of alarm %d", alarm.id)
            continue
        _call(command, home, what, alarm, min(patience, left))


def _call(command: str, home: Home, what: str, alarm: Alarm, patience: float) -> None:
    sent = json.dumps({**alarm.as_json(), "state": what, "home": str(home.path)}, ensure_ascii=False) + "\n"
    environment = {
        **os.environ,
        "JIANBAO_HOME": str(home.path),
        "JIANBAO_ALARM_ID": str(alarm.id),
        "JIANBAO_ALARM_STATE": what,
        "JIANBAO_ALARM_SITE": alarm.site,
        "JIANBAO_ALARM_MEASURE": alarm.measure,
        "JIANBAO_ALARM_SCOPE": alarm.scope,
        "JIANBAO_ALARM_LINE": alarm.line(),
    }
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own words, and nothing else in them
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # so that what it starts can be ended with it
        )
    except (OSError, ValueError) as error:
        logger.warning("alarm command: it cannot be started: %s", error)
        return
    try:
        process.communicate(sent.encode(), timeout=patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        logger.warning("alarm command: ended after %.0f seconds", patience)
        return
    if process.returncode:
        logger.warning("alarm command: it ended with exit code %d", process.returncode)


def ping(settings: Settings, end: str, *, patience: float = PING) -> None:
    """Tell `ping_url` of a begin (`/start`) or an end (`/` and the exit code), as healthchecks.io has it; nothing where
    none is set. `patience`: seconds.

    It goes the way of all requests: by the proxy, with the certificates and the name that are set. Unlike what pages
    name, the address may be a private one: the operator wrote it.
    """
    if not settings.ping_url:
        return
    url = settings.ping_url.rstrip("/") + end
    failed: list[str] = []
    asking = threading.Thread(target=_ask, args=(url, settings, patience, failed), daemon=True)
    asking.start()
    asking.join(patience)  # a server that sends a byte a second keeps a socket's own patience for ever
    if asking.is_alive():
        failed.append(f"no answer in {patience:.0f} seconds")
    if failed:
        # Whoever is pinged hears that no ping came.
        logging.getLogger("jianbao.crawl").warning("ping: %s: %s", _without_secrets(url), failed[0])


def _ask(url: str, settings: Settings, patience: float, failed: list[str]) -> None:
    proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None
    handlers: list[Any] = [ProxyHandler(proxies)]
    try:
        if settings.ca_file:
            handlers.append(
                HTTPSHandler(context=ssl.create_default_context(cafile=str(Path(settings.ca_file).absolute())))
            )
        request = Request(url, headers={"User-Agent": settings.agent})  # noqa: S310 - http(s) alone, by the setting
        with build_opener(*handlers).open(request, timeout=patience) as answer:
            answer.read(1)
    except HTTPError as error:
        with error:
            failed.append(f"status {error.code}")
    except Exception as error:  # whatever it is, the run is not its affair
        failed.append(str(getattr(error, "reason", error)) or type(error).__name__)


def _without_secrets(url: str) -> str:
    """An address of a ping is a secret: whoever has it can ping."""
    return url[: url.find("/", url.find("//") + 2) + 1] + "…"
