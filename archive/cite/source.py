"""What a citation says of an article: what its page said, and what the archive can show for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import quote

from attrs import frozen
from sqlalchemy import Connection, bindparam, select

from archive.query.article import revision_text
from archive.store.finding.searches import identity
from archive.store.models import Capture, Revision
from archive.text.address import plain_address
from archive.text.clean import clean_line
from archive.text.harmless import harmless_in_pages
from archive.times import BEIJING, Precision, show_time

SITES: Final = {"netease": "网易", "sohu": "搜狐"}
"""What portals call themselves."""


@frozen(kw_only=True)
class Source:
    """One article in one revision. Texts are of one line, without control characters.

    `key`: names the citation: ASCII letters, digits and hyphens. `authors`: as the page has them; where it names none,
    the medium, or the account, that it came from. `site`: the portal's name. `accessed`: the day on which it was looked
    at. `captured_at`, `digest`, `record`: of the newest capture that showed this text: when, the digest of its payload,
    and its place (`FILE@OFFSET+LENGTH`); None of an article that was imported without a page. `text_digest`: SHA-256 in
    hex of headline, line feed and body. `archive`: the archive's id. `address`: where the captured page can be looked
    at; None where no address of a reading room is known.
    """

    key: str
    article: int
    name: str
    revision: int
    title: str
    authors: tuple[str, ...]
    publisher: str | None
    site: str
    published_at: datetime | None
    precision: Precision | None
    url: str
    accessed: date
    captured_at: datetime | None
    digest: str | None
    record: str | None
    text_digest: str
    archive: str
    address: str | None

    @property
    def published(self) -> date | None:
        """The day of its publication, in Beijing."""
        return self.published_at.astimezone(BEIJING).date() if self.published_at is not None else None

    @property
    def kept(self) -> str:
        """What the archive has of it, in one line."""
        parts = [
            self.address or self.record,
            self.captured_at and f"captured {show_time(self.captured_at)}",
            self.digest,
            f"text sha256:{self.text_digest}",
            f"{self.name}, revision {self.revision}, archive {self.archive}",
        ]
        return "; ".join(part for part in parts if part)


def source(
    connection: Connection,
    row: Mapping[str, Any],
    *,
    accessed: date,
    revision: int | None = None,
    base: str | None = None,
) -> Source:
    """An article, by its row (`archive.query.article.article_row`), as it is cited. `revision`: not its present text,
    but that one. `base`: the address of the reading room. Raises `NotFound` where it has no such revision."""
    article_id = row["id"]
    number = revision or row["revision"]
    headline = row["headline"]
    if number != row["revision"]:
        headline, _ = revision_text(connection, article_id, number)
    its = connection.execute(_REVISION, {"article": article_id, "number": number}).one()
    capture = _capture(connection, article_id, its)
    publisher = _line(row["source_name"]) or _line(row["account_name"])
    authors = tuple(name for one in row["authors"] if (name := _line(one)))
    return Source(
        key=_key(row["site"], row["native_id"], number),
        article=article_id,
        name=_line(f"{row['site']}:{row['native_id']}") or "",
        revision=number,
        title=_line(headline) or "［题名不详］",
        authors=authors or ((publisher,) if publisher else ()),
        publisher=publisher,
        site=SITES.get(row["site"], row["site"]),
        published_at=row["published_at"],
        precision=row["published_precision"],
        url=plain_address(row["url"]),
        accessed=accessed,
        captured_at=capture.captured_at if capture is not None else None,
        digest=capture.digest if capture is not None else None,
        record=_record(capture),
        text_digest=its.digest.removeprefix("part:"),
        archive=identity(connection),
        address=memento_address(base, capture.url, capture.captured_at) if base and capture is not None else None,
    )


def memento_address(base: str, url: str, at: datetime) -> str:
    """Where a reading room shows a captured page."""
    return f"{base.rstrip('/')}/memento/{at.astimezone(UTC):%Y%m%d%H%M%S}/{quote(url, safe='/')}"


_REVISION: Final = select(Revision.digest, Revision.capture_id).where(
    Revision.article_id == bindparam("article"), Revision.number == bindparam("number")
)
_COLUMNS: Final = (
    *(Capture.url, Capture.captured_at, Capture.digest),
    *(Capture.warc_file, Capture.warc_offset, Capture.warc_length),
)
_SHOWED: Final = (
    select(*_COLUMNS)
    .where(Capture.article_id == bindparam("article"), Capture.text_digest == bindparam("digest"))
    .order_by(Capture.captured_at.desc(), Capture.id.desc())
    .limit(1)
)
_CAPTURE: Final = select(*_COLUMNS).where(Capture.id == bindparam("capture"))


def _capture(connection: Connection, article_id: int, revision: Any) -> Any:
    """The newest capture that showed a revision's text."""
    found = connection.execute(_SHOWED, {"article": article_id, "digest": revision.digest}).first()
    if found is None and revision.capture_id is not None:
        found = connection.execute(_CAPTURE, {"capture": revision.capture_id}).first()
    return found


def _record(capture: Any) -> str | None:
    if capture is None or capture.warc_file is None or capture.warc_offset is None:
        return None
    length = f"+{capture.warc_length}" if capture.warc_length is not None else ""
    return f"{capture.warc_file.rpartition('/')[2]}@{capture.warc_offset}{length}"


def _line(text: str | None) -> str | None:
    told = clean_line(text)
    return harmless_in_pages(told) if told else None


def _key(site: str, native_id: str, revision: int) -> str:
    told = "-".join(part for part in (site, native_id) if part)
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in told)
    return f"{plain}-r{revision}"
