"""Two texts compared, for the page and for the API."""

from archive.errors import UsageError
from archive.query.texts import Comparison, compare
from archive.raw import ExplainedPage, Place
from archive.web.visit import Visit
from archive.workers import WorkerEnded


def compared(visit: Visit, first: str, second: str) -> Comparison:
    """How two texts differ, by their names. Raises `NotFound`, `UsageError`."""

    def read(place: Place) -> ExplainedPage:
        try:
            return visit.room.raw_pages().explained(place)
        except WorkerEnded as error:
            raise UsageError(str(error)) from error  # a page that costs too much is no fault of ours

    return compare(visit.connection, first, second, visit.room.portals.resolve, read)
