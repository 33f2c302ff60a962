"""`jianbao import DIR`, where DIR is an export of ours: verified, its batches applied, then all of it taken in.

Nothing is written before every file is verified and every row read. Each batch of articles is all or nothing, and what
is there is known by site and native id, address, digest and time: so an import that was interrupted is begun again.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen
from sqlalchemy import Engine, select

from archive.load.exported.package import Package
from archive.load.exported.related import BY, Relating
from archive.load.exported.staged import Staged, staged
from archive.load.exported.taken import Taken, Taking
from archive.people.withdrawals import withdraw
from archive.store.db import writing
from archive.store.models import Article

_REASON = "withdrawn in the archive that it was imported from"


@frozen
class Imported:
    """What an import did: see `Taken`. `withdrawn`: articles that are out of every door now, as they are there."""

    taken: Taken
    articles: int
    withdrawn: int


def import_export(
    engine: Engine,
    packages: list[Package],
    *,
    run_id: int,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Imported:
    """Take in an export. `packages`: as `archive.load.exported.package` found them. `folder`: has room for a copy of it
    for the time. `progress` hears how many of how many articles are done. Raises `UsageError` for what is no export,
    before anything is written, and the archive's errors."""
    with staged(packages, folder) as rows:
        now = begun = datetime.now(UTC)
        taking = Taking(engine, rows, run_id, now)
        total = rows.count("articles")
        taking.captures()
        for done in taking.articles():
            progress(done, total)
        taking.repeats()
        relating = Relating(engine, rows, begun, now)
        relating.links()
        relating.stories()
        return Imported(taking.taken, total, _withdraw(engine, rows, now))


def _withdraw(engine: Engine, rows: Staged, now: datetime) -> int:
    """Withdraw what was withdrawn there."""
    count = 0
    for site, native_id in rows.gone():
        with writing(engine) as connection:
            its = select(Article.id).where(Article.site == site, Article.native_id == native_id)
            found = connection.scalar(its)
            count += found is not None and withdraw(connection, found, _REASON, by=BY, now=now)
    return count
