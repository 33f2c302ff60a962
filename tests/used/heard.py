"""Who sends which statements: each command by its name, each page by its method and path."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from attrs import define, field
from sqlalchemy import URL

from archive.web.pages import EVERY
from archive.web.visit import Page
from crawler.cli import main
from tests.crawler.run.run import Archive
from tests.make_docs import walk
from tests.statements import Sent, read_recorded, recorded


@define
class Heard:
    """`sent`: every statement with the parameters of its first use. `by`: who sent it. `asked`: commands and pages that
    were asked."""

    database: URL
    sent: Sent = field(factory=dict)
    by: dict[str, set[str]] = field(factory=dict)
    asked: set[str] = field(factory=set)

    def add(self, who: str, sent: Sent) -> None:
        """What somebody sent."""
        self.asked.add(who)
        for statement, parameters in sent.items():
            self.sent.setdefault(statement, parameters)
            self.by.setdefault(statement, set()).add(who)

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        """Hear what is sent to the archive within the block."""
        with recorded(self.database) as sent:
            yield
        self.add(who, sent)

    def apart(self, archive: Archive, *words: str, fails: int = 3) -> str:
        """A command in a process of its own, forked from one with its imports done, and its workers from that. What it
        printed."""
        told = archive.home.parent / "sent"
        url = self.database.render_as_string(hide_password=False)
        listens = f"from tests.statements import record_into; record_into({str(told)!r}, {url!r})"
        done = archive.run(*words, before=listens)
        assert done.returncode in (0, fails), (words, done.stderr)
        self.add(command_named(words), read_recorded(told))
        return done.stdout


def command_named(words: tuple[str, ...]) -> str:
    """The command that these words call: `cluster pin`; `runs` and `alarms`, which do something by themselves."""
    command: click.Command = main
    names: list[str] = []
    while isinstance(command, click.Group) and len(names) < len(words):
        below = command.get_command(click.Context(command), words[len(names)])
        if below is None:
            break
        command = below
        names.append(words[len(names)])
    return " ".join(names)


def every_command() -> set[str]:
    """All that a person can call, by name."""
    return {
        " ".join(names[1:])
        for names, command in walk(main)
        if len(names) > 1 and (not isinstance(command, click.Group) or command.invoke_without_command)
    }


def page_named(page: Page, method: str) -> str:
    """As a page is named here: `GET /article/{id:int}`."""
    return f"{method} {page.path}"


def every_page() -> set[str]:
    """All pages and endpoints that ask the archive: the others get no connection to it."""
    pages = [page for module in EVERY for page in module.PAGES if page.reads]
    return {page_named(page, method) for page in pages for method in page.methods}
