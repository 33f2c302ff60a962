"""What the workers do, in other processes or on other machines: pure functions over plain tuples."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from archive.dedup.linking import fingerprint
from archive.dedup.propose import furniture
from archive.dedup.propose.candidates import LIMIT, Sample
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.texts import prepare


class Source(NamedTuple):
    """One article as it is read. `published_at` carries a zone."""

    article_id: int
    site: str
    headline: str | None
    body: str
    published_at: datetime | None


class Row(NamedTuple):
    """What the SQL works on, and the article's own for the look at its twins."""

    article_id: int
    digest: int
    sampled: int
    last: int
    below: int
    kept: list[int]
    looked_up: list[int]


def edges(sources: Iterable[Source]) -> list[tuple[str, int]]:
    """The first and last lines of articles, as (site, line hash), each once an article."""
    return [(one.site, value) for one in sources for value in set(furniture.edge_lines(one.body).values())]


def rows(sources: Iterable[Source], known: frozenset[tuple[str, int]]) -> Iterator[Row]:
    """The articles' sampled shingles, without the furniture of their sites."""
    for one in sources:
        made = fingerprint(furniture.counted(one.site, one.body, known))
        last = max(LIMIT, made.kept[-1]) if made.kept else 0
        looked_up = Sample(made.kept, made.looked_up).narrowed().looked_up
        below = sum(value <= LIMIT for value in looked_up)
        yield Row(one.article_id, made.digest, len(made.kept), last, below, made.kept, looked_up)


def verdicts(
    pairs: Iterable[tuple[Source, Source]], known: frozenset[tuple[str, int]]
) -> Iterator[tuple[int, int, Verdict]]:
    """The pairs that are related, with the verdict as seen from the first."""
    for first, second in pairs:
        texts = [
            prepare(furniture.counted(one.site, one.body, known), one.published_at, one.headline)
            for one in (first, second)
        ]
        verdict = compare(*texts)
        if isinstance(verdict, Verdict):
            yield first.article_id, second.article_id, verdict
