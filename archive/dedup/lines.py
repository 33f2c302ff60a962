"""Furniture: lines with which many articles of one site begin or end. They do not count as text.

A disclaimer, a subscription call, a list of departments: on a short article they are most of the words, and two stories
that share them are not one. Only an article's first and last lines are counted, where furniture stands.
"""

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from sqlalchemy import Connection, text

HEAD: Final = 2
TAIL: Final = 4
SHORTEST: Final = 8
LONGEST: Final = 300  # characters
MANY: Final = 12
"""A line that so many articles of a site begin or end with is furniture."""

_KNOWN: Final = {
    "sqlite": "SELECT site, hash FROM dedup_line WHERE articles >= :many "
    "AND hash IN (SELECT value FROM json_each(:hashes))",
    "postgresql": "SELECT site, hash FROM dedup_line WHERE articles >= :many "
    "AND hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json))))",
}


def edge_lines(body: str) -> dict[int, int]:
    """The hashes of a body's first and last lines, by line number. A body of one line has none."""
    lines = body.split("\n")
    if len(lines) < 2:
        return {}
    found = {}
    for place in {*range(min(HEAD, len(lines))), *range(max(0, len(lines) - TAIL), len(lines))}:
        line = lines[place].strip()
        if SHORTEST <= len(line) <= LONGEST:
            digest = blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            found[place] = int.from_bytes(digest, "big", signed=True)
    return found


def without(body: str, furniture: frozenset[int]) -> str:
    """The body without its edge lines that are furniture; the whole body if nothing else would be left."""
    if not furniture:
        return body
    dropped = {place for place, value in edge_lines(body).items() if value in furniture}
    if not dropped:
        return body
    rest = "\n".join(line for place, line in enumerate(body.split("\n")) if place not in dropped)
    return rest if rest.strip() else body


def known_furniture(connection: Connection, hashes: Iterable[int]) -> set[tuple[str, int]]:
    """Those of the lines that are furniture of a site, as (site, line hash)."""
    wanted = sorted(set(hashes))
    if not wanted:
        return set()
    rows = connection.execute(text(_KNOWN[connection.dialect.name]), {"many": MANY, "hashes": json.dumps(wanted)})
    return {(site, value) for site, value in rows}


def count(connection: Connection, seen: Counter[tuple[str, int]]) -> None:
    """Add to the counts of (site, line hash)."""
    if seen:
        connection.execute(
            text(
                "INSERT INTO dedup_line (hash, site, articles) VALUES (:hash, :site, :articles) "
                "ON CONFLICT (hash, site) DO UPDATE SET articles = dedup_line.articles + excluded.articles"
            ),
            [{"site": site, "hash": value, "articles": times} for (site, value), times in sorted(seen.items())],
        )


def forget(connection: Connection) -> None:
    """Forget the lines that were seen once, so that the table stays small."""
    connection.execute(text("DELETE FROM dedup_line WHERE articles = 1"))
