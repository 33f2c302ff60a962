"""One page's bytes to a `Page`: a pure function, the same for crawl, import and re-extraction.

An address of a known site goes through that site's templates; a page of another host, and text without HTML, through
the finder. The body comes from our own walk over the template's root and not from a general extractor, which costs 20
to 48 times the parse and loses short, bare or spoken lines; so nothing that stands in the root is lost without a rule's
name.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from archive.records import ImageRecord, Precision
from archive.times import BEIJING
from crawler.pages.blocks import fold, walk
from crawler.pages.credits import clean_editor, reported_by, signed_by, written_by
from crawler.pages.decode import MAX_BYTES, decode
from crawler.pages.names import split_names
from crawler.pages.outcome import by_bytes, by_status, by_words
from crawler.pages.page import Block, Outcome, Page
from crawler.pages.parse import Element, parse
from crawler.pages.rules import KEPT, Judged
from crawler.pages.template import Document, Template, element_text
from crawler.sites import find_site
from crawler.sites.base import Site, Target

_STAMP: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"(?:[\sT　]{0,3}(?P<hour>\d{1,2})[:：时](?P<minute>\d\d)(?:[:：分](?P<second>\d\d))?)?"
)
_EPOCH: Final = re.compile(r"1\d{12}|1\d{9}")
_DAY: Final = timedelta(days=1)


def extract(
    data: bytes,
    *,
    url: str,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    status: int = 200,
    everything: bool = False,
) -> Page:
    """What one captured page says. Never raises: what cannot be read has the outcome `broken`, with the reason.

    `url`: the final address, after redirects. `content_type`: the header's value. `captured_at` carries a zone.
    `everything`: give a verdict for every visible block of the page, not only of the body's root (`explain` does).
    """
    try:
        return _extract(data, url, content_type, captured_at, status, everything)
    except Exception as error:  # the last resort: one odd page must not end a crawl
        return Page(url=url, outcome=Outcome.BROKEN, detail=f"{type(error).__name__}: {error}"[:300], confidence=0.0)


def _extract(
    data: bytes, url: str, content_type: str | None, captured_at: datetime | None, status: int, everything: bool
) -> Page:
    site = find_site(url)
    target = site.target(url) if site is not None else None
    known = _identity(url, site, target)
    if by := by_status(status):
        return Page(url=url, outcome=by[0], detail=by[1], **known)
    if site is not None and site.gone and re.search(site.gone, url):
        return Page(url=url, outcome=Outcome.GONE, detail="redirected to the site's page for dead articles", **known)
    if len(data) > MAX_BYTES:
        return Page(url=url, outcome=Outcome.TOO_LARGE, detail=f"{len(data)} bytes, more than {MAX_BYTES}", **known)
    if not data.strip():
        return Page(url=url, outcome=Outcome.EMPTY, detail="no bytes", **known)
    if kind := by_bytes(data, content_type):
        return Page(url=url, outcome=Outcome.NOT_ARTICLE, detail=kind, **known)
    decoded = decode(data, content_type)
    tree = parse(decoded.text)
    if tree is None:
        return Page(url=url, outcome=Outcome.EMPTY, detail="nothing to parse", **known)
    document = Document(tree, decoded.text, url, target.native_id if target else "")
    if site is not None:
        return _of_site(document, site, target, known, everything)
    return Page(url=url, outcome=Outcome.UNKNOWN_TEMPLATE, **known)


def _identity(url: str, site: Site | None, target: Target | None) -> dict[str, Any]:
    """Site, native id and canonical address, as far as the address alone gives them."""
    if site is None:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return {"site": None, "native_id": None, "canonical_url": None}
        return {"site": host or None, "native_id": hashed_id(url), "canonical_url": url.partition("#")[0]}
    if target is None:
        return {"site": site.name, "native_id": None, "canonical_url": None}
    return {"site": site.name, "native_id": target.native_id or None, "canonical_url": target.url}


def hashed_id(url: str) -> str:
    """The native id of a page whose site has none: `u:` and 16 hex digits of the address's SHA-1."""
    return "u:" + hashlib.sha1(url.partition("#")[0].encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]


