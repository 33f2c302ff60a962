"""Faults, each injected for real, and each named by the doctor with its cure."""

import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from sqlalchemy import Engine, text

from archive.config.declared import Settings
from archive.settings import Home
from archive.store.db import open_engine, reading
from archive.store.schema import downgrade
from crawler.cli import main
from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from crawler.pages.template.site import Site, Source
from crawler.run.locks import lock_home
from crawler.sites.registry import load_sites
from crawler.upkeep.doctor import database, folder, machine
from crawler.upkeep.doctor.check import Check, State
from crawler.upkeep.doctor.doctor import examine
from crawler.upkeep.doctor.network import Network
from crawler.warc.marker import mark
from tests.permissions import bound_by_permissions

SITES = [load_sites()[name] for name in ("netease", "sohu")]


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path) -> Home:
    """A home with an empty archive."""
    return Home(path=tmp_path / "home", database=sqlite_url, settings=Settings(delay=0.001, timeout=20))


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    engine = open_engine(home.database)
    yield engine
    engine.dispose()


def faults(checks: Iterator[Check]) -> dict[str, Check]:
    """The faults, by what was looked at."""
    return {one.name: one for one in checks if one.state is State.FAULT}


def through(portal: Proxy, home: Home, **settings: object) -> Home:
    """The home, with a portal for the internet."""
    return evolve(
        home, settings=evolve(home.settings, **{"proxy": portal.url, "ca_file": str(portal.ca_file), **settings})
    )


def asked(portal: Proxy, home: Home, engine: Engine, **settings: object) -> list[Check]:
    return list(Network(through(portal, home, **settings), engine, SITES).checks())


def test_where_nothing_is_wrong_nothing_is_found(
    start_portal: Callable[..., Proxy], home: Home, engine: Engine
) -> None:
    """Each site's robots.txt and one list are asked for, by the hosts' book, and nothing is kept."""
    portal = start_portal(4)
    now = format_datetime(datetime.now(UTC), usegmt=True)
    portal.fault = lambda url: evolve(portal.portal.answer(url), headers=(("Date", now),))
    found = list(examine(through(portal, home), None, offline=False))
    assert [one.line for one in found if one.state is State.FAULT] == []
    assert {one.name for one in found} >= {
        "python",
        "sqlite",
        "packages",
        "settings",
        "disk",
        "files",
        "warc",
        "schema",
    }
    assert [(one.name, one.of) for one in found if one.state is State.WELL and one.name in ("robots", "fetch")] == [
        ("robots", SITES[0].sources[0].urls[0].split("/")[2]),
        ("fetch", "netease"),
        ("robots", SITES[1].sources[0].urls[0].split("/")[2]),
        ("fetch", "sohu"),
    ]
    assert sum(portal.requests.values()) == 4
    with reading(engine) as connection:
        assert connection.execute(text("SELECT turn_of FROM host")).scalars().all() == [None, None]
    assert list(home.path.iterdir()) == [home.path / "archive.db"] or not (home.path / "warc").exists()


def test_a_clock_that_is_wrong(start_portal: Callable[..., Proxy], home: Home, engine: Engine) -> None:
    portal = start_portal(4)
    for hours, said in ((3, "behind"), (-48, "ahead of")):
        told = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
        portal.fault = lambda url, told=told: evolve(portal.portal.answer(url), headers=(("Date", told),))  # type: ignore[misc]
        [found] = [one for one in asked(portal, home, engine) if one.name == "clock"]
        assert found.state is State.FAULT
        assert said in found.told
        assert "timedatectl" in found.cure


def test_a_robots_txt_that_forbids(start_portal: Callable[..., Proxy], home: Home, engine: Engine) -> None:
    portal = start_portal(4)
    forbids = Answer(200, b"User-agent: *\nDisallow: /\n", "text/plain")
    portal.fault = lambda url: forbids if url.endswith("/robots.txt") else None
    found = asked(portal, home, engine)
    robots = [one for one in found if one.name == "robots"]
    assert [one.state for one in robots] == [State.FAULT, State.FAULT]
    assert "forbids" in robots[0].told
    assert "it is obeyed" in robots[0].cure
    assert not [url for url in portal.requests if not url.endswith("/robots.txt")], "nothing else is asked for"
    portal.fault = lambda url: Answer(503, b"") if url.endswith("/robots.txt") else None
    assert "status 503" in faults(iter(asked(portal, home, engine)))["robots"].told


