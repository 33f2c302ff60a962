"""An article as it is cited by who reads it here."""

from datetime import datetime

from archive.cite.source import Source, source
from archive.times import BEIJING
from archive.web.visit import Visit


def source_of(visit: Visit, article: int, revision: int | None = None) -> Source:
    """What a citation says that is asked for today, here."""
    return source(
        visit.connection, article, accessed=datetime.now(BEIJING).date(), revision=revision, base=base_of(visit)
    )


def base_of(visit: Visit) -> str:
    """The address at which this reading room is reached: the one that is set, else the one that was asked."""
    asked = str(visit.request.base_url).rstrip("/").removesuffix(visit.room.root_path)
    return (visit.room.home.settings.address or asked + visit.room.root_path).rstrip("/")
