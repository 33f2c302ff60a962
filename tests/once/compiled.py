"""Statements that are compiled once a process, and not once an engine: hundreds of tests make an engine of their own,
and to turn the same few hundred statements into SQL for each was a sixth of the processor time of tests in process.

What a statement becomes depends on itself and on the dialect alone (SQLAlchemy, "SQL Compilation Caching"); both are
the same for every archive of one kind here.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from archive.store import db

STATEMENTS = 3_000


def share_compiled_statements() -> None:
    """From now on engines of one kind share what they have compiled."""
    make, first = db.create_engine, dict[str, Engine]()

    def shared(url: Any, **options: Any) -> Engine:
        engine = make(url, **options)
        before = first.get(engine.dialect.name)
        if before is None or before.dialect.server_version_info is None:  # which it knows once it was connected
            first[engine.dialect.name] = engine
            engine._compiled_cache = LRUCache(STATEMENTS)
        else:
            engine.dialect, engine._compiled_cache = before.dialect, before._compiled_cache
            # An error is told by the dialect's listeners, and each engine adds its own, which names its archive.
            if listeners := engine.dialect.dispatch.handle_error:
                listeners.clear()
        return engine

    db.create_engine = shared  # type: ignore[attr-defined]
