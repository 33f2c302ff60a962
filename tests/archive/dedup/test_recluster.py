"""The whole archive anew: DuckDB and Spark group as the articles' own transactions did."""

import importlib.util
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update

from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import Outcome, apply, recluster
from archive.dedup.tables import Cluster, Link
from archive.export.run import export
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from tests.archive.dedup.copies import cut, groups, notice, record, spaced, spin, store, text, transcode

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


def _links(outcome: Outcome) -> set[tuple[int, int, str]]:
    return {(first, second, verdict.relation) for first, second, verdict in outcome.links}


def test_duckdb_finds_what_ingest_found(engine: Engine) -> None:
    _fill(engine)
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert outcome.moved == {}
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
    assert len(outcome.moved) == 30
    with reading(engine) as connection:
        assert len(groups(connection)) == 51  # only looked
    assert apply(engine, outcome, now=NOW) >= 30
    with reading(engine) as connection:
        assert groups(connection) == before
        assert connection.execute(select(Cluster.__table__).order_by(Cluster.id)).all() == rows
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved == {}


def test_an_empty_archive(engine: Engine) -> None:
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    assert outcome.as_json()["articles"] == 0
    assert apply(engine, outcome, now=NOW) == 0


def _java() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = said.split('"')[1].split(".")[0] if '"' in said else "0"
    return version.isdigit() and int(version) >= 17


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: jianbao[spark]")
@pytest.mark.skipif(not _java(), reason="Spark needs Java 17 or newer, and there is none")
@pytest.mark.filterwarnings("ignore")
def test_spark_finds_what_duckdb_finds(sqlite_url: str, tmp_path: Path) -> None:
    from archive.dedup.recluster.spark import SparkEngine

    engine = open_engine(sqlite_url)
    _fill(engine)
    with reading(engine) as connection:
        parquet = export(connection, tmp_path, "parquet", every_article=True, now=NOW).path
    work = SparkEngine(parquet, master="local[2]")
    try:
        on_spark = recluster(engine, work)
    finally:
        work.close()
    on_duckdb = recluster(engine, DuckEngine(engine, jobs=1))
    engine.dispose()
    assert on_spark.groups == on_duckdb.groups
    assert on_spark.moved == {}
    assert _links(on_spark) == _links(on_duckdb)
