"""One page as its witnesses see it: the lines of its text, its fields, and where all of that stands in the page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, field, frozen

from crawler.pages.fields.headline import letters
from crawler.pages.general.read import read_generic
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.html.decode import decode
from crawler.pages.html.parse import Element, parse
from crawler.pages.html.walk import walk
from crawler.pages.page import Identity, Page
from crawler.pages.template.document import Document
from crawler.pages.witness import read_lines
from crawler.upkeep.trial.samples import Sample

TEXT_FIELDS: Final = ("headline", "original_title", "source_name", "account_name", "editor", "location")
_MOST: Final = 0.6
_SHORTEST: Final = 4
"""A line of fewer letters tells nothing of where the text stands."""


@frozen(kw_only=True)
class Guide:
    """What an archive knows of a page's article from a capture that was read soundly: its lines, and its fields by
    name, as `Page` has them."""

    lines: tuple[str, ...]
    fields: Mapping[str, Any]


@frozen(kw_only=True, eq=False)
class Study:
    """`page`: as the general extraction reads it. `wanted`: the lines of the text, as the guide or the general
    extraction has them; `told`: those that trafilatura reads on the whole page, as letters. `blocks`: every visible
    line of the page, in order. `fields`: what is known of the article, by name; what nobody knows is not there."""

    sample: Sample
    document: Document
    page: Page
    wanted: tuple[str, ...]
    told: frozenset[str]
    blocks: tuple[RawBlock, ...]
    fields: Mapping[str, Any]
    guided: bool = False
    _wanted: frozenset[str] = field(init=False)

    @_wanted.default
    def _of_wanted(self) -> frozenset[str]:
        return frozenset(map(letters, self.wanted))

    def wants(self, text: str) -> bool:
        """Whether a line is one of the text."""
        return letters(text) in self._wanted

    @property
    def tree(self) -> Element:
        return self.document.tree

    def without(self, furniture: frozenset[str]) -> "Study":
        """The page without the lines that stand on other pages too; `furniture`: their letters."""
        kept = tuple(line for line in self.wanted if letters(line) not in furniture)
        return evolve(self, wanted=kept) if not self.guided else self


def study(sample: Sample, guide: Guide | None = None) -> Study | None:
    """The page, studied; None where there is no tree, or where no witness sees a text."""
    decoded = decode(sample.data, sample.content_type)
    tree = parse(decoded.utf8 if decoded.utf8 is not None else decoded.text)
    if tree is None:
        return None
    document = Document(tree, decoded.text, sample.url)
    page, _ = read_generic(document, identity=Identity(), captured_at=sample.captured_at)
    wanted = guide.lines if guide is not None else page.lines
    if not wanted:
        return None
    return Study(
        sample=sample,
        document=document,
        page=page,
        wanted=tuple(wanted),
        told=frozenset(map(letters, read_lines(decoded.text) or ())),
        blocks=tuple(block for block in walk(tree) if block.kind != "image"),
        fields=_fields(page, guide),
        guided=guide is not None,
    )


def _fields(page: Page, guide: Guide | None) -> dict[str, Any]:
    names = (*TEXT_FIELDS, "published_at", "modified_at", "authors", "keywords")
    found = {name: getattr(page, name) for name in names}
    found["published_precision"] = page.published_precision
    if guide is not None:
        found |= {name: value for name, value in guide.fields.items() if value}
    return {name: value for name, value in found.items() if value}


def common_lines(studies: Sequence[Study]) -> frozenset[str]:
    """The lines, as letters, that stand on several pages and so are no article's own: on most of them, or on two where
    a witness takes one for no text. Two articles may well have a heading or a table's head in common."""
    pages: dict[str, int] = {}
    unwanted: set[str] = set()
    for one in studies:
        for text, kind in {block.text: block.kind for block in one.blocks}.items():
            line = letters(text)
            pages[line] = pages.get(line, 0) + 1
            if not one.wants(text) or (line not in one.told and kind != "table"):
                unwanted.add(line)
    heads = {letters(one.fields.get("headline", "")) for one in studies}
    most = max(2, _MOST * len(studies))
    return frozenset(
        line
        for line, count in pages.items()
        if count > 1 and (count >= most or line in unwanted) and len(line) >= _SHORTEST and line not in heads
    )


def _with_own_headlines(studies: Sequence[Study]) -> list[Study]:
    """The pages, each with a headline of its own: what several have for one is the portal's. In its place comes the
    longest heading that the page's `<title>` holds and no other page has."""
    pages = Counter(letters(one.fields.get("headline", "")) for one in studies)
    found = []
    for one in studies:
        if pages[letters(one.fields.get("headline", ""))] > 1 and not one.guided:
            title = letters(one.document.title)
            named = [fold("".join(heading.itertext("*"))) for heading in one.tree.iter("h1", "h2", "h3")]
            others = {text for other in studies if other is not one for text in (letters(other.document.title),)}
            own = [n for n in named if len(letters(n)) >= _SHORTEST and letters(n) in title]
            own = [n for n in own if not any(letters(n) in other for other in others)]
            fields = {name: value for name, value in one.fields.items() if name != "headline"}
            one = evolve(one, fields=fields | ({"headline": max(own, key=len)} if own else {}))
        found.append(one)
    return found


def studied(samples: Iterable[tuple[Sample, Guide | None]]) -> list[Study]:
    """The pages that hold a text, each without what stands on others too."""
    found = [made for sample, guide in samples if (made := study(sample, guide)) is not None]
    found = _with_own_headlines(found)
    furniture = common_lines(found)
    return [one.without(furniture) for one in found]
