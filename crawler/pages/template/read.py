"""A page by its site's template: fields, verdicts, and what contradicts what."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from archive.identity import hashed_id
from archive.store.records import ImageRecord
from archive.times import Precision
from crawler.pages.fields.bylines import find_authors
from crawler.pages.fields.clock import read_time
from crawler.pages.fields.credits import clean_editor, closing_credits, split_keywords
from crawler.pages.fields.names import split_names
from crawler.pages.html.finish import finish
from crawler.pages.html.parse import Element
from crawler.pages.html.urls import absolute
from crawler.pages.html.walk import walk
from crawler.pages.outcome import by_line
from crawler.pages.page import CUT, DOUBTS, FLASH, PAGED, Identity, Outcome, Page
from crawler.pages.template.document import Document
from crawler.pages.template.parts import find_parts
from crawler.pages.template.site import Site
from crawler.pages.template.template import Template

_DAY: Final = timedelta(days=1)


def read_page(document: Document, site: Site, template: Template, root: Element, identity: Identity) -> Page:
    """What the page says, read with this template. `root`: the body's root, as `template.root` found it.

    `identity`: as the page's address gives it.
    """
    judged = template.ruleset.judge(walk(root, template.ruleset.mark()))
    values = template.read(document, root, judged.fields)
    flags = [*template.flags, *judged.flags, *(name[5:] for name in values if name.startswith("flag."))]
    if next(root.iter("video"), None) is not None:
        flags.append("video")
    identity = _confirm(document, site, identity, values, flags)
    published, precision = _published(site, identity, values, flags)
    modified = read_time(values.get("modified_at"))
    parts = _parts(document, site, template, identity, flags)
    clear = None if template.image is None else partial(_clear, template.image, document)
    blocks, images = finish(document.base, judged.blocks, clear)
    lines = judged.lines
    outcome, detail = template.outcome, None
    if outcome is Outcome.ARTICLE:
        if not lines:
            outcome, detail = _of_nothing(flags, images)
        elif sum(map(len, lines)) < FLASH:
            said = by_line(lines) or (document.says() if document.sends_on else None)
            outcome, detail = said or (outcome, detail)
            flags.append("flash")
        if outcome is Outcome.ARTICLE and _breaks_off(document, root):
            flags += (flag for flag in CUT if flag not in flags)
            detail = "the page ends inside its text"
    closing = closing_credits(lines)
    authors: tuple[str, ...] = ()
    if "authors" in values:
        authors = split_names(values["authors"])
    elif template.authors_in_text:
        authors = closing.authors or find_authors(lines)
    return Page(
        url=document.url,
        outcome=outcome,
        identity=identity,
        template=template.name,
        headline=values.get("headline"),
        original_title=values.get("original_title"),
        published_at=published,
        published_precision=precision,
        modified_at=modified.at if modified is not None else None,
        source_name=values.get("source_name") or closing.source or None,
        account_name=values.get("account_name"),
        authors=authors,
        editor=(clean_editor(values["editor"]) or None) if "editor" in values else None,
        keywords=split_keywords(values.get("keywords", "")),
        location=values.get("location"),
        images=images,
        flags=flags,
        confidence=0.5 if any(flag in DOUBTS for flag in flags) else 1.0,
        blocks=blocks,
        detail=detail,
        parts=parts,
    )


_END: Final = re.compile(r"</(?:html|body)\b", re.IGNORECASE)
_NEAR_END: Final = 200


def _breaks_off(document: Document, root: Element) -> bool:
    """Whether the page ends inside its text, which no length tells where a server's `Content-Length` is too short: it
    has no end, and nothing stands behind the body's root. In no template is the text the last thing on a page."""
    source = document.source
    if _END.search(source, max(0, len(source) - _NEAR_END)) or _END.search(source):
        return False
    behind = (sibling for one in (root, *root.iterancestors()) for sibling in one.itersiblings())
    return not _has_tail(root) and next(behind, None) is None


def _has_tail(root: Element) -> bool:
    return any(one.tail and not one.tail.isspace() for one in (root, *root.iterancestors()))


def _clear(image: Callable[[str, Document], str], document: Document, address: str) -> str:
    return image(address, document)


def _published(
    site: Site, identity: Identity, values: dict[str, str], flags: list[str]
) -> tuple[datetime | None, Precision | None]:
    """When the page was published: as it says itself, else as its native id says."""
    said = read_time(values.get("published_at"))
    native_id = identity.native_id
    made = site.id_time(native_id) if site.id_time is not None and native_id else None
    if said is None:
        if made is None:
            return None, None
        flags.append("time_from_id")
        return made.replace(microsecond=0), "second"
    if made is not None and abs(said.at - made) >= _DAY:
        flags.append("time_contradicts_id")
    return said.at, said.precision


def _parts(document: Document, site: Site, template: Template, identity: Identity, flags: list[str]) -> tuple[str, ...]:
    """Where the article's other pages are, as the page's pager says."""
    pager = template.pager_at.first(document.tree) if template.pager_at is not None else None
    if pager is None or not identity.native_id:
        return ()
    target = site.target(document.url)
    part = target.part if target is not None else 1
    parts = find_parts(pager, document.url, site, identity.native_id, part)
    if parts:
        flags += PAGED
    return parts


def _of_nothing(flags: list[str], images: tuple[ImageRecord, ...]) -> tuple[Outcome, str]:
    """An article's template without a line of text."""
    if "video" in flags:
        return Outcome.VIDEO, "a video and no text"
    if images:
        return Outcome.GALLERY, "images and no text"
    return Outcome.EMPTY, "the body has no text"


def _confirm(document: Document, site: Site, identity: Identity, values: dict[str, str], flags: list[str]) -> Identity:
    """Which publication the page is, by its address and by what it says of itself."""
    native_id, canonical = identity.native_id, identity.canonical_url
    said = absolute(document.base, values.get("page_url", ""))
    named = site.target(said) if said else None
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
    if native_id is None:
        # The page fits a template of the site, but neither it nor its address says which article it is.
        native_id = hashed_id(document.url)
        flags.append("no_id")
    return Identity(site=site.name, native_id=native_id, canonical_url=canonical or document.url)
