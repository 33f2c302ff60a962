"""Parts made on Spark: a task a file, which runs the same code as one machine does, in `mapInPandas`.

Every machine needs this version of Jianbao with its extras `bulk` and `spark`, the site files, and access to the files
and the folder by the addresses that are named. A task writes its part whole or not at all, so one that Spark tries
again, or in two places at once, gives the same part.
"""

import json
import os
import threading
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, define, frozen

from archive.bulk.folder import Part, Rules
from archive.bulk.places import Facts, Place, place
from archive.errors import StorageError, UsageError
from archive.spark import start
from crawler.bulk.part import Job, make_part
from crawler.bulk.run import Done, Tell
from crawler.run.extraction import Extraction

if TYPE_CHECKING:
    import pandas as pd

_FILE: Final = "url string, size long, modified string"
_TOLD: Final = "url string, told string"
_POLL: Final = 0.5
"""Seconds between two looks at how far Spark is."""


@frozen(kw_only=True)
class _Task:
    """What every task knows. `sites`: where the user's site files are."""

    folder: str
    rules: Rules
    sites: str


@define
class Spark:
    """See the module. `master`: as Spark knows it; `local[*]` is this machine."""

    master: str = "local[*]"

    def run(self, jobs: list[Job], folder: Place, tell: Tell) -> Iterator[Done]:
        """See `crawler.bulk.run.Engine`."""
        if not jobs:
            return
        sites = os.environ.get("JIANBAO_SITES") or ""
        task = _Task(folder=folder.url, rules=jobs[0].rules, sites=sites)
        spark = start("jianbao bulk", self.master)
        try:
            files = [(job.source.url, job.facts.size, job.facts.modified) for job in jobs]
            frame = spark.createDataFrame(spark.sparkContext.parallelize(files, len(files)), _FILE)
            told = frame.mapInPandas(partial(_parts, task=task), _TOLD)
            for url, said in _collected(spark, told, jobs, tell):
                yield _done(url, json.loads(said))
        finally:
            spark.stop()


def _collected(spark: Any, told: Any, jobs: list[Job], tell: Tell) -> list[tuple[str, str]]:
    """The rows of a frame; how many of its tasks have ended is told while they are computed."""
    found: list[tuple[str, str]] = []
    failed: list[BaseException] = []

    def collect() -> None:
        try:
            found.extend((row[0], row[1]) for row in told.collect())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    tracker = spark.sparkContext.statusTracker()
    while thread.is_alive():
        thread.join(_POLL)
        infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        ended = max((info.numCompletedTasks for info in infos if info is not None), default=0)
        for job in jobs[:ended]:
            tell(job.source.url, job.facts.size)
    if failed:
        raise UsageError(f"Spark ended the work: {str(failed[0]).splitlines()[0]}") from failed[0]
    return found


def _parts(frames: "Iterator[pd.DataFrame]", task: _Task) -> "Iterator[pd.DataFrame]":
    """What a task does, in Spark's own Python process: its files, one after the other."""
    import pandas as pd

    if task.sites:
        os.environ["JIANBAO_SITES"] = task.sites
    folder = place(task.folder)
    for frame in frames:
        if frame.empty:
            continue
        rows = []
        with Extraction(jobs=1) as extraction:
            for row in frame.itertuples(index=False):
                found = Facts(int(row.size), str(row.modified))
                job = Job(source=place(str(row.url)), facts=found, rules=task.rules)
                rows.append((str(row.url), json.dumps(_told(job, folder, extraction))))
        yield pd.DataFrame(rows, columns=["url", "told"])


def _told(job: Job, folder: Place, extraction: Extraction) -> dict[str, Any]:
    try:
        return {"part": asdict(make_part(job, folder, extraction))}
    except UsageError as error:
        return {"fault": str(error)}
    except StorageError as error:
        return {"storage": str(error)}


def _done(url: str, told: dict[str, Any]) -> Done:
    if "storage" in told:
        raise StorageError(told["storage"])
    if "fault" in told:
        return Done(url, fault=told["fault"])
    part = told["part"]
    return Done(url, Part(**{**part, "rules": Rules(**part["rules"])}))
