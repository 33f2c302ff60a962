"""A filled archive at each schema on the way down, to be copied: it is filled once, each migration down runs once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy import Engine

from archive.store import schema
from archive.store.db import open_engine
from archive.store.schema import downgrade
from tests.postgres import Server, administer


@frozen
class Stages:
    """`known`: what the filling gave. `copied`: an archive of a stage that is like none other, by the stage's name."""

    known: dict[str, Any]
    copied: Callable[[str], AbstractContextManager[str]]


def make(
    url: str, keep: Callable[[str], None], fill: Callable[[Engine], Any], more: Callable[[Engine, Any], Any]
) -> dict[str, Any]:
    """Fill the archive and keep it as `filled`; do `more`, and keep it at each schema, by the schema's name. What both
    gave."""
    engine = open_engine(url)
    first = fill(engine)
    engine.dispose()
    keep("filled")
    second = more(engine, first)
    for revision in reversed(schema.revisions()):
        downgrade(engine, revision)
        engine.dispose()
        keep(revision)
    return {"filled": first, "more": second}


def sqlite(folder: Path, template: Path, **fills: Any) -> Stages:
    """Copies of files."""
    shutil.copyfile(template, folder / "archive.db")

    def keep(name: str) -> None:
        shutil.copyfile(folder / "archive.db", folder / f"{name}.db")

    known = make(f"sqlite:///{folder / 'archive.db'}", keep, **fills)

    @contextmanager
    def copied(name: str) -> Iterator[str]:
        path = folder / "copy.db"
        shutil.copyfile(folder / f"{name}.db", path)
        yield f"sqlite:///{path}"
        path.unlink()

    return Stages(known, copied)


def postgresql(server: Server, **fills: Any) -> Stages:
    """Databases with others as their templates."""
    administer(server, "CREATE DATABASE stages TEMPLATE template_archive")

    def keep(name: str) -> None:
        administer(server, f"CREATE DATABASE stage_{name} TEMPLATE stages")

    known = make(server.url("stages"), keep, **fills)

    @contextmanager
    def copied(name: str) -> Iterator[str]:
        administer(server, f"CREATE DATABASE stage_copy TEMPLATE stage_{name}")
        try:
            yield server.url("stage_copy")
        finally:
            administer(server, "DROP DATABASE stage_copy WITH (FORCE)")

    return Stages(known, copied)
