"""Where an archive lives. One place reads the environment; everything else takes a `Home`."""

import os
from pathlib import Path

from attrs import frozen
from sqlalchemy.engine import URL

from archive.errors import UsageError

DEFAULT_HOME = "jianbao-data"


@frozen(kw_only=True)
class Home:
    """One archive's folder and database.

    `path`: the folder, absolute. `database`: an SQLAlchemy URL (SQLite in the folder unless told otherwise).
    """

    path: Path
    database: str

    @property
    def warc(self) -> Path:
        """Where the rotating `.warc.gz` files stand."""
        return self.path / "warc"

    @property
    def export(self) -> Path:
        """Where `jianbao export` writes without `--to`."""
        return self.path / "export"


def resolve_home(path: str | None = None, database: str | None = None) -> Home:
    """The archive that the options name, else `JIANBAO_HOME` and `JIANBAO_DATABASE`, else `./jianbao-data`.

    Creates nothing: the command that first writes does. Raises `UsageError` where the folder is named from a working
    folder that is gone, and where its name is no UTF-8.
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
    # Not by hand: a folder's name may hold `?` and `%`.
    inside = URL.create("sqlite", database=str(home / "archive.db")).render_as_string()
    return Home(path=home, database=database or os.environ.get("JIANBAO_DATABASE") or inside)
