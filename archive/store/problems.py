"""What a run could not do as it should: a page, a list or a host a row, so that a person can be told of all of them."""

from collections.abc import Sequence
from typing import Any, Literal

from attrs import asdict, frozen
from sqlalchemy import Connection, insert

from archive.store.models import Problem as Row

_T: Any = Row.__table__
_LONGEST = 500
"""Characters of a detail; it may be made of what a page says."""


@frozen(kw_only=True)
class Problem:
    """See the module.

    `kind`: `doubtful` where something came, and a person should look at it; `failed` where nothing did. `cause`: one
    word: an outcome, a flag, a cause of docs/outcomes.md, or `list`, `host`, `looks`, `bug`, `file`, `record`. `url`:
    the page's or the list's, the host's name, or the file's. `detail`: why, in a few words. `capture_id`: of the page,
    where it is stored.
    """

    kind: Literal["doubtful", "failed"]
    cause: str
    site: str | None = None
    template: str | None = None
    url: str | None = None
    detail: str | None = None
    capture_id: int | None = None


def write(connection: Connection, run_id: int, problems: Sequence[Problem]) -> None:
    """Store what a run could not do."""
    if problems:
        rows = [{**asdict(one), "run_id": run_id, "detail": (one.detail or "")[:_LONGEST] or None} for one in problems]
        connection.execute(insert(_T), rows)
