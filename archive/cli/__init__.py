"""The `jianbao` command and its reading half; `crawler.cli` adds the commands that fetch and extract."""

import atexit
import errno
import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from archive.cli import portals, streams
from archive.cli.help import chinese
from archive.cli.help.purposes import PURPOSES
from archive.cli.terminal import echo
from archive.errors import JianbaoError, StorageError, UsageError

if TYPE_CHECKING:
    from archive.settings import Home

BROKEN = "jianbao.broken_settings"
"""Under this key of the context's `meta` stands what is wrong with the settings, for the one command that says so among
other things."""


MODULES: Final = {
    "search": "archive.cli.find.search",
    "saved": "archive.cli.find.saved",
    "show": "archive.cli.read",
    "raw": "archive.cli.texts.raw",
    "history": "archive.cli.watch.changes",
    "changes": "archive.cli.watch.changes",
    "diff": "archive.cli.texts.diff",
    "match": "archive.cli.match",
    "sql": "archive.cli.find.sql",
    "stats": "archive.cli.read",
    "serve": "archive.cli.serving.serve",
    "cluster": "archive.cli.cluster",
    "firsts": "archive.cli.stories.story",
    "edits": "archive.cli.stories.story",
    "flows": "archive.cli.stories.flows",
    "survivors": "archive.cli.stories.survivors",
    "bisect": "archive.cli.stories.sentence",
    "tag": "archive.cli.people.tags",
    "tags": "archive.cli.people.tags",
    "note": "archive.cli.people.tags",
    "correct": "archive.cli.people.correct",
    "corrections": "archive.cli.people.correct",
    "export": "archive.cli.export",
    "cite": "archive.cli.evidence.cite",
    "runs": "archive.cli.watch.runs",
    "alarms": "archive.cli.watch.alarms",
    "recluster": "archive.cli.recluster",
    "db": "archive.cli.db",
}
"""Where each command of this half stands."""
_COLLECTIONS: Final = 10_000
"""So many objects more than before, and garbage in cycles is looked for. What a command imports stays for as long as it
runs: to look through it every 700 objects took a tenth of the time of one that reads."""


class Group(click.Group):
    """The whole command: its commands are shown by purpose, and one of our own errors ends it in one clear line and its
    exit code, never in a traceback.

    `modules`: the module of each command, by its name. It adds the command when it is imported, which it is when the
    command is asked for: of sixty commands one is run, and each imports what it needs.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in their order, those last that have no purpose."""
        known = [name for names in PURPOSES.values() for name in names if name in self.modules]
        return [*known, *sorted(self.modules.keys() - set(known))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, in the terminal's language; None where there is none of that name."""
        if cmd_name in self.modules and cmd_name not in self.commands:
            import_module(self.modules[cmd_name])
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            chinese.translate(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with its line, below what they are for."""
        width, translated = max(map(len, self.modules)), chinese.lines()
        for purpose, lines in PURPOSES.items():
            rows = [(name.ljust(width), translated.get(name, line)) for name, line in lines.items()]
            if rows := [row for row in rows if row[0].rstrip() in self.modules]:
                with formatter.section(purpose):
                    formatter.write_dl(rows)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        gc.set_threshold(_COLLECTIONS, *gc.get_threshold()[1:])
        atexit.register(_freeze)
        # numpy would start a thread for each processor, to multiply matrices: nothing here does.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        streams.guard()
        chinese.translate(self, "jianbao")
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            _end(UsageError(f"no file can be called {str(error.filename)[:40]}…: its name is too long"))
        except JianbaoError as error:
            _end(error)
        except SystemExit as ended:
            lost = streams.lost_output()
            if lost is not None and not ended.code:
                _end(StorageError(f"cannot write the answer to standard output: {lost.strerror}"))
            raise


def _freeze() -> None:
    """Python looks through all of it once more as it ends, and takes it apart: a quarter of a command that reads. Where
    DuckDB is loaded it must, which else tells on stderr what is left of it."""
    if "duckdb" not in sys.modules:
        gc.freeze()


def _end(error: JianbaoError) -> NoReturn:
    if str(error):
        echo(f"jianbao: {error}", err=True)
    sys.exit(error.exit_code)


@click.group(
    cls=Group, modules=MODULES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
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
    from archive.settings import resolve_home

    context.meta[portals.KEY] = context.obj or portals.Portals()
    try:
        context.obj = resolve_home(home, database, options)
    except UsageError as error:
        if context.invoked_subcommand != "doctor":
            raise
        context.meta[BROKEN] = error
        context.obj = _without_settings(home, database)


def _without_settings(home: str | None, database: str | None) -> "Home":
    """The archive as it would be if nothing were set."""
    from archive.config import kinds
    from archive.config.declared import Settings
    from archive.settings import DEFAULT_HOME, Home

    path = Path(home or os.environ.get("JIANBAO_HOME") or DEFAULT_HOME).absolute()
    inside = f"sqlite:///{path / 'archive.db'}"
    try:
        named = kinds.database(database) if database else inside
    except ValueError:
        named = inside
    return Home(path=path, database=named, settings=Settings())
