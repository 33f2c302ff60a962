"""The stories: the articles that carry one text a row, also where it is one article only."""

from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, select

from archive.dedup.tables import Cluster
from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, of_keys, stream, twice
from archive.store.models import Article
from archive.store.people import visible

FIELDS: Final = {
    "cluster_id": Field("integer", "the story's number: the lowest id among its articles, withdrawn ones too"),
    "representative_id": Field("integer", "the article that stands for it"),
    "pinned": Field("boolean", "whether a person chose that one"),
    "members": Field("integers", "its articles"),
    "copies": Field("integer", "how many they are"),
    "sites": Field("integer", "at how many sites they are"),
    "first_published_at": Field(
        "shown", "when the earliest of them was published, as precisely as its page showed it", null=True
    ),
    "first_published_at_utc": Field("second", "the same as a full instant in UTC", null=True),
    "first_published_precision": Field("text", "how much of it the page showed: second, minute or day", null=True),
    "last_published_at": Field("shown", "when the latest of them was published, likewise", null=True),
    "last_published_at_utc": Field("second", "the same as a full instant in UTC", null=True),
    "last_published_precision": Field("text", "how much of it the page showed: second, minute or day", null=True),
}


def rows(connection: Connection, keys: Collection[Key] | None = None) -> Iterator[Row]:
    """See `Dataset`."""
    columns = (
        Article.cluster_id,
        Article.id,
        Article.site,
        instant(Article.published_at, connection.dialect),
        Article.published_precision,
        Cluster.representative_id,
        Cluster.pinned,
    )
    statement = (
        select(*columns)
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .where(visible(), Article.cluster_id.is_not(None), *of_keys(connection, (Article.cluster_id,), keys))
        .order_by(Article.cluster_id, Article.id)
    )
    for cluster_id, members in groupby(stream(connection, statement), key=itemgetter(0)):
        yield _row(cluster_id, list(members))


def _row(cluster_id: int, members: list[tuple[Any, ...]]) -> Row:
    ids = [member[1] for member in members]
    representative, pinned = members[0][5:]
    dated = sorted((member[3], member[1], member[4]) for member in members if member[3] is not None)
    values: list[Any] = []
    for at, _, precision in (dated[0], dated[-1]) if dated else ((None, 0, None),) * 2:
        values += [*twice(at, precision), precision]
    return dict(
        zip(
            FIELDS,
            (
                cluster_id,
                ids[0] if representative is None else representative,
                bool(pinned),
                ids,
                len(ids),
                len({member[2] for member in members}),
                *values,
            ),
            strict=True,
        )
    )


STORIES: Final = Dataset(
    name="stories",
    title="Stories: the articles that carry one text a row, also where it is one article only",
    fields=FIELDS,
    key=("cluster_id",),
    refers={"representative_id": "articles", "members": "articles"},
    rows=rows,
)
