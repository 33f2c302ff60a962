"""What one capture says, parsed: the fields, and every visible block, each kept or stripped with the reason."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from archive.store.records import ArticleRecord, BlockRecord, ImageRecord
from archive.times import Precision

FLASH: Final = 120
"""An article of fewer characters is a flash."""

PAGED: Final = ("paged", "incomplete")
"""The flags of an article that goes on on further pages, until these are there."""

CUT: Final = ("incomplete", "cut")
"""The flags of a page whose answer broke off."""

DOUBTS: Final = frozenset(("id_contradicts", "time_contradicts_id"))
"""Flags of a page whose fields contradict each other."""


class Outcome(StrEnum):
    """What a capture turned out to be. docs/outcomes.md explains each; only `ARTICLE` makes an article."""

    ARTICLE = "article"
    LIST = "list"
    LIST_END = "list_end"
    GALLERY = "gallery"
    VIDEO = "video"
    LIVE = "live"
    NOT_ARTICLE = "not_article"
    GONE = "gone"
    BLOCKED = "blocked"
    UNKNOWN_TEMPLATE = "unknown_template"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    INCOMPLETE = "incomplete"
    WITHDRAWN = "withdrawn"


@frozen(kw_only=True)
class Identity:
    """Which publication an address or a page names.

    `site`: a site's name, or the host of a page without one. `native_id`: the site's own id, or `u:` and 16 hex digits
    made from the address. `canonical_url`: the one address of it. None where it is not known.
    """

    site: str | None = None
    native_id: str | None = None
    canonical_url: str | None = None


@frozen(kw_only=True)
class Block:
    """One visible block of the page, in reading order.

    `kind`, `text`, `level`, `links`, `url`: as in `BlockRecord`. `kept`: whether it is body. `rule`: the id of the
    rule that decided (docs/rules.md). `evidence`: what the rule saw, a few words for a person. `field`: the field
    that the block's text went to before it was stripped, or "".
    """

    kind: str
    text: str
    kept: bool
    rule: str
    evidence: str = ""
    field: str = ""
    level: int = 0
    links: tuple[tuple[int, int, str], ...] = ()
    url: str = ""


@frozen(kw_only=True)
class Candidate:
    """What a page may mean by one of its fields: `field` (`source_name`, `authors`, …), `value` as text, `why` it may
    be that (a few words for a person), and whether it was chosen (`won`)."""

    field: str
    value: str
    why: str
    won: bool = False


def _once(flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flags))


@frozen(kw_only=True)
class Page:
    """The result of extraction: a pure function of bytes, headers, address, capture time and site.

    `url`: the final address. `identity`: which publication it is. `outcome` decides whether there is an article; fields
    may be filled either way. Times carry a zone (the portals': +08:00). `confidence`: 0 to 1. `parts`: where else a
    paged article stands: the address of the whole on one page, where there is one, and those of its other pages
    (`crawler.pages.paged`). `agreement`: 0 to 1, how far the witness took the same lines for text, and `witnessed`: the
    lines that it took (`crawler.pages.witness`); None and () where it was not asked. `whole_share`: 0 to 1, what share
    of the text that it takes from the whole page the body holds; None where it was not asked for that. `candidates`:
    what the fields of a page without a template were chosen from, the strongest of each first.
    """

    url: str
    outcome: Outcome
    identity: Identity = Identity()
    template: str | None = None
    headline: str | None = None
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
    flags: tuple[str, ...] = field(default=(), converter=_once)
    confidence: float = 1.0
    blocks: tuple[Block, ...] = ()
    detail: str | None = None
    parts: tuple[str, ...] = ()
    agreement: float | None = None
    witnessed: tuple[str, ...] = ()
    whole_share: float | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def site(self) -> str | None:
        """`identity.site`."""
        return self.identity.site

    @property
    def native_id(self) -> str | None:
        """`identity.native_id`."""
        return self.identity.native_id

    @property
    def canonical_url(self) -> str | None:
        """`identity.canonical_url`."""
        return self.identity.canonical_url

    @property
    def lines(self) -> tuple[str, ...]:
        """The kept text, a block each; images have none."""
        return tuple(block.text for block in self.blocks if block.kept and block.text)

    @property
    def body(self) -> str:
        """The kept text, one block a line; images have no text and stand in `images`."""
        return "\n".join(self.lines)

    def article(self) -> ArticleRecord | None:
        """The article to store, or None where the outcome is not `article`."""
        if self.outcome is not Outcome.ARTICLE or self.site is None or self.native_id is None:
            return None
        kept = tuple(
            BlockRecord(kind=b.kind, text=b.text, level=b.level, links=b.links, url=b.url)
            for b in self.blocks
            if b.kept
        )
        return ArticleRecord(
            site=self.site,
            native_id=self.native_id,
            url=self.canonical_url or self.url,
            headline=self.headline,
            body=self.body,
            original_title=self.original_title,
            published_at=self.published_at,
            published_precision=self.published_precision,
            modified_at=self.modified_at,
            source_name=self.source_name,
            account_name=self.account_name,
            authors=self.authors,
            editor=self.editor,
            keywords=self.keywords,
            location=self.location,
            images=self.images,
            flags=self.flags,
            template=self.template,
            confidence=self.confidence,
            blocks=kept,
        )
