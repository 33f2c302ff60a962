"""Fixtures that more than one test file uses."""

import fcntl
import gc
import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from archive.store.db import connect, open_engine, upgrade
from tests.once.compiled import share_compiled_statements
from tests.once.spark import one_spark  # noqa: F401 - a fixture, found here
from tests.portal.fixture import portal, start_portal  # noqa: F401 - fixtures, found here by every test
from tests.postgres import Server, administer, empty, remember_rows

if TYPE_CHECKING:
    from tests.portal.days import Demo

SHARED = Path(__file__).resolve().parents[2] / "shared"

# A deadline is wall time, and so is what hypothesis calls slow: a loaded machine would fail.
settings.register_profile("jianbao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jianbao")
share_compiled_statements()
# As a command sets it where it begins: one that a test calls in this process would else change what all later ones are
# started with, and none of them would find the interpreter that waits for them (`tests.crawler.warm`).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Whoever is told to end (a time limit does so) ends as by Ctrl-C, with its servers stopped and its folders
    removed. What it forks ends as any program does."""
    own = os.getpid()

    def end(number: int, _: object) -> None:
        if os.getpid() == own:
            raise KeyboardInterrupt
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a long one that began last would keep one process waiting for the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Seven thousand tests are no garbage: to look through them again and again is a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and texts beside the checkout; they are not ours, so they are not in it."""
    if not (SHARED / "pages" / "expected.jsonl").exists():
        pytest.skip(
            "../shared is not here: the real pages and texts belong to their publishers and stay outside the project"
        )
    return SHARED


@pytest.fixture(scope="session")
def demo_archive(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> "Demo":
    """An archive of the demo portal, crawled over three weeks in which it edited, deleted and brought back, with the
    portal's own record of it (`tests/portal/days.py`). All tests share it: they only read."""
    from tests.portal.days import demo, make

    if worker_id == "master":
        return make(tmp_path_factory.mktemp("demo"))
    folder = tmp_path_factory.getbasetemp().parent / "demo"  # of all processes: the first makes it, the others wait
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make(folder)
            (folder / "made").touch()
    return demo(folder / "home")


@pytest.fixture
def demo_copy(demo_archive: "Demo", tmp_path: Path) -> "Demo":
    """The same archive in a folder of its own, for a test that writes."""
    # Another process may have it open: what SQLite keeps beside a database that is only read is empty, comes and goes.
    shutil.copytree(demo_archive.home, tmp_path / "demo", ignore=shutil.ignore_patterns("*.db-wal", "*.db-shm"))
    return evolve(demo_archive, home=tmp_path / "demo")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server for the session, with an empty archive in its database `template_archive`.

    Where it cannot run, the tests on PostgreSQL are skipped with the reason; where JIANBAO_TEST_POSTGRES=require or CI
    is set, they fail.
    """
    try:
        server = Server()
    except RuntimeError as error:
        if os.environ.get("JIANBAO_TEST_POSTGRES") == "require" or "CI" in os.environ:
            raise
        pytest.skip(f"PostgreSQL cannot run here, so only SQLite is tested: {error}")
    try:
        administer(server, "CREATE DATABASE template_archive")
        engine = connect(server.url("template_archive"))
        upgrade(engine)
        engine.dispose()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive, to be copied."""
    path = tmp_path_factory.mktemp("template") / "archive.db"
    open_engine(f"sqlite:///{path}", create=True).dispose()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of an empty archive in SQLite."""
    path = tmp_path / "home" / "archive.db"
    path.parent.mkdir()
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def _shared_database(postgres_server: Server) -> str:
    administer(postgres_server, "CREATE DATABASE shared_archive TEMPLATE template_archive")
    url = postgres_server.url("shared_archive")
    remember_rows(url)
    return url


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server: Server) -> Iterator[str]:
    """The address of an empty archive in PostgreSQL: one that is emptied for every test, which is much quicker than
    making one; a new one for a test with the mark `own_database`, which it may do anything to."""
    if request.node.get_closest_marker("own_database") is None:
        url = request.getfixturevalue("_shared_database")
        empty(url)
        yield url
        return
    name = f"test_{uuid.uuid4().hex}"
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_archive")
    yield postgres_server.url(name)
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an archive that all tests of a file share, once in SQLite and once in PostgreSQL: for a fixture
    with `scope="module"` that fills it, and tests that only read."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("module") / "archive.db"
        shutil.copyfile(sqlite_template, path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"module_{uuid.uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE template_archive")
    yield server.url(name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty archive, once in SQLite and once in PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty archive, once SQLite and once PostgreSQL."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on an empty archive in SQLite, for what is the same on both and too costly twice."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()
