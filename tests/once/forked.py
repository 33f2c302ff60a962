"""Processes that write to an archive, and may be killed there, forked from one with its imports done: to import what
they need takes a second of the processor each, and there are dozens.

`CONTEXT.Process(target=…, args=…)`: a process of its own, which shares no connection with any other.
"""

import multiprocessing
from typing import Final

CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["tests.archive.dedup.writer", "tests.archive.ingest.other_rules", "tests.archive.load.killed"]
)
