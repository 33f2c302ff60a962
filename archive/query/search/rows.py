"""All hits, as downloads and exports write them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from archive.export.run import articles_of
from archive.query.search.asked import Asked
from archive.query.search.described import frozen_texts
from archive.query.search.paging import every_hit
from archive.query.search.resolved import resolve

_FETCH: Final = 200


def rows(connection: Connection, asked: Asked) -> Iterator[Mapping[str, Any]]:
    """Every hit in its order, as the export has an article (`archive.export.record.FIELDS`); memory stays flat. A
    frozen hit has the headline and the text of its revision. Raises `QueryError`."""
    resolved = resolve(connection, asked)
    hits = every_hit(connection, resolved)
    while ids := list(islice(hits, _FETCH)):
        texts = frozen_texts(connection, resolved, ids)
        for row in articles_of(connection, ids):
            if (text := texts.get(row["id"])) is not None:
                revision, headline, body = text
                row |= {"revision": revision, "headline": headline, "body": body}
            yield row
