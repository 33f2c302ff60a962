"""Many different texts with one paragraph in common stay different stories, whatever characters they are of."""

import os
from random import Random
from typing import Final

from sqlalchemy import Engine, select

from archive.dedup.tables import Cluster
from archive.dedup.verify.compare import compare
from archive.dedup.verify.texts import prepare
from archive.store.db import reading
from tests.archive.dedup.copies import DAY, record, store, text
from tests.archive.dedup.verify.test_tables import NOTICE, RARE

TEXTS: Final = int(os.environ.get("JIANBAO_TEST_FLOOD", "300"))
"""2,000 take ten seconds."""


def flood(number: int) -> str:
    """A text of its own, with the notice under it: of rare characters; of these with marks of damage; of mojibake."""
    rng = Random(number)
    own = "".join(rng.choices(RARE, k=400))
    if number % 3 == 1:
        own = "?".join(own[place : place + 9] for place in range(0, len(own), 9))
    if number % 3 == 2:
        own = text(number, 200).encode().decode("gbk", "replace")
    return f"{own}\n{NOTICE * 2}"


def test_no_two_texts_of_a_flood_are_one_story(sqlite_engine: Engine) -> None:
    store(sqlite_engine, record(NOTICE * 2, "the notice alone"))
    for first in range(0, TEXTS, 50):
        store(sqlite_engine, *(record(flood(number), f"n{number}") for number in range(first, first + 50)))
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(Cluster.id, Cluster.size)).all() == []


def test_what_mojibake_hides_is_no_more_than_the_other_text_has() -> None:
    """The notice alone stands in each of them, and none is a copy of it."""
    notice = prepare(NOTICE * 2, DAY)
    for number in range(6):
        found = compare(notice, prepare(flood(number), DAY))
        assert (getattr(found, "relation", found), found.coverage) == ("excerpt_of", 1.0)
        assert found.other_coverage < 0.25
