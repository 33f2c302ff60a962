"""What a batch tells: all rows that there are, or those that are due, each with what has become of it and why."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Select, func, literal, or_, select, union_all

from archive.export.chain.due import CAPTURES_OF
from archive.export.datasets import DATASETS, Dataset, Key, Row
from archive.export.tables import ExportDue
from archive.store.keys import key_in_rows
from archive.store.models import Article, Capture, Change

CHUNK: Final = 500
"""Rows that are looked up at a time."""
CRAWL: Final = "crawl"
RECLUSTER: Final = "recluster"
_ARTICLE: Final = {"articles": "id", "links": "article_id", "captures": "article_id"}
"""The field that names the article which tells the cause."""


def everything(connection: Connection, dataset: Dataset) -> Iterator[Row]:
    """All rows of a dataset, as a whole batch has them."""
    for row in dataset.rows(connection, None):
        yield {"op": "upsert", "cause": None, **row}


def due(connection: Connection, dataset: Dataset, last_change: int) -> Iterator[Row]:
    """The rows of a dataset that are due, in the order of their keys. `last_change`: the greatest number in the change
    log that the batch before has seen."""
    found = connection.execute(_due(connection, dataset).execution_options(yield_per=CHUNK))
    keys = ((_key(dataset, row.key, row.other), bool(row.regrouped)) for row in found)
    while some := list(islice(keys, CHUNK)):
        yield from _told(connection, dataset, some, last_change)


def last_change(connection: Connection) -> int:
    """The greatest number in the change log. They become visible in their order."""
    return connection.scalar(select(func.max(Change.id))) or 0


def _key(dataset: Dataset, key: int, other: int) -> Key:
    return (key, other)[: len(dataset.key)]


def _due(connection: Connection, dataset: Dataset) -> Select[Any]:
    """Each key once; `regrouped`: whether nothing but that was noted of it."""
    noted = select(ExportDue.key, ExportDue.other, ExportDue.regrouped).where(ExportDue.dataset == dataset.name)
    of = select(ExportDue.key).where(ExportDue.dataset == CAPTURES_OF)
    rows: Any = noted
    if dataset.name == "captures" and connection.scalar(of.limit(1)) is not None:
        names = select(Article.site, Article.native_id).where(Article.id.in_(of))
        its = or_(Capture.article_id.in_(of), key_in_rows((Capture.site, Capture.native_id), names))
        rows = union_all(noted, select(Capture.id, literal(0), literal(0)).where(its))
    each = rows.subquery()
    columns = (each.c.key, each.c.other)
    return select(*columns, func.min(each.c.regrouped).label("regrouped")).group_by(*columns).order_by(*columns)


def _told(
    connection: Connection, dataset: Dataset, noted: Sequence[tuple[Key, bool]], last_change: int
) -> Iterator[Row]:
    keys = [key for key, _ in noted]
    rows = {dataset.key_of(row): row for row in dataset.rows(connection, keys)}
    owner = _ARTICLE.get(dataset.name)
    causes: dict[Any, str] = {}
    if owner is not None:
        named = [rows.get(key, {}).get(owner) or key[0] for key in keys]
        causes = _causes(connection, named, last_change)
    lost = _names(connection, dataset, [key for key in keys if key not in rows])
    for key, regrouped in noted:
        row = rows.get(key)
        if row is None:
            cause = causes.get(key[0]) if dataset.name == "articles" else None
            blank = dict.fromkeys(dataset.fields)
            yield {"op": "withdraw", "cause": cause, **blank, **lost.get(key, {}), **_keyed(dataset, key)}
            continue
        op = "regroup" if regrouped and dataset.name == "articles" else "upsert"
        cause = causes.get(row[owner], RECLUSTER if op == "regroup" else CRAWL) if owner is not None else None
        yield {"op": op, "cause": cause, **row}


def _keyed(dataset: Dataset, key: Key) -> Row:
    return dict(zip(dataset.key, key, strict=True))


def _names(connection: Connection, dataset: Dataset, keys: Iterable[Key]) -> dict[Key, Row]:
    """What else names the articles of these keys: site and native id."""
    ids = [key[0] for key in keys]
    if dataset is not DATASETS["articles"] or not ids:
        return {}
    found = connection.execute(select(Article.id, Article.site, Article.native_id).where(Article.id.in_(ids)))
    return {(row.id,): {"site": row.site, "native_id": row.native_id} for row in found}


def _causes(connection: Connection, articles: Iterable[int], last_change: int) -> dict[int, str]:
    """Why these articles changed: of the newest entry of the change log since the batch before."""
    found: dict[int, str] = {}
    statement = (
        select(Change.article_id, Change.kind, Change.cause)
        .where(Change.article_id.in_(set(articles)), Change.id > last_change)
        .order_by(Change.id)
    )
    for row in connection.execute(statement):
        found[row.article_id] = row.cause or (RECLUSTER if row.kind == "clustered" else CRAWL)
    return found
