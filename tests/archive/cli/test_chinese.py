import subprocess
import sys
from pathlib import Path

import click
import pytest

from archive.cli.help import chinese
from crawler.cli import main
from tests.make_docs import walk

COMMANDS = {" ".join(names[1:]) or "jianbao": command for names, command in walk(main)}
KNOWN = chinese.texts()
EXAMPLE = "\n      jianbao "


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_chinese_help(name: str) -> None:
    told = KNOWN[name]
    assert told["short"].endswith(("。", "？", "报"))
    if "help" not in told:
        return
    examples = [line for line in told["help"].splitlines() if line.startswith("  jianbao ")]
    assert max(_columns(line) for line in told["help"].splitlines() if line not in examples) <= 76
    assert len(examples) == (COMMANDS[name].help or "").count(EXAMPLE)
    options = {one.name for one in COMMANDS[name].params if isinstance(one, click.Option) and not one.is_eager}
    assert set(told.get("options", ())) == options


def test_nothing_is_told_of_commands_that_are_not_there() -> None:
    assert set(KNOWN) <= set(COMMANDS)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_TW.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C.UTF-8", "LC_ALL": ""}, False),
    ],
)
def test_the_language_is_that_of_messages(environment: dict[str, str], wanted: bool) -> None:
    assert chinese.is_wanted(environment) is wanted


def test_a_chinese_terminal_gets_chinese_help() -> None:
    jianbao = Path(sys.executable).with_name("jianbao")
    environment = {"LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    done = subprocess.run([jianbao, "search", "--help"], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("用法：jianbao search [OPTIONS] [QUERY…]\n\n  检索文章。")
    assert "\n选项:\n" in done.stdout
    assert "  --limit N                       最多几条。  [默认：20;" in done.stdout
    assert done.stdout.rstrip().endswith("显示这段说明。")


def _columns(line: str) -> int:
    return sum(2 if ord(sign) >= 0x2E80 else 1 for sign in line)
