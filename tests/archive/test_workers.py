"""Worker processes: what they give, what they may cost, and how they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import pytest

from archive import workers
from archive.workers import Ceiling, CeilingReached, WorkerEnded, Workers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def wait_until(what: object, seconds: float = 60) -> bool:
    """Whether something comes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


def lives(process: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked after does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_order_and_errors_with_them(jobs: int) -> None:
    with Workers(eval, jobs=jobs) as pool:
        done = list(pool.map(["1+1", "1/0", "print('x') or 3", "'水' * 200000", "{}['x']"]))
        assert [done[place].result() for place in (0, 2, 3)] == [2, 3, "水" * 200000]
        assert [type(done[place].exception()) for place in (1, 4)] == [ZeroDivisionError, KeyError]
        assert len({pool.call("__import__('os').getpid()") for _ in range(6)}) <= jobs


def test_a_task_that_costs_too_much_ends_its_process_alone() -> None:
    before = time.process_time()
    with Workers(eval, ceiling=Ceiling(seconds=1, megabytes=200, patience=60)) as pool:
        first = pool.call("__import__('os').getpid()")
        with pytest.raises(CeilingReached, match="processor time"):
            # In C, deaf to signals: sorting, and a regular expression.
            pool.call("__import__('re').match('(a+)+b', 'a' * 60)")
        with pytest.raises(CeilingReached):
            pool.call("sorted(range(10**9)) if 0 else sum(range(10**12))")
        assert pool.call("1 + 1") == 2
        assert pool.call("__import__('os').getpid()") != first
        if sys.platform == "linux":
            with pytest.raises(MemoryError):
                pool.call("bytes(2**30)")
        assert pool.call("2 + 2") == 4
    assert time.process_time() - before < 2, "the parent only waits"


def test_one_that_waits_for_what_never_comes() -> None:
    with Workers(eval, ceiling=Ceiling(patience=0.3)) as pool, pytest.raises(CeilingReached, match="no answer"):
        pool.call("__import__('time').sleep(600)")


def test_a_killed_process_costs_nothing_the_first_time(tmp_path: Path) -> None:
    once = f"open({str(tmp_path / 'seen')!r}, 'x') and __import__('os').kill(__import__('os').getpid(), 9)"
    with Workers(eval, jobs=2) as pool:
        done = [one.exception() for one in pool.map([once, "1", "2"])]
        assert [type(one) for one in done] == [FileExistsError, type(None), type(None)], "done once more"
        with pytest.raises(WorkerEnded, match=r"was killed \(SIGKILL\)"):
            pool.call("__import__('os').kill(__import__('os').getpid(), 9)")
        with pytest.raises(WorkerEnded, match="ended with code 3"):
            pool.call("__import__('os')._exit(3)")
        assert pool.call("5") == 5


def test_one_that_is_killed_before_it_has_begun_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = workers._send, []

    def send(pipe: IO[bytes], data: bytes) -> None:
        if not failed:
            failed.append(data)
            raise BrokenPipeError
        real(pipe, data)

    monkeypatch.setattr(workers, "_send", send)
    with Workers(eval) as pool:
        pool.start()
        assert pool.call("1 + 1") == 2
    assert failed


def test_a_task_under_way_is_not_begun_anew_by_closing(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    pool = Workers(eval)
    tasks = pool.map([f"open({str(begun)!r}, 'a').write('x') and __import__('time').sleep(30)"] * 4, ahead=1)
    thread = threading.Thread(target=next, args=(tasks,))
    thread.start()
    assert wait_until(lambda: begun.exists() and begun.read_text())
    pool.close()
    thread.join()
    assert begun.read_text() == "x"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_is_left_when_the_parent_is_killed() -> None:
    program = (
        "import os, sys; from archive.workers import Workers\n"
        "pool = Workers(eval, jobs=3); pool.start()\n"
        "print(*[one.running.pid for one in pool._processes], flush=True)\n"
        "[*pool.map(['sum(range(10**6))'] * 10**6)]"
    )
    for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            children = [int(number) for number in parent.stdout.readline().split()]
            assert len(children) == 3
            os.kill(parent.pid, how)
        assert wait_until(lambda children=children: not any(map(lives, children)))
