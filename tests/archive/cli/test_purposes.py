"""`jianbao --help` shows the commands by what they are for, and leaves none out."""

import re

from click.testing import CliRunner

from archive.cli.help.purposes import PURPOSES
from crawler.cli import main


def test_every_command_has_one_purpose() -> None:
    named = [name for names in PURPOSES.values() for name in names]
    assert sorted(named) == sorted(main.commands)


def test_the_help_shows_every_command_below_its_purpose() -> None:
    page = CliRunner().invoke(main, ["--help"]).stdout
    shown: dict[str, list[str]] = {}
    for line in page[page.index("\nCrawl:") :].splitlines():
        if line.endswith(":") and not line.startswith(" "):
            shown[line[:-1]] = []
        elif found := re.match(r"  ([a-z]+)  ", line):
            shown[list(shown)[-1]].append(found[1])
    assert shown == {purpose: list(names) for purpose, names in PURPOSES.items()}
