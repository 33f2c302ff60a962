"""SIGKILL of an import at random moments: nothing lost, nothing twice, no process left.

JIANBAO_TEST_KILLS=60 kills as often.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.test_workers import lives, wait_until
from tests.crawler.run.run import Archive
from tests.crawler.warc.odd import LINES, file, record, url

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

KILLS = int(os.environ.get("JIANBAO_TEST_KILLS") or 4)
PAGES = 150
BEFORE = (
    "import crawler.run.load as w, archive.load.articles as j\n"
    "w.PARALLEL_FROM, w.BATCH, w.LOOKED_UP, j.BATCH = 0, 5, 5, 10"
)


def children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def warc(folder: Path) -> Path:
    return file(folder / "x.warc.gz", *(record(number) for number in range(PAGES)))


def lines(folder: Path) -> Path:
    path = folder / "x.jsonl"
    body = "\n".join(LINES)
    rows = ({"url": url(n), "headline": f"第{n}号", "body": f"{body}这是第{n}篇。"} for n in range(PAGES))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [warc, lines])
def test_killed_and_begun_again(make: object, tmp_path: Path) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    archive = Archive(tmp_path / "home")
    chance = random.Random(KILLS)
    killed = 0
    for _ in range(3 * KILLS):
        if killed == KILLS:
            break
        workers: set[int] = set()
        with archive.start("import", "--jobs", "3", str(path), before=BEFORE) as process:
            for _ in range(chance.randrange(10, 200)):
                workers |= set(children(process.pid))
                try:
                    process.wait(0.01)
                except subprocess.TimeoutExpired:
                    continue
                break
            if process.poll() is None:
                process.send_signal(chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
                killed += 1
            _, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        assert wait_until(lambda workers=workers: not any(map(lives, workers))), "a worker outlives its parent"
    assert killed
    done = archive.run("import", "--jobs", "3", str(path), before=BEFORE)
    assert done.returncode == 0, done.stderr
    found = [address for (address,) in archive.rows("SELECT url FROM article ORDER BY url")]
    assert found == sorted(url(number) for number in range(PAGES))
    assert archive.rows("SELECT count(*) FROM revision") == [(PAGES,)]
    states = [state for (state,) in archive.rows("SELECT state FROM crawl_run ORDER BY id")]
    assert states[-1] == "finished"
    assert "running" not in states
    assert archive.run("verify").returncode == 0


def test_killed_workers_cost_nothing(tmp_path: Path) -> None:
    """Whoever kills the workers of an import, each page is read by another."""
    path = warc(tmp_path)
    archive = Archive(tmp_path / "home")
    with archive.start("import", "--jobs", "2", str(path), before=BEFORE) as process:
        for _ in range(3):
            assert wait_until(lambda: children(process.pid) or process.poll() is not None)
            for worker in children(process.pid)[:1]:
                os.kill(worker, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        _, err = process.communicate(timeout=100)
    assert process.returncode in (0, 3), err
    assert "Traceback" not in err
    assert archive.rows("SELECT count(*) FROM capture") == [(PAGES,)]
