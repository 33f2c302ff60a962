"""Which articles are in which cluster, and what decides who stands for it."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from archive.dedup.clusters.links import chunks
from archive.dedup.clusters.story import Member
from archive.dedup.tables import ClusterPin, DedupText
from archive.flags import is_complete
from archive.store.models import Article


def clusters_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    """The cluster of each of these articles; those that are not there are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(article_ids))):
        rows = connection.execute(select(Article.id, Article.cluster_id).where(Article.id.in_(chunk)))
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def members_of(connection: Connection, cluster_ids: Iterable[int]) -> dict[int, int]:
    """Every article of these clusters, with its cluster."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(cluster_ids))):
        rows = connection.execute(select(Article.id, Article.cluster_id).where(Article.cluster_id.in_(chunk)))
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def facts_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, Member]:
    """What decides who stands for a cluster, and what its story is, of each of these articles."""
    found = {}
    for chunk in chunks(sorted(article_ids)):
        rows = connection.execute(
            select(
                Article.id,
                Article.site,
                Article.native_id,
                Article.published_at,
                Article.first_captured_at,
                Article.flags,
                DedupText.length,
                DedupText.digest,
                ClusterPin.at,
            )
            .outerjoin(DedupText, DedupText.article_id == Article.id)
            .outerjoin(ClusterPin, ClusterPin.article_id == Article.id)
            .where(Article.id.in_(chunk))
        )
        for key, site, native_id, published_at, captured_at, flags, length, digest, pinned_at in rows:
            found[key] = Member(
                article_id=key,
                site=site,
                native_id=native_id,
                published_at=published_at,
                first_captured_at=captured_at,
                complete=is_complete(flags or ()),
                length=length or 0,
                digest=digest or 0,
                mirror="mirror" in (flags or ()),
                pinned_at=pinned_at,
            )
    return found
