"""The articles: one publication at one site a row, in its newest revision."""

import struct
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, null, or_, select, type_coerce
from sqlalchemy.types import NullType

from archive.dedup.tables import Cluster, DedupText
from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, listed, of_keys, raw_json, stream, twice
from archive.flags import shown
from archive.store.models import Article, Change
from archive.store.people import visible
from archive.watch.states import State

FIELDS: Final = {
    "id": Field("integer", "the article's number in this archive"),
    "site": Field("text", "the portal's name (netease, sohu, …), or a host without www."),
    "native_id": Field(
        "text", "the site's own id; u: and 16 hex digits of the address's SHA-1 where it has none; unique in its site"
    ),
    "url": Field("text", "the canonical address"),
    "headline": Field("text", "the headline", null=True),
    "original_title": Field("text", "the title that the page names as the original one", null=True),
    "body": Field("text", "the text in its original form, one block a line"),
    "published_at": Field("shown", "when it was published, as precisely as the page showed it", null=True),
    "published_at_utc": Field(
        "second", "the same as a full instant in UTC: of a day its first one in China", null=True
    ),
    "published_precision": Field("text", "how much of it the page showed: second, minute or day", null=True),
    "modified_at": Field("instant", "when the page said that it was changed", null=True),
    "source_name": Field("text", "the medium that the portal took it from", null=True),
    "account_name": Field("text", "the account that published it at the portal", null=True),
    "authors": Field("texts", "its authors"),
    "editor": Field("text", "its editor", null=True),
    "keywords": Field("texts", "the page's keywords"),
    "location": Field("text", "where the account was when it published it, as the portal said", null=True),
    "images": Field("images", "the body's images; the caption is empty where there is none"),
    "flags": Field("texts", "what is unusual about the page or the text"),
    "template": Field("text", "the template that read the page; null for an imported article", null=True),
    "confidence": Field("number", "0 to 1: how sure the extraction was"),
    "first_captured_at": Field("instant", "when the archive first heard of it"),
    "last_captured_at": Field("instant", "when it was last seen with this text, or a newer one"),
    "revision": Field("integer", "how many texts it has had; this is the newest"),
    "cluster_id": Field("integer", "its story: the lowest id among the articles that carry the same text"),
    "representative": Field("boolean", "whether it stands for its story"),
    "state": Field("text", "whether it is at its site: live, missing, vanished, removed or returned"),
    "state_after": Field(
        "instant", "after this look it was taken away, or came back; null where it was always there", null=True
    ),
    "state_before": Field("instant", "before this look it was", null=True),
    "signature": Field("signature", "its MinHash, which datasketch makes and compares", null=True),
}
_INSTANTS: Final = ("published_at", "modified_at", "first_captured_at", "last_captured_at")
_LISTS: Final = ("authors", "keywords", "images", "flags")
_AT: Final = {name: place for place, name in enumerate(FIELDS)}


def rows(
    connection: Connection, keys: Collection[Key] | None = None, *, representatives: bool = False
) -> Iterator[Row]:
    """See `Dataset`. `representatives`: of each story the article alone that stands for it."""
    conditions = of_keys(connection, (Article.id,), keys)
    if representatives:
        conditions += (or_(Cluster.id.is_(None), Cluster.representative_id == Article.id),)
    states = of_keys(connection, (Change.article_id,), keys)
    statement = _selected(connection, select(Change).where(*states)).where(*conditions).order_by(Article.id)
    yield from map(_row, stream(connection, statement))


def of(connection: Connection, ids: Sequence[int]) -> Iterator[Row]:
    """These articles, some hundred at most, in their order."""
    found = {row["id"]: row for row in rows(connection, [(key,) for key in ids])}
    yield from (found[key] for key in ids if key in found)


def _selected(connection: Connection, changes: Select[Any]) -> Select[Any]:
    """The columns of articles in the order of the fields, and the length of what counts of the text. `changes`: the
    entries of the change log to look for their states in."""
    dialect = connection.dialect
    # Of the rows of the change log that tell of a state, the later one dates it more closely.
    newest = (
        changes.with_only_columns(Change.article_id, Change.kind, func.max(Change.id).label("id"))
        .where(Change.kind.in_([state for state in State if state is not State.LIVE]))
        .group_by(Change.article_id, Change.kind)
        .subquery()
    )
    made: dict[str, Any] = {
        **{name: instant(getattr(Article, name), dialect) for name in _INSTANTS},
        **{name: raw_json(getattr(Article, name), dialect) for name in _LISTS},
        "published_at_utc": null(),
        "representative": Cluster.representative_id,
        "state_after": instant(Change.after_at, dialect),
        "state_before": instant(Change.before_at, dialect),
        "signature": type_coerce(DedupText.signature, NullType()),  # bytes already
    }
    columns = [made[name] if name in made else getattr(Article, name) for name in FIELDS]
    return (
        select(*columns, DedupText.length)
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .outerjoin(DedupText, DedupText.article_id == Article.id)
        .outerjoin(newest, and_(newest.c.article_id == Article.id, newest.c.kind == Article.state))
        .outerjoin(Change, Change.id == newest.c.id)
        .where(visible())
    )


def _numbers(signature: bytes) -> list[int]:
    """The 32-bit numbers, little-endian, in half the time that `struct` takes for a list of them."""
    if sys.byteorder == "little":
        return memoryview(signature).cast("I").tolist()
    return list(struct.unpack(f"<{len(signature) // 4}I", signature))


_ID, _PUBLISHED, _PRECISION, _FLAGS, _REPRESENTATIVE, _SIGNATURE = (
    _AT[name] for name in ("id", "published_at", "published_precision", "flags", "representative", "signature")
)
_LISTED: Final = tuple(_AT[name] for name in _LISTS)


def _row(found: Sequence[Any]) -> Row:
    *values, length = found
    values[_PUBLISHED], values[_PUBLISHED + 1] = twice(values[_PUBLISHED], values[_PRECISION])
    for place in _LISTED:
        values[place] = listed(values[place])
    values[_FLAGS] = shown(values[_FLAGS], length)
    values[_REPRESENTATIVE] = values[_REPRESENTATIVE] in (None, values[_ID])
    if values[_SIGNATURE] is not None:
        values[_SIGNATURE] = _numbers(values[_SIGNATURE])
    return dict(zip(FIELDS, values, strict=True))


ARTICLES: Final = Dataset(
    name="articles",
    title="Articles: one publication at one site a row, in its newest revision",
    fields=FIELDS,
    key=("id",),
    names=("site", "native_id"),
    refers={"cluster_id": "stories"},
    rows=rows,
)
