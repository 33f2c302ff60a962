"""Linking new articles to the stories that are there: the one step that the ingest transaction calls once a batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, select

from archive.dedup.clusters import clusters
from archive.dedup.clusters.links import link_row
from archive.dedup.clusters.withdraw import withdraw
from archive.dedup.propose import furniture, index
from archive.dedup.propose.candidates import Sample, as_sample
from archive.dedup.propose.learning import Arrival, learn
from archive.dedup.propose.passages import LEAST, Passage, Span, divide, left_out, without
from archive.dedup.propose.shingles import sample_many
from archive.dedup.propose.signature import signatures
from archive.dedup.stored import Stories, Wanted
from archive.dedup.tables import DedupText, Link
from archive.dedup.types import Fingerprint, Indexed, Linked
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text
from archive.store.models import Article
from archive.store.table import insert_rows
from archive.text import version
from archive.text.fold import Codes, as_codes, fold_many
from archive.text.fold import as_text as string

LINKS_AN_ARTICLE: Final = 24


@define(eq=False)
class _New:
    """One article of the batch on its way."""

    article: Indexed
    text: Text
    sample: Sample
    made: Fingerprint
    links: list[tuple[int, Verdict]] = field(factory=list)

    def furniture(self, known: frozenset[int]) -> dict[int, str]:
        """The passages that are furniture, by their hashes."""
        if not self.made.left_out:
            return {}
        its = ((value, self.article.body[start:end].strip()) for start, end, value in self.made.passages)
        return {value: passage for value, passage in its if value in known}


def link(connection: Connection, articles: Sequence[Indexed], *, now: datetime) -> list[Linked]:
    """Link articles whose rows are stored, in the caller's write transaction. `now` carries a zone.

    Nothing is kept between calls. What is returned is in the order of `articles`.
    """
    missing = [article.body for article in articles if article.fingerprint is None]
    computed = iter(fingerprints(missing))
    made = [(article, article.fingerprint or next(computed)) for article in articles]
    index.take_turn(connection)
    known, disturbed = learn(connection, [_arrival(*one) for one in made])
    # Articles whose furniture has just changed are looked at again, before the new ones.
    again = [(article, fingerprint(article.body)) for article in _stored(connection, disturbed)]
    known |= _known(connection, again)
    made = [*again, *made]
    touched: set[int] = set()
    batch: list[_New] = []
    while made:
        touched.update(withdraw(connection, {article.article_id for article, _ in made if article.revised}, now=now))
        some = [_new(*one) for one in all_counted(made, known)]
        batch += some
        outdated = _relate(connection, some, known, now).difference(new.article.article_id for new in batch)
        made = [(article, fingerprint(article.body)) for article in _stored(connection, outdated)]
        known |= _known(connection, made)
    united = [(new.article.article_id, key) for new in batch for key, v in new.links if v.relation in SAME_TEXT]
    touched.update(key for pair in united for key in pair)
    changed = clusters.settle(connection, touched, now=now) if touched else set()
    return _linked(connection, batch[len(again) : len(again) + len(articles)], changed)


def relink(connection: Connection, articles: Sequence[Indexed], *, now: datetime) -> None:
    """Index and link stored articles of which nothing is indexed but their passages (`archive.dedup.reindex`). Their
    clusters are the caller's to settle."""
    made = [(article, article.fingerprint or fingerprint(article.body)) for article in articles]
    known = _known(connection, made)
    _relate(connection, [_new(*one) for one in all_counted(made, known)], known, now)


def fingerprint(body: str) -> Fingerprint:
    """All that the finder computes from a body alone. Pure."""
    return fingerprints([body])[0]


def fingerprints(bodies: Sequence[str], forms: Sequence[Codes] | None = None) -> list[Fingerprint]:
    """`fingerprint` of several bodies, quicker. `forms`: their comparison forms, if they are known."""
    passages = [divide(body) for body in bodies]
    spans = [left_out(some, ()) for some in passages]
    if forms is None:
        return _fingerprints(bodies, passages, spans)
    shorter = [place for place, some in enumerate(spans) if some]
    counting = list(forms)
    for place, codes in zip(shorter, _all_folded(bodies, spans, shorter), strict=True):
        counting[place] = codes
    return _made(passages, spans, counting)


def counted(body: str, made: Fingerprint, known: frozenset[int]) -> Fingerprint:
    """The fingerprint of a body of which the known furniture does not count."""
    if known.isdisjoint(value for _, _, value in made.passages):
        return made
    return _fingerprints([body], [made.passages], [left_out(made.passages, known)])[0]


def all_counted(
    made: Sequence[tuple[Indexed, Fingerprint]], known: frozenset[int]
) -> Iterator[tuple[Indexed, Fingerprint]]:
    """`counted` of several articles, quicker; each with its own."""
    spans = {
        place: left_out(its.passages, known)
        for place, (_, its) in enumerate(made)
        if not known.isdisjoint(value for _, _, value in its.passages)
    }
    again = [made[place] for place in spans]
    anew = _fingerprints([one.body for one, _ in again], [its.passages for _, its in again], list(spans.values()))
    new = dict(zip(spans, anew, strict=True))
    return ((article, new.get(place, its)) for place, (article, its) in enumerate(made))


def folded(body: str, spans: Sequence[Span]) -> str:
    """The comparison form of a body without these spans, as its fingerprint has it. Pure."""
    return string(_counting(fold_many([without(body, spans)])[0], spans))


def _counting(codes: Codes, spans: Sequence[Span]) -> Codes:
    """Nothing, where so little is left beside what is left out that nothing can be compared."""
    return codes[:0] if spans and len(codes) < LEAST else codes


