"""Which of the candidates are compared: a place for each length."""

import pytest
from sqlalchemy import Engine, select

from archive.dedup.propose.candidates import INGEST, Candidate, Fair, chosen
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.dedup.tables import Link
from archive.store.db import reading
from archive.store.models import Article
from tests.archive.dedup.copies import record, store, text


def fair(count: int, length: int, *, first: int = 1, share: float = 0.5) -> list[Fair]:
    """Candidates, the heaviest first."""
    return [Fair(Candidate(number, 1.0, 5), length, share) for number in range(first, first + count)]


def ids(candidates: list[Candidate]) -> list[int]:
    return [one.article_id for one in candidates]


def test_of_one_length_the_heaviest_are_compared() -> None:
    assert ids(chosen(fair(40, 1000), 1000, INGEST)) == list(range(1, INGEST.verified + 1))


@pytest.mark.parametrize("length", [100, 499, 2001, 9000])
def test_a_few_of_another_length_have_a_place_behind_many(length: int) -> None:
    found = ids(chosen([*fair(40, 1000), *fair(2, length, first=41)], 1000, INGEST))
    assert len(found) == INGEST.verified
    assert found[-2:] == [41, 42]
    assert found[:-2] == list(range(1, INGEST.verified - 1))


def test_of_another_length_those_that_share_the_most_have_the_places() -> None:
    short = [*fair(9, 200, first=41, share=0.2), *fair(INGEST.kept, 200, first=50, share=1.0)]
    found = ids(chosen([*fair(40, 1000), *short], 1000, INGEST))
    assert found[-INGEST.kept :] == list(range(50, 50 + INGEST.kept))


def test_what_fits_is_compared_whatever_its_length() -> None:
    few = [*fair(4, 100), *fair(4, 1000, first=5), *fair(4, 5000, first=9)]
    assert ids(chosen(few, 1000, INGEST)) == list(range(1, 13))


def test_an_excerpt_in_a_hot_event_is_found(engine: Engine) -> None:
    """Two dozen reports quote one statement and tell the rest in words of their own; a flash has two sentences of one
    of them. That report is revised so little that its own copies come in again: it finds its flash."""
    statement, own = text(30, 700)[:700], text(31, 700)[:700]
    store(engine, record(own[100:300], "flash"))
    store(engine, *(record(statement + text(40 + number, 300), f"r{number}", days=0.1) for number in range(24)))
    store(engine, record(statement + own, "report", days=0.2))
    with reading(engine) as connection:
        names = dict(connection.execute(select(Article.native_id, Article.id)).all())
        pair = (names["report"], names["flash"])
        columns = select(Link.relation).where(Link.article_id == pair[0], Link.other_id == pair[1])
        assert connection.scalar(columns) == "contains"
    links = recluster(engine, DuckEngine(engine, jobs=1)).links
    assert {frozenset(link[:2]) for link in links} >= {frozenset(pair)}
