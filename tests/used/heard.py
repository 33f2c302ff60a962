"""Who sends which statements: each command by its name, each page by its method and path."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from attrs import define, field
from sqlalchemy import URL, Connection, Engine, event

from archive.web.pages import EVERY
from archive.web.visit import Page
from crawler.cli import main
from tests.make_docs import walk
from tests.statements import Sent, recorded


@define
class Heard:
    """`sent`: every statement with the parameters of its first use. `by`: who sent it. `most`: how often one run of a
    command sent it at most. `asked`: commands and pages that were asked."""

    database: URL
    sent: Sent = field(factory=dict)
    by: dict[str, set[str]] = field(factory=dict)
    most: Counter[str] = field(factory=Counter)
    asked: set[str] = field(factory=set)

    def add(self, who: str, sent: Sent) -> None:
        """What somebody sent."""
        self.asked.add(who)
        for statement, parameters in sent.items():
            self.sent.setdefault(statement, parameters)
            self.by.setdefault(statement, set()).add(who)

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        """Hear what is sent to the archive within the block; not what goes into a copy of it, which is being made."""
        times: Counter[str] = Counter()

        def count(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            if connection.engine.url == self.database:
                times[statement] += 1

        event.listen(Engine, "before_cursor_execute", count)
        try:
            with recorded() as sent:
                yield
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        self.add(who, {statement: sent[statement] for statement in sent if statement in times})
        self.most |= times


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
