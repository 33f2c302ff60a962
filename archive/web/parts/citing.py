"""An article as it is cited by who reads it here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.cite.source import Source, source
from archive.times import BEIJING
from archive.web.visit import Visit


def source_of(visit: Visit, row: Mapping[str, Any], revision: int | None = None) -> Source:
    """What a citation says that is asked for today, here, of an article by its row."""
    today = datetime.now(BEIJING).date()
    return source(visit.connection, row, accessed=today, revision=revision, base=base_of(visit))


def base_of(visit: Visit) -> str:
    """The address at which this reading room is reached: the one that is set, else the one that was asked."""
    asked = str(visit.request.base_url).rstrip("/").removesuffix(visit.room.root_path)
    return (visit.room.home.settings.address or asked + visit.room.root_path).rstrip("/")
