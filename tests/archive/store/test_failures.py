"""What goes wrong with a database, told in one line with the cure: locks, folders, disks, servers, other files."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from archive.errors import DatabaseUnavailable, JianbaoError, SchemaMismatch, StorageError, UsageError
from archive.store.db import check_pages, connect, open_engine, opened, reading, upgrade, writing
from archive.store.dberrors import translate
from tests.archive.make import article, store, told
from tests.postgres import Server

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locked(sqlite_url: str) -> Iterator[str]:
    """An archive whose write lock another process holds."""
    path = sqlite_url.removeprefix("sqlite:///")
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield sqlite_url + "?timeout=0.1"
        holder.communicate(b"")


def one_line(error: JianbaoError, *parts: str) -> None:
    message = str(error)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_a_lock_that_another_process_holds(locked: str) -> None:
    with opened(locked) as engine:
        with pytest.raises(DatabaseUnavailable) as caught, writing(engine):
            pytest.fail("the lock is held")
        one_line(caught.value, "archive.db", "locked by another process", "try again")
        with reading(engine) as connection:
            assert connection.scalar(text("SELECT count(*) FROM article")) == 0


def test_a_held_lock_does_not_keep_an_upgrade_waiting_for_ever(locked: str) -> None:
    engine = connect(locked)
    with pytest.raises(DatabaseUnavailable, match="locked"):
        upgrade(engine)
    engine.dispose()


def test_no_archive_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_engine(f"sqlite:///{tmp_path / 'none' / 'archive.db'}")
    one_line(caught.value, "there is no archive at", "jianbao crawl", "--home")
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(b"These are not the bytes of a database. " * 100)
    with pytest.raises(DatabaseUnavailable) as caught:
        open_engine(f"sqlite:///{path}", create=True)
    one_line(caught.value, "not a readable SQLite database")


def test_a_database_of_something_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = connect(url, create=True)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE recipes (id INTEGER)"))
    with pytest.raises(SchemaMismatch, match="something else"):
        open_engine(url, create=True)
    with pytest.raises(SchemaMismatch, match="something else"):
        upgrade(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("archive.db", "not a database address"),
        ("", "not a database address"),
        ("postgresql://u:secret@h:port/x", "not a database address"),
        ("nosuch://u:secret@h/x", "not a database address"),
        ("mysql://u:secret@h/x", "not in mysql"),
        ("sqlite:///x.db?timeout=abc", "not a database address"),
        ("sqlite:///x.db?uri=maybe", "not a database address"),
    ],
)
def test_an_address_that_is_none(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        open_engine(url)
    assert "secret" not in str(caught.value)


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_engine(f"postgresql://clip:secret@/news?host={tmp_path}", create=True)
    one_line(caught.value, "cannot reach", "is the server running?")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "says"), [("nosuch=1", 'invalid connection option "nosuch"'), ("connect_timeout=soon", "connect_timeout")]
)
def test_an_address_with_options_that_there_are_not(words: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_engine(f"postgresql://clip:secret@127.0.0.1:1/news?{words}")
    one_line(caught.value, "postgresql://clip:***@127.0.0.1:1/news: ", says, "behind the ? of the address")


def test_a_read_only_disk_is_told_apart_from_permissions(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    told = []
    for flags in (0, os.ST_RDONLY):
        with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
            connection.execute(text("DELETE FROM article"))
        found = os.statvfs_result((*os.statvfs(path)[:8], flags, 255))
        monkeypatch.setattr(os, "statvfs", lambda place, found=found: found)
        told.append(str(translate(raised.value.orig, make_url(sqlite_url))))
        monkeypatch.undo()
    engine.dispose()
    permissions, disk = told
    assert permissions.startswith(f"{path} cannot be opened for writing (attempt to write a readonly database); check")
    assert disk.startswith(f"{path} cannot be written to: the disk is read-only; make it writable")


def test_a_server_without_that_database(postgres_server: Server) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_engine(postgres_server.url("no_such_database"))
    one_line(caught.value, "no_such_database", "does not exist")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_does_not_hold_every_text(postgres_server: Server, encoding: str) -> None:
    server = create_engine(postgres_server.url(), isolation_level="AUTOCOMMIT")
    name = f"of_{encoding.lower()}"
    with server.connect() as connection:
        made = f"ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(text(f"CREATE DATABASE {name} {made}"))
    try:
        for create in (True, False):
            with pytest.raises(DatabaseUnavailable) as caught:
                open_engine(postgres_server.url(name), create=create)
            one_line(
                caught.value, f"{name} has the encoding {encoding}", "`createdb --encoding UTF8 --template template0"
            )
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def test_a_server_that_is_stopped_in_the_middle(postgres_url: str) -> None:
    with opened(postgres_url) as engine:
        with pytest.raises(DatabaseUnavailable, match="terminat"), writing(engine) as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        store(engine, told())  # the next one gets a connection that works


FULL = """
import resource, sys
from archive.store.db import open_engine
from archive.errors import StorageError
from tests.archive.make import article, store, told

