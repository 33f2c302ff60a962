"""The whole archive anew: DuckDB and Spark group as the articles' own transactions did."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve
from click.testing import CliRunner
from sqlalchemy import Engine, delete, insert, select, update

from archive.dedup.clusters import decisions
from archive.dedup.propose import furniture
from archive.dedup.propose.furniture import MANY
from archive.dedup.recluster import duck, hanging
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.found import Found
from archive.dedup.recluster.packed import Ids
from archive.dedup.recluster.run import Outcome, apply, recluster
from archive.dedup.stored import read
from archive.dedup.tables import Cluster, Link
from archive.dedup.verify.compare import Verdict, compare
from archive.errors import UsageError
from archive.export.apart import write_package
from archive.export.package import Style
from archive.spark import start
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from crawler.cli import main
from tests.archive.dedup.copies import cut, groups, notice, record, spaced, spin, store, text, transcode
from tests.once.java import spark

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _fill(engine: Engine) -> None:
    for number in range(10):
        body = text(number, 500)
        store(
            engine,
            record(body, f"a{number}", site="netease"),
            record(spaced(body), f"b{number}", site="sohu", days=1),
            record(transcode(spin(body)), f"c{number}", site="x.example", days=2),
            record(cut(body, 0.7), f"d{number}", site="sohu", days=2),
            record(notice(number), f"n{number}", days=number),
        )
    store(engine, record("\n".join(text(number, 500) for number in range(4)), "roundup", days=1))


def test_duckdb_finds_what_ingest_found(engine: Engine) -> None:
    _fill(engine)
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert outcome.moved() == {}
    with reading(engine) as connection:
        before = groups(connection)
        together = {frozenset(pair) for pair in connection.execute(select(Link.article_id, Link.other_id))}
    assert len(before) == 21
    # Ingest stops at a story's first twin; what it found, the recluster finds too, but for links to further twins.
    assert len(together & {frozenset(pair[:2]) for pair in outcome.links}) > 0.5 * len(together)


def test_a_recluster_repairs_what_was_spoilt(engine: Engine) -> None:
    _fill(engine)
    with reading(engine) as connection:
        before = groups(connection)
        rows = connection.execute(select(Cluster.__table__).order_by(Cluster.id)).all()
    with writing(engine) as connection:
        connection.execute(delete(Link))
        connection.execute(delete(Cluster))
        connection.execute(update(Article).values(cluster_id=Article.id))
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert len(outcome.moved()) == 30
    with reading(engine) as connection:
        assert len(groups(connection)) == 51  # only looked
    assert apply(engine, outcome, now=NOW) >= 30
    with reading(engine) as connection:
        assert groups(connection) == before
        assert connection.execute(select(Cluster.__table__).order_by(Cluster.id)).all() == rows
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


@pytest.mark.slow
def test_links_that_are_found_again_are_not_written_again(engine: Engine) -> None:
    _fill(engine)
    apply(engine, recluster(engine, DuckEngine(engine, jobs=1)), now=NOW)
    later = NOW + timedelta(days=1)
    with reading(engine) as connection:
        before = connection.execute(select(Link.__table__).order_by(Link.article_id, Link.other_id)).all()
    (spoilt, other), lost = before[0][:2], before[1][:2]
    with writing(engine) as connection:
        connection.execute(update(Link).where(Link.article_id == spoilt, Link.other_id == other).values(coverage=0.01))
        connection.execute(delete(Link).where(Link.article_id == lost[0], Link.other_id == lost[1]))
    apply(engine, recluster(engine, DuckEngine(engine, jobs=1)), now=later)
    with reading(engine) as connection:
        after = connection.execute(select(Link.__table__).order_by(Link.article_id, Link.other_id)).all()
    assert [row[:-1] for row in after] == [row[:-1] for row in before]
    assert [row[:2] for row in after if row.at == later] == [(spoilt, other), lost]


def test_links_of_an_article_that_was_committed_meanwhile_stay(engine: Engine) -> None:
    """Its number may lie among those that were seen: PostgreSQL hands numbers out before the commit."""
    _fill(engine)
    query = select(Link.article_id, Link.other_id).order_by(Link.article_id, Link.other_id)
    with reading(engine) as connection:
        before = connection.execute(query).all()
        clusters = groups(connection)
    late = next(article_id for article_id, _ in before)
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    seen = outcome.ids != late
    assert late < max(outcome.ids[seen])
    links = Found()
    links.add(link for link in outcome.links if late not in link[:2])
    unseen = evolve(outcome, ids=outcome.ids[seen], before=outcome.before[seen], after=outcome.after[seen], links=links)
    apply(engine, unseen, now=NOW)
    with reading(engine) as connection:
        after = connection.execute(query).all()
        assert groups(connection) == clusters
    assert [pair for pair in after if late in pair] == [pair for pair in before if late in pair]


class Sightless(DuckEngine):
    """One that proposes no pair."""

    def pairs(self) -> Ids:
        return super().pairs()[:0]


def test_what_is_linked_falls_apart_by_a_comparison_alone(engine: Engine) -> None:
    """A look-up among fewer articles may have found what others hide from one among all."""
    body, other = text(64, 500), text(65, 500)
    store(engine, record(body, "whole"), record(other, "other"), record(spin(body), "spun", site="sohu", days=1))
    with writing(engine) as connection:
        [row] = connection.execute(select(Link.__table__)).mappings()
        connection.execute(insert(Link), {**row, "article_id": 2, "other_id": 1})
        connection.execute(update(Article).where(Article.id == 2).values(cluster_id=1))
    outcome = recluster(engine, Sightless(engine, jobs=1))
    assert outcome.moved() == {2: (1, 2)}
    assert [(*link[:2], link[2].relation) for link in outcome.links] == [(3, 1, "spun")]
    assert outcome.as_json()["pairs"] == 2


def test_a_round_up_of_a_text_with_twins_and_of_one_without(engine: Engine) -> None:
    twins, single = text(60, 400), text(61, 400)
    store(engine, record(twins, "one"), record(twins, "two", site="sohu"), record(f"{twins}\n{single}", "both", days=1))
    store(engine, record(single, "single", days=1))
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert outcome.moved() == {}
    assert {frozenset(link[:2]) for link in outcome.links} >= {frozenset({1, 2}), frozenset({3, 4})}


def test_an_empty_archive(engine: Engine) -> None:
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert outcome.as_json()["articles"] == 0
    assert apply(engine, outcome, now=NOW) == 0


def test_articles_of_which_nothing_counts_are_not_compared(engine: Engine) -> None:
    store(engine, *(record("……", f"empty{number}") for number in range(5)))
    assert recluster(engine, DuckEngine(engine, jobs=1)).as_json()["pairs"] == 0


FURNITURE = "\n清口早餐铺的灯每天五点亮起，陪赶路的人喝完第一碗热粥再上船。"
NOTICE = "该内容已被发布者删除，或者正在审核之中，请稍后再来查看，谢谢您的支持。"
HEADS = ["清口大桥今日通车", "望江公园樱花盛开", "省图书馆延长开放"]


def _fill_with_all_kinds(engine: Engine) -> None:
    """A star of more than 64, twins of two dates and of none, furniture, short texts, an empty one, decisions."""
    star, two, undated = text(50, 300), text(51, 300), {"published_at": None, "published_precision": None}
    store(engine, *(record(star, f"star{place}", site=f"star{place // 8}", days=place / 100) for place in range(70)))
    store(engine, record(two, "old", site="t1"), record(two, "new", site="t2", days=40), record(two, "none", **undated))
    store(engine, record(spin(two), "spun", site="t3", days=41), record(cut(two, 0.7), "cut", site="t4", **undated))
    flashes = [record(text(60 + place, 200) + FURNITURE, f"f{place}", site="portal") for place in range(MANY + 2)]
    copies = [record(text(60 + place, 200), f"g{place}", site="other", days=1) for place in range(MANY + 2)]
    store(engine, *flashes, *copies)
    for place in range(5):
        store(engine, *(record(NOTICE, f"{head}{place}", headline=head, days=place) for head in HEADS))
    store(engine, record("……", "empty"))
    ids = _ids(engine)
    with writing(engine) as connection:
        decisions.split(connection, [ids[f"star{place}"] for place in range(20)], by="林", now=NOW)
        decisions.merge(connection, [ids["f0"], ids["empty"]], by="林", now=NOW)


def _ids(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return dict(connection.execute(select(Article.native_id, Article.id)).all())


def test_duckdb_finds_what_ingest_found_of_every_kind(engine: Engine) -> None:
    _fill_with_all_kinds(engine)
    with reading(engine) as connection:
        before = groups(connection)
    for names in (
        [f"star{place}" for place in range(20)],
        [f"star{place}" for place in range(20, 70)],
        ["old", "new", "none", "spun", "cut"],
        ["f0", "g0", "empty"],
        ["f5", "g5"],
        *([f"{head}{place}" for place in range(5)] for head in HEADS),
    ):
        assert frozenset(names) in before
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


CLICKED = "太突然了！刚刚传来消息"


def _fill_with_other_headlines(engine: Engine) -> None:
    """Texts that were printed under a headline of theirs, then under one that speaks of nothing; of each a copy that
    was cut, under its headline, but closest in time to the other."""
    for number in range(3):
        whole = text(90 + number, 700)
        head = whole[:12]
        store(
            engine,
            record(whole, f"first{number}", headline=head),
            record(whole, f"clicked{number}", site="sohu", headline=CLICKED, days=1),
        )
        store(engine, record(cut(whole), f"cut{number}", site="cut", headline=head, days=1.1))


def test_of_copies_of_one_text_the_one_under_the_same_headline_is_compared(engine: Engine) -> None:
    _fill_with_other_headlines(engine)
    ids = _ids(engine)
    with reading(engine) as connection:
        links = set(connection.execute(select(Link.article_id, Link.other_id, Link.relation)).all())
        before = groups(connection)
    assert before == {frozenset({f"first{number}", f"clicked{number}", f"cut{number}"}) for number in range(3)}
    assert {(ids[f"cut{number}"], ids[f"first{number}"], "revised") for number in range(3)} <= links
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


@pytest.mark.parametrize("fill", [_fill_with_all_kinds, _fill_with_other_headlines])
def test_a_link_is_what_its_two_articles_say(engine: Engine, fill: Callable[[Engine], None]) -> None:
    """Whichever of the articles with one text the archive read."""
    fill(engine)
    with reading(engine) as connection:
        links = connection.execute(select(Link.__table__)).all()
        texts = read(connection, {key for link in links for key in (link.article_id, link.other_id)})
    for link in links:
        said = compare(texts[link.article_id], texts[link.other_id])
        assert isinstance(said, Verdict)
        told = (said.relation, list(said.marks), said.similarity, said.coverage, said.other_coverage, said.confidence)
        assert told == (
            link.relation,
            link.marks,
            link.similarity,
            link.coverage,
            link.other_coverage,
            link.confidence,
        )
        assert json.loads(json.dumps(said.evidence)) == link.evidence


def _told(outcome: Outcome) -> tuple[object, ...]:
    """All of it: every link with its verdict, every article's cluster."""
    return list(outcome.links), outcome.ids.tolist(), outcome.after.tolist(), outcome.splits, outcome.as_json()


