"""Where a page of hits ended, as a text that a person or a program hands back for the next page.

It names the archive and the search that it belongs to, what the archive held when the first page was asked for
(the last entry of the change log, the last article), and the place of the last hit in the order. It is nobody's secret
and no command: whatever stands in it is checked.
"""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection

from archive.errors import UsageError
from archive.query.search.asked import Asked
from archive.store.finding.searches import identity

_LONGEST: Final = 1_000
_LARGEST: Final = 2**63 - 1

Key = tuple[int, datetime, int]
"""A hit's place in the order, the greatest first: what it is sorted by, its time, its article."""
FineKey = tuple[int, ...]
"""A hit's place among the first, which are compared by their texts, the smallest first."""


@frozen(kw_only=True)
class Cursor:
    """`archive`: its id. `pinned`, `newest`: the last entry of the change log and the last article of then. `total`:
    how many hits there were. `after`: the last hit that was shown, behind the ones whose texts are compared; or, among
    these, `fine` and the `edge` of them."""

    archive: str
    pinned: int
    newest: int
    total: int
    after: Key | None = None
    fine: FineKey | None = None
    edge: Key | None = None


def digest(asked: Asked) -> str:
    """What tells one search from another, in 16 hex digits."""
    parts = [asked.text, asked.sites, asked.every_copy, asked.sort, asked.query_id]
    parts += [moment.astimezone(UTC).isoformat() if moment else None for moment in (asked.since, asked.until)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write(asked: Asked, cursor: Cursor) -> str:
    """The cursor as a text of letters, digits, `-` and `_`."""
    parts = [cursor.archive, digest(asked), cursor.pinned, cursor.newest, cursor.total]
    parts += [_key_out(cursor.after), cursor.fine, _key_out(cursor.edge)]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read(connection: Connection, asked: Asked, text: str) -> Cursor:
    """What `write` wrote. Raises `UsageError` on a text that is none, and on one of another archive or search."""
    broken = UsageError("that is no cursor; leave it out for the first page, or give it as it was told, whole")
    if len(text) > _LONGEST:
        raise broken
    try:
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        archive, query, *numbers, after, fine, edge = parts
        pinned, newest, total = map(_number, numbers)
        after, fine, edge = _key_in(after), _fine(fine), _key_in(edge)
        cursor = Cursor(archive=archive, pinned=pinned, newest=newest, total=total, after=after, fine=fine, edge=edge)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise broken from error
    if (cursor.after is None) == (cursor.fine is None) or (cursor.fine is None) != (cursor.edge is None):
        raise broken
    if archive != identity(connection):
        raise UsageError("the cursor is of another archive; leave it out for the first page of this one")
    if query != digest(asked):
        raise UsageError(
            "the cursor is of another search; give it with the same words, options and order, or leave it out"
        )
    return cursor


def _key_out(key: Key | None) -> list[Any] | None:
    return None if key is None else [key[0], key[1].astimezone(UTC).isoformat(), key[2]]


def _key_in(parts: Any) -> Key | None:
    if parts is None:
        return None
    first, moment, article_id = parts
    at = datetime.fromisoformat(moment)
    return _number(first), (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), _number(article_id)


def _fine(parts: Any) -> FineKey | None:
    return None if parts is None else tuple(map(_number, parts))


def _number(value: Any) -> int:
    if type(value) is not int or abs(value) > _LARGEST:
        raise ValueError("no number")
    return value
