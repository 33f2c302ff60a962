"""An archive that holds every kind of copy, and all that is computed from its texts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, select

from archive.dedup.propose import packed, runs
from archive.dedup.tables import Cluster, DedupFresh, DedupPassage, DedupText, Link
from archive.query.search import Asked, search
from archive.store.db import reading
from archive.store.scheme import DedupScheme
from tests.archive.dedup.copies import cut, groups, notice, record, spaced, spin, store
from tests.archive.dedup.copies import text as story
from tests.archive.ingest.other_rules import DOT, NOISE


def strewn(body: str, sign: str = NOISE) -> str:
    """A sign after every third character."""
    return sign.join(body[place : place + 3] for place in range(0, len(body), 3))


WORLD = [
    record(story(1, 600), "a", site="netease"),
    record(strewn(story(1, 600), DOT), "a, dotted", site="x.example", days=1),
    record(spaced(story(1, 600)), "a, spaced", site="sohu", days=1),
    record(cut(story(1, 600), 0.7), "a, cut", site="sohu", days=2),
    record(strewn(story(1, 600)), "a, noisy", site="sohu", days=2),
    record(story(2, 500), "b", site="netease"),
    record(strewn(story(2, 500)), "b, noisy", site="x.example", days=1),
    record(spin(story(2, 500)), "b, spun", site="sohu", days=1),
    record("\n".join([story(3), story(1, 600), story(4)]), "roundup", site="sohu", days=1),
    record(story(4), "c", site="netease"),
    record(notice(1), "n1"),
    record(notice(2), "n2", days=1),
    record("稀土", "short"),
    record("，。！", "no letters"),
]


def fill(engine: Engine) -> None:
    for one in WORLD:
        store(engine, one)


def _sealed(connection: Connection) -> Iterator[tuple[int, int]]:
    for _, turned, ids in runs.everything(connection):
        yield from zip(packed.turned_back(turned).tolist(), ids.tolist(), strict=True)


def computed(engine: Engine) -> dict[str, Any]:
    """All that stands in an archive and follows from its texts."""
    with reading(engine) as connection:
        links = connection.execute(select(Link.__table__)).mappings().all()
        return {
            "texts": connection.execute(select(DedupText.__table__).order_by(DedupText.article_id)).all(),
            "index": sorted(
                [*map(tuple, connection.execute(select(DedupFresh.hash, DedupFresh.article_id))), *_sealed(connection)]
            ),
            "passages": sorted(connection.execute(select(DedupPassage.__table__)).all()),
            "links": {(row["article_id"], row["other_id"]): {**row, "at": None} for row in links},
            "groups": groups(connection),
            "clusters": connection.execute(select(Cluster.__table__).order_by(Cluster.id)).all(),
            "hits": {
                word: {hit.id for hit in search(connection, Asked(word, every_copy=True)).hits}
                for word in ("资源", "資源", "公告", "稀土", story(1)[:2])
            },
            "scheme": connection.execute(select(DedupScheme.__table__)).all(),
        }
