"""The plugin of sqlite-utils (https://sqlite-utils.datasette.io/en/stable/plugins.html)."""

from typing import Any

from sqlite_utils import hookimpl

from archive.datasette import functions


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: Any) -> None:
    """Every connection to an archive has them."""
    functions.prepare(conn)
