"""`jianbao` in processes that begin with their imports done.

Importing takes more than half of the processor time of a small crawl, and the suite runs hundreds of them. One process
imports once and forks for each command: what the command does, its environment, its folder, its exit code and what it
says are its own, as they would be without. What the start of a process does (encodings, locale, what is imported when)
is tested with `subprocess`.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from select import select
from typing import IO, Any

from attrs import define, field
from sqlalchemy.engine import URL

from archive import workers
from archive.store import db
from tests.once.compiled import share_compiled_statements

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.crawler.warm import end, wait_for_a_command
before = wait_for_a_command()
with end():
    exec(before)
    from crawler.cli import main
    main()
"""
MODULES = (
    "alembic.command",
    "archive.cli.options",
    "archive.ingest.round",
    "archive.text.tokens",
    "asyncio",
    "crawler.cli",
    "crawler.cli.crawl",
    "crawler.cli.logs",
    "crawler.cli.told",
    "crawler.demo.proxy",
    "crawler.download",
    "crawler.middlewares",
    "crawler.pages.extract",
    "crawler.run.extraction",
    "crawler.run.load",
    "crawler.run.runner",
    "crawler.settings",
    "crawler.sites.netease",
    "crawler.sites.sohu",
    "crawler.spiders.answers",
    "crawler.spiders.parts",
    "crawler.spiders.single",
    "duckdb",
    "encodings.idna",
    "encodings.utf_8_sig",
    "protego",
    "queuelib",
    "scrapy.crawler",
    "scrapy.downloadermiddlewares.defaultheaders",
    "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.httpauth",
    "scrapy.downloadermiddlewares.httpproxy",
    "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.stats",
    "scrapy.downloadermiddlewares.useragent",
    "scrapy.dupefilters",
    "scrapy.extensions.corestats",
    "scrapy.extensions.logcount",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memusage",
    "scrapy.logformatter",
    "scrapy.pqueues",
    "scrapy.robotstxt",
    "scrapy.spidermiddlewares.referer",
    "scrapy.spidermiddlewares.start",
    "scrapy.squeues",
    "scrapy.statscollectors",
    "scrapy.utils.engine",
    "tests.portal.few",
    "trafilatura",
    "twisted.internet.asyncioreactor",
)
"""What crawls and imports load."""
MIGRATED = "PYTEST_MIGRATED"
"""With this in its environment a command that makes an archive makes it by every migration, as users' commands do; else
it gets a copy of one that was made so: an eighth of a second less, in hundreds of commands."""


@define
class Warm:
    """The process that forks, started with the first command. `begin`: called in it before anything else."""

    environment: Mapping[str, str]
    begin: Callable[[], None] | None = None
    _process: "subprocess.Popen[bytes] | None" = None
    _lock: Any = field(factory=threading.Lock)

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether a command in this environment does not notice that its interpreter began in another: both differ in
        Jianbao's own settings alone."""
        return _foreign(environment) == _foreign(self.environment)

    def run(
        self, words: Sequence[str], before: str, environment: Mapping[str, str], folder: Path, timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run `jianbao WORDS` to its end. `before`: Python that the process runs first. Raises `TimeoutError`."""
        with self._lock, tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            task = [list(words), before, dict(environment), str(folder), out.name, err.name]
            process = self._running()
            process.stdin.write(json.dumps(task).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            if not select([process.stdout], [], [], timeout)[0]:
                self.end()
                raise TimeoutError(f"jianbao {' '.join(words)} took more than {timeout} s")
            code = int(process.stdout.readline())  # type: ignore[union-attr]
            return subprocess.CompletedProcess(words, code, out.read().decode(), err.read().decode())

    def end(self) -> None:
        """End it, and the command that it runs."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            # One thread only: threads do not come along when a process forks.
            alone = {**self.environment, "OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, "-c", PROGRAM]
            self._process = subprocess.Popen(
                command,
                env=alone,
                stdin=-1,
                stdout=-1,
                start_new_session=True,
                preexec_fn=self.begin,  # noqa: PLW1509
            )
            atexit.register(self.end)
        return self._process


def _foreign(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(("JIANBAO_", "PYTEST_"))}


# In the process that forks


def wait_for_a_command() -> str:
    """Import, then fork for every line of standard input, and say the exit code of each. In the forked process it comes
    back, with everything as the command's process should have it; what is to be run first is handed back."""
    for module in MODULES:
        import_module(module)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor belongs to one process"
    template = _rehearsed()
    gc.freeze()  # or the first collection of each process would copy all that was imported
    gc.set_threshold(50_000, 20, 50)
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "w")
    for line in tasks:
        child = os.fork()
        if not child:
            words, before, environment, folder, out, err = json.loads(line)
            tasks.close()
            answers.close()
            _become(words, environment, folder, out, err)
            if MIGRATED not in environment:
                _copy_new_archives(template)
            _keep_a_worker_ready()
            return str(before)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    os._exit(0)


def _become(words: Sequence[str], environment: Mapping[str, str], folder: str, out: str, err: str) -> None:
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        file = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[1:] = words


def _rehearsed() -> bytes:
    """What is loaded, made and compiled with the first article is there for every command; an empty archive."""
    from crawler.pages.witness import read_lines
    from crawler.sites.registry import load_sites
    from tests.archive.make import article, captured, store

    load_sites()
    read_lines("<p>字")  # too short an answer, so that it asks all that it has
    share_compiled_statements()
    with tempfile.TemporaryDirectory() as folder:
        engine = db.open_engine(f"sqlite:///{folder}/archive.db", create=True)
        engine.dispose()
        template = Path(folder, "archive.db").read_bytes()
        text = "字" * 50
        for number, each in enumerate((text, text, f"{text}词")):
            store(engine, captured(article(f"a:{number}", each), number))
        engine.dispose()
    return template


def _copy_new_archives(template: bytes) -> None:
    """A new archive in SQLite is a copy, put in its place at once; where there is no room for it, what makes archives
    shall say so."""
    prepare_file = db._prepare_file

    def copied(url: URL, *, create: bool) -> None:
        prepare_file(url, create=create)
        path = Path(str(url.database))
        if not create or path.exists():
            return
        made = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            made.write_bytes(template)
            os.link(made, path)
        except OSError:
            return
        finally:
            made.unlink(missing_ok=True)

    db._prepare_file = copied


@define
class _Worker:
    """A process that was forked to be a worker, as `archive.workers` knows what `subprocess` started."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def _keep_a_worker_ready() -> None:
    """The first worker of this command is forked now, before anything is done that the worker would take over; those
    after it are started as always."""
    start = workers._Process.start
    ready = [_fork_a_worker()]

    def take(process: Any) -> Any:
        if process.running is None and ready:
            process.running = ready.pop()
            workers._send(process.running.stdin, process.setup)
        return start(process)

    workers._Process.start = take  # type: ignore[method-assign]


def _fork_a_worker() -> _Worker:
    tasks, hand_in = os.pipe()
    take_out, answers = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(tasks, 0)
        os.dup2(answers, 1)
        os.closerange(3, 4096)
        try:
            workers.serve()
        finally:
            os._exit(1)
    os.close(tasks)
    os.close(answers)
    return _Worker(child, os.fdopen(hand_in, "wb"), os.fdopen(take_out, "rb"))


@contextmanager
def end() -> Iterator[None]:
    """At the end of the block the process ends, as it would have, but for taking apart module by module all that was
    imported: that would cost half a second."""
    code: object = 0
    try:
        yield
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    gc.collect()  # which warns of what was left open
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)