@pytest.mark.slow
def test_several_processes_find_the_same(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(sqlite_engine)
    alone = recluster(sqlite_engine, DuckEngine(sqlite_engine, jobs=1))
    monkeypatch.setattr(duck, "ALONE", 0)
    monkeypatch.setattr(duck, "CHUNK", 7)
    assert _told(recluster(sqlite_engine, DuckEngine(sqlite_engine, jobs=2))) == _told(alone)


@pytest.mark.slow
def test_few_at_a_time_are_grouped_and_stored_the_same(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All clusters spoilt; one group that hangs together after the other, or all at once: the same rows, but for the
    numbers of what is told."""
    _fill_with_all_kinds(sqlite_engine)
    with writing(sqlite_engine) as connection:
        connection.execute(delete(Link).where(Link.article_id % 3 == 0))
        connection.execute(update(Article).values(cluster_id=Article.id))
    with open_engine(f"sqlite:///{tmp_path / 'other.db'}", create=True).connect() as target:
        raw = target.connection.driver_connection
        with reading(sqlite_engine) as connection:
            connection.connection.driver_connection.backup(raw)  # type: ignore[union-attr]
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    told = []
    for engine, some in ((sqlite_engine, hanging.SOME), (other, 1)):
        monkeypatch.setattr(hanging, "SOME", some)
        outcome = recluster(engine, DuckEngine(engine, jobs=1))
        changed = apply(engine, outcome, now=NOW)
        with reading(engine) as connection:
            rows = [
                connection.execute(select(table.__table__).order_by(*table.__table__.primary_key)).all()
                for table in (Link, Cluster)
            ]
            told.append((_told(outcome), changed, rows, groups(connection)))
    other.dispose()
    assert told[0] == told[1]
    assert told[0][1] > 50


@pytest.mark.parametrize("some", [1, 3, 100])
def test_what_hangs_together_is_handed_over_whole(some: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hanging, "SOME", some)
    ids = np.array([2, 3, 5, 7, 11, 13, 2**40])
    pairs = np.array([(11, 3), (2**40, 5), (5, 7), (4, 2), (2**41, 13)])
    found = list(hanging.groups(ids, pairs))
    assert [key for one in found for key in one] == [3, 11, 5, 7, 2**40]
    assert found == ([[3, 11], [5, 7, 2**40]] if some == 1 else [[3, 11, 5, 7, 2**40]])
    assert list(hanging.groups(ids, np.zeros((0, 2), dtype=np.int64))) == []


def test_without_pyspark_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match=r"jianbao\[spark\]"):
        start("test", "local[1]")


def _on_spark(engine: Engine, folder: Path) -> Outcome:
    from archive.dedup.recluster.spark import SparkEngine, exported

    with reading(engine) as connection:
        write_package(connection, folder, ["articles"], Style(form="parquet"), NOW)
        known = furniture.everything(connection)
    spark = start("test", "local[2]")
    try:
        return recluster(engine, SparkEngine(spark, exported(spark, folder / "articles.parquet"), furniture=known))
    finally:
        spark.stop()


@pytest.mark.usefixtures("one_spark")
@pytest.mark.parametrize("fill", [pytest.param(one, marks=spark) for one in (_fill, _fill_with_all_kinds)])
def test_spark_finds_what_duckdb_finds(sqlite_engine: Engine, tmp_path: Path, fill: Callable[[Engine], None]) -> None:
    """Every link with its verdict, and the clusters of ingest."""
    fill(sqlite_engine)
    on_spark = _on_spark(sqlite_engine, tmp_path)
    assert on_spark.moved() == {}
    assert _told(on_spark) == _told(recluster(sqlite_engine, DuckEngine(sqlite_engine, jobs=1)))


@pytest.mark.parametrize("given", [pytest.param(given, marks=spark) for given in (False, True)])
def test_the_command_runs_spark(sqlite_url: str, tmp_path: Path, given: bool, one_spark: list[int]) -> None:
    """Over an export that it makes, or that it is given; it repairs what was spoilt, and stops Spark at its end."""
    one_spark.clear()
    engine = open_engine(sqlite_url)
    body = text(1, 400)
    store(engine, record(body, "a", site="s1"), record(spin(body), "b", site="s2"), record(text(2, 400), "c"))
    with writing(engine) as connection:
        connection.execute(delete(Link))
        connection.execute(delete(Cluster))
        connection.execute(update(Article).values(cluster_id=Article.id))
    with reading(engine) as connection:
        write_package(connection, tmp_path, ["articles"], Style(form="parquet"), NOW)
    command = ["--database", sqlite_url, "recluster", "--engine", "spark", "--master", "local[1]", "--json"]
    done = CliRunner().invoke(
        main, [*command, *(["--from", str(tmp_path / "articles.parquet")] if given else [])], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output.splitlines()[-1])
    assert (told["articles"], told["clusters"], told["changed"], told["applied"]) == (3, 2, 1, True)
    with reading(engine) as connection:
        assert groups(connection) == {frozenset("ab"), frozenset("c")}
    assert len(one_spark) == 1
    engine.dispose()


@pytest.mark.usefixtures("one_spark")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=spark) for name in ("empty", "other.parquet", "text.parquet")]
)
def test_a_file_that_is_no_export_is_named(sqlite_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.parquet").write_text("no Parquet")
    pq.write_table(pa.table({"id": [1]}), tmp_path / "other.parquet")
    command = ["--database", sqlite_url, "recluster", "--engine", "spark", "--master", "local[1]"]
    done = CliRunner().invoke(main, [*command, "--from", str(tmp_path / name)])
    assert done.exit_code == 2
    assert f"{name} is no Parquet export" in done.output


@pytest.mark.parametrize("home", [pytest.param("/nowhere", marks=spark)])
def test_without_java_one_is_told_so(sqlite_url: str, home: str) -> None:
    """In a process of its own: this one may have started Java already."""
    command = [sys.executable, "-c", "from crawler.cli import main; main()", "--database", sqlite_url]
    done = subprocess.run(
        [*command, "recluster", "--engine", "spark"],
        env={**os.environ, "JAVA_HOME": home},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "is Java 17 there?" in done.stderr
