"""What a package holds of each article: its records, and a page for each of its texts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, select

from archive.errors import UsageError
from archive.people.erasing import captures_of
from archive.query.article import article_row
from archive.raw import Place
from archive.store.models import Capture, Revision
from crawler.upkeep.pack.records import Records

ABSENT: Final = ("images", "style sheets", "scripts", "fonts", "audio and video")
"""What the pages name and the crawler never fetches."""
NAMED: Final = 1_000
"""So many of the records that are missing are named."""
_C: Any = Capture.__table__


@define
class Contents:
    """What went into a package. `newest`: the time of its newest capture. `missing`: records that are not to be had,
    each with its capture and why. `without`: articles of which there is no page."""

    articles: int = 0
    pages: int = 0
    captures: int = 0
    missing_count: int = 0
    without: int = 0
    newest: datetime | None = None
    digest: str = ""
    """Of the manifest, SHA-256 in hex: what the package can be known by."""
    missing: list[dict[str, Any]] = field(factory=list)

    def lost(self, capture: int, why: str) -> None:
        """Note a record that is not to be had."""
        self.missing_count += 1
        if len(self.missing) < NAMED:
            self.missing.append({"capture": capture, "why": why})


@define
class Its:
    """One article. `captures`: the rows of its captures that the package has the record of, by number, with its place
    in the package (`offset`, `length`)."""

    row: Mapping[str, Any]
    captures: dict[int, dict[str, Any]] = field(factory=dict)


def take(connection: Connection, article: int, records: Records, contents: Contents) -> Its:
    """Copy the records of an article's captures, and those that they repeat. Raises `NotFound`, of a withdrawn article
    too."""
    its = Its(dict(article_row(connection, article)))
    contents.articles += 1
    for row in _with_repeated(connection, captures_of(connection, article)):
        if row["warc_file"] is None or row["warc_offset"] is None:
            continue
        place = Place(row["warc_file"], row["warc_offset"], row["warc_length"], row["url"], row["digest"])
        try:
            offset, length = records.add(place)
        except UsageError as error:
            contents.lost(row["id"], str(error))
            continue
        its.captures[row["id"]] = {**row, "offset": offset, "length": length}
        contents.captures += 1
        contents.newest = max(contents.newest or row["captured_at"], row["captured_at"])
    return its


def _with_repeated(connection: Connection, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows, before each the one whose payload it repeats."""
    seen: set[int] = set()
    for row in rows:
        chain = [row]
        while (earlier := chain[-1]["repeats_id"]) is not None and len(chain) < 4:
            found = connection.execute(select(_C).where(_C.c.id == earlier)).mappings().one_or_none()
            if found is None:
                break
            chain.append(dict(found))
        for one in reversed(chain):
            if one["id"] not in seen:
                seen.add(one["id"])
                yield one


def pages(connection: Connection, its: Its) -> Iterator[dict[str, Any]]:
    """A page for each text of an article whose capture is in the package, the present one first (WACZ, pages.jsonl)."""
    row = its.row
    columns = (Revision.number, Revision.capture_id, Revision.headline, Revision.body)
    query = select(*columns).where(Revision.article_id == row["id"]).order_by(Revision.number.desc())
    for revision in connection.execute(query):
        capture = its.captures.get(revision.capture_id)
        if capture is None:
            continue
        present = revision.body is None
        yield {
            "id": f"{row['id']}-{revision.number}",
            "url": capture["url"],
            "ts": stamp(capture["captured_at"]),
            "title": (row["headline"] if present else revision.headline) or "",
            "text": row["body"] if present else revision.body,
            "article": f"{row['site']}:{row['native_id']}",
            "revision": revision.number,
            "absent": [image["url"] for image in row["images"]] if present else [],
        }


def stamp(at: datetime) -> str:
    """A time as WACZ files have it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
