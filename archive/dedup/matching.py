"""Is a text in the archive, as what, how sure? The look-up and the verification of ingest, with nothing stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.dedup.fingerprints import as_text, counted, fingerprints
from archive.dedup.propose import furniture
from archive.dedup.propose.candidates import MATCH
from archive.dedup.propose.sampling import Sample
from archive.dedup.reasons import in_words
from archive.dedup.stored import Stories, Wanted, closest
from archive.dedup.types import Fingerprint
from archive.dedup.verify.compare import Rejection, Verdict
from archive.store.models import Article
from archive.store.people import visible

BATCH: Final = 200


@frozen(kw_only=True)
class Query:
    """A text to look for. `published_at` carries a zone; without it, numbers and names must agree more closely."""

    id: str
    body: str
    published_at: datetime | None = None
    headline: str | None = None


@frozen(kw_only=True)
class Compared:
    """A stored article that a text was compared with. `native_id`: the id at its site, or in the file it came from."""

    article_id: int
    site: str
    native_id: str
    url: str
    headline: str | None
    verdict: Verdict | Rejection

    def as_json(self) -> dict[str, Any]:
        """As `jianbao match` prints it; `relation` is None where the two are apart."""
        verdict = self.verdict
        told: dict[str, Any] = {
            "id": self.native_id,
            "article": self.article_id,
            "site": self.site,
            "url": self.url,
            "headline": self.headline,
            "relation": None,
            "reason": verdict.reason,
            "because": in_words(verdict.reason),
            "coverage": verdict.coverage,
            "other_coverage": verdict.other_coverage,
        }
        if isinstance(verdict, Verdict):
            told |= {
                "relation": verdict.relation,
                "marks": list(verdict.marks),
                "similarity": verdict.similarity,
                "confidence": verdict.confidence,
            }
        return {**told, "evidence": verdict.evidence}


@frozen
class Answer:
    """What the archive holds of one query, the closest first. `apart`: what it was compared with besides, the likeliest
    first, where that was asked for. `reason`: why it was compared with nothing, of `archive.dedup.reasons.APART`."""

    query: Query
    matches: list[Compared]
    apart: list[Compared] | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As `jianbao match` prints it; `reason` and `because` only where there is one."""
        told: dict[str, Any] = {"id": self.query.id, "matches": [match.as_json() for match in self.matches]}
        if self.reason is not None:
            told |= {"reason": self.reason, "because": in_words(self.reason)}
        return told if self.apart is None else {**told, "apart": [one.as_json() for one in self.apart]}


def match(connection: Connection, queries: Iterable[Query], *, explain: bool = False) -> Iterator[Answer]:
    """Look for texts, in the order given. Only reads. `explain`: tell of all that they were compared with."""
    left = iter(queries)
    while batch := list(islice(left, BATCH)):
        yield from _match_batch(connection, batch, explain)


def _match_batch(connection: Connection, queries: Sequence[Query], explain: bool) -> list[Answer]:
    made = fingerprinted(connection, queries)
    wanted = [
        Wanted(
            None,
            as_text(query.body, one, query.published_at, query.headline),
            Sample(one.kept, one.looked_up),
            one.digest,
        )
        for query, one in zip(queries, made, strict=True)
    ]
    stories = Stories(connection, wanted, MATCH, shown=True)
    answers = []
    for place, (query, one) in enumerate(zip(queries, made, strict=True)):
        compared = list(stories.compared(place))
        apart = [found for found in compared if isinstance(found[1], Rejection)] if explain else None
        answers.append((query, closest(compared), apart, None if one.folded else "no text"))
    rows = _rows(connection, sorted({key for _, related, apart, _ in answers for key, _ in (*related, *(apart or ()))}))
    return [
        Answer(
            query,
            _compared(rows, related),
            None if apart is None else _compared(rows, apart),
            reason,
        )
        for query, related, apart, reason in answers
    ]


def fingerprinted(connection: Connection, queries: Sequence[Query]) -> list[Fingerprint]:
    """The fingerprints of the texts as stored ones count: without furniture."""
    made = fingerprints([query.body for query in queries])
    known = furniture.known(connection, {value for one in made for _, _, value in one.passages})
    return [counted(query.body, one, known) for query, one in zip(queries, made, strict=True)]


def _compared(rows: Mapping[int, dict[str, Any]], found: Iterable[tuple[int, Verdict | Rejection]]) -> list[Compared]:
    """What is withdrawn is left out."""
    return [Compared(verdict=verdict, **rows[key]) for key, verdict in found if key in rows]


def _rows(connection: Connection, article_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    for start in range(0, len(article_ids), 1000):
        found = connection.execute(
            select(
                Article.id.label("article_id"), Article.site, Article.native_id, Article.url, Article.headline
            ).where(Article.id.in_(article_ids[start : start + 1000]), visible())
        ).mappings()
        rows.update({row["article_id"]: dict(row) for row in found})
    return rows
