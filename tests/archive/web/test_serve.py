"""`jianbao serve`: what it takes, what it says, and how it ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "192.168.7.7"], "--public"),
        (["--host", "archive.example"], "--token-file"),
        (["--root-path", "archive"], "begins with /"),
        (["--token-file", "/nowhere/token"], "cannot read the token"),
    ],
)
def test_what_it_does_not_start_with(sqlite_url: str, words: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["--database", sqlite_url, "serve", *words])
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_weak_token_is_none(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("too short\n", "utf-8")
    done = CliRunner().invoke(main, ["--database", sqlite_url, "serve", "--token-file", str(tmp_path / "token")])
    assert done.exit_code == 2
    assert "openssl rand" in done.output


def test_a_port_that_another_program_has(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(main, ["--database", sqlite_url, "serve", "--port", str(port)])
    says = f"jianbao: cannot listen at 127.0.0.1:{port}: Address already in use; try another --port or --host\n"
    assert (done.exit_code, done.output) == (2, says)
    no_host = ["--database", sqlite_url, "serve", "--host", "192.0.2.1", "--public"]
    done = CliRunner().invoke(main, no_host)
    assert done.exit_code == 2
    assert "cannot listen at 192.0.2.1:8008: Cannot assign requested address; try" in done.output


def test_the_extra_is_named_where_it_is_missing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(main, ["--database", sqlite_url, "serve"])
    assert done.exit_code == 2
    assert "install jianbao[web]" in done.output


@pytest.mark.slow
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_when_it_is_told(sqlite_url: str, ended_by: signal.Signals) -> None:
    command = [Path(sys.executable).with_name("jianbao"), "--database", sqlite_url, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"at http://127\.0\.0\.1:(\d+)/$", line.strip())
        assert found, line
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(own + 10, 19), "a crawl comes first"
        connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert answer.status == 200
            assert "server" not in {name.lower() for name in answer.headers}
        finally:
            connection.close()
            process.send_signal(ended_by)
        rest, errors = process.communicate(timeout=30)
    assert (rest, errors) == ("", "")
    assert process.returncode in (0, -ended_by), process.returncode


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """It exits with 0 on warnings, too: what counts is that it has nothing to say."""
    page = (Path(__file__).parents[3] / "docs" / "serve.md").read_text("utf-8")
    [(name, unit)] = re.findall(r"`/etc/systemd/system/([\w.-]+)`:\n\n```ini\n(.*?)```", page, re.DOTALL)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    (tmp_path / name).write_text(unit, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pictures_are_there_and_small() -> None:
    docs = Path(__file__).parents[3] / "docs"
    shown = set(re.findall(r"\]\(images/([\w-]+\.png)\)", (docs / "serve.md").read_text("utf-8")))
    sizes = {file.name: file.stat().st_size for file in (docs / "images").iterdir()}
    assert shown <= set(sizes)
    assert max(sizes.values()) < 200_000