def _of_site(document: Document, site: Site, target: Target | None, known: dict[str, Any], everything: bool) -> Page:
    """A page of a known site: by the first template whose body stands on it."""
    for template in site.templates:
        root = template.root(document)
        if root is not None:
            return _of_template(document, site, template, root, known, everything)
    return _without_template(document, target, known)


def _without_template(document: Document, target: Target | None, known: dict[str, Any]) -> Page:
    """A page of a known site that shows none of its templates: what it is, or that nobody knows."""
    outcome, detail = Outcome.UNKNOWN_TEMPLATE, "no template of the site fits"
    body = document.tree.find("body")
    words = by_words(document.text("title"), "" if body is None else element_text(body))
    if words:
        outcome, detail = words
    elif target is None:
        outcome, detail = Outcome.NOT_ARTICLE, "the address is no article's"
    elif target.kind != "article":
        outcome, detail = _KINDS[target.kind], "by its address"
    return Page(url=document.url, outcome=outcome, detail=detail, confidence=0.5, **known)


_KINDS: Final = {
    "list": Outcome.LIST,
    "gallery": Outcome.GALLERY,
    "video": Outcome.VIDEO,
    "live": Outcome.LIVE,
    "other": Outcome.NOT_ARTICLE,
}


def _of_template(
    document: Document, site: Site, template: Template, root: Element, known: dict[str, Any], everything: bool
) -> Page:
    judged = template.ruleset.judge(walk(root, template.ruleset.mark))
    values = template.read(document, judged.fields)
    flags = [*template.flags, *judged.flags, *(name[5:] for name in values if name.startswith("flag."))]
    if next(root.iter("video"), None) is not None:
        flags.append("video")
    native_id, canonical = _confirm(document, site, known, values, flags)
    published, precision = read_time(values.get("published_at", ""))
    modified, _ = read_time(values.get("modified_at", ""))
    made = site.id_time(native_id) if site.id_time is not None and native_id else None
    if published is None and made is not None:
        published, precision = made.replace(microsecond=0), "second"
        flags.append("time_from_id")
    elif published is not None and made is not None and abs(published - made) >= _DAY:
        flags.append("time_contradicts_id")
    blocks, images = _finish(document, template, judged)
    outcome, detail = template.outcome, None
    if outcome is Outcome.ARTICLE and not any(block.kept and block.text for block in blocks):
        outcome, detail = _of_nothing(values, images)
    doubts = sum(flag.endswith("_contradicts_id") or flag == "id_contradicts" for flag in flags)
    return Page(
        url=document.url,
        outcome=outcome,
        site=site.name,
        native_id=native_id,
        canonical_url=canonical,
        template=template.name,
        headline=values.get("headline"),
        original_title=values.get("original_title"),
        published_at=published,
        published_precision=precision,
        modified_at=modified,
        source_name=values.get("source_name"),
        account_name=values.get("account_name"),
        authors=_authors(template, values, blocks),
        editor=clean_editor(values["editor"]) or None if "editor" in values else None,
        keywords=_keywords(values.get("keywords", "")),
        location=values.get("location"),
        images=images,
        flags=tuple(dict.fromkeys(flags)),
        confidence=0.5 if doubts else 1.0,
        blocks=blocks,
        detail=detail,
    )


def _of_nothing(values: dict[str, str], images: tuple[ImageRecord, ...]) -> tuple[Outcome, str]:
    """An article's template without a line of text."""
    if "flag.video" in values or values.get("video"):
        return Outcome.VIDEO, "a video and no text"
    if images:
        return Outcome.GALLERY, "images and no text"
    return Outcome.EMPTY, "the body has no text"


