"""The test page of a draft: the markup of a real page with nothing of its text, and what the draft reads in it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lxml import etree

from archive.times import show_time
from crawler.pages.extract import extract
from crawler.pages.html.blocks import fold, hides
from crawler.pages.html.decode import decode
from crawler.pages.html.parse import Element, parse
from crawler.pages.html.walk import walk
from crawler.pages.page import Page
from crawler.pages.template.document import Document
from crawler.pages.template.site import Site
from crawler.sites.declared.readers import made_with
from crawler.upkeep.draft.draft import Draft
from crawler.upkeep.draft.made.prose import Inventor
from crawler.upkeep.draft.seen.study import Study

_DROPPED: Final = "//comment()|//processing-instruction()|//style|//noscript|//svg|//iframe|//object|//embed|//template"
_KEPT: Final = frozenset(
    "id class itemprop itemscope itemtype property name rel role data-role type datetime colspan rowspan".split()
)
_IN_BODY: Final = 24
_BESIDE: Final = 2
_SMALL: Final = 10
_LABEL: Final = 12
"""A line of no more characters that rules know is a label, not a sentence, and stays."""


def invented_page(draft: Draft, study: Study, site: Site) -> tuple[str, str]:
    """The page and its address. `site`: the drafted one. Scripts are gone, all text and every address is invented,
    and what stands around the text is cut short."""
    sample = study.sample
    decoded = decode(sample.data, sample.content_type)
    tree = parse(decoded.text)
    template = draft.template()
    document = Document(tree, decoded.text, sample.url)
    root = template.root(document)
    if tree is None or root is None:
        raise ValueError(f"{sample.name}: the draft finds no text in it")
    page = extract(sample.data, site=site, url=sample.url, content_type=sample.content_type)
    url = _address(draft, sample.url)
    made = [made_with(reader) for _, reader in template.fields]
    needed = {one for m in made for selector in m.selectors if (one := document.select(selector)) is not None}
    _clear(tree, draft, document)
    _prune(tree, root, needed)
    inventor = Inventor(_names(page, study), _known_lines(root, draft))
    _rewrite(tree, inventor, _attributes_read(draft), url)
    _drop_sentences(root, page, inventor)
    text = etree.tostring(tree, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n", url


def as_expected(page: Page) -> dict[str, Any]:
    """What a page says, in the form of the files beside our own pages; what it does not say is left out."""
    found = {
        "url": page.url,
        "template": page.template,
        "native_id": page.native_id,
        "canonical_url": page.canonical_url,
        "outcome": str(page.outcome),
        "headline": page.headline,
        "original_title": page.original_title,
        "published_at": show_time(page.published_at, page.published_precision),
        "modified_at": show_time(page.modified_at),
        "source_name": page.source_name,
        "account_name": page.account_name,
        "authors": list(page.authors),
        "editor": page.editor,
        "keywords": list(page.keywords),
        "location": page.location,
        "flags": list(page.flags),
        "images": [[image.url, image.caption] for image in page.images],
        "parts": list(page.parts),
        "body": [[block.kind, block.text] for block in page.blocks if block.kept],
    }
    return {name: value for name, value in found.items() if value}


def _address(draft: Draft, url: str) -> str:
    """An address in the form of this one. Where the id carries a time, it must stay."""
    if draft.known is not None and draft.known.id_time is not None:
        return url.partition("#")[0]
    named = draft.known.target(url) if draft.known is not None else None
    number = (
        named.native_id.rpartition(":")[2] if named is not None else max(re.findall(r"\d+", url), key=len, default="")
    )
    if not number.isdigit():
        return url.partition("#")[0]
    return url.partition("#")[0].replace(number, number[:1] + "1" * (len(number) - 1))


def _names(page: Page, study: Study) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for reading in (page, study.page):
        kinds |= dict.fromkeys(filter(None, (reading.source_name, reading.account_name)), "medium")
        kinds |= dict.fromkeys(filter(None, (reading.editor, *reading.authors)), "person")
        kinds |= {reading.location: "place"} if reading.location else {}
    return {text: kind for text, kind in kinds.items() if 2 <= len(text) <= 20}


def _known_lines(root: Element, draft: Draft) -> frozenset[str]:
    """The lines that drafted rules name as they stand, and the short ones that general rules know."""
    template = draft.template()
    fixed = [one.rule for one in draft.rules if one.rule.regex is not None and not one.rule.regex.groupindex]
    judged = template.ruleset.judge(walk(root, template.ruleset.mark()))
    kept = {block.text for block in judged.blocks if any(rule.pattern and rule.match(block.text) for rule in fixed)}
    for block in judged.blocks:
        if not block.kept and block.text and len(block.text) <= _LABEL and block.rule.startswith(("general.", "open.")):
            kept.add(block.text)
    return frozenset(kept)


def _attributes_read(draft: Draft) -> frozenset[str]:
    """The names of the attributes and metas that the drafted readers read."""
    codes = [made.code for one in draft.fields for made in one.readers]
    return frozenset(word for code in codes for word in re.findall(r"\"([\w:.-]+)\"", code))


# Taking away.


def _clear(tree: Element, draft: Draft, document: Document) -> None:
    """Scripts, styles, comments and what of the head no reader reads. JSON-LD keeps what a reader reads of it."""
    read = _attributes_read(draft)
    for element in tree.xpath(_DROPPED):
        _remove(element)
    linked = {name: value for name in read if isinstance(value := document.linked_data.get(name), str)}
    used = any(made.code.startswith("json_ld(") for one in draft.fields for made in one.readers)
    for script in list(tree.iter("script")):
        if used and linked and script.get("type") == "application/ld+json":
            script.text = json.dumps({"@type": "NewsArticle", **linked}, ensure_ascii=False)
            used = False
        else:
            _remove(script)
    for element in list(tree.iter("meta", "link", "base")):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if not (name in read or element.get("rel") == "canonical"):
            _remove(element)
    head = tree.find("head")
    if head is not None:
        head.insert(0, etree.Element("meta", charset="utf-8"))


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _prune(tree: Element, root: Element, needed: Iterable[Element]) -> None:
    """Leaves what readers read, with what stands around it, the text's first lines, and a little of all else."""
    paths = {one for element in (root, *needed) for one in (element, *element.iterancestors())}
    inside = set(root.iter())
    for parent in [one for one in paths if one not in inside]:
        spare = [
            child for child in parent if child not in paths and isinstance(child.tag, str) and child.tag != "title"
        ]
        for place, child in enumerate(spare):
            if parent.tag == "head":
                continue
            if place >= _BESIDE:
                child.tail = None
                parent.remove(child)
            else:
                for extra in list(child.iter())[_SMALL:]:
                    if extra.getparent() is not None:
                        extra.getparent().remove(extra)
    lines = [child for child in root if child not in paths]
    for child in lines[_IN_BODY // 2 : -_IN_BODY // 2 or None] if len(lines) > _IN_BODY else ():
        if child.tag in ("p", "div") and not child.get("class") and not child.get("id"):
            child.tail = None
            root.remove(child)


# Writing anew.


def _rewrite(tree: Element, inventor: Inventor, read: frozenset[str], url: str) -> None:
    for number, element in enumerate(tree.iter("*")):
        if element.tag == "script":
            told = json.loads(element.text or "{}")
            element.text = json.dumps(
                {k: inventor.text(v) for k, v in told.items() if k != "@type"} | {"@type": told.get("@type")},
                ensure_ascii=False,
            )
        elif element.text:
            element.text = inventor.text(element.text)
        if element.tail:
            element.tail = inventor.text(element.tail)
        kept = dict(_attributes(element, inventor, read, url, number))
        element.attrib.clear()
        element.attrib.update(kept)


def _attributes(
    element: Element, inventor: Inventor, read: frozenset[str], url: str, number: int
) -> Iterator[tuple[str, str]]:
    for name, value in element.items():
        if name == "charset" or (name in _KEPT and len(value) < 200):
            yield name, value
        elif name == "style" and hides([(name, value)]):
            yield name, "display:none"
        elif name == "hidden":
            yield name, value
        elif name == "href":
            yield name, url if element.get("rel") == "canonical" else f"/{number}.html"
        elif name in ("src", "data-src"):
            yield name, f"/{number}.jpg"
        elif name == "content" or name in read:
            yield name, inventor.text(fold(value))


def _drop_sentences(root: Element, page: Page, inventor: Inventor) -> None:
    """Takes out of the text's element the lines that only a general rule knew: invented, they would be text."""
    gone = {
        inventor.text(block.text)
        for block in page.blocks
        if not block.kept and len(block.text) > _LABEL and block.rule.startswith(("general.", "open."))
    }
    for element in list(root.iterdescendants("*")):
        if len(element) == 0 and fold(element.text or "") in gone:
            element.text = None
