"""What the tables of an archive are called, and what their columns hold: as the datasets of the export say it."""

from typing import Any, Final

from archive.export.datasets import ARTICLES, CAPTURES, CHANGES, LINKS, REVISIONS, Dataset

SHOWN: Final[dict[str, Dataset | str]] = {
    "article": ARTICLES,
    "revision": REVISIONS,
    "capture": CAPTURES,
    "link": LINKS,
    "change": CHANGES,
    "cluster": "Stories of more than one article",
    "cluster_event": "The history of stories",
    "sighting": "A list named an article",
    "crawl_run": "Runs of crawl, fetch, import, reextract and rebuild",
    "problem": "What went wrong in a run",
    "tag": "People's words for articles",
    "note": "People's notes on articles and stories",
}
"""The tables that are shown, with the dataset that describes them, or their title. All others are internals."""

OTHERWISE: Final = {("link", "at"): "found_at", ("change", "at"): "noticed_at"}
"""Columns that the export calls otherwise."""

REFERS: Final[dict[tuple[str, str], str]] = {
    ("article", "cluster_id"): "cluster",
    ("change", "article_id"): "article",
    ("change", "after_capture_id"): "capture",
    ("change", "before_capture_id"): "capture",
    ("capture", "repeats_id"): "capture",
    ("problem", "capture_id"): "capture",
    ("cluster_event", "cluster_id"): "cluster",
    ("cluster_event", "article_id"): "article",
    ("cluster_event", "other_id"): "article",
    ("cluster_event", "other_cluster_id"): "cluster",
}
"""Columns that name a row of another table without a foreign key, which Datasette finds by itself."""

_UNITS: Final = {("capture", name): "byte" for name in ("size", "warc_offset", "warc_length")}


def title(table: str) -> str:
    """A table's title."""
    shown = SHOWN[table]
    return shown if isinstance(shown, str) else shown.title


def columns(table: str, names: list[str]) -> dict[str, str]:
    """What the columns of a table hold, as far as the export has them. A list stands there as JSON."""
    shown = SHOWN[table]
    if isinstance(shown, str):
        return {}
    fields = {name: shown.fields.get(OTHERWISE.get((table, name), name)) for name in names}
    return {name: field.says for name, field in fields.items() if field is not None}


def units(table: str) -> dict[str, str]:
    """The units of its columns."""
    return {name: unit for (of, name), unit in _UNITS.items() if of == table}


def of_table(table: str, names: list[str]) -> dict[str, Any]:
    """What Datasette's metadata and configuration say of a table that is shown."""
    told: dict[str, Any] = {"title": title(table), "columns": columns(table, names)}
    if table in ("article", "sighting"):
        told["label_column"] = {"article": "headline", "sighting": "title"}[table]
    return told | ({"units": units(table)} if units(table) else {})
