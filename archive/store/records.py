"""What the line hands to the archive: plain values, no database in them. `archive.ingest.transaction` stores them.

The field names are the same in SQL, JSON, CSV and Parquet (docs/data.md).
"""

from datetime import datetime
from typing import Literal

from attrs import field, frozen

from archive.times import Precision


@frozen(kw_only=True)
class ImageRecord:
    """One image of the body: its address (absolute, the original and not a resized copy) and its caption, or ""."""

    url: str
    caption: str = ""


@frozen(kw_only=True)
class BlockRecord:
    """One kept block of the body.

    `kind`: paragraph, heading, list_item, quote, table, caption, image, code. `text`: its plain text, one line
    (a table: a row a line, cells parted by tabs; an image: ""). `level`: heading level or list depth, else 0.
    `links`: (start, end, url) spans into `text`. `url`: an image's address.
    """

    kind: str
    text: str
    level: int = 0
    links: tuple[tuple[int, int, str], ...] = ()
    url: str = ""


@frozen(kw_only=True)
class ArticleRecord:
    """One publication at one site, as one capture (or one line of an imported file) showed it.

    `body`: the text in its original form, one block a line, no blank lines. Times carry a zone;
    `published_precision` says how much of `published_at` the page really showed. `confidence`: 0 to 1.
    """

    site: str
    native_id: str
    url: str
    headline: str | None
    body: str
    original_title: str | None = None
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    source_name: str | None = None
    account_name: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    keywords: tuple[str, ...] = ()
    location: str | None = None
    images: tuple[ImageRecord, ...] = ()
    flags: tuple[str, ...] = ()
    template: str | None = None
    confidence: float = 1.0
    blocks: tuple[BlockRecord, ...] = ()


@frozen(kw_only=True)
class CaptureRecord:
    """One fetch of one URL: the row that points at the WARC record.

    `captured_at` carries a zone. `digest`: `sha1:` and the base-32 SHA-1 of the payload as it was transferred.
    `warc_file`: the file's name inside the home's `warc/` (or an imported file's path), `warc_offset` and `warc_length`
    in bytes of the compressed record; no length, and the offset in the unpacked file, where no gzip member is the
    record's own. `outcome`: one of docs/outcomes.md. `agreement`: 0 to 1, how far the witness read the same body, None
    where it was not asked. `whole_share`: 0 to 1, what share of the text that the witness takes from the whole page the
    body holds, None where it was not asked for that. `part`: which page of an article on several its address names:
    from 2, 0 for the whole on one page, None for all else. `etag`, `last_modified`: the answer's headers, None where it
    had none. `repeats`: address and time of the capture whose payload it showed again: its record has none of its own.
    `extractor`: which version of our rules read it, None where it was not read.
    """

    url: str
    captured_at: datetime
    outcome: str
    status: int | None = None
    content_type: str | None = None
    ip: str | None = None
    digest: str | None = None
    size: int | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    site: str | None = None
    native_id: str | None = None
    template: str | None = None
    detail: str | None = None
    agreement: float | None = None
    whole_share: float | None = None
    part: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    repeats: tuple[str, datetime] | None = None
    extractor: str | None = None


Cause = Literal["publisher", "extractor", "import", "person"]
"""Why an article has another text: the publisher changed it, our rules improved, an imported file said so, or a person
did it here."""


@frozen(kw_only=True)
class Item:
    """What one transaction step stores: a capture (None for an imported article without one), and the article it
    showed (None where the outcome is not `article`). `captured_at`: when an article without a capture was taken, where
    the file says so; with a zone. `parts`: the addresses of the article's other pages, where it is spread over several
    (`crawler.capture.join`). `cause`: why its text differs from the one before, None where it follows from where the
    item comes from: a capture shows what the publisher did, an imported file what it says."""

    capture: CaptureRecord | None
    article: ArticleRecord | None = None
    captured_at: datetime | None = None
    parts: tuple[str, ...] = ()
    cause: Cause | None = None


IngestState = Literal["new", "revised", "unchanged", "no_article"]


@frozen(kw_only=True)
class Stored:
    """What became of one `Item`. `duplicate`: the article is new and carries the text of one that was there."""

    state: IngestState
    capture_id: int | None = None
    article_id: int | None = None
    cluster_id: int | None = None
    duplicate: bool = False
    relations: tuple[str, ...] = field(default=())
