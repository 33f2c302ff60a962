"""The draft of a template, and of the site around it, from pages of one kind."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from crawler.pages.extract import extract
from crawler.pages.fields.headline import title_parts
from crawler.pages.html.blocks import fold
from crawler.pages.html.decode import decode
from crawler.pages.page import Outcome
from crawler.pages.rules.engine import Rule
from crawler.pages.template.site import Site, Target
from crawler.pages.template.template import Template
from crawler.pages.witness import agreement
from crawler.upkeep.draft.addresses import Addresses, find_addresses
from crawler.upkeep.draft.body import Body, find_body
from crawler.upkeep.draft.candidates import attribute_reader
from crawler.upkeep.draft.clutter import Drafted, find_rules
from crawler.upkeep.draft.fields import FieldDraft, find_fields
from crawler.upkeep.draft.seen.names import is_stable
from crawler.upkeep.draft.seen.study import Study, common_lines
from crawler.upkeep.trial.samples import Sample

if TYPE_CHECKING:
    from crawler.pages.template.readers import Reader

_HELD: Final = 0.9
_AGREES: Final = 0.9
_FEW: Final = 3
_OFTEN: Final = 0.5
_SPEAKING: Final = re.compile(r"artic|content|text|detail|story|post|main|body|title|head", re.IGNORECASE)


@frozen(kw_only=True)
class Draft:
    """`name`: the site's. `title`: the portal's own name. `known`: the site that is there already, whose template is
    drafted; None for a new portal. `shared`: the known site's own rules that are taken over. `template_name`, `body`,
    `rules`, `fields`: of the template. `addresses`: of a new portal. `signs`: literals that only pages of now have.
    `unsure`: what a person should look at, a line each."""

    name: str
    title: str
    known: Site | None
    shared: tuple[Rule, ...]
    template_name: str
    body: Body
    rules: tuple[Drafted, ...]
    fields: tuple[FieldDraft, ...]
    addresses: Addresses
    unsure: tuple[str, ...]
    signs: tuple[str, ...] = ()

    def template(self) -> Template:
        """The template, ready to use."""
        fields: list[tuple[str, Reader]] = [(one.name, made.reader) for one in self.fields for made in one.readers]
        return Template(
            name=self.template_name,
            body=self.body.selectors,
            signs=self.signs,
            fields=tuple(fields),
            rules=(*(one.rule for one in self.rules), *self.shared),
            unproven=True,
        )


def make_draft(studies: Sequence[Study], *, name: str, template: str, known: Site | None = None) -> Draft | None:
    """What can be drafted from these pages; None where they have no place of their text in common.

    `name`, `template`: how site and template are to be called. `known`: the site whose pages they are, if it is there.
    """
    body = find_body(studies)
    if not body.selectors:
        return None
    shared = _shared(known)
    bare = Template(name=template, body=body.selectors, rules=shared)
    roots = [bare.root(one.document) for one in studies]
    prefix = known.name if known is not None else name
    rules, left = find_rules(prefix, studies, bare, common_lines(studies))
    rules = [one for one in rules if one.rule.id not in {rule.id for rule in shared}]
    read = {field for one in rules if one.rule.regex is not None for field in one.rule.regex.groupindex}
    fields = [*find_fields(studies, roots, read), *_own_address(studies, known)]
    draft = Draft(
        name=name,
        title=known.title if known is not None else _title(studies) or name,
        known=known,
        shared=_used(shared, studies, bare),
        template_name=template,
        body=body,
        rules=tuple(rules),
        fields=tuple(fields),
        addresses=find_addresses([one.sample.url for one in studies]),
        unsure=(*_of_body(body, studies), *left),
    )
    return evolve(draft, unsure=(*draft.unsure, *_of_reading(draft, studies), *_of_missing(fields, read)))


def newer(draft: Draft, before: Sequence[Sample], filled: Mapping[str, float], studies: Sequence[Study]) -> Draft:
    """The draft as a newer form of a template that stays, for pages of before; where that reads pages of now, too, or
    the draft those of before, it needs a sign. `before`: pages that the old form reads; `filled`: how often it filled
    each field."""
    sources = [decode(one.data, one.content_type).text for one in before]
    signs = _signs(studies, sources)
    unsure = list(draft.unsure)
    if not signs:
        unsure.append("signs: nothing tells the pages of now from those of before, so the draft reads both")
    there = {one.name for one in draft.fields}
    there |= {name for one in draft.rules if one.rule.regex is not None for name in one.rule.regex.groupindex}
    for name, share in filled.items():
        if share >= _OFTEN and name not in there:
            unsure.append(f"{name}: {share:.0%} of the articles of before have it; on the pages of now nobody finds it")
    return evolve(draft, signs=signs, unsure=tuple(unsure))


def _signs(studies: Sequence[Study], before: Sequence[str]) -> tuple[str, ...]:
    """A class or an id that all pages of now have, in or around the text, and none of before."""
    common: dict[str, int] = {}
    for one in studies:
        names = {n for e in one.tree.iter("*") for n in (e.get("id") or "", *(e.get("class") or "").split())}
        for name in names:
            if is_stable(name) and len(name) > 3:
                common[name] = common.get(name, 0) + 1
    fresh = [name for name, count in common.items() if count == len(studies) and not any(name in one for one in before)]
    speaking = [name for name in fresh if _SPEAKING.search(name)] or fresh
    return (min(speaking, key=lambda name: (len(name), name)),) if speaking else ()


def _shared(known: Site | None) -> tuple[Rule, ...]:
    """The rules that several of a portal's templates share: its own way with adverts and related lists."""
    count: dict[str, int] = {}
    rules: dict[str, Rule] = {}
    for template in known.templates if known is not None else ():
        for rule in template.rules:
            if rule.selector:
                count[rule.id] = count.get(rule.id, 0) + 1
                rules.setdefault(rule.id, rule)
    return tuple(rules[name] for name, times in count.items() if times > 1)


