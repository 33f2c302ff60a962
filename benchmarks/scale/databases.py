"""PostgreSQL beside SQLite: the same articles, in the same run; the server's time counts."""

import os
import time
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from benchmarks.scale import asking, child, space
from benchmarks.scale.figures import Figures
from benchmarks.scale.growing import Growing, Steps, tell, whole
from tests.postgres import Server

COLUMNS: Final = ("SQLite", "PostgreSQL")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def beside(folder: Path, *, articles: int, seed: int, steps: Steps, way: child.Way = child.in_own_process) -> Figures:
    """Both measured. Raises `RuntimeError` where PostgreSQL cannot run."""
    figures = Figures(f"{articles:,} articles", lambda column: COLUMNS[column])
    asked = asking.words(seed, articles, steps.queries)
    server = Server()
    try:
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        for column, name in enumerate(COLUMNS):
            tell(f"{name} with {articles:,} articles")
            (folder / name).mkdir()
            archive = Growing(folder / name, seed=seed, way=way)
            if column:
                archive = Growing(
                    folder / name,
                    seed=seed,
                    way=way,
                    url=server.url(),
                    server=lambda: seconds_of(postmaster),
                    upkeep=lambda: _vacuum(server.url()),
                )
            archive.begin()
            archive.reach(articles, figures, steps, column)
            archive.upkeep()
            asking.measure(
                archive.url,
                figures,
                column,
                asked,
                lambda archive=archive: time.process_time() + archive.server(),  # type: ignore[misc]
            )
            whole(archive, figures, column)
            space.measure(archive.url, articles, figures, column)
    finally:
        server.stop()
    return figures


def seconds_of(postmaster: int) -> float:
    """The processor's seconds of a server: of its processes, and of those that have ended."""
    own = _stat(postmaster)
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return (sum(own) + sum(sum(_stat(int(child))[:2]) for child in children)) / _TICKS


def _stat(pid: int) -> list[int]:
    """User and system time, and the same of the children that have ended; proc(5), from the 14th field on."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return [0, 0, 0, 0]
    return [int(one) for one in told.rpartition(")")[2].split()[11:15]]


def _vacuum(url: str) -> None:
    """As autovacuum would by now, which these servers have turned off."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()
