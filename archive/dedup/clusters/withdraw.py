"""Taking back what was said of articles' earlier texts, so that they can be linked anew."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from archive.dedup.clusters.links import chunks, forget_links
from archive.dedup.clusters.reconnect import reconnect
from archive.dedup.propose import index
from archive.dedup.propose.candidates import take_sample
from archive.dedup.stored import COPIES, read
from archive.dedup.tables import DedupText
from archive.store.models import Article


def withdraw(connection: Connection, article_ids: Collection[int], *, now: datetime) -> set[int]:
    """Forget these articles' links and index rows, and keep together what they held together.

    Returns the articles whose clusters must be settled anew.
    """
    gone = set(article_ids)
    if not gone:
        return set()
    stories = _companions(connection, gone)
    left = forget_links(connection, gone)
    twins = _forget_texts(connection, gone)
    for rest in stories.values():
        reconnect(connection, rest, now=now)
    company = set().union(*stories.values())
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


def _forget_texts(connection: Connection, article_ids: set[int]) -> set[int]:
    """Remove the rows of the articles' earlier texts; other articles that carry one of those very texts."""
    digests: set[int] = set()
    for chunk in chunks(sorted(article_ids)):
        own = DedupText.article_id.in_(chunk)
        digests.update(connection.scalars(select(DedupText.digest).where(own)))
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
