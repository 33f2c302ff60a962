"""Several crawlers, each with a home of its own, on one PostgreSQL database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crawler.demo.proxy import Proxy
from tests.crawler.run.run import Archive
from tests.crawler.run.test_locks import fall_silent

pytestmark = pytest.mark.slow


def test_two_crawlers_share_the_work_and_the_archive(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    proxy = start_portal(60, all_lists=True)
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url, "JIANBAO_DELAY": "0.02"}
    crawlers = [Archive(tmp_path / name, environment) for name in ("one", "two")]
    processes = [crawler.start("crawl") for crawler in crawlers]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode in (0, 3), err
        assert "Traceback" not in err, err
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT site, native_id FROM article")).all()
        runs = connection.execute(text("SELECT state, new, rechecked FROM crawl_run")).all()
        files = connection.execute(text("SELECT DISTINCT warc_file FROM capture")).scalars().all()
    engine.dispose()
    served = [proxy.served[one.site, one.native_id] for one in proxy.world.publications]
    # Where a page of a host is no more, one that the other crawler has stored may be asked whether the host is well.
    assert min(served) == 1
    assert sum(served) == len(served) + sum(run.rechecked for run in runs)
    assert {tuple(row) for row in stored} == {(one.site, one.native_id) for one in proxy.world.publications}
    assert [run.state for run in runs] == ["finished", "finished"]
    assert sum(run.new for run in runs) == len(stored)
    homes = {file.name for crawler in crawlers for file in crawler.warcs()}
    assert set(files) <= homes
    assert len(homes) == 2


def test_a_killed_run_is_told_from_a_living_one(
    start_portal: Callable[..., Proxy], postgres_url: str, tmp_path: Path
) -> None:
    proxy = start_portal(20)
    environment = {**proxy.environment(), "JIANBAO_DATABASE": postgres_url}
    one, two = (Archive(tmp_path / name, environment) for name in ("one", "two"))
    waits = (
        "import signal, sys, crawler.run.runner as r\n"
        "def recover(*given): print('open', file=sys.stderr, flush=True); signal.pause()\n"
        "r.recover = recover"
    )
    dies = "import os, crawler.run.runner as r\ndef recover(*given): os.kill(os.getpid(), 9)\nr.recover = recover"
    with one.start("crawl", "sohu", before=waits) as living:
        assert living.stderr is not None
        assert any("open" in line for line in living.stderr)
        assert two.run("crawl", "netease", before=dies).returncode == -9
        assert two.run("crawl", "netease", "--limit", "1").returncode in (0, 3)
        assert states(postgres_url) == ["running", "killed", "finished"]
        living.kill()
        living.communicate(timeout=60)
    assert two.run("crawl", "netease", "--limit", "1").returncode in (0, 3)
    assert states(postgres_url) == ["running", "killed", "finished", "finished"], "it may only be slow"
    fall_silent(postgres_url, 61)
    assert two.run("crawl", "netease", "--limit", "1").returncode in (0, 3)
    assert states(postgres_url) == ["killed", "killed", "finished", "finished", "finished"]


def states(url: str) -> list[str]:
    """How every run ended, in their order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT state FROM crawl_run ORDER BY id")).scalars())
    engine.dispose()
    return found
