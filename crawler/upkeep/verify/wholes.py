"""What only the whole database shows: stories and their members, index rows that lead to no article, counts, leases."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from archive.dedup.clusters.partition import Parts
from archive.dedup.propose import index, runs
from archive.dedup.propose.sampling import take_sample
from archive.dedup.stored import read
from archive.dedup.verify.relation import SAME_TEXT
from crawler.run.locks import worker_of
from crawler.upkeep.verify.finding import REBUILD, Finding, Repair

_NAMED: Final = 5
"""So many of the rows of one finding are named."""
_READ: Final = 200


def check(connection: Connection) -> Iterator[Finding]:
    """Every finding. In one state of the database."""
    for part in (_stories, _story_rows, _connected, _dangling, _filters, _changes, _repeats, _counts, _leases):
        yield from part(connection)


_STORIES: Final = """SELECT cluster_id, min(id) AS first, count(*) AS size FROM article
    GROUP BY cluster_id HAVING cluster_id IS NULL OR min(id) <> cluster_id ORDER BY cluster_id"""
_STORY_ROWS: Final = """SELECT coalesce(c.id, m.cluster_id) AS id, c.size, coalesce(m.size, 0) AS members,
        coalesce(m.articles, 0) AS articles,
        c.pinned, coalesce(m.pins, 0) AS pins, r.cluster_id AS stands_in
    FROM (SELECT article.cluster_id, count(*) AS articles,
            count(CASE WHEN article.withdrawn_at IS NULL THEN 1 END) AS size,
            count(CASE WHEN article.withdrawn_at IS NULL THEN p.article_id END) AS pins FROM article
        LEFT JOIN cluster_pin p ON p.article_id = article.id
        GROUP BY article.cluster_id HAVING count(*) > 1) m
    FULL JOIN cluster c ON c.id = m.cluster_id LEFT JOIN article r ON r.id = c.representative_id
    WHERE c.id IS NULL OR m.cluster_id IS NULL OR c.size <> m.size OR r.cluster_id <> c.id
        OR c.pinned <> (m.pins > 0) ORDER BY 1"""


def _stories(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(text(_STORIES)):
        fault = (
            f"{row.size} articles are in no story, not even their own"
            if row.cluster_id is None
            else f"a story is called by its first article, and this one's is {row.first}"
        )
        yield _story(row.first, fault, row.cluster_id)


def _story_rows(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(text(_STORY_ROWS)):
        if row.size is None:
            fault = f"it has {row.members} articles and no row of its own"
        elif not row.articles:
            fault = "it has a row of its own and fewer than two articles"
        elif row.size != row.members:
            fault = f"it is said to have {row.size} articles, and has {row.members}"
        elif row.stands_in != row.id:
            fault = "who stands for it is not one of its articles"
        else:
            fault = "whether a person chose who stands for it, is said otherwise than it was chosen"
        yield _story(row.id, fault, row.id)


def _story(article: int, fault: str, cluster: int | None) -> Finding:
    return Finding(kind="story", place=f"story {cluster or '(none)'}", fault=fault, repair=Repair.SETTLE, key=article)


_UNITE: Final = ", ".join(f"'{relation}'" for relation in sorted(SAME_TEXT))
_TOGETHER: Final = f"""SELECT x.one, x.other FROM (
        SELECT article_id AS one, other_id AS other FROM link WHERE relation IN ({_UNITE})
        UNION ALL SELECT article_id, other_id FROM cluster_same
    ) x JOIN article a ON a.id = x.one JOIN article b ON b.id = x.other WHERE a.cluster_id = b.cluster_id"""  # noqa: S608
_MEMBERS: Final = """SELECT id, cluster_id FROM article
    WHERE cluster_id IN (SELECT cluster_id FROM article GROUP BY cluster_id HAVING count(*) > 1)"""


def _connected(connection: Connection) -> Iterator[Finding]:
    """The articles of a story hang together by links of the same text, or by a person's word."""
    members: dict[int, int] = dict(connection.execute(text(_MEMBERS)).all())
    parts = Parts(members)
    for one, other in connection.execute(text(_TOGETHER)):
        if one in parts and other in parts:
            parts.unite(one, other)
    torn: dict[int, int] = {}
    for key, cluster in sorted(members.items()):
        if parts.find(key) != parts.find(cluster if cluster in members else key):
            torn.setdefault(cluster, key)
    for cluster, key in sorted(torn.items()):
        yield _story(cluster, f"no link leads from it to its article {key}", cluster)


def _dangling(connection: Connection) -> Iterator[Finding]:
    there = set(connection.scalars(text("SELECT id FROM article")))
    sealed = {key for _, _, ids in runs.everything(connection) for key in ids.tolist()}
    astray = {"dedup_block": sorted(sealed - there)}
    for table in ("dedup_fresh", "dedup_passage"):
        # 0 and -1 stand for no article in dedup_passage.
        query = f"SELECT DISTINCT article_id FROM {table} WHERE article_id > 0"  # noqa: S608
        astray[table] = sorted(set(connection.scalars(text(query))) - there)
    for table, keys in astray.items():
        if keys:
            yield Finding(
                kind="dangling",
                place=table,
                fault=f"it has rows of {_named('article', keys)}, which are not there",
                repair=Repair.DROP,
                key=(table, keys),
            )
    yield from _unled(connection)


