"""One answer to what the archive stores, the same for a crawl, an import and a rebuild: its capture, and the article or
the list in it.
"""

import re
from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from archive.store.records import CaptureRecord, Item
from crawler.capture.role import identity
from crawler.capture.version import extractor_version
from crawler.pages.html.decode import decode
from crawler.pages.outcome import by_address
from crawler.pages.page import CUT, Identity, Outcome, Page
from crawler.pages.status import GONE, PARTIAL
from crawler.pages.template.site import ListError, Listing, Listings, Source
from crawler.sites.registry import find_site, find_source
from crawler.warc.encodings import BodyError, BodyTooLarge, decoded_body
from crawler.warc.raw import RawCapture


def capture_item(raw: RawCapture, *, witness: bool = False) -> Item:
    """The capture and, where it shows one, the article. `witness`: as for `extract`. Never raises: what cannot be read
    is an outcome too."""
    return page_item(raw, capture_page(raw, witness=witness))


def page_item(raw: RawCapture, page: Page) -> Item:
    """The same of a page that was read already."""
    return Item(capture=capture_record(raw, page), article=page.article(), parts=page.parts)


def repeat_item(raw: RawCapture) -> Item:
    """The capture of an answer that repeats another one; what that showed, only the archive knows."""
    page = Page(url=raw.url, outcome=Outcome.ARTICLE, identity=identity(raw.requested or raw.url) or Identity())
    return Item(capture=capture_record(raw, page))


def capture_page(
    raw: RawCapture,
    *,
    everything: bool = False,
    witness: bool | Callable[[Page], bool] = False,
    whole: Callable[[Page], bool] | None = None,
) -> Page:
    """What an answer says, unpacked and extracted. `everything`, `witness`, `whole`: as for `extract`. Never raises.

    An answer that is cut, or whose packed form is torn, is read as far as it goes: an article has the flags `CUT` then,
    what shows none may have lost it (`incomplete`), and `detail` says where it breaks off. What shows that an article
    is no more and is not believed is `broken`.
    """
    try:
        body = decoded_body(raw)
    except BodyError as error:
        outcome = Outcome.TOO_LARGE if isinstance(error, BodyTooLarge) else Outcome.BROKEN
        return Page(url=raw.url, outcome=outcome, detail=str(error))
    from crawler.pages.extract import extract  # a quarter of a second, which whoever only stores answers need not wait

    page = extract(
        body.content,
        site=find_site(raw.url),
        url=raw.url,
        content_type=raw.content_type,
        captured_at=raw.captured_at,
        status=raw.status,
        everything=everything,
        witness=witness,
        whole=whole,
    )
    if raw.requested and raw.requested != raw.url and identity(raw.requested) is not None:
        page = _led_to(page, raw)
    if body.torn:
        page = _cut(page, raw.url)
    if raw.disbelieved and page.outcome is Outcome.GONE:
        detail = f"{page.detail or page.outcome}: {raw.disbelieved}"
        page = evolve(page, outcome=Outcome.BROKEN, detail=detail)
    return evolve(page, detail=_joined(page.detail, body.torn, raw.dated))


def _cut(page: Page, url: str) -> Page:
    """What a page is whose answer broke off."""
    if page.outcome is Outcome.ARTICLE or is_further(url):
        return evolve(page, flags=(*page.flags, *CUT))
    lost = page.outcome in (Outcome.NOT_ARTICLE, Outcome.LIST, Outcome.EMPTY)
    return evolve(page, outcome=Outcome.INCOMPLETE) if lost else page


def part_of(url: str) -> int:
    """Which page of an article the address names (`Target.part`); 1 where it says nothing of pages."""
    site = find_site(url)
    target = site.target(url) if site is not None else None
    return 1 if target is None else target.part


def is_further(url: str) -> bool:
    """Whether the address names another page of an article than its first."""
    return part_of(url) > 1


_ELSEWHERE = frozenset({Outcome.LIST, Outcome.NOT_ARTICLE, Outcome.UNKNOWN_TEMPLATE})


