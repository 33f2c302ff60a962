"""How an archive is doing: the numbers, what needs a person, and the file for Prometheus."""

import json
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, insert, update

from archive.export.chain.seal import Sealing
from archive.export.package import Style
from archive.settings import Home
from archive.store.db import reading, writing
from archive.store.models import Alarm, Article, Change, CrawlRun, Frontier, Host, Recheck
from crawler.cli import main
from crawler.upkeep.backup.run import Backup
from crawler.upkeep.health import room as module
from crawler.upkeep.health.health import Health, look
from crawler.upkeep.health.prometheus import text, write
from tests.archive.make import article as article_of
from tests.archive.make import captured, store

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAMPLE = re.compile(r'jianbao_[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+')


def run(connection: Any, sites: list[str], ago: timedelta, *, state: str = "finished", code: int | None = 0) -> None:
    began = NOW - ago
    its = {"kind": "crawl", "sites": sites, "started_at": began, "finished_at": began + HOUR / 60, "state": state}
    connection.execute(insert(CrawlRun).values(**its, exit_code=code))


def fill(engine: Engine, home: Path) -> None:
    """Two sites, addresses in every state, looks that are late, WARC files of ten days."""
    for number, lag in enumerate((600, 1800, 6000)):
        record = article_of(f"a{number}", f"{number} 号的文字。", site="sohu", published_precision="second")
        store(engine, captured(record))
        with writing(engine) as connection:
            key = Article.native_id == f"a{number}"
            times = {"first_captured_at": NOW - HOUR, "published_at": NOW - HOUR - timedelta(seconds=lag)}
            connection.execute(update(Article).where(key).values(**times))
    with writing(engine) as connection:
        connection.execute(update(Change).values(at=NOW - HOUR))
        run(connection, ["netease", "sohu"], 3 * HOUR)
        run(connection, ["netease", "sohu"], 2 * HOUR, code=3)
        run(connection, ["netease", "sohu"], HOUR, state="killed", code=None)
        rows = [
            ("due", "www.sohu.com", -2 * HOUR),
            ("due", "www.sohu.com", -HOUR),
            ("due", "m.sohu.com", -HOUR),
            ("due", "www.sohu.com", HOUR),
            ("leased", "www.sohu.com", HOUR),
            ("failed", "www.sohu.com", -DAY),
            ("barred", "www.sohu.com", DAY),
            ("done", "www.sohu.com", -DAY),
        ]
        for number, (state, host, due) in enumerate(rows):
            its = {"site": "sohu", "native_id": f"f{number}", "url": f"https://{host}/{number}", "host": host}
            connection.execute(insert(Frontier).values(**its, state=state, due_at=NOW + due))
        connection.execute(insert(Host).values(host="m.sohu.com", vain=0, rest_until=NOW + HOUR))
        for number, (age, late, rank) in enumerate(
            ((5 * HOUR, HOUR, 1), (9 * DAY, 3 * DAY, 4), (8 * DAY, HOUR / 4, 3)), 1
        ):
            times = {"due_at": NOW - late, "since": NOW - age, "told_at": NOW - age}
            its = {
                "article_id": number,
                "site": "sohu",
                "host": "www.sohu.com",
                "url": f"https://www.sohu.com/{number}",
            }
            connection.execute(insert(Recheck).values(**its, rank=rank, **times))
    (home / "warc").mkdir(parents=True, exist_ok=True)
    for day in range(10):
        path = home / "warc" / f"jianbao-{day}.warc.gz"
        path.write_bytes(b"x" * 1000)
        os.utime(path, ((NOW - day * DAY).timestamp(),) * 2)


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes, total and free, of the disk that the archive believes to be on: the tests' own may be nearly full."""
    sizes = [200 * 10**9, 100 * 10**9]
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage(sizes[0], sizes[0] - sizes[1], sizes[1]))
    return sizes


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Home:
    return Home(path=tmp_path / "home", database=database_url)


def seen(home: Home, engine: Engine, now: datetime = NOW) -> Health:
    home.path.mkdir(exist_ok=True)
    with reading(engine) as connection:
        return look(home, connection, now)


def test_the_numbers(engine: Engine, home: Home) -> None:
    fill(engine, home.path)
    found = seen(home, engine).as_json()
    assert found["needs"] == []
    assert found["sites"] == [
        {
            "site": name,
            "run_at": "2026-05-06T19:00:00+08:00",
            "good_at": "2026-05-06T18:01:00+08:00",
            "lag_seconds": 1800.0 if name == "sohu" else None,
        }
        for name in ("netease", "sohu")
    ]
    assert found["queue"] == {
        "due": 3,
        "blocked": 1,
        "waiting": 1,
        "leased": 1,
        "barred": 1,
        "failed": 1,
        "oldest_due": "2026-05-06T18:00:00+08:00",
    }
    assert found["recheck_debt"] == [
        {"age": "first_day", "late": 1, "latest_seconds": 3600.0},
        {"age": "first_week", "late": 0, "latest_seconds": 0.0},
        {"age": "first_month", "late": 1, "latest_seconds": 3 * 86400.0},
        {"age": "later", "late": 0, "latest_seconds": 0.0},
    ]
    assert (found["warc_files"], found["warc_bytes"]) == (10, 10_000)
    own = found["database_bytes"] if engine.dialect.name == "sqlite" else 0
    assert found["grows_bytes_a_day"] == pytest.approx((10_000 + own) / 9)
    assert found["disk_full_in_days"] == pytest.approx(found["disk_free_bytes"] / found["grows_bytes_a_day"])
    assert (found["verified_since"], found["backed_up_at"], found["exported_at"]) == (None, None, None)


