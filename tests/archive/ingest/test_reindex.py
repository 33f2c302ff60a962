"""An update that changes the text rules: refused until upgraded, and then as if all had come in by the new ones."""

import gc
import json
import random
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, text, update

from archive.dedup.clusters import decisions
from archive.dedup.propose.furniture import MANY
from archive.dedup.tables import Cluster, ClusterEvent, DedupText
from archive.errors import SchemaMismatch
from archive.export.apart import write_package
from archive.export.package import Style
from archive.ingest import reindex
from archive.ingest.reindex import Upgraded, upgrade
from archive.store import schema
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article, Change
from archive.text import version
from archive.text.version import VERSION
from tests.archive.dedup.copies import DAY, groups, record, spin, store
from tests.archive.dedup.copies import text as story
from tests.archive.ingest.other_rules import other_rules
from tests.archive.ingest.other_rules import upgrade as upgrade_and_say
from tests.archive.ingest.world import WORLD, computed, fill, strewn
from tests.once.forked import CONTEXT


def test_an_archive_of_older_rules_is_refused_until_upgraded(engine: Engine) -> None:
    fill(engine)
    before = computed(engine)
    with other_rules():
        with pytest.raises(SchemaMismatch, match="run `jianbao db upgrade`") as caught:
            schema.check(engine)
        assert "\n" not in str(caught.value)
        with pytest.raises(SchemaMismatch, match="run `jianbao db upgrade`"):
            store(engine, record(story(9), "new"))
        done = upgrade(engine, now=DAY)
        assert done == Upgraded(schema.revisions()[-1], schema.revisions()[-1], len(WORLD))
        schema.check(engine)
        assert upgrade(engine, now=DAY).articles is None
        after = computed(engine)
    assert before["groups"] != after["groups"]
    assert {row.version for row in after["texts"]} == {VERSION + 1}
    # The older program, which knows the older rules only, neither opens nor "upgrades" it, nor writes to it.
    for refused in (
        schema.check,
        lambda engine: upgrade(engine, now=DAY),
        lambda engine: store(engine, record("", "x")),
    ):
        with pytest.raises(SchemaMismatch, match="update jianbao"):
            refused(engine)
    with other_rules():
        assert computed(engine) == after


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 4, 200])
def test_after_the_upgrade_all_is_as_if_it_came_in_by_the_new_rules(
    sqlite_template: Path, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(reindex, "BATCH", batch)
    fill(engine)
    shutil.copyfile(sqlite_template, tmp_path / "fresh.db")
    fresh = open_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    with other_rules():
        upgrade(engine, now=DAY)
        fill(fresh)
        assert computed(engine) == computed(fresh)
        # And what comes in later finds it all.
        for archive in (engine, fresh):
            store(archive, record(strewn(spin(story(2, 500))), "later", days=3), record(story(4), "d", days=3))
        assert computed(engine) == computed(fresh)
    fresh.dispose()


def test_the_same_rules_under_another_number_change_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(engine)
    before = computed(engine)
    with reading(engine) as connection:
        events = connection.execute(select(ClusterEvent.__table__)).all()
        changes = connection.execute(select(Change.__table__)).all()
    monkeypatch.setattr("archive.text.version.VERSION", VERSION + 1)
    assert upgrade(engine, now=DAY).articles == len(WORLD)
    after = computed(engine)
    for part in ("index", "passages", "links", "groups", "clusters", "hits"):
        assert after[part] == before[part], part
    assert [row[:5] for row in after["texts"]] == [row[:5] for row in before["texts"]]
    with reading(engine) as connection:
        assert connection.execute(select(ClusterEvent.__table__)).all() == events
        assert connection.execute(select(Change.__table__)).all() == changes


def test_what_people_decided_and_the_history_stay(engine: Engine) -> None:
    fill(engine)
    with reading(engine) as connection:
        ids = dict(connection.execute(select(Article.native_id, Article.id)).all())
    with writing(engine) as connection:
        decisions.split(connection, [ids["a, cut"]], by="林", now=DAY)
        decisions.merge(connection, [ids["n1"], ids["n2"]], by="林", now=DAY)
        decisions.pin(connection, ids["a, spaced"], by="林", now=DAY)
        last = connection.scalar(select(func.max(ClusterEvent.id))) or 0
        told = connection.scalar(select(func.max(Change.id))) or 0
        events = connection.execute(select(ClusterEvent.__table__).order_by(ClusterEvent.id)).all()
    with other_rules():
        upgrade(engine, now=DAY)
    with reading(engine) as connection:
        assert groups(connection) == {
            frozenset({"a", "a, spaced", "a, noisy"}),
            frozenset({"a, dotted"}),
            frozenset({"a, cut"}),
            frozenset({"b", "b, noisy", "b, spun"}),
            frozenset({"n1", "n2"}),
            *(frozenset({name}) for name in ("roundup", "c", "short", "no letters")),
        }
        stands = connection.execute(
            select(Cluster.representative_id, Cluster.pinned).where(Cluster.id == ids["a"])
        ).one()
        assert stands == (ids["a, spaced"], True)
        found = connection.execute(select(ClusterEvent.__table__).order_by(ClusterEvent.id)).all()
        assert found[: len(events)] == events
        new = [(row.kind, row.cluster_id, row.article_id) for row in found if row.id > last]
        assert sorted(new) == sorted(
            [
                ("split", ids["a, dotted"], ids["a, dotted"]),
                ("join", ids["a"], ids["a, noisy"]),
                ("join", ids["b"], ids["b, noisy"]),
            ]
        )
        changed = connection.scalars(
            select(Change.article_id).where(Change.id > told, Change.kind == "clustered")
        ).all()
        assert sorted(changed) == sorted(ids[name] for name in ("a, dotted", "a, noisy", "b, noisy"))


FURNITURE = (
    "\n清口早餐铺的灯每天五点亮起，陪赶路的人喝完第一碗热粥再上船。"
    "\n把本栏目加到首页，下一期的名单会在周四早上送到你手里。"
)


def test_furniture_is_known_from_the_start(engine: Engine, sqlite_template: Path, tmp_path: Path) -> None:
    """Also where a fresh import learns of it late, and must look at earlier articles again."""
    records = [
        record(story(1, 300) + FURNITURE, "one"),
        record(spin(story(1, 300)) + FURNITURE, "two", days=1),
        *(record(story(number, 250) + FURNITURE, f"s{number}") for number in range(2, MANY + 3)),
        record(story(1, 300), "bare", days=2),
        record(strewn(story(2, 250)), "noisy", days=2),
    ]
    shutil.copyfile(sqlite_template, tmp_path / "fresh.db")
    fresh = open_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    for one in records:
        store(engine, one)
    with other_rules():
        upgrade(engine, now=DAY)
        for one in records:
            store(fresh, one)
    ours, theirs = computed(engine), computed(fresh)
    fresh.dispose()
    for part in ("texts", "passages", "groups", "clusters", "hits"):
        assert ours[part] == theirs[part], part
    assert {frozenset(pair) for pair in ours["links"]} == {frozenset(pair) for pair in theirs["links"]}


@pytest.mark.slow
def test_an_upgrade_that_is_killed_leaves_all_as_it_was(database_url: str) -> None:
    engine = open_engine(database_url)
    fill(engine)
    before = computed(engine)
    for step in (("indexing", 7), ("clustering", 2)):
        heard, say = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=upgrade_and_say, args=(database_url, say))
        process.start()
        say.close()
        with heard:
            while heard.recv() != step:  # raises EOFError where it ends before
                pass
        process.kill()
        process.join()
        schema.check(engine)
        assert computed(engine) == before
    with other_rules():
        assert upgrade(engine, now=DAY).articles == len(WORLD)
    engine.dispose()


