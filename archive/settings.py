"""Where an archive lives, and what is set for it. Everything takes a `Home`."""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from attrs import Factory, field, frozen

from archive.config.declared import Settings
from archive.config.layers import read_settings
from archive.errors import UsageError

DEFAULT_HOME = "jianbao-data"


@frozen(kw_only=True)
class Home:
    """One archive's folder and database.

    `path`: the folder, absolute. `database`: an SQLAlchemy URL (SQLite in the folder unless told otherwise).
    `settings`: what is in force for it.
    """

    path: Path
    database: str
    settings: Settings = field(default=Factory(lambda home: read_settings(home.path), takes_self=True), repr=False)

    @property
    def warc(self) -> Path:
        """Where the rotating `.warc.gz` files stand."""
        return self.path / "warc"

    def warc_file(self, name: str) -> Path:
        """Where the WARC file stands that the database calls so: its name is relative to the folder of WARC files, so
        that a home can be moved; that of an imported file that was left in its place is absolute."""
        return self.warc / name

    @property
    def export(self) -> Path:
        """Where `jianbao export` writes without `--to`."""
        return self.path / "export"


def resolve_home(path: str | None = None, database: str | None = None, options: Iterable[str] = ()) -> Home:
    """The archive that the options name, else `JIANBAO_HOME` and `JIANBAO_DATABASE`, else `./jianbao-data`; with the
    settings that are in force for it (`options`: of `--set`).

    Creates nothing: the command that first writes does. Raises `UsageError` where the folder is named from a working
    folder that is gone, where its name is no UTF-8, and where a setting makes no sense.
    """
    try:
        home = Path(path or os.environ.get("JIANBAO_HOME") or DEFAULT_HOME).absolute()
    except FileNotFoundError:
        raise UsageError("the working folder is gone; cd to another one, or name the archive from / (--home)") from None
    try:
        str(home).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(home).decode("utf-8", "backslashreplace")
        raise UsageError(
            f"the name of the home {shown} is not UTF-8 here, and databases have no other; name another one, or set "
            "LC_ALL=C.UTF-8"
        ) from None
    settings = read_settings(home, options, database)
    if settings.sites:
        os.environ["JIANBAO_SITES"] = settings.sites  # the processes that extract have it, too
    # As SQLAlchemy writes it: a folder's name may hold `?` and `%`.
    inside = f"sqlite:///{quote(str(home / 'archive.db'), safe=' +/')}"
    return Home(path=home, database=settings.database or inside, settings=settings)