@pytest.mark.parametrize(("status", "cure"), [(403, "the portal refuses"), (500, "later"), (404, "the site file")])
def test_a_portal_that_answers_otherwise(
    start_portal: Callable[..., Proxy], home: Home, engine: Engine, status: int, cure: str
) -> None:
    portal = start_portal(4)
    portal.fault = lambda url: None if url.endswith("/robots.txt") else Answer(status, b"")
    found = faults(iter(asked(portal, home, engine)))["fetch"]
    assert f"status {status}" in found.told
    assert cure in found.cure


def test_a_certificate_that_nobody_vouches_for(start_portal: Callable[..., Proxy], home: Home, engine: Engine) -> None:
    found = faults(iter(asked(start_portal(4), home, engine, ca_file=None)))["certificate"]
    assert "certificate" in found.told
    assert "JIANBAO_CA_FILE" in found.cure


def test_a_proxy_that_asks_for_a_password_and_one_that_is_not_there(home: Home, engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def refuse() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        settings = evolve(home.settings, proxy=f"http://127.0.0.1:{port}")
        found = list(Network(evolve(home, settings=settings), engine, SITES).checks())
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    proxies = [one for one in found if one.state is State.FAULT]
    assert [(one.name, one.of) for one in proxies] == [("proxy", f"127.0.0.1:{port}")], "once, and not for every site"
    assert "407" in proxies[0].told
    assert "NAME:PASSWORD" in proxies[0].cure
    gone = faults(Network(evolve(home, settings=settings), engine, SITES).checks())["proxy"]
    assert "nothing listens there" in gone.told
    assert "JIANBAO_PROXY" in gone.cure


def test_names_that_lead_nowhere_or_inside(home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def look(host: str) -> Check:
        source = Source(name="all", urls=(f"https://{host}/",), parse=lambda text, url, at: [])
        site = Site(name="test", title="", hosts=(host,), target=lambda url: None, sources=(source,))
        return faults(Network(home, engine, [site]).checks())["dns"]

    dead = look("news.invalid")
    assert dead.of == "news.invalid"
    assert "does not resolve" in dead.told
    assert "/etc/resolv.conf" in dead.cure
    assert "private network" in look("localhost").told


def test_a_host_that_rests_is_not_asked(start_portal: Callable[..., Proxy], home: Home, engine: Engine) -> None:
    portal = start_portal(4)
    host = SITES[0].sources[0].urls[0].split("/")[2]
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO host (host, vain, rest_until, rest_reason) VALUES (:host, 0, :until, 'status 429')"),
            {"host": host, "until": (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S.%f")},
        )
    found = [one for one in asked(portal, home, engine) if one.of == host]
    assert [(one.name, one.state) for one in found] == [("robots", State.NOTE)]
    assert "status 429" in found[0].told
    assert not [url for url in portal.requests if host in url]


def database_of(home: Home) -> dict[str, Check]:
    engines: list[Engine] = []
    found = faults(database.checks(home, engines))
    for engine in engines:
        engine.dispose()
    return found


def test_a_schema_that_is_older_and_one_that_is_newer(home: Home) -> None:
    engine = open_engine(home.database)
    downgrade(engine, "0012")
    older = database_of(home)["schema"]
    assert "has schema 0012" in older.told
    assert "db upgrade" in older.cure
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    newer = database_of(home)["schema"]
    assert "newer than this version knows" in newer.told
    assert newer.cure == "update jianbao"


def test_a_page_that_is_damaged(home: Home) -> None:
    path = home.path / "archive.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = [(f"h{n}.example", "x" * 500) for n in range(500)]
        connection.executemany("INSERT INTO host (host, vain, rest_reason) VALUES (?, 0, ?)", rows)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'host'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)
    found = database_of(home)["database"]
    assert "damaged" in found.told
    assert "backup" in found.cure


def test_a_database_that_is_none(home: Home) -> None:
    (home.path / "archive.db").write_bytes(b"not a database at all\n" * 100)
    found = database_of(home)["database"]
    assert "not a database" in found.told
    assert found.cure


def test_an_extension_that_is_missing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    found = faults(machine.checks(evolve(home, database="postgresql+psycopg://clip@db/news")))["extension"]
    assert (found.of, found.cure) == ("psycopg", "pip install 'jianbao[postgres]'")
    assert "extension" not in faults(machine.checks(home)), "SQLite does without"

    def bare(path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path)
        connection.set_authorizer(
            lambda what, *_: sqlite3.SQLITE_DENY if what == sqlite3.SQLITE_CREATE_VTABLE else sqlite3.SQLITE_OK
        )
        return connection

    [without] = machine.sqlite(bare)
    assert "has no FTS5" in without.told
    assert "SQLite that was built with it" in without.cure


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_lock_of_somebody_else(home: Home) -> None:
    lock_home(home, "crawl").release()
    os.chown(home.path / "crawl.lock", 65534, 65534)
    found = faults(folder.checks(home))["files"]
    assert f"{home.path}/crawl.lock, which belongs to " in found.told
    assert "chown -R" in found.cure


def test_who_works_and_what_a_killed_run_left(home: Home) -> None:
    lock = lock_home(home, "crawl")
    (home.path / "warc").mkdir()
    mark(home.path / "warc" / "one.warc.gz").close()
    found = {one.name: one for one in folder.checks(home) if one.state is State.NOTE}
    lock.release()
    assert found["lock"].told == f"process {os.getpid()} works here now"
    assert "a killed run left 1 files" in found["warc"].told
    assert "`jianbao crawl` does" in found["warc"].cure
    assert "lock" not in {one.name for one in folder.checks(home)}, "free the moment that its process is gone"


def test_a_settings_file_that_is_broken(home: Home) -> None:
    (home.path / "jianbao.toml").write_text("[general\ndelay = 2\n", "utf-8")
    done = CliRunner().invoke(main, ["--home", str(home.path), "doctor", "--offline", "--json"])
    assert done.exit_code == 10
    found = [json.loads(line) for line in done.stdout.splitlines()]
    [broken] = [one for one in found if one["state"] == "fault"]
    assert broken["name"] == "settings"
    assert "jianbao.toml is not TOML" in broken["told"]
    assert "docs/settings.md" in broken["cure"]
    assert "schema" in {one["name"] for one in found}, "all else is looked at, too"


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def doctor(home: Path, before: Callable[[], None] | None) -> tuple[int, dict[str, str]]:
    """The command in a process of its own: its exit code, and the cures of the faults by what is wrong."""
    command = [sys.executable, "-c", "from crawler.cli import main; main()", "--home", str(home), "doctor", "--offline"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, preexec_fn=before)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {one["told"]: one["cure"] for one in found if one["state"] == "fault"}


@pytest.mark.slow
def test_a_home_that_is_read_only_and_a_disk_that_takes_nothing(home: Home, tmp_path: Path) -> None:
    home.path.chmod(0o555)
    code, found = doctor(home.path, bound_by_permissions)
    home.path.chmod(0o755)
    assert code == 10
    assert "check the folder's owner and permissions" in next(
        its for told, its in found.items() if "Permission" in told
    )
    code, found = doctor(home.path, limited)
    assert code == 10
    assert "raise the file-size limit" in next(its for told, its in found.items() if "too large" in told)
    full = tmp_path / "full"
    full.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", full], capture_output=True, check=False
    ).returncode:
        return  # nobody may mount anything here
    try:
        code, found = doctor(full, None)
    finally:
        subprocess.run(["umount", full], check=True)
    assert code == 10
    assert "make room on the disk" in next(its for told, its in found.items() if "No space left" in told)
