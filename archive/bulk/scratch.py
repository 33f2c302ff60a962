"""What grouping needs of articles in questions of a few, on disk while it works, so that memory stays flat: a database
of the archive's own form, with those articles alone that may hold furniture, share a text or are compared."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Engine, insert

from archive.bulk.articles import in_batches
from archive.dedup.fingerprints import counted
from archive.dedup.propose import furniture
from archive.dedup.propose.learning import Arrival, learn
from archive.dedup.tables import DedupText
from archive.dedup.types import as_fingerprint
from archive.store.db import opened, reading, writing
from archive.store.models import Article
from archive.text import version

BATCH: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Final[dict[str, Any]] = {
    "authors": [],
    "keywords": [],
    "images": [],
    "blocks": [],
    "confidence": 1.0,
}


@define
class Scratch:
    """See the module. `there`: the articles that are in it."""

    engine: Engine
    there: set[int] = field(factory=set)

    def learn(self, rows: Iterable[Any]) -> frozenset[int]:
        """The furniture that articles hold, as they would teach it to an archive that they come into in this order."""
        for batch in in_batches(rows, BATCH):
            with writing(self.engine) as connection:
                connection.execute(insert(Article.__table__), [_article(row) for row in batch])
                learn(connection, [Arrival(row[0], row[4], row[5], as_fingerprint(row[9]).passages) for row in batch])
            self.there.update(row[0] for row in batch)
        with reading(self.engine) as connection:
            return furniture.everything(connection)

    def put(self, rows: Iterable[Any], known: frozenset[int]) -> None:
        """Take in articles that are compared, without the furniture that is known."""
        for batch in in_batches(rows, BATCH):
            new = [row for row in batch if row[0] not in self.there]
            with writing(self.engine) as connection:
                if new:
                    connection.execute(insert(Article.__table__), [_article(row) for row in new])
                connection.execute(insert(DedupText.__table__), [_text(row, known) for row in batch])
            self.there.update(row[0] for row in new)


@contextmanager
def scratch() -> Iterator[Scratch]:
    """One for the length of a block."""
    with TemporaryDirectory(prefix="jianbao-recluster-") as folder:
        path = Path(folder, "scratch.db")
        with opened(f"sqlite:///{path}", create=True) as engine:
            yield Scratch(engine)


def _article(row: Any) -> dict[str, Any]:
    key, site, native_id, url, headline, body, published, captured, flags, _ = row
    return {
        **_NOTHING,
        "id": key,
        "site": site,
        "native_id": native_id,
        "url": url,
        "headline": headline,
        "body": body,
        "published_at": None if published is None else _EPOCH + timedelta(microseconds=published),
        "first_captured_at": _EPOCH + timedelta(microseconds=captured),
        "last_captured_at": _EPOCH + timedelta(microseconds=captured),
        "flags": list(flags),
        "cluster_id": key,
    }


def _text(row: Any, known: frozenset[int]) -> dict[str, Any]:
    found = as_fingerprint(row[9])
    made = counted(row[5], found, known)
    length = row[9]["length"] if made is found else len(made.folded)
    return {
        "article_id": row[0],
        "digest": made.digest,
        "length": length,
        "sampled": len(made.kept),
        "last": made.kept[-1] if made.kept else 0,
        "version": version.VERSION,
        "signature": made.signature,
        "left_out": [list(span) for span in made.left_out] or None,
    }
