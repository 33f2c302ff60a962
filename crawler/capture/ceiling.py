"""What reading an answer may cost, and what it raises where it costs more."""

from typing import Final

from archive.workers import Ceiling, WorkerEnded

CEILING: Final = Ceiling(seconds=10, megabytes=700, patience=300)
"""Of one answer. A page of this day's portals takes some ten milliseconds and megabytes; the largest that is read, six
megabytes, two seconds."""

LOST: Final = (WorkerEnded, MemoryError, RecursionError)
"""What is raised where reading ended its process, or would have."""
