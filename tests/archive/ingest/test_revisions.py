"""An archive of each schema that there was, with something in every table, comes up whole."""

from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, insert, inspect, select, text

from archive.dedup.clusters import decisions
from archive.dedup.tables import ClusterEvent, ClusterPin, ClusterSame, ClusterSide, Decision
from archive.errors import SchemaMismatch
from archive.ingest.reindex import Upgraded, upgrade
from archive.ingest.transaction import ingest
from archive.people import correcting, notes, tags, withdrawals
from archive.store import fulltext, schema
from archive.store.db import connect, open_engine, reading, writing
from archive.store.models import (
    Alarm,
    Article,
    Capture,
    Change,
    CrawlRun,
    Frontier,
    Host,
    Measure,
    Poll,
    Problem,
    Revision,
    Sighting,
    Verified,
)
from archive.store.people import Correction, Note, Tag, Withdrawal
from archive.store.table import Base
from crawler.run import frontier
from tests.archive.dedup.copies import DAY, record, spaced, store
from tests.archive.dedup.copies import text as story
from tests.archive.ingest import stages
from tests.archive.ingest.stages import Stages
from tests.archive.ingest.world import WORLD, computed
from tests.archive.make import captured
from tests.postgres import Server

_CHANGE: Final = ("cause", "after_at", "before_at", "after_capture_id", "before_capture_id")
_0021: Final = frozenset({"decision", "cluster_event.decision_id"})
_0020: Final = _0021 | {"tag", "note", "correction", "withdrawal", "article.withdrawn_at"}
_0019: Final = _0020 | {"problem", "host.asked", "host.asked_on"}
_0018: Final = _0019 | {"capture.extractor"}
_0017: Final = _0018 | {"frontier.lease"}
_0016: Final = _0017 | {"verified"}
_0015: Final = _0016 | {"alarm", "measure", "capture.whole_share"}
_0013: Final = _0015 | {"cluster_event.reason"}
_0010: Final = _0013 | {f"change.{name}" for name in _CHANGE} | {"capture.part"}
_0009: Final = _0010 | {"host", "crawl_run.token", "crawl_run.beat_at"}
# Pairs of articles told which of them a split had parted, and so the last of a side, not of the archive.
_0007: Final = _0009 | {"cluster_side.last_id"}
_0006: Final = _0007 | {"poll"}
_0005: Final = _0006 | {"capture.agreement"}
LOST: Final[dict[str, frozenset[str]]] = {
    "0001": _0005 | {"clusters"},
    "0002": _0005,
    "0003": _0005,
    "0004": _0005,
    "0005": _0005,
    "0006": _0006,
    "0007": _0007,
    "0008": _0009,
    "0009": _0009,
    "0010": _0010,
    "0011": _0013,
    "0012": _0013,
    "0013": _0013,
    "0014": _0015,
    "0015": _0015,
    "0016": _0016,
    "0017": _0017,
    "0018": _0018,
    "0019": _0019,
    "0020": _0020,
    "0021": _0021,
    "0022": frozenset(),
    "0023": frozenset(),
    "0024": frozenset(),
    "0025": frozenset(),
    "0026": frozenset(),
    "0027": frozenset(),
    "0028": frozenset(),
    "0029": frozenset(),
    "0030": frozenset(),
    "0031": frozenset(),
    "0032": frozenset(),
    "0033": frozenset(),
    "0034": frozenset(),
    "0035": frozenset(),
    "0036": frozenset(),
}
"""What an archive of each schema has no place for; all else that it holds is there after the upgrade. A new migration
brings its line."""
PASSAGES: Final = "0013"
"""Since this schema furniture is learnt by passages: an archive of an older one is indexed anew, whatever its rules."""
CRAWLED: Final = (
    Article,
    Revision,
    Capture,
    CrawlRun,
    Frontier,
    Host,
    Sighting,
    Poll,
    Change,
    Alarm,
    Measure,
    Verified,
    Problem,
    Tag,
    Note,
    Correction,
    Withdrawal,
)
DECIDED: Final = (ClusterSame, ClusterSide, ClusterPin, ClusterEvent, Decision)


