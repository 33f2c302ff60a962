"""The `jianbao` command and its reading half; `crawler.cli` adds the commands that fetch and extract."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from archive.cli import portals, streams
from archive.cli.help import chinese
from archive.cli.help.purposes import PURPOSES
from archive.cli.terminal import echo
from archive.config.declared import Settings
from archive.errors import JianbaoError, StorageError, UsageError
from archive.settings import DEFAULT_HOME, Home, resolve_home

BROKEN = "jianbao.broken_settings"
"""Under this key of the context's `meta` stands what is wrong with the settings, for the one command that says so among
other things."""


class Group(click.Group):
    """The whole command: its commands are shown by purpose, and one of our own errors ends it in one clear line and its
    exit code, never in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in their order, those last that have no purpose."""
        known = [name for names in PURPOSES.values() for name in names if name in self.commands]
        return [*known, *sorted(self.commands.keys() - set(known))]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with its line, below what they are for."""
        width = max(map(len, self.commands))
        for purpose, lines in PURPOSES.items():
            rows = [(name, line) for name, line in lines.items() if name in self.commands]
            if rows:
                with formatter.section(purpose):
                    formatter.write_dl([(n.ljust(width), self.commands[n].short_help or line) for n, line in rows])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        streams.guard()
        chinese.translate(self)
        try:
            return super().main(*args, **kwargs)
        except JianbaoError as error:
            _end(error)
        except SystemExit as ended:
            lost = streams.lost_output()
            if lost is not None and not ended.code:
                _end(StorageError(f"cannot write the answer to standard output: {lost.strerror}"))
            raise


def _end(error: JianbaoError) -> NoReturn:
    if str(error):
        echo(f"jianbao: {error}", err=True)
    sys.exit(error.exit_code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--home", metavar="DIR", help="The archive's folder.  [$JIANBAO_HOME, else ./jianbao-data]")
@click.option(
    "--database", metavar="URL", help="An SQLAlchemy URL.  [$JIANBAO_DATABASE, else archive.db in the folder]"
)
@click.option(
    "--set", "options", multiple=True, metavar="NAME=VALUE", help="A setting, for this command (docs/settings.md)."
)
@click.version_option(package_name="jianbao")
@click.pass_context
def main(context: click.Context, home: str | None, database: str | None, options: tuple[str, ...]) -> None:
    """Jianbao (剪报): crawl Chinese news portals into a clean, deduplicated, searchable archive."""
    context.meta[portals.KEY] = context.obj or portals.Portals()
    try:
        context.obj = resolve_home(home, database, options)
    except UsageError as error:
        if context.invoked_subcommand != "doctor":
            raise
        context.meta[BROKEN] = error
        context.obj = _without_settings(home, database)


def _without_settings(home: str | None, database: str | None) -> Home:
    """The archive as it would be if nothing were set."""
    path = Path(home or os.environ.get("JIANBAO_HOME") or DEFAULT_HOME).absolute()
    return Home(path=path, database=database or f"sqlite:///{path / 'archive.db'}", settings=Settings())


# Each module adds its commands to `main`.
from archive.cli import cluster, db, export, match, read, recluster  # noqa: E402, F401
from archive.cli.evidence import cite  # noqa: E402, F401
from archive.cli.find import saved, search, sql  # noqa: E402, F401
from archive.cli.people import correct, tags  # noqa: E402, F401
from archive.cli.serving import serve  # noqa: E402, F401
from archive.cli.stories import flows, sentence, story, survivors  # noqa: E402, F401
from archive.cli.texts import diff, raw  # noqa: E402, F401
from archive.cli.watch import alarms, changes, runs  # noqa: E402, F401
