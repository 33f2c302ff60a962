"""Other text rules than this version's, and an upgrade to them that can be killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from archive.ingest import reindex
from archive.store.db import connect
from archive.text import fold, version

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

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


def upgrade(url: str, say: "Connection[tuple[str, int], None]") -> None:
    """Upgrade an archive to them, one article at a time, and say each step."""
    reindex.BATCH = 1  # type: ignore[misc]
    with other_rules():
        reindex.upgrade(connect(url), now=datetime.now(UTC), progress=lambda step, done, _: say.send((step, done)))
