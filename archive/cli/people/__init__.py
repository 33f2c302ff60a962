"""The commands by which a person says something of articles; `deciding` is what they share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from archive.cli.portals import Portals
from archive.settings import Home

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class Deciding:
    """One transaction in which a person says something. `by`: who; `now`: when, with a zone."""

    connection: "Connection"
    portals: Portals
    by: str
    now: datetime

    def find(self, named: str, *, withdrawn: bool = False) -> int:
        """The number of the article that `named` names (`archive.query.lookup`)."""
        from archive.query.lookup import find_article

        return find_article(self.connection, named, self.portals.resolve, withdrawn=withdrawn)


@contextmanager
def deciding(home: Home, portals: Portals) -> Iterator[Deciding]:
    """All of it is written at the end of the block, or nothing."""
    from archive.store.db import opened, writing

    with opened(home.database) as engine, writing(engine) as connection:
        yield Deciding(connection, portals, home.settings.who, datetime.now(UTC))
