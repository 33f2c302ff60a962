"""Linking new articles to the stories that are there: the one step that the ingest transaction calls once a batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, select

from archive.dedup.clusters import clusters
from archive.dedup.clusters.links import link_row
from archive.dedup.clusters.withdraw import withdraw
from archive.dedup.fingerprints import all_counted, as_text, fingerprint, fingerprints
from archive.dedup.propose import furniture, index
from archive.dedup.propose.learning import Arrival, learn
from archive.dedup.propose.sampling import Sample
from archive.dedup.stored import Stories, Wanted
from archive.dedup.tables import DedupText, Link
from archive.dedup.types import Fingerprint, Indexed, Linked
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text
from archive.store.models import Article
from archive.store.table import insert_rows
from archive.text import version

LINKS_AN_ARTICLE: Final = 24

Outdated = Mapping[int, set[int]]
"""Articles of which counts what is furniture, each with those that were compared with it."""


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
    batch: dict[int, _New] = {}
    while made:
        touched.update(withdraw(connection, {article.article_id for article, _ in made if article.revised}, now=now))
        some = [_new(*one) for one in all_counted(made, known)]
        batch |= {new.article.article_id: new for new in some}
        outdated = {key: met for key, met in _relate(connection, some, known, now).items() if key not in batch}
        anew = _stored(connection, set(outdated).union(*outdated.values()))
        made = [(article, fingerprint(article.body)) for article in anew]
        known |= _known(connection, made)
    united = [
        (new.article.article_id, key) for new in batch.values() for key, v in new.links if v.relation in SAME_TEXT
    ]
    touched.update(key for pair in united for key in pair)
    changed = clusters.settle(connection, touched, now=now) if touched else set()
    return _linked(connection, [batch[article.article_id] for article in articles], changed)


def relink(connection: Connection, articles: Sequence[Indexed], *, now: datetime) -> None:
    """Index and link stored articles of which nothing is indexed but their passages (`archive.dedup.reindex`). Their
    clusters are the caller's to settle."""
    made = [(article, article.fingerprint or fingerprint(article.body)) for article in articles]
    known = _known(connection, made)
    _relate(connection, [_new(*one) for one in all_counted(made, known)], known, now)


def _new(article: Indexed, made: Fingerprint) -> _New:
    text = as_text(article.body, made, article.published_at, article.headline)
    return _New(article, text, Sample(made.kept, made.looked_up).narrowed(), made)


def _arrival(article: Indexed, made: Fingerprint) -> Arrival:
    return Arrival(article.article_id, article.headline, article.body, made.passages, article.revised)


def _known(connection: Connection, made: Iterable[tuple[Indexed, Fingerprint]]) -> frozenset[int]:
    return furniture.known(connection, {value for _, its in made for _, _, value in its.passages})


def _relate(connection: Connection, batch: Sequence[_New], known: frozenset[int], now: datetime) -> Outdated:
    """Find what the articles are related to, those before them in the batch too, and write it down. `known`: the
    furniture. Returns what must be looked at anew."""
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


def _stored(connection: Connection, article_ids: Collection[int]) -> list[Indexed]:
    """Stored articles, to be linked anew; as a rule there are none."""
    if not article_ids:
        return []
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
