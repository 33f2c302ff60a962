"""Several crawlers, each with a home of its own, on one PostgreSQL database."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.crawl.run import Archive
from tests.portal.proxy import Proxy


def test_two_crawlers_share_the_work_and_the_archive(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    proxy = start_portal(60)
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url, "JIANBAO_DELAY": "0.02"}
    crawlers = [Archive(tmp_path / name, environment) for name in ("one", "two")]
    processes = [crawler.start("crawl") for crawler in crawlers]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode in (0, 3), err
        assert "Traceback" not in err
    assert {proxy.served[one.site, one.native_id] for one in proxy.world.publications} == {1}
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT site, native_id FROM article")).all()
        runs = connection.execute(text("SELECT state, new FROM crawl_run")).all()
        files = connection.execute(text("SELECT DISTINCT warc_file FROM capture")).scalars().all()
    engine.dispose()
    assert {tuple(row) for row in stored} == {(one.site, one.native_id) for one in proxy.world.publications}
    assert [run.state for run in runs] == ["finished", "finished"]
    assert sum(run.new for run in runs) == len(stored)
    homes = {file.name for crawler in crawlers for file in crawler.warcs()}
    assert set(files) <= homes
    assert len(homes) == 2


def test_a_killed_run_is_told_from_a_living_one(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    proxy = start_portal(30)
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url}
    one, two = (Archive(tmp_path / name, environment) for name in ("one", "two"))
    with one.start("crawl", "sohu", JIANBAO_DELAY="0.5") as living:
        assert living.stderr is not None
        living.stderr.readline()
        before = (
            "import os, crawler.session as s\ndef ingest(*args, **more): os.kill(os.getpid(), 9)\ns.ingest = ingest"
        )
        assert two.run("crawl", "netease", before=before).returncode == -9
        assert two.run("crawl", "netease").returncode in (0, 3)
        living.terminate()
        living.communicate(timeout=60)
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        states = connection.execute(text("SELECT sites, state FROM crawl_run ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in states] == [(["sohu"], "stopped"), (["netease"], "killed"), (["netease"], "finished")]