def _confirm(
    document: Document, site: Site, known: dict[str, Any], values: dict[str, str], flags: list[str]
) -> tuple[str | None, str | None]:
    """The native id and the canonical address, by the address and by what the page says of itself."""
    native_id, canonical = known["native_id"], known["canonical_url"]
    said = values.get("page_url")
    named = site.target(urljoin(document.url, said)) if said else None
    if named is not None and named.kind != "list" and named.native_id:
        if native_id is None:
            native_id, canonical = named.native_id, named.url
        elif named.native_id == native_id:
            canonical = named.url
        else:
            flags.append("id_contradicts")
    own = values.get("page_id")
    if own:
        if native_id is None:
            native_id = own
        elif own != native_id:
            flags.append("id_contradicts")
    return native_id, canonical or document.url


def read_time(value: str) -> tuple[datetime | None, Precision | None]:
    """A time as these portals print it or as milliseconds, in Beijing time, with the precision that it shows."""
    found = _STAMP.search(value)
    if not found:
        number = _EPOCH.fullmatch(value.strip())
        if not number:
            return None, None
        seconds = int(number[0][:10])
        return datetime.fromtimestamp(seconds, BEIJING), "second"
    precision: Precision = "second" if found["second"] else "minute" if found["hour"] else "day"
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        return datetime(*parts, tzinfo=BEIJING), precision  # type: ignore[arg-type,misc]
    except ValueError:
        return None, None


def _keywords(value: str) -> tuple[str, ...]:
    words = (word.strip() for word in re.split(r"[,，、;；|\s]+", value))
    return tuple(dict.fromkeys(word for word in words if word))[:20]


def _authors(template: Template, values: dict[str, str], blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The authors that a field names, else those that a byline in the first or last lines of the text names."""
    if "authors" in values:
        return split_names(values["authors"])
    if not template.authors_in_text:
        return ()
    lines = [block.text for block in blocks if block.kept and block.text]
    edges = lines if len(lines) <= 8 else [*lines[:5], *(line for line in lines[5:-3] if len(line) < 24), *lines[-3:]]
    for reader in (written_by, reported_by):
        for line in edges:
            if names := reader(line):
                return names
    return signed_by(lines[-1]) if lines else ()


def _finish(
    document: Document, template: Template, judged: Judged
) -> tuple[tuple[Block, ...], tuple[ImageRecord, ...]]:
    """Absolute addresses, and the images with their captions."""
    blocks: list[Block] = []
    images: list[ImageRecord] = []
    for block in judged.blocks:
        if block.kept and block.kind == "image":
            address = template.image(block.url, document) if template.image is not None else block.url
            address = absolute(document.url, address)
            if not address:
                continue
            block = _replace(block, url=address)
            images.append(ImageRecord(url=address))
        elif block.kept:
            if block.kind == "caption" and images and not images[-1].caption:
                images[-1] = ImageRecord(url=images[-1].url, caption=block.text)
            if block.links:
                links = ((start, end, absolute(document.url, href)) for start, end, href in block.links)
                block = _replace(block, links=tuple(link for link in links if link[2]))
        blocks.append(block)
    return tuple(blocks), tuple(images)


def _replace(block: Block, *, url: str = "", links: tuple[tuple[int, int, str], ...] = ()) -> Block:
    return Block(
        kind=block.kind,
        text=block.text,
        kept=block.kept,
        rule=KEPT,
        level=block.level,
        links=links,
        url=url,
    )


def absolute(base: str, address: str) -> str:
    """An absolute http(s) address; "" for what is none (`javascript:`, `data:`, a bare fragment)."""
    if address.startswith(("http://", "https://")):
        return fold(address) if " " in address or "\n" in address else address
    if not address or address[0] == "#" or ":" in address.split("/", 1)[0]:
        return ""
    try:
        return urljoin(base, fold(address))
    except ValueError:
        return ""