def test_what_needs_a_person(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", database=sqlite_url)
    assert seen(home, sqlite_engine).needs == [], "nothing was ever crawled here"
    with writing(sqlite_engine) as connection:
        run(connection, ["clip"], 3 * HOUR, state="failed", code=6)
    [need] = seen(home, sqlite_engine).needs
    assert need.startswith("clip: no good run yet: `jianbao runs`")
    with writing(sqlite_engine) as connection:
        run(connection, ["clip"], 2 * HOUR)
        run(connection, ["netease", "sohu"], 5 * DAY)
        run(connection, ["sohu"], 2 * HOUR)
        run(connection, ["netease"], HOUR, state="failed", code=6)
    [need] = seen(home, sqlite_engine).needs
    assert need.startswith("netease: no good run since 2026-05-01T20:01:00+08:00: `jianbao runs`")
    assert seen(home, sqlite_engine, NOW + 8 * DAY).needs == [
        "nothing was crawled since 2026-05-06T19:00:00+08:00: look at cron or the systemd timer, and its log"
    ]
    with writing(sqlite_engine) as connection:
        told = {"usual": "2 %", "now": "40 %", "examples": [], "next_command": "jianbao runs show 2", "told_at": NOW}
        alarm = {"site": "sohu", "measure": "doubtful", "scope": "sohu-mp", "raised_at": NOW, "run_id": 2, **told}
        connection.execute(insert(Alarm).values(**alarm))
        run(connection, ["netease"], HOUR)
    found = seen(home, sqlite_engine)
    assert found.needs == ["alarm 1: sohu/sohu-mp: doubtful is 40 %; usual: 2 %: jianbao runs show 2"]
    assert 'jianbao_alarms_open{site="sohu"} 1.0' in text(found)
    assert "jianbao_person_needed 1.0" in text(found)


@pytest.mark.parametrize(
    ("total", "free", "needed"),
    [
        (40 * 10**9, 799_999_999, True),
        (40 * 10**9, 800_000_000, False),
        (20 * 10**12, 2 * 10**9 - 1, True),
        (20 * 10**12, 300 * 10**9, False),
    ],
    ids=["two in a hundred", "just enough", "a large disk", "a large disk has room at one in a hundred"],
)
def test_a_disk_that_is_nearly_full(
    total: int, free: int, needed: bool, disk: list[int], sqlite_engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    disk[:] = [total, free]
    told = f"the disk has {free:,} bytes left: make room, or move the home to a larger disk"
    home = Home(path=tmp_path / "home", database=sqlite_url)
    assert seen(home, sqlite_engine).needs == ([told] if needed else [])


def test_a_disk_that_is_full_in_days(disk: list[int], sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", database=sqlite_url)
    fill(sqlite_engine, home.path)
    grows = seen(home, sqlite_engine).room.grows
    assert grows is not None
    disk[1] = int(5.2 * grows)
    told = "the disk is full in 5 days: make room, or move the home to a larger disk"
    assert seen(home, sqlite_engine).needs == [told]


def test_the_file_for_prometheus(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", database=sqlite_url)
    fill(sqlite_engine, home.path)
    found = seen(home, sqlite_engine)
    path = tmp_path / "out" / "jianbao.prom"
    path.parent.mkdir()
    path.write_text("old", "utf-8")
    write(found, path)
    assert [one.name for one in path.parent.iterdir()] == ["jianbao.prom"], "no half file is left"
    lines = path.read_text("utf-8").splitlines()
    assert path.stat().st_mode & 0o777 == 0o644, "node_exporter is another user"
    metrics = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(metrics) == len(set(metrics))
    assert all(line.endswith(" gauge") for line in lines if line.startswith("# TYPE"))
    samples = [line for line in lines if not line.startswith("#")]
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    assert {re.split("[{ ]", line)[0] for line in samples} == set(metrics)
    assert 'jianbao_frontier_addresses{state="blocked"} 1.0' in samples
    assert 'jianbao_lag_seconds{site="sohu"} 1800.0' in samples
    assert f"jianbao_health_timestamp_seconds {NOW.timestamp()!r}" in samples


def test_the_command(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(sqlite_engine, home)
    words = ["--home", str(home), "--database", sqlite_url, "health"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 10, "its runs are long ago"
    assert "! nothing was crawled since 2026-05-06T19:00:00+08:00" in done.stdout
    assert done.stderr == "jianbao: 1 things need a person; they stand above\n"
    told = CliRunner().invoke(main, [*words, "--json"])
    assert told.exit_code == 10
    assert json.loads(told.stdout)["well"] is False
    out = tmp_path / "jianbao.prom"
    assert CliRunner().invoke(main, [*words, "--prometheus", str(out)]).stdout == ""
    assert "jianbao_person_needed 1.0" in out.read_text("utf-8")
    away = CliRunner().invoke(main, [*words, "--prometheus", str(tmp_path / "nowhere" / "x.prom")])
    assert away.exit_code == 6


def test_the_last_backup_is_known(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", database=sqlite_url)
    assert seen(home, sqlite_engine).backed_up is None
    Backup(home, sqlite_engine, tmp_path / "away", now=lambda: NOW).run()
    assert seen(home, sqlite_engine).backed_up == NOW
    assert f"jianbao_backup_timestamp_seconds {NOW.timestamp()!r}" in text(seen(home, sqlite_engine))


def test_the_last_export_is_known(engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", database=sqlite_url)
    assert seen(home, engine).exported is None
    Sealing(engine, home.export, Style(), lambda: NOW).run()
    assert seen(home, engine).exported == NOW
    assert f"jianbao_export_timestamp_seconds {NOW.timestamp()!r}" in text(seen(home, engine))
