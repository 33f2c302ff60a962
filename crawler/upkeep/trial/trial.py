"""A site's templates tried on saved pages: what each page gives, and what of the file was of no use on any of them."""

from collections.abc import Collection, Sequence

from attrs import field, frozen

from archive.flags import DISAGREES
from crawler.pages.extract import extract
from crawler.pages.fields.headline import letters
from crawler.pages.html.decode import decode
from crawler.pages.html.parse import Element, parse
from crawler.pages.page import Outcome, Page
from crawler.pages.rules.engine import Rule
from crawler.pages.template.document import Document
from crawler.pages.template.site import Site
from crawler.pages.template.template import Template
from crawler.pages.witness import read_lines
from crawler.sites.declared.readers import made_with
from crawler.upkeep.trial.expected import FIELDS, differences
from crawler.upkeep.trial.samples import Sample


@frozen(kw_only=True)
class PageTrial:
    """What one page gives.

    `name`, `url`: the page's. `outcome`, `template`, `detail`, `flags`: as in `Page`. `filled`: the fields that have a
    value. `length`: the body's characters. `agreement`: 0 to 1, how far the witness read the same in the body's root;
    `held`: 0 to 1, the share of what it takes for text on the whole page that the body has; None where it says
    nothing. `differs`: a line for each thing that is not as expected.
    """

    name: str
    url: str
    outcome: str
    template: str | None
    detail: str | None
    flags: tuple[str, ...]
    filled: tuple[str, ...]
    length: int
    agreement: float | None
    held: float | None
    differs: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at the page."""
        return bool(self.differs) or DISAGREES in self.flags or self.outcome in ("unknown_template", "broken", "empty")


@frozen(kw_only=True)
class Trial:
    """What a site gives on some pages.

    `pages`: each. `unused`: the templates that no page fits. `unfilled`: (template, field) of fields that are declared
    and that no page of the template fills. `unmatched`: (template, where it stands, selector or pattern) of what
    matched on no page; of what several templates share, the first of them.
    """

    pages: tuple[PageTrial, ...]
    unused: tuple[str, ...]
    unfilled: tuple[tuple[str, str], ...]
    unmatched: tuple[tuple[str, str, str], ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing that a person must look at. A selector that matched nowhere may be for the day when
        another one fails."""
        doubtful = any(page.is_doubtful for page in self.pages)
        return bool(self.pages) and not (doubtful or self.unused or self.unfilled)


@frozen
class _Met:
    """What of one template was met on the pages so far."""

    fields: set[str] = field(factory=set)
    parts: set[tuple[str, str]] = field(factory=set)
    pages: list[str] = field(factory=list)


def try_site(site: Site, samples: Sequence[Sample], settled: Collection[str] = ()) -> Trial:
    """The site's templates on these pages, whatever their hosts. `settled`: names of templates that are in use already,
    so that these pages need not be theirs."""
    met = {template.name: _Met() for template in site.templates}
    pages = []
    for sample in samples:
        page = extract(
            sample.data,
            site=site,
            url=sample.url,
            content_type=sample.content_type,
            captured_at=sample.captured_at,
            witness=True,
        )
        source = decode(sample.data, sample.content_type).text
        pages.append(_page_trial(sample, page, source))
        if page.template in met:
            _meet(met[page.template], _fitting(site, page.template, source, sample.url), page)
    declared = {name: _declared(site, name) for name in met}
    used = [name for name in met if met[name].pages]
    parts = {part for name in used for part in met[name].parts}
    unmatched: dict[tuple[str, str], str] = {}
    for name in used:
        for part in declared[name][1]:
            if part not in parts:
                unmatched.setdefault(part, name)
    return Trial(
        pages=tuple(pages),
        unused=tuple(name for name in met if name not in used and name not in settled),
        unfilled=tuple((name, one) for name in used for one in declared[name][0] if one not in met[name].fields),
        unmatched=tuple((name, *part) for part, name in unmatched.items()),
    )


