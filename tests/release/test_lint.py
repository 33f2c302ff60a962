"""Dockerfile and compose.yaml as hadolint would have them, and `docker compose config` would take them: neither program
is here. The rules are those of https://github.com/hadolint/hadolint, by their numbers, and of the Compose Specification
(https://github.com/compose-spec/compose-spec), as far as these files use them."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.release.packages import ROOT
from tests.release.test_deploy import COMPOSE

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
KNOWN = {"FROM", "RUN", "CMD", "LABEL", "EXPOSE", "ENV", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG"}


def faults_of_image(text: str) -> Iterator[str]:
    """What is wrong with a Dockerfile."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    steps = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]
    yield from (f"{word}: none of {sorted(KNOWN)} (DL3020, DL4000)" for word, _ in steps if word not in KNOWN)
    placed, stages = False, set[str]()
    for word, rest in steps:
        if word == "FROM":
            placed = False
            stages |= set(re.findall(r" AS (\S+)$", rest))
            if re.fullmatch(r"\S+:(?!latest)\S+( AS \S+)?", rest) is None:
                yield "FROM names no release (DL3006, DL3007)"
        elif word == "WORKDIR":
            placed = rest.startswith("/")
        elif word == "COPY":
            yield from _faults_of_copy(rest, stages, placed=placed)
        elif word == "RUN":
            yield from _faults_of_run(rest)
        elif word in ("CMD", "ENTRYPOINT") and not isinstance(yaml.safe_load(rest), list):
            yield f"{word} is no list (DL3025)"
    users = [rest for word, rest in steps if word == "USER"]
    if users[-1:] in ([], ["root"], ["0"]):
        yield "it runs as root (DL3002)"


def _faults_of_copy(rest: str, stages: set[str], *, placed: bool) -> Iterator[str]:
    if (found := re.match(r"--from=(\S+)", rest)) and found[1] not in stages:
        yield "COPY names a stage that is not there (DL3022)"
    if not placed and not rest.rsplit(maxsplit=1)[-1].startswith("/"):
        yield "COPY goes to a place that no absolute WORKDIR names (DL3000, DL3045)"


def _faults_of_run(command: str) -> Iterator[str]:
    if "apt-get install" in command:
        for needed in ("apt-get update", "-y", "--no-install-recommends", "rm -rf /var/lib/apt/lists/*"):
            if needed not in command:
                yield f"apt-get install without {needed} (DL3009, DL3014, DL3015, DL3027)"
    if "pip install" in command and "--no-cache-dir" not in command:
        yield "pip keeps a cache (DL3042)"
    if re.search(r"(^|&& *)(sudo|cd|apt) ", command):
        yield "sudo, cd or apt (DL3003, DL3004, DL3027)"
    if "|" in command:
        yield "a pipe, whose beginning may fail unnoticed (DL4006)"


SERVICE = {
    *(
        "build",
        "command",
        "depends_on",
        "entrypoint",
        "environment",
        "healthcheck",
        "image",
        "init",
        "ports",
        "restart",
    ),
    *("stop_grace_period", "volumes"),
}
CHECK = {"test", "interval", "timeout", "retries"}
DURATION = re.compile(r"(\d+(us|ms|s|m|h))+")
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def faults_of_compose(told: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a file of Compose."""
    known = {"name", "services", "volumes"}
    yield from (f"{name}: no element" for name in told if name not in known and not name.startswith("x-"))
    if set(told["volumes"].values()) != {None}:
        yield "volumes: more than their names"
    for name, service in told["services"].items():
        for fault in (*_faults_of_service(service, told), *_faults_of_order(service, told["services"])):
            yield f"{name}: {fault}"


def _faults_of_service(service: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    yield from (f"{key}: no attribute" for key in service.keys() - SERVICE)
    if not {"image", "build"} & service.keys():
        yield "nothing to run"
    if service.get("restart") not in ("no", "always", "on-failure", "unless-stopped"):
        yield "restart"
    if not all(isinstance(value, str) for value in service["environment"].values()):
        yield "environment: a value is no text"
    for one in service.get("ports", ()):
        if re.fullmatch(r"([\d.]+:)?\d+:\d+(/tcp|/udp)?", one) is None:
            yield f"ports: {one}"
    for one in service["volumes"]:
        if re.fullmatch(r"[a-z0-9_-]+:/[\w./-]+(:ro)?", one) is None or one.split(":")[0] not in told["volumes"]:
            yield f"volumes: {one}"


def _faults_of_order(service: dict[str, Any], services: dict[str, Any]) -> Iterator[str]:
    """What it waits for, how long, and how it is known to be well."""
    times = [service.get("stop_grace_period", "1s")]
    for other, about in service.get("depends_on", {}).items():
        if other not in services or about["condition"] not in CONDITIONS:
            yield f"depends_on: {other}"
        elif about["condition"] == "service_healthy" and "healthcheck" not in services[other]:
            yield f"waits for {other}, which has no healthcheck"
    if check := service.get("healthcheck"):
        times += [check["interval"], check["timeout"]]
        if check.keys() - CHECK or check["test"][0] not in ("CMD", "CMD-SHELL", "NONE"):
            yield "healthcheck"
    yield from (f"{one}: no duration" for one in times if not DURATION.fullmatch(one))


def test_the_image() -> None:
    assert list(faults_of_image(TEXT)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("debian:bookworm-slim AS build", "debian AS build"),
        ("WORKDIR /src", "WORKDIR src"),
        ("WORKDIR /src\n", ""),
        ("--from=build", "--from=builder"),
        ("USER jianbao", "USER root"),
        ("--no-install-recommends ", ""),
        ("rm -rf /var/lib/apt/lists/*", "true"),
        ("--no-cache-dir ", ""),
        ('ENTRYPOINT ["jianbao"]', "ENTRYPOINT jianbao"),
        ("COPY archive archive", "ADD archive archive"),
        ("apt-get update", "apt update"),
    ],
)
def test_an_image_that_a_linter_refuses(old: str, new: str) -> None:
    assert list(faults_of_image(TEXT.replace(old, new)))


def test_the_services() -> None:
    assert list(faults_of_compose(COMPOSE)) == []
    for found in re.findall(r"\$.{0,40}", (ROOT / "compose.yaml").read_text("utf-8")):
        assert re.match(r"\$\{[A-Z_]+(:?[-?][^}]*)?\}", found), f"no variable: {found}"


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["services"]["web"].update(comand=[]),
        lambda told: told.update(service={}),
        lambda told: told["services"]["web"].update(restart="ever"),
        lambda told: told["services"]["db"].pop("healthcheck"),
        lambda told: told["services"]["db"].pop("image"),
        lambda told: told["services"]["db"]["healthcheck"].update(interval="5"),
        lambda told: told["services"]["db"]["healthcheck"].update(retry=3),
        lambda told: told["services"]["web"].update(ports=["8008"]),
        lambda told: told["services"]["web"]["volumes"].append("other:/x"),
        lambda told: told["services"]["web"]["environment"].update(PORT=8008),
        lambda told: told["services"]["web"]["depends_on"].update(cache={"condition": "service_healthy"}),
    ],
)
def test_services_that_compose_refuses(change: Callable[[dict[str, Any]], Any]) -> None:
    told = copy.deepcopy(COMPOSE)
    change(told)
    assert list(faults_of_compose(told))
