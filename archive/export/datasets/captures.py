"""The captures: one fetch of one address a row, and where its bytes stand."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import Connection, not_, or_, select

from archive.export.datasets.dataset import Dataset, Field, Key, Row
from archive.export.datasets.reading import instant, of_keys, stream
from archive.store.keys import key_in_rows
from archive.store.models import Article, Capture, CrawlRun
from archive.store.people import visible

FIELDS: Final = {
    "id": Field("integer", "the capture's number in this archive"),
    "article_id": Field("integer", "the article that it showed", null=True),
    "site": Field("text", "the site that the address or the page names", null=True),
    "native_id": Field("text", "the site's own id of what the address or the page names", null=True),
    "url": Field("text", "the final address"),
    "captured_at": Field("instant", "the WARC record's date"),
    "outcome": Field("text", "what it turned out to be"),
    "status": Field("integer", "the HTTP status of the answer", null=True),
    "content_type": Field("text", "the answer's Content-Type", null=True),
    "ip": Field("text", "the address that answered", null=True),
    "digest": Field("text", "sha1: and the SHA-1 in base 32 of the payload as it was transferred", null=True),
    "text_digest": Field("text", "the digest of the text that it showed, as in revisions", null=True),
    "size": Field("integer", "bytes of the payload", null=True),
    "warc_file": Field(
        "text", "the file that holds the record: a name in the home's warc/, or the path of an imported one", null=True
    ),
    "warc_offset": Field("integer", "where the record begins in the file, in bytes", null=True),
    "warc_length": Field("integer", "the record's length in the file, in bytes", null=True),
    "crawler": Field("text", "the name of the home in whose warc/ the file is", null=True),
    "template": Field("text", "the template that read it", null=True),
    "part": Field(
        "integer",
        "which page of an article on several: from 2, 0 for the whole on one page; null for all else",
        null=True,
    ),
    "repeats_id": Field("integer", "the capture whose payload it showed again", null=True),
    "agreement": Field(
        "number", "0 to 1: how far the witness read the same body; null where it was not asked", null=True
    ),
    "whole_share": Field(
        "number",
        "0 to 1: of the witness's text of the whole page, the share in our body; null where not asked",
        null=True,
    ),
    "extractor": Field("text", "names the rules that read it last", null=True),
    "detail": Field("text", "more about the outcome, for a person", null=True),
}


def rows(connection: Connection, keys: Collection[Key] | None = None) -> Iterator[Row]:
    """See `Dataset`. What a withdrawn article's address gave, also where it showed no article, is not shown."""
    columns: list[Any] = [getattr(Capture, name) for name in FIELDS if name != "crawler"]
    columns[list(FIELDS).index("captured_at")] = instant(Capture.captured_at, connection.dialect)
    columns.insert(list(FIELDS).index("crawler"), CrawlRun.crawler)
    gone = select(Article.id, Article.site, Article.native_id).where(not_(visible()))
    ids, names = gone.with_only_columns(Article.id), gone.with_only_columns(Article.site, Article.native_id)
    # A row without one of the two is in no list, nor is it certain to be in none, as SQL has it.
    shown = (
        or_(Capture.article_id.is_(None), Capture.article_id.not_in(ids)),
        or_(
            Capture.site.is_(None),
            Capture.native_id.is_(None),
            not_(key_in_rows((Capture.site, Capture.native_id), names)),
        ),
    )
    statement = (
        select(*columns)
        .outerjoin(CrawlRun, CrawlRun.id == Capture.run_id)
        .where(*shown, *of_keys(connection, (Capture.id,), keys))
        .order_by(Capture.id)
    )
    for found in stream(connection, statement):
        yield dict(zip(FIELDS, found, strict=True))


CAPTURES: Final = Dataset(
    name="captures",
    title="Captures: one fetch of one address a row, and where its bytes stand",
    fields=FIELDS,
    key=("id",),
    refers={"article_id": "articles", "repeats_id": "captures"},
    rows=rows,
)