@pytest.mark.slow
def test_memory_stays_flat(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Four times the articles, all of them long, take no more memory."""
    engine = open_engine(sqlite_url)
    rng = random.Random(1)
    columns = [column.name for column in Article.__table__.columns if column.name not in ("id", "native_id", "body")]
    listed = ", ".join(columns)
    monkeypatch.setattr(reindex, "BATCH", 1)

    def peak(articles: range) -> int:
        with writing(engine) as connection:
            connection.execute(
                text(
                    f"INSERT INTO article (id, native_id, body, {listed}) "
                    f"SELECT :id, :name, :body, {listed} FROM article WHERE id = 1"
                ),
                [
                    {
                        "id": key,
                        "name": f"m{key}",
                        "body": "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(9999)),
                    }
                    for key in articles
                ],
            )
        monkeypatch.setattr("archive.text.version.VERSION", version.VERSION + 1)
        gc.collect()
        tracemalloc.start()
        upgrade(engine, now=DAY)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # Cycles are collected often: the peak is what is held, not when the collector last came by.
    often = gc.get_threshold()
    request.addfinalizer(lambda: gc.set_threshold(*often))
    gc.set_threshold(100, 2, 2)
    store(engine, record("第一条。", "first"))
    peak(range(2, 5))  # what is imported and cached once does not count
    few = peak(range(5, 20))
    assert peak(range(20, 80)) < few + 100_000
    engine.dispose()


def test_the_export_says_by_what_its_signatures_were_made(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exported(progress: Callable[[int], None] = lambda written: None) -> tuple[list[int], list[Any]]:
        with reading(engine) as connection:
            told = write_package(
                connection, tmp_path, ["articles"], Style(), DAY, lambda _, written: progress(written)
            ).manifest
        lines = (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line)["signature"] for line in lines]
        return [scheme["version"] for scheme in told["signatures"]], rows

    assert exported() == ([], [])
    fill(engine)
    versions, signatures = exported()
    assert versions == [VERSION]
    # Also where the upgrade comes between its rows and its description.
    monkeypatch.setattr("archive.export.package.EVERY", len(WORLD))
    with other_rules():
        assert exported(lambda written: upgrade(engine, now=DAY) and None) == ([VERSION], signatures)
        versions, after = exported()
    assert versions == [VERSION + 1]
    assert after != signatures


@pytest.mark.own_database
def test_articles_that_an_older_schema_did_not_index_are_indexed(engine: Engine) -> None:
    fill(engine)
    before = computed(engine)
    schema.downgrade(engine, "0001")
    with writing(engine) as connection:
        connection.execute(update(Article).values(cluster_id=None))
    assert upgrade(engine, now=DAY) == Upgraded("0001", schema.revisions()[-1], len(WORLD))
    after = computed(engine)
    assert after == before


@pytest.mark.own_database
@pytest.mark.parametrize("full_text", ["1.1", "1.0", None])
def test_the_versions_that_stood_apart_become_one(engine: Engine, full_text: str | None) -> None:
    fill(engine)
    before = computed(engine)
    schema.downgrade(engine, "0004")
    with writing(engine) as connection:
        assert connection.scalar(text("SELECT value FROM property WHERE name = 'fulltext'")) == f"1.{VERSION}"
        # What stood at that schema was of version 1 at most.
        connection.execute(text("UPDATE dedup_scheme SET version = 1"))
        if full_text is None:
            connection.execute(text("DELETE FROM property"))
        connection.execute(text("UPDATE property SET value = :v"), {"v": full_text})
    done = upgrade(engine, now=DAY)
    assert done.articles == len(WORLD)
    assert computed(engine) == before


@pytest.mark.own_database
def test_an_empty_archive_is_of_no_version_until_something_comes_in(engine: Engine) -> None:
    schema.downgrade(engine, "0004")
    assert upgrade(engine, now=DAY).articles is None
    with other_rules():
        schema.check(engine)
        store(engine, record(story(1), "one"))
    with pytest.raises(SchemaMismatch, match="update jianbao"):
        schema.check(engine)
    with writing(engine) as connection:
        connection.execute(delete(DedupText))
