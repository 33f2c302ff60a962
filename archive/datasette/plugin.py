"""The plugin of Datasette, for 0.65 and for 1.0 (https://docs.datasette.io/en/stable/plugin_hooks.html).

0.65 asks a plugin for metadata; 1.0 has a configuration, and metadata in a database of its own: both are filled with
what `archive.datasette.titles` says, under whatever the user says.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final

from datasette import hookimpl
from datasette.filters import FilterArguments
from markupsafe import Markup, escape

from archive.datasette import functions, titles

QUERY: Final = {
    "title": "Search the archive",
    "description": "As jianbao search does, in its query language; one article a story.",
    "sql": (
        "SELECT a.id, a.headline, a.site, a.published_at, a.source_name, a.state, a.copies, a.url "
        "FROM json_each(jianbao_search(:query)) hit JOIN articles a ON a.id = hit.value ORDER BY hit.key"
    ),
}
_FOUND: Final = "_jianbao"


def describe(datasette: Any) -> dict[str, Any]:
    """For each database that is an archive: `tables` and `queries`, as metadata and configuration have them."""
    found: dict[str, Any] = {}
    for name, database in datasette.databases.items():
        if not database.path:
            continue
        connection = sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)
        try:
            if functions.path_of(connection) is not None:
                found[name] = {"tables": _tables(connection), "queries": {"search": QUERY}}
        finally:
            connection.close()
    return found


def _tables(connection: sqlite3.Connection) -> dict[str, Any]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    told: dict[str, Any] = {}
    for table in tables:
        if table in titles.SHOWN:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info([{table}])")]
            told[table] = titles.of_table(table, names)
        else:
            told[table] = {"hidden": True, "allow": False}
    return told


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: Any) -> None:
    """Every connection to an archive has our functions and views."""
    functions.prepare(conn)


@hookimpl  # type: ignore[untyped-decorator]
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Tell 1.0 what the tables are; 0.65 asks for it (`get_metadata`)."""
    told = describe(datasette)
    datasette._jianbao = {"databases": told}  # noqa: SLF001 - ours, on their object

    async def tell() -> None:
        for name, about in told.items():
            _under(datasette.config, {"databases": {name: about}})
            for table, of in about["tables"].items():
                if "title" in of:
                    await datasette.set_resource_metadata(name, table, "title", of["title"])
                for column, says in of.get("columns", {}).items():
                    unit = of.get("units", {}).get(column)
                    says = f"{says} ({unit}s)" if unit and unit not in says else says
                    await datasette.set_column_metadata(name, table, column, "description", says)
            await datasette.add_query(name, "search", QUERY["sql"], title=QUERY["title"], source="plugin", replace=True)

    async def nothing() -> None:
        """0.65 asks."""

    return tell if hasattr(datasette, "set_resource_metadata") else nothing


def _under(there: dict[str, Any], ours: dict[str, Any]) -> None:
    """Add to `there` what it does not say itself."""
    for key, value in ours.items():
        if isinstance(value, dict) and isinstance(there.get(key, {}), dict):
            _under(there.setdefault(key, {}), value)
        else:
            there.setdefault(key, value)


@hookimpl(optionalhook=True)  # type: ignore[untyped-decorator]
def get_metadata(datasette: Any) -> dict[str, Any]:
    """What 0.65 asks for."""
    told: dict[str, Any] = getattr(datasette, "_jianbao", {})
    return told


@hookimpl  # type: ignore[untyped-decorator]
def filters_from_request(request: Any, table: str) -> FilterArguments | None:
    """`?_jianbao=QUERY` on the articles: those that the search finds, every copy. What is withdrawn is not shown."""
    if table != "article":
        return None
    where, params, said = ["withdrawn_at IS NULL"], {}, []
    if query := request.args.get(_FOUND):
        where.append("id IN (SELECT value FROM json_each(jianbao_search(:jianbao, 1)))")
        params["jianbao"] = query
        said.append(f"found by {query!r}")
    return FilterArguments(where, params=params, human_descriptions=said)


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """A number that names a row of another table leads there."""
    to = titles.REFERS.get((table or "", column))
    if to is None or not isinstance(value, int):
        return None
    if (table, column) == ("article", "cluster_id"):  # a story of one article has no row
        path = f"{datasette.urls.table(database, 'article')}?cluster_id={value}"
    else:
        path = datasette.urls.row(database, to, str(value))
    return Markup('<a href="{}">{}</a>').format(path, escape(value))
