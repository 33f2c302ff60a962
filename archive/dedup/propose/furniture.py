"""Furniture: passages that stand in articles which have nothing else to do with each other. They do not count as text.

A disclaimer, a list of pictures, a notice where a film should be: on a short article they are most of the words, or all
of them, and two stories that share them are not one. What many articles share may as well be a story that many printed.
So what counts is not how many articles hold a passage but how many stories: three that their headlines tell apart are
enough, else it takes a dozen (`archive.dedup.propose.learning`).

Up to sixteen articles are noted of a passage; what these say stands for good. Until then a passage is text again when
most of those that hold it turn out to be copies of one story, or when it is gone from the articles that held it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, func, select, text

from archive.dedup.tables import DedupPassage, DedupState

STORIES: Final = 3
"""A passage that so many stories under unlike headlines hold is furniture."""
MANY: Final = 12
"""A passage that so many stories hold is furniture, whatever their headlines."""
COPIES: Final = 4
"""As long as not more articles hold it than this many times the stories."""
HOLDERS: Final = 16
"""So many articles are noted of a passage; then it is settled."""
REMEMBERED: Final = 200_000
"""Articles for which a passage is remembered that no other article holds: some five rows an article. Where it becomes
furniture later than that, it stays text in the first article that held it, and a copy without it is no copy."""

SETTLED: Final = 0
TEXT: Final = -1
"""In place of articles: the passage is furniture for good; it is text for good."""

_LOOK_UP: Final = {
    "sqlite": "SELECT hash, article_id, story FROM json_each(:hashes) CROSS JOIN dedup_passage ON hash = value",
    "postgresql": "SELECT hash, article_id, story FROM dedup_passage "
    "WHERE hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json))))",
}

DELETE: Final = "DELETE FROM dedup_passage WHERE hash = :hash AND article_id = :article_id"
_FORGOTTEN: Final = "forgotten"

Holders = dict[int, int]
"""By article that holds a passage, its story: the first article that carries it, negative where its headline does not
tell it apart from one before."""


def is_furniture(holders: Mapping[int, int]) -> bool:
    """Whether a passage with these holders is furniture."""
    if len(holders) < STORIES:  # quick: most passages have one
        return SETTLED in holders
    told_apart = len({story for story in holders.values() if story > 0})
    stories = len({abs(story) for story in holders.values()})
    return (told_apart >= STORIES or stories >= MANY) and len(holders) <= COPIES * stories


def known(connection: Connection, hashes: Collection[int]) -> frozenset[int]:
    """Those of the hashes of passages that are furniture."""
    return frozenset(value for value, holders in look_up(connection, hashes).items() if is_furniture(holders))


def everything(connection: Connection) -> frozenset[int]:
    """All furniture of the archive."""
    rows = connection.execute(
        select(DedupPassage.hash, DedupPassage.article_id, DedupPassage.story).order_by(DedupPassage.hash),
        execution_options={"yield_per": 5000},
    )
    return frozenset(
        value
        for value, held in groupby(rows, key=itemgetter(0))
        if is_furniture({article_id: story for _, article_id, story in held})
    )


def forget(connection: Connection) -> None:
    """Forget what only articles hold that came in long ago, unless it is furniture, so that the table stays small."""
    newest = connection.scalar(select(func.max(DedupPassage.article_id))) or 0
    last = newest - REMEMBERED
    begun = connection.scalar(select(DedupState.value).where(DedupState.name == _FORGOTTEN)) or 0
    if last <= begun:
        return
    old = DedupPassage.article_id.between(begun + 1, last)
    found = look_up(connection, set(connection.scalars(select(DedupPassage.hash).where(old))))
    gone = [
        {"hash": value, "article_id": key}
        for value, holders in sorted(found.items())
        if max(holders) <= last and not is_furniture(holders)
        for key in holders
    ]
    if gone:
        connection.execute(text(DELETE), gone)
    connection.execute(
        text(
            "INSERT INTO dedup_state (name, value) VALUES (:name, :last) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": _FORGOTTEN, "last": last},
    )


def look_up(connection: Connection, hashes: Iterable[int]) -> dict[int, Holders]:
    """The articles that hold each of the passages; those that nobody holds are left out."""
    wanted = sorted(hashes)
    found: defaultdict[int, Holders] = defaultdict(dict)
    if wanted:
        for value, key, story in connection.execute(
            text(_LOOK_UP[connection.dialect.name]), {"hashes": json.dumps(wanted)}
        ):
            found[value][key] = story
    return dict(found)