engine = open_engine(sys.argv[1])
store(engine, told(article("a:0", "先前的。")))
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    for number in range(1, 400):
        body = "".join(chr(0x4E00 + (number * 977 + n) % 20000) for n in range(3000))
        store(engine, told(article(f"a:{number}", body)))
except StorageError as error:
    print(number, error)
"""


KILL_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = "
    "'client backend' AND application_name = 'jianbao'"
)


@pytest.mark.parametrize("idle", [1, 3])
@pytest.mark.parametrize("use", [reading, writing])
def test_idle_connections_that_the_server_drops_are_made_anew(
    postgres_server: Server, postgres_url: str, use: Callable[[Engine], AbstractContextManager[Connection]], idle: int
) -> None:
    with opened(postgres_url) as engine:
        with ExitStack() as stack:
            for _ in range(idle):
                stack.enter_context(engine.connect())
        _kill_others(postgres_server)
        for _ in range(2):
            with use(engine) as connection:
                assert connection.scalar(text("SELECT count(*) FROM article")) == 0


def _kill_others(server: Server) -> None:
    admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        assert all(connection.execute(KILL_OTHERS).scalars())
    admin.dispose()


@pytest.mark.slow
def test_no_room_is_told_and_leaves_the_archive_whole(sqlite_url: str) -> None:
    """A limit on the size of files stands in for the full disk: SQLite meets both at its write."""
    done = subprocess.run([sys.executable, "-c", FULL, sqlite_url], capture_output=True, text=True, check=True)
    number, _, message = done.stdout.strip().partition(" ")
    assert "cannot grow" in message
    assert "make room" in message
    with opened(sqlite_url) as engine, reading(engine) as connection:
        stored = int(number)
        assert connection.scalar(text("SELECT count(*) FROM article")) == stored
        assert connection.scalar(text("SELECT count(*) FROM revision")) == stored
        assert connection.scalar(text("SELECT count(*) FROM change")) == stored
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_full_server_disk_is_told(postgres_url: str) -> None:
    full = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no space'; END $$"
    with (
        opened(postgres_url) as engine,
        pytest.raises(StorageError, match="make room"),
        writing(engine) as connection,
    ):
        connection.execute(text(full))


READ_ONLY = """
import sys
from archive.store.db import open_engine
from archive.errors import StorageError
try:
    open_engine(sys.argv[1], create=True)
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("place", ["home/archive.db", "home/new/archive.db"])
def test_a_folder_that_may_not_be_written(tmp_path: Path, sqlite_template: Path, place: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "archive.db").write_bytes(sqlite_template.read_bytes())
    (home / "archive.db").chmod(0o444)
    home.chmod(0o555)
    # Root may write everywhere: then the child gives up that right, and keeps the way through the folders above.
    code = READ_ONLY
    if os.geteuid() == 0:
        code = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n" + DROP_RIGHTS + code
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path / place}"], capture_output=True, text=True, check=False
    )
    home.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout
    assert "permissions" in done.stdout
    assert not (home / "new").exists()


# prctl(PR_CAPBSET_DROP) is not enough; capset with empty sets takes CAP_DAC_OVERRIDE from the running process.
DROP_RIGHTS = """
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
header = Header(0x20080522, 0)
assert libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()) == 0
"""


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_damaged_page_is_found(tmp_path: Path, share: float) -> None:
    path = tmp_path / "archive.db"
    with opened(f"sqlite:///{path}", create=True) as engine:
        store(engine, *(told(article(f"a:{n}", f"第{n}条新闻，说的是第{n}件事。")) for n in range(60)))
    with opened(f"sqlite:///{path}") as engine:
        check_pages(engine)
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        file.seek(int(pages * share) * 4096)
        file.write(b"\xa5" * 4096)
    # Where it is the schema that is damaged, that is found when the database is opened.
    with pytest.raises(DatabaseUnavailable) as caught, opened(f"sqlite:///{path}") as engine:
        check_pages(engine)
    one_line(caught.value, "archive.db", "jianbao rebuild")


@pytest.mark.slow
def test_two_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    code = "import sys; from archive.store.db import open_engine; open_engine(sys.argv[1], create=True).dispose()"
    running = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE) for _ in range(4)]
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
    open_engine(url).dispose()


@pytest.mark.own_database
def test_several_threads_may_upgrade_one_server_at_once(postgres_server: Server, postgres_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from archive.store import schema

    with opened(postgres_url) as engine:
        schema.downgrade(engine)
        with writing(engine) as connection:
            connection.execute(text("DROP TABLE alembic_version"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: upgrade(engine), range(4)))
        schema.check(engine)


def test_rules_that_every_connection_keeps(sqlite_url: str) -> None:
    with opened(sqlite_url) as engine, reading(engine) as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 30_000}


def test_a_wrong_statement_of_ours_stays_what_it_is(engine: Engine) -> None:
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError), writing(engine) as connection:
        connection.execute(text("SELECT no_such_column FROM article"))