def fill(engine: Engine) -> dict[str, int]:
    """Something in every table, but for decisions; the articles' ids by their names."""
    run = {"kind": "crawl", "sites": ["clip"], "started_at": DAY, "beat_at": DAY, "state": "finished", "token": "a:1"}
    seen = {"site": "clip", "source": "front", "native_id": "p", "url": "https://clip.example/p"}
    with writing(engine) as connection:
        connection.execute(insert(CrawlRun).values(**run))
        connection.execute(insert(Sighting).values(**seen, first_seen_at=DAY, last_seen_at=DAY))
        connection.execute(
            insert(Host).values(host="clip.example", rest_until=DAY, rest_reason="429", asked_on="2025-11-20", asked=3)
        )
        problem = {"kind": "failed", "cause": "timeout", "url": "https://clip.example/p", "detail": "no answer"}
        connection.execute(insert(Problem).values(run_id=1, site="clip", **problem))
        connection.execute(insert(Poll).values(site="clip", source="front", ended_at=DAY))
        key = {"site": "clip", "measure": "doubtful", "scope": ""}
        told = {"usual": "2 %", "now": "40 %", "examples": [], "next_command": "jianbao runs", "told_at": DAY}
        connection.execute(insert(Alarm).values(**key, raised_at=DAY, run_id=1, **told))
        measured = {"n": 3, "sample": [0.5], "history": [[50, 0.02, 0.01]], "examples": []}
        connection.execute(insert(Measure).values(**key, begun_at=DAY, **measured))
        connection.execute(insert(Verified).values(part="warc:one.warc.gz", at=7, ended_at=DAY))
        frontier.offer(connection, "clip", [(name, f"https://clip.example/{name}") for name in ("p", "q", "r")], DAY)
        frontier.claim(connection, "clip", "run-1", 1, DAY)
        for name, state, outcome in (("r", "done", "article"), ("q", "barred", "robots")):
            found = frontier.waiting(connection, "clip", name)
            assert found is not None
            frontier.settle(connection, found, state, outcome)
    noted: dict[str, object] = {"agreement": 0.75, "whole_share": 0.5, "extractor": "0a1b2c3d4e5f"}
    items = [captured(one, hours=hours, status=200, **noted) for hours, one in enumerate(WORLD)]
    items += [
        captured(record(story(4), "c", site="netease", headline="改过的题"), hours=40),
        captured(None, hours=41),
    ]
    for item in items:
        with writing(engine) as connection:
            ingest(connection, [item], run_id=1, now=DAY)
    with writing(engine) as connection:
        ids = dict(connection.execute(select(Article.native_id, Article.id)).all())
        said: dict[str, Any] = {"by": "林", "now": DAY}
        tags.add(connection, ids["n1"], "环保", **said)
        notes.add(connection, ids["n1"], "与原稿不符", **said)
        correcting.correct(connection, ids["n1"], "editor", "秦文海", **said)
        withdrawals.withdraw(connection, ids["n2"], "个人隐私", **said)
        withdrawals.restore(connection, ids["n2"], **said)
    return ids


