"""The help of the commands that archivists use, in Chinese, where the terminal's language is Chinese.

chinese.toml beside this module holds it by the command's name (`"cluster merge"`): `short` for the list of commands;
`help` as it is printed, its lines already broken, since a Chinese character takes two columns and click counts one;
`options` by the option's name in Python. Commands for those who run an archive have a `short` alone, and keep their
English help.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import click

_FRAME: Final = {
    "Usage: ": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Crawl": "抓取",
    "Read": "阅读",
    "Stories": "报道",
    "Say": "批注与更正",
    "Export": "导出",
    "Look after": "照看",
    "Now and then": "偶尔要用",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本。",
}
_EXTRA: Final = {"[default: ": "[默认：", "[required]": "[必填]"}


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the language of messages is Chinese: the first of LC_ALL, LC_MESSAGES and LANG that is set says so
    (POSIX, Base Definitions, 8.2)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return value.lower().startswith("zh")
    return False


@cache
def texts() -> dict[str, dict[str, Any]]:
    """What chinese.toml holds, by command."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files("archive.cli.help").joinpath("chinese.toml").read_text(encoding="utf-8"))


class Formatter(click.HelpFormatter):
    """Writes what stands around a help in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how the command is typed."""
        super().write_usage(prog, args, _FRAME["Usage: "] if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """A heading."""
        super().write_heading(_FRAME.get(heading, heading))

    def write_dl(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        """Options, or commands, with what each is."""
        super().write_dl([(name, _told(what)) for name, what in rows], *args, **kwargs)


def _told(what: str) -> str:
    for english, chinese in _EXTRA.items():
        what = what.replace(english, chinese)
    return _FRAME.get(what, what)


def lines(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The line of each command, by its name, where Chinese is wanted; else none."""
    return {name: told["short"] for name, told in texts().items()} if is_wanted(environment) else {}


def translate(command: click.Command, name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Give a command, and all below it, their Chinese help, where Chinese is wanted. `name`: as chinese.toml has it."""
    if is_wanted(environment):
        click.Context.formatter_class = Formatter
        _translate(command, name, texts())


def _translate(command: click.Command, name: str, known: Mapping[str, Mapping[str, Any]]) -> None:
    if told := known.get(name):
        if "help" in told:
            command.help = f"\b\n{told['help'].strip()}".replace("\n\n", "\n\n\b\n")
        command.short_help = told["short"]
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name in told.get("options", {}):
                parameter.help = told["options"][parameter.name]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _translate(below, below.name or "" if name == "jianbao" else f"{name} {below.name}", known)