def _used(shared: Sequence[Rule], studies: Sequence[Study], template: Template) -> tuple[Rule, ...]:
    """All of them, if one takes something on these pages: they belong together."""
    for one in studies:
        root = template.root(one.document)
        inside = list(root.iterdescendants("*")) if root is not None else []
        if any(rule.selected is not None and any(map(rule.selected.matches, inside)) for rule in shared):
            return tuple(shared)
    return ()


def _own_address(studies: Sequence[Study], known: Site | None) -> list[FieldDraft]:
    """The reader of the address that the page itself names, where that is the one that it was fetched from."""
    made = attribute_reader("link[rel=canonical]", "href", 0)
    given = [(one, made.reader(one.document)) for one in studies]
    if not all(value and value.startswith(("http", "//")) for _, value in given) or len({v for _, v in given}) == 1:
        return []
    if known is not None:
        for one, value in given:
            said = f"https:{value}" if str(value).startswith("//") else str(value)
            named, own = known.target(said), known.target(one.sample.url)
            if named is None or own is None or named.native_id != own.native_id:
                return []
    return [FieldDraft(name="page_url", readers=(made,))]


def _title(studies: Sequence[Study]) -> str:
    """The portal's own name, as most of its pages have it."""
    names: dict[str, int] = {}
    for one in studies:
        said = fold(one.document.metas.get("og:site_name", "")) or next(iter(title_parts(one.document.title)), "")
        if said:
            names[said] = names.get(said, 0) + 1
    return max(names, key=lambda name: names[name], default="")


# What is unsure.


def _of_body(body: Body, studies: Sequence[Study]) -> list[str]:
    found = []
    if len(studies) < _FEW:
        found.append(f"body: drafted from {len(studies)} pages; what holds on all of them may hold by chance")
    for one, held in zip(studies, body.held, strict=True):
        if held == 0:
            found.append(f"body: {one.sample.name}: the witness reads another place, or nothing stands in this one")
        elif held < _HELD:
            found.append(f"body: {one.sample.name}: holds {held:.0%} of what the witness reads as text")
    return found


def _of_reading(draft: Draft, studies: Sequence[Study]) -> list[str]:
    """Where the drafted template reads another text than the witness."""
    site = drafted_site(draft)
    found = []
    for one in studies:
        sample = one.sample
        page = extract(sample.data, site=site, url=sample.url, content_type=sample.content_type)
        agreed = agreement(page.lines, one.wanted)
        if page.outcome is not Outcome.ARTICLE:
            found.append(f"{sample.name}: the draft reads it as {page.outcome}: {page.detail}")
        elif agreed < _AGREES:
            found.append(f"body: {sample.name}: the draft's text and the witness's are the same to {agreed:.0%}")
    return found


def _of_missing(fields: Sequence[FieldDraft], read: set[str]) -> list[str]:
    there = {one.name for one in fields} | read
    needed = ("headline", "published_at")
    lines = [f"{name}: no witness finds it on these pages" for name in needed if name not in there]
    if not there & {"source_name", "account_name", "authors"}:
        lines.append("source_name: no witness finds who published the text: neither source nor account nor author")
    elif "source_name" in there and "account_name" not in there:
        lines.append("source_name: is it the medium that the text comes from, or an account's name (account_name)?")
    return lines


def drafted_site(draft: Draft) -> Site:
    """A site with the drafted template and no other, for trying it."""
    if draft.known is not None:
        return evolve(draft.known, templates=(draft.template(),))
    return Site(
        name=draft.name,
        title=draft.title,
        hosts=draft.addresses.hosts,
        target=lambda url: Target(kind="article", native_id=url, url=url),
        templates=(draft.template(),),
    )