def rows(engine: Engine, tables: tuple[type[Base], ...], lost: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of these tables, without what is lost."""
    with reading(engine) as connection:
        return {
            table.__tablename__: [
                {name: value for name, value in row.items() if f"{table.__tablename__}.{name}" not in lost}
                for row in connection.execute(select(table.__table__).order_by(*table.__table__.primary_key)).mappings()
            ]
            for table in tables
            if table.__tablename__ not in lost
        }


def as_older_rules_left_it(engine: Engine) -> None:
    """What an archive holds of texts is of the first version of the text rules, and of no use to any other."""
    with writing(engine) as connection:
        tables = set(inspect(connection).get_table_names())
        emptied = {"link", "dedup_fresh", "dedup_run", "dedup_block", "dedup_passage", "dedup_state"}
        emptied |= {"dedup_middle", "dedup_sealed"}  # of an older schema
        if engine.dialect.name == "sqlite":
            fulltext.clear(connection)
        else:
            emptied |= {fulltext.TABLE, fulltext.HEADLINES}  # of which an older schema has the first alone
        for table in tables & emptied:
            connection.execute(text(f"DELETE FROM {table}"))
        if "dedup_text" in tables:
            connection.execute(text("UPDATE dedup_text SET digest = article_id, sampled = 0, version = 1"))
            connection.execute(text("UPDATE dedup_scheme SET version = 1, shingle_version = 1, fold_version = 1"))
        if "property" in tables:
            connection.execute(text("UPDATE property SET value = '1.1'"))


def whole(engine: Engine) -> dict[str, Any]:
    """All that must be there after an upgrade."""
    nothing: frozenset[str] = frozenset()
    found = {"crawled": rows(engine, CRAWLED, nothing), "decided": rows(engine, DECIDED, nothing)}
    assert all(found["crawled"].values())
    return found | {"computed": computed(engine)}


def undecided(engine: Engine) -> dict[str, Any]:
    ids = fill(engine)
    return whole(engine) | {"ids": ids}


def with_decisions(engine: Engine, before: dict[str, Any]) -> dict[str, Any]:
    ids = before["ids"]
    with writing(engine) as connection:
        decisions.split(connection, [ids["a, cut"]], by="林", now=DAY)
        decisions.merge(connection, [ids["n1"], ids["n2"]], by="林", now=DAY)
        decisions.pin(connection, ids["a, spaced"], by="林", now=DAY)
    return whole(engine) | {"ids": ids}


@pytest.fixture(scope="module")
def sqlite_stages(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Stages:
    """The filled archive at each schema, in SQLite."""
    return stages.sqlite(tmp_path_factory.mktemp("stages"), sqlite_template, fill=undecided, more=with_decisions)


@pytest.fixture(scope="module")
def postgresql_stages(postgres_server: Server) -> Stages:
    """The same in PostgreSQL."""
    return stages.postgresql(postgres_server, fill=undecided, more=with_decisions)


def without(found: dict[str, list[dict[str, Any]]], lost: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows that are not lost."""
    return {
        table: [{name: value for name, value in row.items() if f"{table}.{name}" not in lost} for row in its]
        for table, its in found.items()
        if table not in lost
    }


REVISIONS: Final = schema.revisions()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dialect", "revision", "older_rules"),
    [
        pytest.param(dialect, revision, older, id=f"{dialect}-{revision}-{'older' if older else 'today'}")
        for dialect in ("sqlite", "postgresql")
        for revision in REVISIONS
        for older in (False, True)
        # Indexing anew comes after the migrations, and finds today's schema then: so from four of them, on both sides
        # of the one before which everything is indexed anew.
        if not older or revision in (REVISIONS[0], "0012", PASSAGES, REVISIONS[-1])
    ],
)
def test_a_filled_archive_of_each_schema_comes_up_whole(
    request: pytest.FixtureRequest, dialect: str, revision: str, older_rules: bool
) -> None:
    lost = LOST[revision]
    made: Stages = request.getfixturevalue(f"{dialect}_stages")
    clustered = "clusters" not in lost
    with made.copied(revision if clustered else "filled") as url:
        engine = connect(url)
        if not clustered:  # no program of that time clustered anything
            schema.downgrade(engine, revision)
            with writing(engine) as connection:
                connection.execute(text("UPDATE article SET cluster_id = NULL"))
        comes_up_whole(engine, revision, made.known["more" if clustered else "filled"], older_rules=older_rules)
        engine.dispose()


def comes_up_whole(engine: Engine, revision: str, before: dict[str, Any], *, older_rules: bool) -> None:
    lost, ids = LOST[revision], before["ids"]
    if older_rules:
        as_older_rules_left_it(engine)
    if older_rules or revision != schema.revisions()[-1]:
        with pytest.raises(SchemaMismatch, match="run `jianbao db upgrade`"):
            open_engine(engine.url.render_as_string(hide_password=False))
    anew = older_rules or revision < PASSAGES
    assert upgrade(engine, now=DAY) == Upgraded(revision, schema.revisions()[-1], len(WORLD) if anew else None)
    schema.check(engine)

    assert computed(engine) == before["computed"]
    after, crawled = rows(engine, CRAWLED, lost), without(before["crawled"], lost)
    told = len(crawled["change"])
    after["change"] = after["change"][:told]
    assert after == crawled
    if "clusters" not in lost:
        assert rows(engine, DECIDED, lost) == without(before["decided"], lost)
    (late,) = store(engine, record(spaced(story(2, 500)), "late", site="sohu", days=2))
    assert (late.duplicate, late.cluster_id) == (True, ids["b"])
    (apart,) = store(engine, record(story(9), "unheard", days=2))
    assert (apart.duplicate, apart.relations) == (False, ())
