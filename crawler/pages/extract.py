"""One page's bytes to a `Page`: a pure function, the same for crawl, import and re-extraction.

An address of a known site goes through that site's templates; a page of another host, and text without HTML, through
the finder. The body comes from our own walk over the template's root and not from a general extractor, which costs 20
to 48 times the parse and loses short, bare or spoken lines; so nothing that stands in the root is lost without a rule's
name.
"""

import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import attrs

from crawler.pages.general.plaintext import extract_plaintext, is_plain
from crawler.pages.general.read import read_generic
from crawler.pages.html.decode import MAX_BYTES, decode
from crawler.pages.html.parse import MAX_ELEMENTS, is_too_large, parse
from crawler.pages.html.urls import hashed_id
from crawler.pages.html.whole import whole_page
from crawler.pages.outcome import by_bytes, by_status, by_words
from crawler.pages.page import Identity, Outcome, Page
from crawler.pages.template.document import Document, element_text
from crawler.pages.template.read import read_page
from crawler.pages.template.site import Site, Target


def extract(
    data: bytes,
    *,
    site: Site | None,
    url: str,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    status: int = 200,
    everything: bool = False,
) -> Page:
    """What one captured page says. Never raises: what cannot be read has the outcome `broken`, with the reason.

    `site`: the one whose hosts cover `url` (`crawler.sites.registry.find_site`), None for any other page. `url`: the
    final address, after redirects. `content_type`: the header's value. `captured_at` carries a zone. `everything`: give
    a verdict for every visible block of the page, not only of the body's root (`explain` does).
    """
    try:
        return _extract(data, site, url, content_type, captured_at, status, everything)
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
) -> Page:
    target = site.target(url) if site is not None else None
    identity = _identity(url, site, target)
    if by := by_status(status):
        return Page(url=url, outcome=by[0], detail=by[1], identity=identity)
    if site is not None and site.gone and re.search(site.gone, url):
        return Page(
            url=url, outcome=Outcome.GONE, detail="redirected to the site's page for dead articles", identity=identity
        )
    if len(data) > MAX_BYTES:
        return Page(
            url=url, outcome=Outcome.TOO_LARGE, detail=f"{len(data)} bytes, more than {MAX_BYTES}", identity=identity
        )
    if not data.strip():
        return Page(url=url, outcome=Outcome.EMPTY, detail="no bytes", identity=identity)
    if kind := by_bytes(data, content_type):
        return Page(url=url, outcome=Outcome.NOT_ARTICLE, detail=kind, identity=identity)
    decoded = decode(data, content_type)
    if is_plain(decoded.text, content_type):
        return extract_plaintext(decoded.text, url=url, captured_at=captured_at, identity=identity)
    tree = parse(decoded.utf8 if decoded.utf8 is not None else decoded.text)
    if tree is None:
        return Page(url=url, outcome=Outcome.EMPTY, detail="nothing to parse", identity=identity)
    if is_too_large(tree, len(data)):
        return Page(url=url, outcome=Outcome.TOO_LARGE, detail=f"more than {MAX_ELEMENTS} elements", identity=identity)
    document = Document(tree, decoded.text, url, target.native_id if target else "")
    # A site file may come without templates: then its articles are read like anyone's.
    if site is not None and (site.templates or target is None or target.kind != "article"):
        return _of_site(document, site, target, identity, captured_at, everything)
    return read_generic(document, captured_at=captured_at, identity=identity, everything=everything)


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


def _of_site(
    document: Document,
    site: Site,
    target: Target | None,
    identity: Identity,
    captured_at: datetime | None,
    everything: bool,
) -> Page:
    """A page of a known site: by the first template whose body stands on it."""
    for template in site.templates:
        root = template.root(document)
        if root is not None:
            page = read_page(document, site, template, root, identity)
            if target is not None and target.part > 1 and page.outcome is Outcome.ARTICLE:
                detail = f"page {target.part} of a paged article"
                page = attrs.evolve(page, outcome=Outcome.NOT_ARTICLE, detail=detail)
            return whole_page(page, document.tree, root) if everything else page
    return _without_template(document, site, target, identity, captured_at, everything)


def _without_template(
    document: Document,
    site: Site,
    target: Target | None,
    identity: Identity,
    captured_at: datetime | None,
    everything: bool,
) -> Page:
    """A page of a known site that shows none of its templates: what it is, or that nobody knows.

    Where it may be an article all the same, it is read like anyone's page, but does not pass as an article: a template
    that changed must show.
    """
    body = document.tree.find("body")
    outcome, detail = Outcome.UNKNOWN_TEMPLATE, "no template of the site fits"
    if words := by_words(document.text("title"), "" if body is None else element_text(body)):
        outcome, detail = words
    elif target is not None and target.kind != "article":
        outcome, detail = _KINDS[target.kind], "by its address"
    elif sign := next((sign for sign in site.signs if sign[0] in document.source), None):
        outcome, detail = sign[1], f"the page has {sign[0]!r}"
    else:
        if target is None:
            outcome, detail = Outcome.NOT_ARTICLE, "the address is no article's, and no template of the site fits"
        page = read_generic(document, captured_at=captured_at, identity=identity, everything=everything)
        account = document.metas.get("mediaid") or None
        return attrs.evolve(
            page, outcome=outcome, detail=detail, account_name=account, confidence=min(page.confidence, 0.5)
        )
    return Page(url=document.url, outcome=outcome, detail=detail, confidence=0.5, identity=identity)


_KINDS: Final = {
    "list": Outcome.LIST,
    "gallery": Outcome.GALLERY,
    "video": Outcome.VIDEO,
    "live": Outcome.LIVE,
    "other": Outcome.NOT_ARTICLE,
}
