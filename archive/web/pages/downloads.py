"""Hits as files for programs: all of them, exactly as they are shown, in the fields of the export."""

import io
from collections.abc import Iterator
from itertools import chain
from threading import BoundedSemaphore
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from archive.export.datasets import ARTICLES
from archive.export.writers import MEDIA, Form
from archive.export.writers import writer as opened
from archive.query.search import Asked, rows
from archive.web.load import Busy
from archive.web.parts.searches import asked_of
from archive.web.visit import Page, Room, Visit

AT_ONCE: Final = 3
"""So many files are written at once: each holds a connection as long as its reader takes."""
PIECE: Final = 64 * 1024
KINDS: Final = {**MEDIA, "csv": "text/csv; charset=utf-8"}

_TURNS: Final = BoundedSemaphore(AT_ONCE)


class Pipe(io.RawIOBase):
    """A file that is read while it is written: what was written is taken out, piece by piece."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._at = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._at

    def write(self, data: object) -> int:
        """Takes bytes."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._waiting += piece
        self._at += len(piece)
        return len(piece)

    @property
    def waiting(self) -> int:
        """How many bytes wait to be taken."""
        return len(self._waiting)

    def take(self) -> bytes:
        """What waits."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def written(room: Room, asked: Asked, form: Form) -> Iterator[bytes]:
    """The file in pieces, from one state of the archive; memory stays flat. Raises `Busy`."""
    if not _TURNS.acquire(blocking=False):
        raise Busy
    try:
        with room.database.reading() as connection:
            pipe = Pipe()
            writer = opened(pipe, form, ARTICLES.fields)  # type: ignore[arg-type]
            for row in rows(connection, asked):
                writer.write(row)
                if pipe.waiting >= PIECE:
                    yield pipe.take()
            writer.finish()
            yield pipe.take()
    finally:
        _TURNS.release()


def download(visit: Visit) -> Response:
    """The file of a search."""
    form = visit.request.path_params["form"]
    if form not in KINDS:
        raise HTTPException(404)
    asked = asked_of(visit)
    pieces = written(visit.room, asked, form)
    first = next(pieces)  # what goes wrong at the start still has its status
    name = f"jianbao-{asked.query_id or 'search'}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
    return StreamingResponse(chain([first], pieces), media_type=KINDS[form], headers=headers)


PAGES: Final = (Page(path="/search.{form}", name="download", view=download),)