def _fingerprints(
    bodies: Sequence[str], passages: Sequence[list[Passage]], spans: Sequence[list[Span]]
) -> list[Fingerprint]:
    return _made(passages, spans, _all_folded(bodies, spans, range(len(bodies))))


def _all_folded(bodies: Sequence[str], spans: Sequence[list[Span]], places: Iterable[int]) -> list[Codes]:
    """`folded` of the bodies at these places, as code points, quicker."""
    chosen = [(bodies[place], spans[place]) for place in places]
    forms = fold_many([without(body, some) for body, some in chosen])
    return [_counting(codes, some) for codes, (_, some) in zip(forms, chosen, strict=True)]


def _made(passages: Sequence[list[Passage]], spans: Sequence[list[Span]], folded: Sequence[Codes]) -> list[Fingerprint]:
    return [
        Fingerprint(
            folded=string(codes),
            kept=sample.kept,
            looked_up=sample.looked_up,
            digest=digest(codes),
            signature=signed,
            passages=its,
            left_out=left,
        )
        for its, left, codes, (hashes, kept), signed in zip(
            passages, spans, folded, sample_many(folded), signatures(folded), strict=True
        )
        for sample in (as_sample(hashes, kept),)
    ]


def digest(codes: Codes) -> int:
    """64 bits that tell one folded text from another, signed."""
    return int.from_bytes(blake2b(codes.tobytes(), digest_size=8).digest(), "big", signed=True)


def as_text(body: str, made: Fingerprint, published_at: datetime | None, headline: str | None) -> Text:
    """A body as it counts, by its fingerprint, ready to be compared."""
    kept = without(body, made.left_out) if made.folded else ""
    return Text(kept, as_codes(made.folded), published_at, headline)


def _new(article: Indexed, made: Fingerprint) -> _New:
    text = as_text(article.body, made, article.published_at, article.headline)
    return _New(article, text, Sample(made.kept, made.looked_up).narrowed(), made)


def _arrival(article: Indexed, made: Fingerprint) -> Arrival:
    return Arrival(article.article_id, article.headline, article.body, made.passages, article.revised)


def _known(connection: Connection, made: Iterable[tuple[Indexed, Fingerprint]]) -> frozenset[int]:
    return furniture.known(connection, {value for _, its in made for _, _, value in its.passages})


def _relate(connection: Connection, batch: Sequence[_New], known: frozenset[int], now: datetime) -> set[int]:
    """Find what the articles are related to, those before them in the batch too, and write it down. Returns the
    articles that were met of which counts what is furniture: they must be looked at anew. `known`: the furniture."""
    wanted = [
        Wanted(new.article.article_id, new.text, new.sample, new.made.digest, new.furniture(known)) for new in batch
    ]
    stories = Stories(connection, wanted)
    for place, new in enumerate(batch):
        new.links = stories.related(place)[:LINKS_AN_ARTICLE]
        stories.put(
            place,
            same_as=[key for key, verdict in new.links if verdict.relation in SAME_TEXT],
        )
    _write(connection, batch, now)
    index.add(connection, stories.new_rows)
    return stories.outdated


def _stored(connection: Connection, article_ids: Iterable[int]) -> list[Indexed]:
    """Stored articles, to be linked anew."""
    columns = (
        Article.id.label("article_id"),
        Article.site,
        Article.native_id,
        Article.url,
        Article.headline,
        Article.body,
        Article.published_at,
        Article.published_precision,
        Article.first_captured_at,
    )
    rows = connection.execute(select(*columns).where(Article.id.in_(sorted(article_ids))).order_by(Article.id))
    return [Indexed(**row, revised=True) for row in rows.mappings()]


def _write(connection: Connection, batch: Iterable[_New], now: datetime) -> None:
    texts: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for new in batch:
        key = new.article.article_id
        texts.append(
            {
                "article_id": key,
                "digest": new.made.digest,
                "length": len(new.text.folded),
                "sampled": len(new.sample.kept),
                "last": new.sample.last,
                "version": version.VERSION,
                "signature": new.made.signature,
                "left_out": new.made.left_out or None,
            }
        )
        links += [link_row(key, other, verdict, now) for other, verdict in new.links]
    insert_rows(connection, DedupText, texts)
    insert_rows(connection, Link, links)


def _linked(connection: Connection, batch: Sequence[_New], changed: set[int]) -> list[Linked]:
    ours = [new.article.article_id for new in batch]
    keys = {*ours, *changed}
    of = dict(connection.execute(select(Article.id, Article.cluster_id).where(Article.id.in_(keys))).all())
    by_cluster: defaultdict[int | None, set[int]] = defaultdict(set)
    for key in changed.difference(ours):
        by_cluster[of[key]].add(key)
    told: set[int] = set()
    linked = []
    for new in batch:
        key = new.article.article_id
        cluster = of[key] or key
        others = by_cluster[cluster] - told
        told |= others
        linked.append(
            Linked(
                article_id=key,
                cluster_id=cluster,
                relations=tuple(verdict.relation for _, verdict in new.links),
                duplicate=any(verdict.relation in SAME_TEXT for _, verdict in new.links),
                changed=tuple(sorted(others)),
            )
        )
    rest = changed.difference(ours, told)
    if rest and linked:
        # A revision can split a cluster that the revised article is no longer in.
        first = linked[0]
        linked[0] = Linked(
            article_id=first.article_id,
            cluster_id=first.cluster_id,
            relations=first.relations,
            duplicate=first.duplicate,
            changed=tuple(sorted({*first.changed, *rest})),
        )
    return linked
