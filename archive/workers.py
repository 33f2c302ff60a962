"""Processes that call a function for this one, each of which can be ended: by a task that costs too much, by whoever
kills it, and with its parent, however that ends.

A worker reads tasks from a pipe that only its parent holds, so it ends when the parent is gone, on every system. Its
ceilings are the kernel's: a task that passes the limit of processor time ends its process whatever it is doing, and one
that asks for too much memory gets a MemoryError, or ends. The next task gets a new process.

`multiprocessing` and `concurrent.futures` break the whole pool for one killed process, have no ceilings, and import the
caller's main module anew.
"""

import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Any, Final, Generic, Self, TypeVar

from attrs import define, frozen

from archive.errors import JianbaoError

T = TypeVar("T")
R = TypeVar("R")

_GRACE: Final = 10.0
_SIZE: Final = struct.Struct("<Q")
_START: Final = "import sys; sys.path[:] = {path!r}; from archive.workers import serve; serve()"


@frozen(kw_only=True)
class Ceiling:
    """What one task may cost. `seconds`: of processor time. `megabytes`: of memory beside what the process had when it
    began (on Linux). `patience`: seconds by the clock, for a task that waits for what never comes."""

    seconds: int | None = None
    megabytes: int | None = None
    patience: float | None = None


NONE: Final = Ceiling()


class WorkerEnded(JianbaoError):
    """The process ended in the middle of a task, twice; the message says why, in a few words."""


class CeilingReached(WorkerEnded):
    """It was ended since the task cost too much."""


@define
class _Process:
    """One worker process, which is started with the first task, and anew after one that ended it."""

    setup: bytes
    patience: float | None
    running: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "subprocess.Popen[bytes]":
        if self.running is None:
            command = [sys.executable, "-c", _START.format(path=sys.path)]
            # A thread of the linear algebra for each core would take memory from the ceiling, and has nothing to do.
            alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            self.running = subprocess.Popen(  # noqa: S603 - ourselves
                command, env=alone, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            _send(self.running.stdin, self.setup)
        return self.running

    def call(self, task: bytes) -> Any:
        try:
            process = self.start()
            _send(process.stdin, task)
            return _receive(process.stdout, self.patience)
        except TimeoutError:
            self.stop()
            raise CeilingReached(f"a worker process gave no answer within {self.patience:.0f} seconds") from None
        except (OSError, EOFError):
            raise self._end() from None
        except BaseException:
            self.stop()  # what it will say would be taken for the answer to the next task
            raise

    def _end(self) -> WorkerEnded:
        process, self.running = self.running, None
        if process is None:
            return WorkerEnded("a worker process did not begin")
        _close(process)
        try:
            code = process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code == -signal.SIGXCPU:
            return CeilingReached("a worker process took more processor time than a task may")
        if code < 0:
            return WorkerEnded(
                f"a worker process was killed ({signal.Signals(-code).name}), perhaps for want of memory"
            )
        return WorkerEnded(f"a worker process ended with code {code}")

    def stop(self) -> None:
        """End it, whatever it does."""
        process, self.running = self.running, None
        if process is not None:
            process.kill()
            process.wait()
            _close(process)


class Workers(Generic[T, R]):
    """Processes that call `function`, one of a module, and hand back what it gives or raises. A task whose process is
    killed is done once more by another.

    `jobs`: how many. `begin`: called first in each process, with `given`. What goes over must be picklable.
    """

    def __init__(
        self,
        function: Callable[[T], R],
        *,
        jobs: int = 1,
        ceiling: Ceiling = NONE,
        begin: Callable[..., None] | None = None,
        given: tuple[Any, ...] = (),
    ) -> None:
        setup = _pack((function, begin, given, ceiling))
        self._processes = [_Process(setup, ceiling.patience) for _ in range(jobs)]
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._closed = False
        self._threads = ThreadPoolExecutor(jobs, "worker")  # begins a thread with its first task

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the processes now, so that they are ready when they are needed."""
        for process in self._processes:
            with suppress(OSError):  # one that was killed already is made anew with its first task
                process.start()

    def call(self, task: T) -> R:
        """What the function gives for a task. Raises what it raises, and `WorkerEnded`."""
        return self._call(_pack(task))

    def submit(self, task: T) -> "Future[R]":
        """`call`, for which nobody waits here."""
        return self._threads.submit(self._call, _pack(task))

    def map(self, tasks: Iterable[T], ahead: int = 2) -> Iterator["Future[R]"]:
        """The tasks' results, in their order; `ahead` of their use a process."""
        waiting: deque[Future[R]] = deque()
        for task in tasks:
            waiting.append(self.submit(task))
            if len(waiting) > ahead * len(self._processes):
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            if process.running is not None:
                process.running.kill()
        self._threads.shutdown()
        for process in self._processes:
            process.stop()

    def _call(self, task: bytes) -> R:
        process = self._idle.get()
        try:
            try:
                worked, answer = process.call(task)
            except CeilingReached:
                raise
            except WorkerEnded:
                if self._closed:
                    raise
                worked, answer = process.call(task)  # what killed it may have had nothing to do with the task
        finally:
            self._idle.put(process)
        if not worked:
            raise answer
        return answer  # type: ignore[no-any-return]


def _pack(value: Any) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _send(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        raise EOFError
    pipe.write(_SIZE.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes] | None, patience: float | None) -> Any:
    """What comes through a pipe next. Raises `EOFError` at its end, `TimeoutError`."""
    if pipe is None:
        raise EOFError
    until = None if patience is None else time.monotonic() + patience
    size = _SIZE.unpack(_read(pipe.fileno(), _SIZE.size, until))[0]
    return pickle.loads(_read(pipe.fileno(), size, until))  # noqa: S301 - our own process wrote it


def _read(file: int, size: int, until: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        if until is not None and not select.select([file], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(file, min(size - len(data), 1 << 20))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _close(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # what was not sent any more
                continue


# In the worker


def serve() -> None:
    """What a worker process does: read a task, call the function, write what it gave; until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to every process of the terminal; the parent decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no answer
    tasks = sys.stdin.buffer
    try:
        function, begin, given, ceiling = _task(tasks)
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        if begin is not None:
            begin(*given)
        _bound_memory(ceiling.megabytes)
        while True:
            task = _task(tasks)
            _bound_time(ceiling.seconds)
            _send(answers, _answer(function, task))
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the parent is gone, and nobody waits for anything


def _task(pipe: IO[bytes]) -> Any:
    size = pipe.read(_SIZE.size)
    if len(size) < _SIZE.size:
        raise EOFError
    data = pipe.read(_SIZE.unpack(size)[0])
    return pickle.loads(data)  # noqa: S301 - our own process wrote it


def _answer(function: Callable[[Any], Any], task: Any) -> bytes:
    try:
        return _pack((True, function(task)))
    except Exception as error:
        try:
            return _pack((False, error))
        except Exception:
            return _pack((False, RuntimeError(f"{type(error).__name__}: {error}"[:1000])))


def _bound_time(seconds: int | None) -> None:
    """The kernel ends this process when it has used so much more of the processor."""
    if seconds is not None:
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = int(time.process_time()) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


def _bound_memory(megabytes: int | None) -> None:
    """The kernel refuses this process more than so much memory beside what it has. Where it does not say how much that
    is (macOS), there is no ceiling."""
    if megabytes is None:
        return
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - before pathlib would be needed
            pages = int(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (soft if hard < 0 else min(soft, hard), hard))