def _led_to(page: Page, raw: RawCapture) -> Page:
    """The page to which an article's address redirects. That the article is deleted, only the site's own rules say."""
    if page.outcome is not Outcome.ARTICLE and (verdict := by_address(raw.url)):
        return evolve(page, outcome=verdict[0], detail=verdict[1])
    if page.outcome not in _ELSEWHERE or identity(raw.url) is not None:
        return page
    site = find_site(raw.url)
    led = f"{raw.requested} redirects to {raw.url}"
    if page.outcome is Outcome.LIST and site is not None and site.front and re.search(site.front, raw.url):
        return evolve(page, outcome=Outcome.GONE, detail=led)
    return evolve(page, outcome=Outcome.BLOCKED, detail=f"{led}, which is no article's address")


def _joined(*details: str | None) -> str | None:
    return "; ".join(detail for detail in details if detail) or None


@frozen(kw_only=True)
class ListAnswer:
    """What a list said. `problem`: why its `listings` are not to be had, "" where they are. `lost`: at how many places
    of it something cannot be read. `torn`: where it breaks off, "" where it is whole."""

    capture: CaptureRecord
    listings: Sequence[Listing] = ()
    problem: str = ""
    lost: int = 0
    torn: str = ""


def list_answer(raw: RawCapture) -> ListAnswer:
    """The row and the entries of a list's answer. Never raises."""
    site, source = find_source(raw.requested or raw.url) or (None, None)
    problem, torn = "", ""
    listings: Sequence[Listing] = ()
    if raw.status >= 400 or raw.status == PARTIAL or source is None:
        problem = f"HTTP {raw.status}"
    else:
        try:
            body = decoded_body(raw)
            torn = body.torn
            listings = _listings(source, body.content, raw)
        except (BodyError, ListError) as error:
            problem = str(error)
    lost = listings.lost if isinstance(listings, Listings) else 0
    outcome = Outcome.BROKEN if problem else Outcome.LIST
    if raw.status in GONE and source is not None and (raw.requested or raw.url) in source.urls[1:]:
        outcome = Outcome.LIST_END
    page = Page(
        url=raw.url,
        outcome=outcome,
        identity=Identity(site=site.name if site is not None else None),
        detail=_joined(problem, torn, unreadable(lost)),
    )
    return ListAnswer(capture=capture_record(raw, page), listings=listings, problem=problem, lost=lost, torn=torn)


def unreadable(lost: int) -> str:
    """What is said of a list in which something was lost; "" for nothing."""
    return f"{lost} of its entries cannot be read" if lost > 1 else "one of its entries cannot be read" if lost else ""


def _listings(source: Source, body: bytes, raw: RawCapture) -> Sequence[Listing]:
    text = body.decode(source.encoding, "replace") if source.encoding else decode(body, raw.content_type).text
    try:
        return source.parse(text, raw.url, raw.captured_at)
    except ListError:
        raise
    except Exception as error:  # a site file's bug is no reason to lose the other lists
        raise ListError(f"the parser broke: {type(error).__name__}: {error}") from error


def capture_record(raw: RawCapture, page: Page) -> CaptureRecord:
    """The row of one capture; where the page itself has no identity, that of the address asked for is taken."""
    named = page.identity
    asked = raw.requested or raw.url
    if page.outcome is not Outcome.ARTICLE and raw.requested and raw.requested != raw.url:
        named = identity(asked) or named
    part = part_of(asked)
    return CaptureRecord(
        url=raw.url,
        agreement=page.agreement,
        whole_share=page.whole_share,
        captured_at=raw.captured_at,
        outcome=str(page.outcome),
        status=raw.status,
        content_type=raw.content_type,
        ip=raw.ip,
        digest=raw.digest,
        size=len(raw.payload),
        warc_file=raw.warc_file,
        warc_offset=raw.warc_offset,
        warc_length=raw.warc_length,
        site=named.site,
        native_id=named.native_id or None,
        part=None if part == 1 else part,
        etag=raw.etag,
        last_modified=raw.last_modified,
        repeats=raw.repeats,
        extractor=None if raw.repeats is not None else extractor_version(),
        template=page.template,
        detail=page.detail,
    )