def _unled(connection: Connection) -> Iterator[Finding]:
    """Texts that nobody would find: no row of the duplicate index is theirs or that of an article with the same text,
    and no link holds them, as it does a near copy whose shingles the others of its story hold."""
    there = set(connection.scalars(text("SELECT DISTINCT article_id FROM dedup_fresh")))
    there.update(key for _, _, ids in runs.everything(connection) for key in ids.tolist())
    twins: dict[int, list[int]] = {}
    for key, digest in connection.execute(text("SELECT article_id, digest FROM dedup_text WHERE sampled > 0")):
        twins.setdefault(digest, []).append(key)
    alone = {key for keys in twins.values() if there.isdisjoint(keys) for key in keys}
    if alone:
        for pair in connection.execute(text("SELECT article_id, other_id FROM link")):
            alone.difference_update(pair)
    for key in _held_by_nobody(connection, sorted(alone)):
        fault = "nothing in the duplicate index leads to its text"
        yield Finding(kind="dedup_index", place=f"article {key}", fault=fault, repair=Repair.RELINK, key=key)


def _held_by_nobody(connection: Connection, keys: list[int]) -> Iterator[int]:
    """Those none of whose shingles is in the index: what many stories hold is capped, and leads to no more."""
    for start in range(0, len(keys), _READ):
        for key, found in read(connection, keys[start : start + _READ]).items():
            if not index.look_up(connection, take_sample(found.codes).kept):
                yield key


def _filters(connection: Connection) -> Iterator[Finding]:
    """A filter of the duplicate index that says "no" of what its run holds would hide stories."""
    for key, token, words in runs.untrue(connection):
        row = ("dedup_run", key, {"token": (token, token + 1), "words": (None, words)})
        fault = "its filter does not know all shingles that it holds"
        yield Finding(kind="dedup_index", place=f"run {key} of the index", fault=fault, repair=Repair.RECOUNT, key=row)


def _changes(connection: Connection) -> Iterator[Finding]:
    query = "SELECT id FROM article EXCEPT SELECT article_id FROM change WHERE kind = 'new' ORDER BY 1"
    if keys := list(connection.scalars(text(query))):
        fault = f"it does not tell that {_named('article', keys)} came in"
        yield Finding(kind="change", place="change", fault=fault, cure=REBUILD)
    query = "SELECT DISTINCT article_id FROM change EXCEPT SELECT id FROM article ORDER BY 1"
    if keys := list(connection.scalars(text(query))):
        fault = f"it tells of {_named('article', keys)}, which are not there"
        yield Finding(kind="change", place="change", fault=fault, cure=REBUILD)


_ASTRAY: Final = """SELECT c.id, c.repeats_id, o.id AS original, o.digest AS told, o.repeats_id AS further
    FROM capture c LEFT JOIN capture o ON o.id = c.repeats_id
    WHERE c.repeats_id IS NOT NULL AND (o.id IS NULL OR o.digest <> c.digest OR o.repeats_id IS NOT NULL
        OR o.warc_file IS NULL) ORDER BY c.id"""


def _repeats(connection: Connection) -> Iterator[Finding]:
    """A capture without a payload of its own leads to one with that very payload."""
    for row in connection.execute(text(_ASTRAY)):
        if row.original is None:
            fault = f"it repeats capture {row.repeats_id}, which is not there"
        elif row.further is not None:
            fault = f"it repeats capture {row.repeats_id}, which has no payload either"
        else:
            fault = f"it repeats capture {row.repeats_id}, which has another payload"
        yield Finding(kind="revisit_astray", place=f"capture {row.id}", fault=fault, cure=REBUILD)


def _counts(connection: Connection) -> Iterator[Finding]:
    """The count of new index rows, which says when their table is full. One that came twice is counted twice, none is
    left out."""
    said = connection.scalar(text("SELECT value FROM dedup_state WHERE name = 'fresh'"))
    count = connection.scalar(text("SELECT count(*) FROM dedup_fresh")) or 0
    if (said or 0) < count:
        fault = f"it counts {said or 0} rows of dedup_fresh, and there are {count}"
        key = ("dedup_state", "fresh", {"value": (said, count)})
        yield Finding(kind="count", place="dedup_state", fault=fault, repair=Repair.RECOUNT, key=key)


_LEASED: Final = {
    "frontier": "SELECT leased_by, count(*) FROM frontier WHERE state = 'leased' GROUP BY leased_by",
    "recheck": "SELECT leased_by, count(*) FROM recheck WHERE leased_by IS NOT NULL GROUP BY leased_by",
}


def _leases(connection: Connection) -> Iterator[Finding]:
    """What is leased, is leased by a run that goes on, or that was killed and is not buried yet."""
    running = connection.scalars(text("SELECT id FROM crawl_run WHERE state = 'running'"))
    workers = {worker_of(key) for key in running}
    for table, query in _LEASED.items():
        for worker, count in connection.execute(text(query)).all():
            if worker not in workers:
                yield Finding(
                    kind="lease",
                    place=table,
                    fault=f"{count} addresses are leased by {worker or 'nobody'}, which does not run",
                    repair=Repair.RELEASE,
                    key=worker,
                )


def _named(what: str, keys: list[int]) -> str:
    some = ", ".join(map(str, keys[:_NAMED]))
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{what}{'s' if len(keys) > 1 else ''} {some}{more}"
