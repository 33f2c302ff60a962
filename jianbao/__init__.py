"""Jianbao as a library: pages read, archives asked and filled. docs/api.md has examples, and says what is promised.

Importing it costs next to nothing: what a name needs is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from archive.dedup.matching import Answer, Compared, Query
    from archive.dedup.verify.compare import Rejection, Verdict
    from archive.errors import (
        AlreadyRunning,
        DatabaseUnavailable,
        JianbaoError,
        NotFound,
        SchemaMismatch,
        StorageError,
        UsageError,
    )
    from archive.export.datasets import Row
    from archive.query.language import QueryError
    from archive.query.search import Hit, Results
    from archive.store.records import ImageRecord
    from archive.text.snippet import Snippet
    from crawler.pages.page import Block, Candidate, Identity, Outcome, Page
    from jianbao.archive import Archive, Ingested
    from jianbao.pages import extract

__all__ = [
    "AlreadyRunning",
    "Answer",
    "Archive",
    "Block",
    "Candidate",
    "Compared",
    "DatabaseUnavailable",
    "Hit",
    "Identity",
    "ImageRecord",
    "Ingested",
    "JianbaoError",
    "NotFound",
    "Outcome",
    "Page",
    "Query",
    "QueryError",
    "Rejection",
    "Results",
    "Row",
    "SchemaMismatch",
    "Snippet",
    "StorageError",
    "UsageError",
    "Verdict",
    "extract",
]

_HOME: Final = {
    "archive.dedup.matching": ("Answer", "Compared", "Query"),
    "archive.dedup.verify.compare": ("Rejection", "Verdict"),
    "archive.errors": (
        "AlreadyRunning",
        "DatabaseUnavailable",
        "JianbaoError",
        "NotFound",
        "SchemaMismatch",
        "StorageError",
        "UsageError",
    ),
    "archive.query.language": ("QueryError",),
    "archive.query.search": ("Hit", "Results"),
    "archive.store.records": ("ImageRecord",),
    "archive.text.snippet": ("Snippet",),
    "crawler.pages.page": ("Block", "Candidate", "Identity", "Outcome", "Page"),
    "archive.export.datasets": ("Row",),
    "jianbao.archive": ("Archive", "Ingested"),
    "jianbao.pages": ("extract",),
}
_MODULE: Final = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("jianbao")
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_MODULE[name]), name)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
