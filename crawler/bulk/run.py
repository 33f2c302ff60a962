"""A bulk run: plan, engine, manifest. What an engine does is to make parts; which, and what follows, stands here."""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from attrs import define, evolve, frozen

from archive.bulk.folder import Manifest, Part, write_manifest
from archive.bulk.places import Place
from archive.errors import UsageError
from crawler.bulk.part import Job, make_part
from crawler.bulk.plan import Plan
from crawler.run.extraction import Extraction

PARALLEL_FROM: Final = 16 * 2**20
"""Files of fewer bytes together are read by one process: starting more would take longer than they save."""


@frozen
class Done:
    """What became of a file: its part, or why it has none."""

    source: str
    part: Part | None = None
    fault: str = ""


Tell = Callable[[str, int], None]
"""Hears of a file, by its address, how many of its bytes are read."""


class Engine(Protocol):
    """Makes parts, wherever its processes are. Raises `StorageError` where they cannot be written."""

    def run(self, jobs: list[Job], folder: Place, tell: Tell) -> Iterator[Done]:
        """What became of each file, as they end."""


@define
class Local:
    """This machine: a file after the other, each page by one of `jobs` processes, under a ceiling."""

    jobs: int

    def run(self, jobs: list[Job], folder: Place, tell: Tell) -> Iterator[Done]:
        """See `Engine`."""
        if not jobs:
            return
        most = self.jobs if sum(job.facts.size for job in jobs) >= PARALLEL_FROM else 1
        with Extraction(jobs=most) as extraction:
            for job in jobs:
                url = job.source.url
                try:
                    part = make_part(job, folder, extraction, lambda offset, url=url: tell(url, offset))  # type: ignore[misc]
                    yield Done(url, part)
                except UsageError as error:
                    yield Done(url, fault=str(error))
                tell(url, job.facts.size)


def bulk(folder: Place, wanted: Plan, engine: Engine, tell: Tell, on_done: Callable[[Done], None]) -> Manifest:
    """Make the parts that are missing; what `bulk.json` says at the end. Raises the archive's errors; what was made
    until then stays, and the next run goes on from there."""
    write_manifest(folder, wanted.manifest)
    faults = dict(wanted.manifest.faults)
    for done in engine.run(wanted.jobs, folder, tell):
        if done.part is None:
            faults[done.source] = done.fault
        on_done(done)
    ended = evolve(wanted.manifest, whole=True, faults=dict(sorted(faults.items())))
    write_manifest(folder, ended)
    return ended
