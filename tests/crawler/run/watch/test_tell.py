"""A command that fails, hangs or cannot be started, and a ping that does not come through, harm nothing."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from archive.config.declared import Settings
from archive.settings import Home
from archive.watch.alarms import Alarm
from crawler.run.watch.judge import Told
from crawler.run.watch.tell import ping, run_command
from tests.archive.make import DAY


def alarm(number: int) -> Alarm:
    return Alarm(
        id=number,
        site="clip",
        measure="doubtful",
        scope="",
        raised_at=DAY,
        run_id=1,
        usual="2 %",
        now="40 %",
        examples=(),
        next_command="jianbao runs",
    )


TOLD = Told(raised=(alarm(1), alarm(2)), open=2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(path=tmp_path, database="sqlite://", settings=Settings())


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("exit 7", "it ended with exit code 7"),
        ("no-such-command-anywhere", "it ended with exit code 127"),
        ("sleep 60 & sleep 60", "ended after 0 seconds"),
        ("\0", "it cannot be started"),
    ],
)
def test_a_command_that_fails(home: Home, command: str, says: str, caplog: pytest.LogCaptureFixture) -> None:
    began = time.process_time()
    with caplog.at_level(logging.WARNING):
        run_command(command, home, TOLD, patience=0.3)
    assert [says in line for line in caplog.messages] == [True, True]
    assert time.process_time() - began < 1


def test_all_commands_together_have_an_end(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        run_command("sleep 60", home, TOLD, patience=60, all_=0.2)
    assert caplog.messages == [
        "alarm command: ended after 0 seconds",
        "alarm command: too slow; it does not hear of alarm 2",
    ]


def test_a_command_that_does_not_listen(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """It closes its input, says much, and nothing of it is seen or waited for."""
    with caplog.at_level(logging.WARNING):
        run_command("exec <&-; yes | head -c 1000000; true", home, TOLD)
    assert caplog.messages == []


class Answers(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]]
    status = 200

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["User-Agent"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    kind = type("Kind", (Answers,), {"asked": [], "status": status})
    with HTTPServer(("127.0.0.1", 0), kind) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}", kind.asked
        serving.shutdown()


def test_a_ping_of_a_private_address_and_by_a_proxy(caplog: pytest.LogCaptureFixture) -> None:
    with server() as (address, asked), caplog.at_level(logging.WARNING):
        ping(Settings(), "/start")
        ping(Settings(ping_url=f"{address}/secret/", user_agent="Clip/1"), "/start")
        ping(Settings(ping_url="http://ping.example/other", proxy=address, user_agent="Clip/1"), "/10")
    assert asked == [("/secret/start", "Clip/1"), ("http://ping.example/other/10", "Clip/1")]
    assert caplog.messages == []


def test_a_ping_that_fails_is_a_line_of_the_log_without_its_secret(caplog: pytest.LogCaptureFixture) -> None:
    with server(status=500) as (address, _), caplog.at_level(logging.WARNING):
        ping(Settings(ping_url=f"{address}/secret"), "/0")
    ping(Settings(ping_url="http://127.0.0.1:9/secret"), "/0")
    ping(Settings(ping_url="https://ping.example/secret", ca_file="/no/such/file", proxy="http://127.0.0.1:9"), "/0")
    assert len(caplog.messages) == 3
    assert caplog.messages[0] == f"ping: {address}/…: status 500"
    assert not any("secret" in line for line in caplog.messages)


def test_a_ping_to_a_server_that_says_nothing_has_an_end(caplog: pytest.LogCaptureFixture) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent, caplog.at_level(logging.WARNING):
        ping(Settings(ping_url=f"http://127.0.0.1:{silent.getsockname()[1]}/x"), "/start", patience=0.2)
    assert len(caplog.messages) == 1
