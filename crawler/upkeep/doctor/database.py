"""The database: whether it is there, whole as far as a quick look tells, and of this version's schema."""

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Engine

from archive.errors import JianbaoError
from archive.settings import Home
from archive.store import db
from crawler.upkeep.doctor.check import Check, fault, note, of_error, skipped, well

_SECONDS: Final = 20.0
"""So long an SQLite file is read; what is larger, `jianbao db check` reads to the end."""


def checks(home: Home, found: list[Engine]) -> Iterator[Check]:
    """Everything of the database. Puts an engine into `found` where it can be used."""
    if not home.path.exists() and home.database.startswith("sqlite"):
        yield skipped("database", "there is none yet")
        return
    try:
        engine = db.connect(home.database)
    except JianbaoError as error:
        yield of_error("database", error)
        return
    try:
        yield from _pages(engine)
        db.check(engine)
    except JianbaoError as error:
        yield of_error("schema" if error.exit_code == 5 else "database", error)
        engine.dispose()
        return
    yield well("schema", f"{db.current(engine)}, as this version needs", db.show_url(engine.url))
    found.append(engine)


def _pages(engine: Engine) -> Iterator[Check]:
    if engine.dialect.name != "sqlite":
        with db.reading(engine) as connection:
            server = connection.exec_driver_sql("SHOW server_version").scalar_one()
        yield well("database", f"PostgreSQL {server} answers", db.show_url(engine.url))
        return
    place = db.show_url(engine.url)
    end = time.monotonic() + _SECONDS
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
        try:
            told = str(driver.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.Error as error:
            told = "" if "interrupted" in str(error) else str(error)
        finally:
            driver.set_progress_handler(None, 0)
    if told == "ok":
        yield well("database", "whole, as far as a quick look tells", place)
    elif not told:
        yield note("database", "too large to be read through here", "`jianbao db check` reads all of it", place)
    else:
        first = " ".join(told.split())[:160]
        yield fault(
            "database",
            f"it is damaged ({first})",
            "restore it from a backup (docs/backup.md), or import its WARC files into a new archive",
            place,
        )
