"""Taking back what was said of articles' earlier texts, so that they can be linked anew."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from archive.dedup.clusters.links import edges_among, forget_links, join_pairs, same_pairs
from archive.dedup.clusters.partition import Parts
from archive.dedup.clusters.reconnect import reconnect
from archive.dedup.propose import index
from archive.dedup.propose.sampling import take_sample
from archive.dedup.stored import COPIES, read
from archive.dedup.tables import DedupText
from archive.store.keys import chunks
from archive.store.models import Article


def withdraw(connection: Connection, article_ids: Collection[int], *, now: datetime) -> set[int]:
    """Forget these articles' links and index rows, and keep together what they held together.

    Returns the articles whose clusters must be settled anew.
    """
    gone = set(article_ids)
    if not gone:
        return set()
    stories = _companions(connection, gone)
    company = set().union(*stories.values())
    held = _joined(connection, company, gone)
    left = forget_links(connection, gone)
    twins = _forget_texts(connection, gone)
    for rest in stories.values():
        reconnect(connection, rest, gone=gone, now=now)
    if held is not None:
        _keep_joined(connection, held, company, gone, now)
    _hand_over(connection, left | twins, company | twins, gone)
    return gone | company


def _companions(connection: Connection, article_ids: set[int]) -> dict[int, list[int]]:
    """The other articles of the articles' clusters, by cluster."""
    stories: dict[int, list[int]] = {}
    for chunk in chunks(sorted(article_ids)):
        found = connection.scalars(select(Article.cluster_id).where(Article.id.in_(chunk)))
        stories.update((cluster, []) for cluster in found if cluster is not None)
    for cluster, rest in stories.items():
        members = connection.scalars(select(Article.id).where(Article.cluster_id == cluster).order_by(Article.id))
        rest += [key for key in members if key not in article_ids]
    return stories


def _joined(connection: Connection, company: set[int], gone: set[int]) -> Parts | None:
    """Which articles hang together by what a person decided on one that is `gone`; None where nothing was decided.

    Who joins two articles joins their stories. The story of one that has another text now stays with the other one.
    """
    members = company | gone
    pairs = same_pairs(connection, members)
    decided = gone.intersection(key for pair in pairs for key in pair)
    if not decided:
        return None
    stories, held = Parts(members), Parts(members)
    for edge in edges_among(connection, members):
        stories.unite(edge.first, edge.second)
    for pair in pairs:
        held.unite(*pair)
    of = {stories.find(key): key for key in decided}
    for key in company | decided:
        held.unite(key, of.get(stories.find(key), key))
    return held


def _keep_joined(connection: Connection, held: Parts, company: set[int], gone: set[int], now: datetime) -> None:
    """Join by a person's word what hung together by it, and no longer does."""
    members = company | gone
    parts = Parts(members)
    for pair in same_pairs(connection, members):
        parts.unite(*pair)
    for edge in edges_among(connection, members):
        parts.unite(edge.first, edge.second)
    first: dict[int, int] = {}
    pairs = []
    for key in [*sorted(company), *sorted(gone)]:
        other = first.setdefault(held.find(key), key)
        if parts.find(other) != parts.find(key):
            pairs.append((min(other, key), max(other, key)))
            parts.unite(other, key)
    join_pairs(connection, pairs, now)


def _forget_texts(connection: Connection, article_ids: set[int]) -> set[int]:
    """Remove the rows of the articles' earlier texts; other articles that carry one of those very texts."""
    digests: set[int] = set()
    for chunk in chunks(sorted(article_ids)):
        own = DedupText.article_id.in_(chunk)
        digests.update(connection.scalars(select(DedupText.digest).where(own, DedupText.length > 0)))
        connection.execute(delete(DedupText).where(own))
    twins: set[int] = set()
    for chunk in chunks(sorted(digests)):
        twins.update(connection.scalars(select(DedupText.article_id).where(DedupText.digest.in_(chunk))))
    return twins


def _hand_over(connection: Connection, heirs: Iterable[int], company: set[int], gone: set[int]) -> None:
    """Give the shingles by which `gone` led to its story to the articles that were left out of the index because of it.

    `Stories.put` leaves out a copy of a text that is there, and of a near copy the shingles that enough others hold. Of
    the heirs with one text the first stands for all. A shingle that has reached its cap stays as it is: it counts for
    nothing.
    """
    samples = _samples(connection, heirs)
    holders = index.look_up(connection, (value for sample in samples.values() for value in sample))
    stale = []
    for value, held_by in holders.items():
        if len(held_by) < index.CAP:
            stale += [(value, key) for key in gone.intersection(held_by)]
            holders[value] = [key for key in held_by if key not in gone]
    rows = []
    for key, sample in samples.items():
        for value in sample:
            held_by = holders.setdefault(value, [])
            if key in held_by or len(held_by) >= index.CAP or len(company.intersection(held_by)) >= COPIES:
                continue
            held_by.append(key)
            rows.append((value, key))
    index.remove(connection, stale)
    index.add(connection, rows)


def _samples(connection: Connection, article_ids: Iterable[int]) -> dict[int, list[int]]:
    """What the index keeps of the articles' texts: of each text once, for the first article with it."""
    first: dict[int, int] = {}
    for chunk in chunks(sorted(article_ids)):
        rows = select(DedupText.digest, DedupText.article_id).where(DedupText.article_id.in_(chunk))
        for digest, key in connection.execute(rows.order_by(DedupText.article_id)):
            first.setdefault(digest, key)
    samples: dict[int, list[int]] = {}
    for chunk in chunks(sorted(first.values())):
        samples |= {key: take_sample(text.codes).kept for key, text in read(connection, chunk).items()}
    return samples
