"""Furniture: lines with which many articles of one site begin or end. They do not count as text.

A disclaimer, a subscription call, a list of departments: on a short article they are most of the words, and two stories
that share them are not one. Only an article's first and last lines are counted, where furniture stands.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Final

from sqlalchemy import Connection, text

HEAD: Final = 2
TAIL: Final = 4
SHORTEST: Final = 8
LONGEST: Final = 300  # characters
MANY: Final = 12
"""A line that so many articles of a site begin or end with is furniture."""
PARTS: Final = 64

_KNOWN: Final = {
    "sqlite": "SELECT site, hash, article_id FROM dedup_line WHERE hash IN (SELECT value FROM json_each(:hashes))",
    "postgresql": "SELECT site, hash, article_id FROM dedup_line "
    "WHERE hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json))))",
}

Line = tuple[str, int]
"""A site and the hash of a line."""


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


def note(connection: Connection, seen: Mapping[Line, Collection[int]]) -> tuple[frozenset[Line], set[int]]:
    """Note which articles have which lines. Returns those of the lines that are furniture, and the articles, noted
    before, that a line of theirs has only now become furniture for: they must be looked at again.

    So it does not matter whether an article came in before its site's furniture was known.
    """
    before: defaultdict[Line, set[int]] = defaultdict(set)
    if seen:
        hashes = json.dumps(sorted({value for _, value in seen}))
        for site, value, article_id in connection.execute(text(_KNOWN[connection.dialect.name]), {"hashes": hashes}):
            before[site, value].add(article_id)
    furniture = set()
    again: set[int] = set()
    rows = []
    for line, article_ids in sorted(seen.items()):
        room = MANY - len(before[line])
        new = sorted(set(article_ids) - before[line])
        if len(new) >= room:
            furniture.add(line)
            if room > 0:
                again |= before[line]
        rows += [{"site": line[0], "hash": line[1], "article_id": key} for key in new[: max(0, room)]]
    if rows:
        connection.execute(
            text("INSERT INTO dedup_line (hash, site, article_id) VALUES (:hash, :site, :article_id)"), rows
        )
    return frozenset(furniture), again


def known(connection: Connection, bodies: Iterable[tuple[str, str]]) -> frozenset[Line]:
    """The furniture among the first and last lines of (site, body) pairs."""
    hashes = {value for _, body in bodies for value in edge_lines(body).values()}
    if not hashes:
        return frozenset()
    rows = connection.execute(
        text(
            f"SELECT site, hash FROM ({_KNOWN[connection.dialect.name]}) AS found "  # noqa: S608 - a constant of ours
            "GROUP BY site, hash HAVING COUNT(*) >= :many"
        ),
        {"hashes": json.dumps(sorted(hashes)), "many": MANY},
    )
    return frozenset((site, value) for site, value in rows)


def known_anywhere(connection: Connection, hashes: Collection[int]) -> frozenset[int]:
    """Those of the line hashes that are furniture of some site."""
    if not hashes:
        return frozenset()
    rows = connection.execute(
        text(
            f"SELECT DISTINCT hash FROM (SELECT site, hash FROM ({_KNOWN[connection.dialect.name]}) AS found "  # noqa: S608 - a constant of ours
            "GROUP BY site, hash HAVING COUNT(*) >= :many) AS furniture"
        ),
        {"hashes": json.dumps(sorted(hashes)), "many": MANY},
    )
    return frozenset(value for (value,) in rows)


def counted(site: str, body: str, furniture: frozenset[Line]) -> str:
    """The body of an article of a site as it counts: without the furniture of that site."""
    if not furniture:
        return body
    return without(body, frozenset(value for value in edge_lines(body).values() if (site, value) in furniture))


def forget(connection: Connection) -> None:
    """Forget the lines that only one article had so far, so that the table stays small; some at a time, so that memory
    does too."""
    step = 2**64 // PARTS
    for low in range(-(2**63), 2**63, step):
        connection.execute(
            text(
                "DELETE FROM dedup_line WHERE hash BETWEEN :low AND :high AND (hash, site) IN "
                "(SELECT hash, site FROM dedup_line WHERE hash BETWEEN :low AND :high "
                "GROUP BY hash, site HAVING COUNT(*) = 1)"
            ),
            {"low": low, "high": low + step - 1},
        )
