"""What the workers do, in other processes or on other machines: pure functions over plain tuples."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from archive.dedup.fingerprints import counted, fingerprint, folded
from archive.dedup.propose.passages import divide, left_out, without
from archive.dedup.propose.sampling import LIMIT, Sample
from archive.dedup.types import Fingerprint
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.texts import Text
from archive.text.fold import as_codes


class Source(NamedTuple):
    """One article as it is read. `published_at` carries a zone. `made`: its body's fingerprint, where that is known;
    its `folded` is not looked at, `length` has its size."""

    article_id: int
    headline: str | None
    body: str
    published_at: datetime | None
    made: Fingerprint | None = None
    length: int = 0


class Row(NamedTuple):
    """What the SQL works on, and the article's own for the look at its twins."""

    article_id: int
    digest: int
    sampled: int
    last: int
    below: int
    length: int
    kept: list[int]
    looked_up: list[int]


def rows(sources: Iterable[Source], known: frozenset[int]) -> Iterator[Row]:
    """The articles' sampled shingles, without the furniture that is known."""
    for one in sources:
        found = one.made or fingerprint(one.body)
        made = counted(one.body, found, known)
        length = one.length if made is one.made else len(made.folded)
        last = max(LIMIT, made.kept[-1]) if made.kept else 0
        looked_up = Sample(made.kept, made.looked_up).narrowed().looked_up
        below = sum(value <= LIMIT for value in looked_up)
        yield Row(one.article_id, made.digest, len(made.kept), last, below, length, made.kept, looked_up)


def verdicts(pairs: Iterable[tuple[Source, Source]], known: frozenset[int]) -> Iterator[tuple[int, int, Verdict]]:
    """The pairs that are related, with the verdict as seen from the first."""
    for first, second in pairs:
        verdict = compare(_text(first, known), _text(second, known))
        if isinstance(verdict, Verdict):
            yield first.article_id, second.article_id, verdict


def _text(one: Source, known: frozenset[int]) -> Text:
    """The body as it counts. Its hashes and signature, most of a fingerprint's cost, are not needed."""
    spans = left_out(divide(one.body), known)
    codes = as_codes(folded(one.body, spans))
    return Text(without(one.body, spans) if len(codes) else "", codes, one.published_at, one.headline)
