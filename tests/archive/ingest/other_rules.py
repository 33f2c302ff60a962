"""Other text rules than this version's, and an upgrade to them that can be killed.

`python -m tests.archive.ingest.other_rules URL` upgrades an archive to them and prints each step.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from archive.ingest import reindex
from archive.store.db import connect
from archive.text import fold, version

NOISE = "囗"
DOT = "·"


@contextmanager
def other_rules() -> Iterator[None]:
    """The next version: `NOISE` is dropped, `DOT` is not."""
    table = fold._table()
    one = table.one.copy()
    one[ord(NOISE)], one[ord(DOT)] = 0, ord(DOT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fold, "_table", lambda: fold._Table(one, table.many))
        patch.setattr(version, "VERSION", version.VERSION + 1)
        yield


if __name__ == "__main__":
    reindex.BATCH = 1  # type: ignore[misc]
    with other_rules():
        reindex.upgrade(
            connect(sys.argv[1]),
            now=datetime.now(UTC),
            progress=lambda step, done, total: print(step, done, total, flush=True),
        )
