"""What a connection of SQLite gets: the search as a function, and the views of `jianbao sql`."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

_OURS: Final = frozenset({"article", "capture", "dedup_scheme", "alembic_version"})


def path_of(connection: Any) -> Path | None:
    """The file of a connection, where it is an archive of ours."""
    for _, name, file in connection.execute("PRAGMA database_list"):
        if name == "main" and file:
            tables = {row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
            return Path(file) if tables >= _OURS else None
    return None


def prepare(connection: Any) -> None:
    """Give a connection to an archive `jianbao_search(query)` and the views; another one is left as it is.

    `jianbao_search` is a JSON list of the articles that `jianbao search` shows, in its order, one for each story;
    `jianbao_search(query, 1)` has every copy. A query that cannot be read is an error, of which SQLite
    does not pass on what it says.
    """
    path = path_of(connection)
    if path is None:
        return
    connection.create_function("jianbao_search", 1, lambda query: _search(path, query, every_copy=False))
    connection.create_function("jianbao_search", 2, lambda query, copies: _search(path, query, every_copy=bool(copies)))
    from archive.query.sql.views import definitions

    for name, text in definitions(sqlite=True).items():
        connection.execute(f"CREATE TEMP VIEW IF NOT EXISTS {name} AS {text}")


def _search(path: Path, query: str | None, *, every_copy: bool) -> str:
    from archive.query.search import Asked
    from archive.query.search.paging import every_hit
    from archive.query.search.resolved import resolve
    from archive.store.db import reading

    with reading(_engine(path)) as connection:
        resolved = resolve(connection, Asked(query or "", every_copy=every_copy))
        return json.dumps(list(every_hit(connection, resolved)))


@lru_cache(8)
def _engine(path: Path) -> Engine:
    from archive.store.db import open_engine

    return open_engine(f"sqlite:///{path}")
