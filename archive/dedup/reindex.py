"""The duplicate index, the links and the clusters made anew from the stored articles, after a change of the text rules.

First every article's passages are noted, so that all furniture is known before a text is looked at. Then the articles
are indexed and linked in the order of their numbers, as if they came in now (`archive.dedup.linking.relink`). Last the
clusters are settled by the new links, so that their history and what people decided stay. Each step takes some articles
at a time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select, union

from archive.dedup.clusters import clusters
from archive.dedup.propose import furniture, index
from archive.dedup.propose.learning import Arrival, learn
from archive.dedup.propose.passages import divide
from archive.dedup.propose.signature import described
from archive.dedup.tables import DedupBlock, DedupFresh, DedupPassage, DedupRun, DedupState, DedupText, Link
from archive.dedup.verify.relation import SAME_TEXT
from archive.store import scheme
from archive.store.models import Article

_CHUNK: Final = 2000
_COMPUTED: Final = (Link, DedupText, DedupFresh, DedupRun, DedupBlock, DedupPassage, DedupState)


def begin(connection: Connection) -> None:
    """Keep other writers out until the transaction ends, and take out all that was computed from texts."""
    index.wait(connection)
    for table in _COMPUTED:
        connection.execute(delete(table))
    scheme.replace(connection, described())


def note(connection: Connection, articles: Iterable[tuple[int, str | None, str]]) -> None:
    """Learn the furniture of articles (id, headline, body), in the order of their ids."""
    learn(connection, [Arrival(*one, divide(one[2])) for one in articles])
    furniture.forget(connection)


def settle(connection: Connection, article_ids: Iterable[int], *, now: datetime) -> set[int]:
    """Settle the clusters that these articles are in or come into; the articles that changed (`clusters.settle`)."""
    return clusters.settle(connection, _connected(connection, article_ids), now=now)


def _connected(connection: Connection, article_ids: Iterable[int]) -> set[int]:
    """With the articles, all that hang together with them by a cluster that stands or by a link."""
    waiting = sorted(article_ids)
    found = set(waiting)
    while waiting:
        some, waiting = waiting[:_CHUNK], waiting[_CHUNK:]
        own = select(Article.cluster_id).where(Article.id.in_(some))
        beside = union(
            select(Article.id).where(Article.cluster_id.in_(own)),
            select(Link.other_id).where(Link.article_id.in_(some), Link.relation.in_(SAME_TEXT)),
            select(Link.article_id).where(Link.other_id.in_(some), Link.relation.in_(SAME_TEXT)),
        )
        new = set(connection.scalars(beside)) - found
        found |= new
        waiting += sorted(new)
    return found
