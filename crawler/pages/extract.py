"""One page's bytes to a `Page`: a pure function, the same for crawl, import and re-extraction.

An address of a known site goes through that site's templates; a page of another host, and text without HTML, through
the finder. The body comes from our own walk over the template's root and not from a general extractor, which costs 20
to 48 times the parse and loses short, bare or spoken lines; so nothing that stands in the root is lost without a rule's
name.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import attrs

from archive.identity import hashed_id
from crawler.pages.general.plaintext import is_plain, read_plaintext
from crawler.pages.general.read import read_generic
from crawler.pages.html.decode import MAX_BYTES, decode, unmarked_utf16
from crawler.pages.html.parse import MAX_ELEMENTS, Element, is_too_large, parse
from crawler.pages.outcome import Verdict, by_bytes, by_status, is_json
from crawler.pages.page import Identity, Outcome, Page
from crawler.pages.template.document import Document
from crawler.pages.template.read import read_page
from crawler.pages.template.site import Site, Target
from crawler.pages.whole import whole_page
from crawler.pages.witness import GENERAL_AGREEMENT, hear, hear_whole


def extract(
    data: bytes,
    *,
    site: Site | None,
    url: str,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    status: int = 200,
    everything: bool = False,
    witness: bool | Callable[[Page], bool] = False,
    whole: Callable[[Page], bool] | None = None,
) -> Page:
    """What one captured page says. Never raises: what cannot be read has the outcome `broken`, with the reason.

    `site`: the one whose hosts cover `url` (`crawler.sites.registry.find_site`), None for any other page. `url`: the
    final address, after redirects. `content_type`: the header's value. `captured_at` carries a zone. `everything`: give
    a verdict for every visible block of the page, not only of the body's root (`explain` does). `witness`: have the
    witness read the body's root of an article too, or of which ones; it costs about as much as the extraction itself
    (`Page.agreement`). `whole`: says of an article whether the witness reads its whole page as well, which costs seven
    times as much (`Page.whole_share`).
    """
    try:
        return _extract(data, site, url, content_type, captured_at, status, everything, witness, whole)
    except Exception as error:  # the last resort: one odd page must not end a crawl
        return Page(url=url, outcome=Outcome.BROKEN, detail=f"{type(error).__name__}: {error}"[:300], confidence=0.0)


def _extract(
    data: bytes,
    site: Site | None,
    url: str,
    content_type: str | None,
    captured_at: datetime | None,
    status: int,
    everything: bool,
    witness: bool | Callable[[Page], bool],
    whole: Callable[[Page], bool] | None,
) -> Page:
    target = site.target(url) if site is not None else None
    identity = _identity(url, site, target)
    if verdict := _unread(data, site, url, content_type, status):
        return _nothing(url, identity, verdict)
    decoded = decode(data, content_type)
    if site is not None and is_json(decoded.text, content_type):
        return _nothing(url, identity, (Outcome.BROKEN, "JSON where a page should be"))
    if is_plain(decoded.text, content_type):
        return read_plaintext(decoded.text, url=url, identity=identity, captured_at=captured_at)
    tree = parse(decoded.utf8 if decoded.utf8 is not None else decoded.text)
    if tree is None:
        return _nothing(url, identity, (Outcome.EMPTY, "nothing to parse"))
    if is_too_large(tree, len(data)):
        return _nothing(url, identity, (Outcome.TOO_LARGE, f"more than {MAX_ELEMENTS} elements"))
    page, roots = _read(Document(tree, decoded.text, url), site, target, identity, captured_at)
    if roots and page.outcome is Outcome.ARTICLE and (witness(page) if callable(witness) else witness):
        page = hear(page, roots, usual=_usual(site, page.template))
    if whole is not None and page.outcome is Outcome.ARTICLE and whole(page):
        page = hear_whole(page, tree, decoded.text)
    return whole_page(page, tree, *roots) if everything and roots else page


def _usual(site: Site | None, template: str | None) -> float:
    """The agreement below which an article of this template is doubtful."""
    templates = () if site is None else site.templates
    return next((one.agreement for one in templates if one.name == template), GENERAL_AGREEMENT)


def _identity(url: str, site: Site | None, target: Target | None) -> Identity:
    """Site, native id and canonical address, as far as the address alone gives them."""
    if site is None:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return Identity()
        return Identity(site=host or None, native_id=hashed_id(url), canonical_url=url.partition("#")[0])
    if target is None:
        return Identity(site=site.name)
    return Identity(site=site.name, native_id=target.native_id or None, canonical_url=target.url)


def _unread(data: bytes, site: Site | None, url: str, content_type: str | None, status: int) -> Verdict | None:
    """What an answer is that no one need read: by its status, its address, its size or its first bytes."""
    if by := by_status(status):
        return by
    if site is not None and site.gone and re.search(site.gone, url):
        return Outcome.GONE, "redirected to the site's page for dead articles"
    if len(data) > MAX_BYTES:
        return Outcome.TOO_LARGE, f"{len(data)} bytes, more than {MAX_BYTES}"
    if not data.strip():
        return Outcome.EMPTY, "no bytes"
    kind = by_bytes(data, content_type, is_wide=unmarked_utf16(data) is not None)
    return (Outcome.NOT_ARTICLE, kind) if kind else None


def _nothing(url: str, identity: Identity, verdict: Verdict, confidence: float = 1.0) -> Page:
    """A page of which nothing was read."""
    return Page(url=url, identity=identity, outcome=verdict[0], detail=verdict[1], confidence=confidence)


def _read(
    document: Document, site: Site | None, target: Target | None, identity: Identity, captured_at: datetime | None
) -> tuple[Page, tuple[Element, ...]]:
    """The page, and the elements that its blocks come from: by the site's first template whose body stands on it."""
    # A site file may come without templates: then its articles are read like anyone's.
    if site is None or (not site.templates and target is not None and target.kind == "article"):
        return read_generic(document, identity=identity, captured_at=captured_at)
    for template in site.templates:
        root = template.root(document)
        if root is not None:
            page = read_page(document, site, template, root, identity)
            if target is not None and target.part > 1 and page.outcome is Outcome.ARTICLE:
                detail = f"page {target.part} of a paged article"
                page = attrs.evolve(page, outcome=Outcome.NOT_ARTICLE, detail=detail)
            return page, (root,)
    if verdict := _known_to_be(document, site, target):
        return _nothing(document.url, identity, verdict, confidence=0.5), ()
    # It may be an article all the same, so it is read like anyone's, but does not pass as one: a template that changed
    # must show.
    page, roots = read_generic(document, identity=identity, captured_at=captured_at)
    if target is None:
        outcome, detail = Outcome.NOT_ARTICLE, "the address is no article's, and no template of the site fits"
    else:
        outcome, detail = Outcome.UNKNOWN_TEMPLATE, "no template of the site fits"
        if likely := _likely(document, site):
            page = attrs.evolve(page, template=likely)
            detail += f"; most of {likely} is there, but not its body"
    account = document.metas.get("mediaid") or None
    confidence = min(page.confidence, 0.5)
    return attrs.evolve(page, outcome=outcome, detail=detail, account_name=account, confidence=confidence), roots


def _likely(document: Document, site: Site) -> str | None:
    """The template of which most fields stand on a page without its body; None where nothing speaks for any."""
    alike = [(template.likeness(document), template.name) for template in site.templates]
    fields, name = max(alike, key=lambda one: one[0], default=(0, ""))
    return name if fields else None


def _known_to_be(document: Document, site: Site, target: Target | None) -> Verdict | None:
    """What a page of a known site is that shows none of its templates, or None where nobody knows."""
    if said := document.says():
        return said
    if target is not None and target.kind != "article":
        return _KINDS[target.kind], "by its address"
    sign = next((sign for sign in site.signs if sign[0] in document.source), None)
    if sign is not None:
        return sign[1], f"the page has {sign[0]!r}"
    return (Outcome.EMPTY, "too short for any article") if target is not None and document.is_blank else None


_KINDS: Final = {
    "list": Outcome.LIST,
    "gallery": Outcome.GALLERY,
    "video": Outcome.VIDEO,
    "live": Outcome.LIVE,
    "other": Outcome.NOT_ARTICLE,
}
