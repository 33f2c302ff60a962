"""The machine: Python, SQLite with its features, the packages that Jianbao stands on."""

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module, metadata
from typing import Final

from sqlalchemy import make_url

from archive.settings import Home
from crawler.upkeep.doctor.check import Check, fault, note, well

_SQLITE: Final = (3, 40, 0)
_FEATURES: Final = {
    "FTS5": "CREATE VIRTUAL TABLE temp.look USING fts5(words)",
    "JSON": "SELECT value FROM json_each('[1]')",
}
_OPTIONAL: Final = {
    "psycopg": ("a PostgreSQL database", "postgres"),
    "pyarrow": ("`jianbao export --format parquet`", "parquet"),
    "starlette": ("the web", "web"),
    "pyspark": ("`--engine spark` of `jianbao bulk pages` and `recluster`", "spark"),
}
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def checks(home: Home) -> Iterator[Check]:
    """Everything of the machine that is no disk and no network."""
    yield well("python", ".".join(map(str, sys.version_info[:3])))  # an older one would not have come so far
    yield from sqlite()
    yield from _packages()
    yield from _optional(home)


def sqlite(connect: Callable[[str], sqlite3.Connection] = sqlite3.connect) -> Iterator[Check]:
    """The SQLite that Python was built with. `connect`: opens a database."""
    if sqlite3.sqlite_version_info < _SQLITE:
        yield fault("sqlite", sqlite3.sqlite_version, "install SQLite 3.40 or newer, and a Python that uses it")
        return
    with closing(connect(":memory:")) as connection:
        for feature, statement in _FEATURES.items():
            try:
                connection.execute(statement)
            except sqlite3.Error as error:
                yield fault(
                    "sqlite",
                    f"{sqlite3.sqlite_version} has no {feature} ({error})",
                    "install a SQLite that was built with it, as Debian's is, or use PostgreSQL",
                )
                return
    yield well("sqlite", f"{sqlite3.sqlite_version} with {', '.join(_FEATURES)}")


def _packages() -> Iterator[Check]:
    missing = []
    for line in metadata.requires("jianbao") or ():
        name = _NAME.match(line)
        if name is None or "extra ==" in line or "python_version" in line:
            continue
        try:
            metadata.version(name[0])
        except metadata.PackageNotFoundError:
            missing.append(name[0])
    if missing:
        yield fault("packages", f"{', '.join(missing)} missing", "install Jianbao anew: pip install --upgrade jianbao")
    else:
        yield well("packages", f"all that jianbao {metadata.version('jianbao')} needs")


def _optional(home: Home) -> Iterator[Check]:
    """Packages for what not everybody does; one is needed where the database is PostgreSQL."""
    postgres = make_url(home.database).get_backend_name() == "postgresql"
    for module, (what, extra) in _OPTIONAL.items():
        try:
            import_module(module)
        except ImportError as error:
            cure = f"pip install 'jianbao[{extra}]'"
            if module == "psycopg" and postgres:
                yield fault("extension", f"{what} needs it: {error}", cure, module)
            else:
                yield note("extension", f"not installed; only {what} needs it", cure, module)
