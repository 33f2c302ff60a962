"""Dockerfile and compose.yaml: every file, command, option and setting that they name is there, and what runs in the
containers runs. That needs no docker."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from archive.config.declared import Settings
from crawler.cli import main
from tests.release.packages import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
EVERY = ROOT / "deploy" / "every.py"


def steps(name: str) -> list[str]:
    """The Dockerfile's instructions of a kind, in their order."""
    return [line.partition(" ")[2] for line in DOCKERFILE.splitlines() if line.startswith(f"{name} ")]


def words_of(service: dict[str, Any]) -> list[str]:
    """The words of `jianbao` that a container starts with."""
    if "entrypoint" in service:
        return list(service["command"])
    return [*yaml.safe_load(steps("ENTRYPOINT")[0]), *service["command"]]


def test_the_image_is_made_of_what_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for copied in steps("COPY"):
        if copied.startswith("--from=build"):
            continue
        *names, _ = copied.split()
        for name in names:
            assert (ROOT / name).exists(), name
            assert f"!{name.split('/')[0]}" in ignored, name
    assert {one.split()[0] for one in steps("FROM")} == {"debian:bookworm-slim"}, "Debian's own Python"
    assert EVERY.stat().st_mode & 0o111
    for name in re.findall(r"JIANBAO_\w+", " ".join(steps("ENV"))):
        assert name in known_variables()


def test_the_image_installs_what_is_declared() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [extras] = [found for step in steps("RUN") for found in re.findall(r"'\.\[([\w,]+)\]'", step)]
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    assert COMPOSE["x-jianbao"]["image"] == f"jianbao:{project['version']}"


def known_variables() -> set[str]:
    """Every variable that the command reads."""
    import attrs

    return {one.metadata["env"] for one in attrs.fields(Settings) if "env" in one.metadata} | {"JIANBAO_HOME"}


@pytest.mark.parametrize("name", ["crawler", "web"])
def test_a_service_names_commands_options_and_settings_that_there_are(name: str) -> None:
    service = COMPOSE["services"][name]
    program, command, *options = words_of(service)
    assert program == "jianbao"
    found = main.get_command(click.Context(main), command)
    assert found is not None
    with found.make_context(command, options, parent=click.Context(main, **main.context_settings)) as context:
        assert context.params["max_time" if name == "crawler" else "port"]
    assert set(service["environment"]) <= known_variables()
    assert set(service["depends_on"]) <= set(COMPOSE["services"])
    for volume in (*service["volumes"], *COMPOSE["services"]["db"]["volumes"]):
        assert volume.split(":")[0] in COMPOSE["volumes"]
    assert yaml.safe_load("[" + steps("VOLUME")[0] + "]") == [service["volumes"][0].split(":")[1]]


def test_the_reading_room_is_shown_to_this_machine_alone() -> None:
    web = COMPOSE["services"]["web"]
    port = web["command"][web["command"].index("--port") + 1]
    assert web["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert steps("EXPOSE") == [port]


def test_the_password_is_nowhere_but_in_the_environment() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == {"JIANBAO_DB_PASSWORD"}
    assert COMPOSE["services"]["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


@contextmanager
def started(
    words: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """A process, and at the end none of it nor of its children, whatever failed: `every` goes on for ever."""
    with subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def every(seconds: str, program: str) -> "AbstractContextManager[subprocess.Popen[str]]":
    return started([EVERY, seconds, "sh", "-c", program])


def test_every_runs_a_command_again_whatever_it_ends_with() -> None:
    with every("0", "echo ran; exit 3") as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == ["ran\n"] * 3
        process.terminate()
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_every_lets_the_command_end_well() -> None:
    """SIGTERM goes on to the command, and is waited for: what is on its way is stored."""
    program = "trap 'echo stored; exit 0' TERM; echo begun; while :; do sleep 0.05; done"
    with every("3600", program) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=20)[0] == "stored\n"
        assert process.returncode == 0


def test_every_ends_while_it_waits() -> None:
    with every("3600", "echo ran") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ran\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_every_hears_at_whatever_instant_it_is_told() -> None:
    """Also while it starts the command, or begins to wait: each time it has written the word, and goes on."""
    for seconds in ("0", "3600") * 5:
        with every(seconds, "echo ran") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ran\n"
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
            assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 1, "Usage: every SECONDS COMMAND…\n"),
        (["1800"], 1, "Usage: every SECONDS COMMAND…\n"),
        (["soon", "true"], 1, "Usage: every SECONDS COMMAND…\n"),
        (["0", "/no/such"], 1, "every: /no/such: No such file or directory\n"),
    ],
    ids=["nothing", "no command", "no number", "no such command"],
)
def test_every_says_what_is_wrong(words: list[str], code: int, says: str) -> None:
    done = subprocess.run([EVERY, *words], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stderr) == (code, says)


def test_shell_of_the_image_is_the_shell_that_is_there() -> None:
    """Each RUN is one that a shell can read."""
    for script in steps("RUN"):
        assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0, script
    assert all(shlex.split(step) for step in steps("RUN"))
