"""The simulation from its first day to its last: the portal, the process that crawls, and cron between them."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World
from tests.crawler.run.run import ROOT, Archive
from tests.simulation.scene import Scene
from tests.simulation.script import BEGIN, HALF, Script


@define
class Ran:
    """One run. `told`: exit code and counts; `requests`: what the portal was asked; `grown`: by so many bytes the
    archive grew."""

    at: datetime
    told: dict[str, Any]
    requests: int
    grown: int

    @property
    def is_null(self) -> bool:
        """Whether there was nothing to do: nothing new, no look due."""
        return not any(self.told[name] for name in ("fetched", "new", "rechecked", "doubtful", "failed"))


@define
class Simulation:
    """See the module. `runs`: what was done, in order."""

    script: Script
    scene: Scene
    proxy: Proxy
    archive: Archive
    process: "subprocess.Popen[str]"
    runs: list[Ran] = field(factory=list)
    improved_at: datetime | None = None

    def play(self, *, every: bool, progress: Callable[[datetime], None] = lambda moment: None) -> None:
        """All of it, a run each half hour. `every`: also those in which there would be nothing to do."""
        for moment in self.script.runs:
            if self.improved_at is None and moment >= self.script.template.end:
                self._improve(moment)
            if every or self._is_due(moment):
                self.crawl(moment)
            progress(moment)

    def crawl(self, moment: datetime) -> Ran:
        """One crawl."""
        self.scene.go_to(moment)
        self.proxy.cut = self.script.network.has(moment)
        asked, size = len(self.proxy.arrivals), self._size()
        told = self._say(moment.isoformat())
        self.runs.append(Ran(moment, told, len(self.proxy.arrivals) - asked, self._size() - size))
        return self.runs[-1]

    def _improve(self, moment: datetime) -> None:
        """Our rules are mended, and what is stored is read anew by them, without a request."""
        self.improved_at = moment
        self._say("improve")
        asked = len(self.proxy.arrivals)
        done = self.archive.run("reextract")
        assert done.returncode == 0, done.stderr
        assert len(self.proxy.arrivals) == asked, "reextract asked for something"

    def _say(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def _is_due(self, moment: datetime) -> bool:
        """Whether a run has something to do: an article appeared, or comes onto another list, or a look is due."""
        if not self.runs or any(self.runs[-1].at < one.at <= moment for one in self.script.deeds):
            return True
        [(due,)] = self.archive.rows("SELECT min(due_at) FROM recheck")
        return due is not None and datetime.fromisoformat(due).replace(tzinfo=UTC) <= moment

    def _size(self) -> int:
        """Bytes in use: the database's pages, and the WARC files."""
        if not (self.archive.home / "archive.db").exists():
            return 0
        with closing(sqlite3.connect(self.archive.home / "archive.db")) as connection:
            pages, free, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return (pages - free) * size + sum(file.stat().st_size for file in self.archive.warcs())


@contextmanager
def simulation(script: Script, folder: Path) -> Iterator[Simulation]:
    """A simulation, ready to play, with its archive in `folder`/home."""
    scene = Scene(script)
    with Proxy(World(0, 1), folder) as proxy:
        proxy.portal = scene
        proxy.etags = True
        archive = Archive(folder / "home", proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.simulation.crawling", str(archive.home), "worse"]
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:
            yield Simulation(script, scene, proxy, archive, process)
            assert process.stdin is not None
            process.stdin.close()


__all__ = ["BEGIN", "HALF", "Ran", "Simulation", "simulation"]
