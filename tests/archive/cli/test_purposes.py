"""`jianbao --help` shows the commands by what they are for, and leaves none out."""

import inspect
import re

import click
from click.testing import CliRunner

from archive.cli.help.purposes import PURPOSES
from crawler.cli import main


def test_every_command_has_one_purpose() -> None:
    named = [name for names in PURPOSES.values() for name in names]
    assert sorted(named) == sorted(main.modules)


def test_the_help_shows_every_command_below_its_purpose() -> None:
    page = CliRunner().invoke(main, ["--help"]).stdout
    shown: dict[str, list[str]] = {}
    for line in page[page.index("\nCrawl:") :].splitlines():
        if line.endswith(":") and not line.startswith(" "):
            shown[line[:-1]] = []
        elif found := re.match(r"  ([a-z]+)  ", line):
            shown[list(shown)[-1]].append(found[1])
    assert shown == {purpose: list(names) for purpose, names in PURPOSES.items()}


def test_every_command_stands_in_the_module_that_is_named_for_it() -> None:
    context = click.Context(main)
    for name, module in main.modules.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.callback is not None
        assert inspect.unwrap(command.callback).__module__ == module
    assert set(main.commands) == set(main.modules)