def _page_trial(sample: Sample, page: Page, source: str) -> PageTrial:
    return PageTrial(
        name=sample.name,
        url=sample.url,
        outcome=str(page.outcome),
        template=page.template,
        detail=page.detail,
        flags=page.flags,
        filled=tuple(name for name in FIELDS if getattr(page, name)),
        length=len(page.body.replace("\n", "")),
        agreement=page.agreement,
        held=_held(page, source) if page.outcome is Outcome.ARTICLE else None,
        differs=tuple(differences(sample.expected, page)) if sample.expected is not None else (),
    )


def _held(page: Page, source: str) -> float | None:
    """The share of the witness's text of the whole page that the body has, by lines."""
    told = [text for line in read_lines(source) or () if (text := letters(line))]
    if not told:
        return None
    ours = letters(page.body)
    return round(sum(len(text) for text in told if text in ours) / sum(map(len, told)), 3)


# What was met.


def _fitting(site: Site, name: str, source: str, url: str) -> tuple[Template, Document, Element] | None:
    """The template of this name that fits the page, with the page; several may have one name."""
    tree = parse(source)
    if tree is None:
        return None
    document = Document(tree, source, url)
    for template in site.templates:
        if template.name == name and (root := template.root(document)) is not None:
            template.read(document, root, {})  # finds the scope of the fields
            return template, document, root
    return None


def _meet(met: _Met, fitting: tuple[Template, Document, Element] | None, page: Page) -> None:
    """Notes what the page has of the template that it fits."""
    met.pages.append(page.url)
    met.fields.update(name for block in page.blocks if block.field for name in block.field.split(","))
    if fitting is None:
        return
    template, document, root = fitting
    met.parts.update(("body", one.text) for one in template.roots if one.first(document.tree) is not None)
    if template.pager_at is not None and template.pager_at.first(document.tree) is not None:
        met.parts.add(("pager", template.pager))
    for name, reader in template.fields:
        met.fields.update((name,) if reader(document) else ())
        found = (one for one in made_with(reader).selectors if document.select(one) is not None)
        met.parts.update((f"fields: {name}", selector.text) for selector in found)
    used = {block.rule for block in page.blocks}
    met.parts.update(part for rule in template.rules for part in _parts(rule) if _was_met(rule, part[1], root, used))


def _was_met(rule: Rule, part: str, root: Element, used: set[str]) -> bool:
    """Whether a part of a rule was. `used`: the rules that took something."""
    if rule.selected is None:
        return rule.id in used
    path = rule.selected.paths[_alternatives(rule).index(part)]
    return any(path.fits(element, {}) for element in root.iterdescendants("*"))


def _alternatives(rule: Rule) -> list[str]:
    return [part.strip() for part in rule.selector.split(",")]


def _parts(rule: Rule) -> list[tuple[str, str]]:
    """What of a rule can be met: each alternative of its selector, else its pattern."""
    if rule.selected is not None:
        return [(f"rule {rule.id}", part) for part in _alternatives(rule)]
    return [(f"rule {rule.id}", rule.pattern or f"linked={rule.linked}")]


def _declared(site: Site, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The fields and the parts that the templates of this name declare, each once, in order."""
    fields: dict[str, None] = {}
    parts: dict[tuple[str, str], None] = {}
    for template in site.templates:
        if template.name != name:
            continue
        parts.update(dict.fromkeys(("body", one) for one in template.body))
        parts.update({("pager", template.pager): None} if template.pager else {})
        for one, reader in template.fields:
            if not one.startswith("flag."):  # most pages have none
                fields[one] = None
            parts.update(dict.fromkeys((f"fields: {one}", selector.text) for selector in made_with(reader).selectors))
        for rule in template.rules:
            parts.update(dict.fromkeys(_parts(rule)))
    return list(fields), list(parts)
