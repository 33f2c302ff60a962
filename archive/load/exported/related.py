"""Links and stories of an export: what the machine there found, and what people there decided."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Engine, and_, delete, insert, or_, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.clusters import clusters_of, members_of, settle
from archive.dedup.propose import index
from archive.dedup.tables import Cluster, ClusterPin, Link
from archive.export.datasets import Row
from archive.load.exported.records import instant
from archive.load.exported.staged import Staged
from archive.store.changes import log_clustered
from archive.store.db import reading, writing
from archive.store.keys import chunks

BATCH: Final = 500
BY: Final = "import"
_NOTE: Final = "so in the archive that it was imported from"


@define
class Relating:
    """See the module. `begun`: when this import began to write; `now`: carries a zone."""

    engine: Engine
    staged: Staged
    begun: datetime
    now: datetime

    def links(self) -> None:
        """Each link as it was found first, there or here; of articles that came in now, those alone that were there."""
        for rows in self.staged.some("links", BATCH):
            with writing(self.engine) as connection:
                self._put(connection, rows)
        self._forget_found()

    def _forget_found(self) -> None:
        for made in self.staged.made("articles", BATCH):
            with writing(self.engine) as connection:
                self._forget(connection, made)

    def _put(self, connection: Connection, rows: Sequence[Row]) -> None:
        here = self.staged.here("articles", [row[name] for row in rows for name in ("article_id", "other_id")])
        told = {}
        for row in rows:
            one, other = here.get(row["article_id"]), here.get(row["other_id"])
            if one is not None and other is not None and one != other:
                told[one, other] = row
        if not told:
            return
        index.take_turn(connection)
        stored = self._stored(connection, {key for pair in told for key in pair})
        new = []
        for pair, row in told.items():
            at = stored.get(pair, stored.get(pair[::-1]))
            if at is not None and at <= instant(row["found_at"]):
                continue
            if at is not None:
                connection.execute(delete(Link).where(_is(*pair)))
            new.append(_link(pair, row))
        if new:
            connection.execute(insert(Link), new)

    @staticmethod
    def _stored(connection: Connection, keys: set[int]) -> dict[tuple[int, int], datetime]:
        query = select(Link.article_id, Link.other_id, Link.at).where(Link.article_id.in_(sorted(keys)))
        return {(one, other): at for one, other, at in connection.execute(query)}

    def _forget(self, connection: Connection, made: Sequence[int]) -> None:
        """Links between articles that came in now which were not there: found in another order of things."""
        query = select(Link.article_id, Link.other_id).where(Link.article_id.in_(made), Link.at >= self.begun)
        pairs = [(one, other) for one, other in connection.execute(query)]
        there = self.staged.there("articles", {key for pair in pairs for key in pair}, made=True)
        for one, other in pairs:
            if one in there and other in there:
                old = there[one], there[other]
                if not self.staged.has("links", *old) and not self.staged.has("links", *old[::-1]):
                    connection.execute(delete(Link).where(_is(one, other)))

    def stories(self) -> None:
        """Group what came in by the links that stand now, then as people there had it."""
        for rows in self.staged.some("stories", BATCH):
            here = self.staged.here("articles", [key for row in rows for key in row["members"]])
            with reading(self.engine) as connection:
                as_told = self._as_told(connection, rows, here)
            for row in rows:
                members = sorted(here[key] for key in row["members"] if key in here)
                if members and row["cluster_id"] not in as_told:
                    with writing(self.engine) as connection:
                        self._story(connection, row, members, here)
        self._forget_found()  # grouping compares texts, too

    @staticmethod
    def _as_told(connection: Connection, rows: Sequence[Row], here: dict[int, int]) -> set[int]:
        """The stories that are here as they were there, with nobody's decision to bring over."""
        of = clusters_of(connection, here.values())
        grouped: defaultdict[int, set[int]] = defaultdict(set)
        for key, cluster in members_of(connection, of.values()).items():
            grouped[cluster].add(key)
        found = set()
        stands: dict[int, int] = {}
        for chunk in chunks(sorted(grouped)):
            its = select(Cluster.id, Cluster.representative_id).where(Cluster.id.in_(chunk))
            stands.update((cluster, key) for cluster, key in connection.execute(its))
        for row in rows:
            members = {here[key] for key in row["members"] if key in here}
            cluster = of.get(min(members, default=0), 0)
            same = members and grouped[cluster] == members and not row["pinned"]
            if same and stands.get(cluster, cluster) == here.get(row["representative_id"]):
                found.add(row["cluster_id"])
        return found

    def _story(self, connection: Connection, row: Row, members: Sequence[int], here: dict[int, int]) -> None:
        index.take_turn(connection)
        made = self.staged.there("articles", members, made=True)
        changed = settle(connection, members, now=self.now) if made else set()
        grouped = clusters_of(connection, members)
        if len(set(grouped.values())) > 1 and made:
            changed |= decisions.merge(connection, members, by=BY, note=_NOTE, now=self.now)
        if made:
            changed |= self._part(connection, members)
        pinned = here.get(row["representative_id"]) if row["pinned"] else None
        if pinned is not None and not self._is_pinned(connection, pinned):
            changed |= decisions.pin(connection, pinned, by=BY, note=_NOTE, now=self.now)
        came = self.staged.there("articles", changed, made=True)
        log_clustered(connection, sorted(changed - came.keys()), self.now)

    def _part(self, connection: Connection, members: Sequence[int]) -> set[int]:
        """Take a story out of a cluster that came in now, where people there had parted it."""
        (cluster,) = set(clusters_of(connection, members[:1]).values())
        all_ = members_of(connection, [cluster]).keys()
        rest = all_ - set(members)
        if not rest or len(self.staged.there("articles", rest, made=True)) < len(rest):
            return set()
        return decisions.split(connection, members, by=BY, note=_NOTE, now=self.now)

    @staticmethod
    def _is_pinned(connection: Connection, key: int) -> bool:
        (cluster,) = clusters_of(connection, [key]).values()
        its = select(ClusterPin.article_id).where(ClusterPin.article_id.in_(members_of(connection, [cluster])))
        alone = select(Cluster.id).where(Cluster.id == cluster)
        return connection.execute(its).first() is not None or connection.execute(alone).first() is None


def _is(one: int, other: int) -> Any:
    return or_(
        and_(Link.article_id == one, Link.other_id == other), and_(Link.article_id == other, Link.other_id == one)
    )


def _link(pair: tuple[int, int], row: Row) -> dict[str, Any]:
    named = ("relation", "marks", "similarity", "coverage", "other_coverage", "confidence")
    return {
        "article_id": pair[0],
        "other_id": pair[1],
        **{name: row[name] for name in named},
        "evidence": json.loads(row["evidence"]),
        "at": instant(row["found_at"]),
    }
