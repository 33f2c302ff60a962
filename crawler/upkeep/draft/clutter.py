"""What stands in the text's element and is no text: the drafted rules, and what they are unsure of."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from attrs import define, field, frozen

from crawler.pages.fields.headline import letters
from crawler.pages.html.blocks import SKIPPED_TAGS, RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.html.walk import walk
from crawler.pages.rules.engine import Rule
from crawler.pages.template.document import element_text
from crawler.pages.template.template import Template
from crawler.pages.witness import ask
from crawler.upkeep.draft.labels import fixed_pattern, labels_in, line_pattern
from crawler.upkeep.draft.seen.names import steps_of
from crawler.upkeep.draft.seen.study import Study

_FOREIGN: Final = re.compile(
    r"relat|recommend|share|advert|guanggao|special|tuijian|comment|qrcode|download|promo|copyright", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"relat|recommend|share|advert|\bad[s_-]|\bad\b|gg\d|promo|player|video|tool|login|foot|copyright|tag|keyword|"
    r"comment|hot|rank|nav|pager?s?\b|source|editor|author|special|statement|qrcode|download|app|social|gallery|title",
    re.IGNORECASE,
)
_LINKED: Final = 0.6
_TEXT: Final = 0.02
_TOLD: Final = 0.1
_SURE: Final = 3
_ENOUGH: Final = 2
_SHORT: Final = 200
_LONGEST_LABEL: Final = 120
_RUN: Final = 3
_QUOTED: Final = 12
"""So many characters of a page's text may stand in the draft."""


@frozen(kw_only=True)
class Drafted:
    """A drafted rule. `pages`: on how many pages it takes something. `unsure`: why a person should look, "" for not."""

    rule: Rule
    pages: int
    unsure: str = ""


@define
class _Box:
    """What the elements that one selector names hold, over all pages. In letters: `wanted`, `other`, `linked`, `told`
    (by trafilatura), `fixed` (lines that stand on several pages). `texts`: theirs."""

    selector: str
    order: int
    pages: set[int] = field(factory=set)
    wanted: int = 0
    other: int = 0
    linked: int = 0
    told: int = 0
    fixed: int = 0
    guided: bool = False
    texts: list[str] = field(factory=list)
    elements: set[Element] = field(factory=set)


@define
class _Page:
    """One page's lines in the root. `kept`: the letters of those that the rules at hand leave in it; `known`: of those
    that the portal's own rules take."""

    number: int
    study: Study
    root: Element
    blocks: list[RawBlock]
    kept: frozenset[str]
    known: frozenset[str]
    told: frozenset[str]


def find_rules(
    site: str, studies: Sequence[Study], template: Template, common: frozenset[str]
) -> tuple[list[Drafted], list[str]]:
    """The rules for what is no text in the template's body, and a line for each thing that may be none but is kept.

    `site`: its name. `common`: the lines, as letters, that stand on several pages.
    """
    pages = list(_pages(studies, template))
    boxes = _boxes(pages, common)
    drafted: list[Drafted] = []
    taken: set[Element] = set()
    names: set[str] = set()
    for box in sorted(boxes, key=lambda one: (-one.wanted - one.other, one.order)):
        if box.elements <= taken:
            continue
        points, why = _points(box)
        if points < _ENOUGH:
            continue
        rule = _rule_of(site, box, names)
        unsure = "" if points >= _SURE else f"only {why}"
        drafted.append(Drafted(rule=rule, pages=len(box.pages), unsure=unsure))
        taken.update(inner for element in box.elements for inner in element.iter("*"))
    drafted += _line_rules(site, pages, common, taken, names)
    return drafted, list(_left(pages, taken, drafted))


def _pages(studies: Sequence[Study], template: Template) -> Iterator[_Page]:
    for number, one in enumerate(studies):
        root = template.root(one.document)
        if root is None:
            continue
        blocks = [block for block in walk(root) if block.kind != "image" and block.text]
        judged = template.ruleset.judge(walk(root, template.ruleset.mark()))
        wanted = sum(len(letters(block.text)) for block in blocks if one.wants(block.text))
        if wanted < 0.5 * sum(len(letters(line)) for line in one.wanted):
            continue  # the witness looked elsewhere
        told = frozenset(map(letters, ask([root]) or ()))
        ours = {rule.id for rule in template.rules}
        known = frozenset(letters(block.text) for block in judged.blocks if block.rule in ours)
        yield _Page(number, one, root, blocks, frozenset(map(letters, judged.lines)), known, told)


def _boxes(pages: Sequence[_Page], common: frozenset[str]) -> list[_Box]:
    """The selectors within the root whose elements hold something that is kept and is no text."""
    found: dict[str, _Box] = {}
    for page in pages:
        inside: dict[Element, list[RawBlock]] = {}
        for block in page.blocks:
            for element in (block.node, *block.node.iterancestors()):
                if element is page.root:
                    break
                inside.setdefault(element, []).append(block)
        for element in page.root.iterdescendants("*"):
            if element.tag in SKIPPED_TAGS:
                continue
            for step in steps_of(element, telling=True):
                box = found.setdefault(step, _Box(step, len(found)))
                _add(box, page, element, inside.get(element, []), common)
    return [box for box in found.values() if box.other and box.wanted <= _TEXT * (box.wanted + box.other)]


def _add(box: _Box, page: _Page, element: Element, blocks: Sequence[RawBlock], common: frozenset[str]) -> None:
    box.elements.add(element)
    for block in blocks:
        own = letters(block.text)
        is_fixed = own in common
        if page.study.wants(block.text) and not is_fixed:
            box.wanted += len(own)
            continue
        if own not in page.kept and (own in page.known or not labels_in(block.text)):
            continue  # another rule has it, and the line names no field
        box.pages.add(page.number)
        box.other += max(1, len(own))
        box.linked += block.linked
        box.told += len(own) if own in page.told else 0
        box.fixed += len(own) if is_fixed else 0
        box.guided = box.guided or page.study.guided
    if text := element_text(element):
        box.texts.append(text)


def _points(box: _Box) -> tuple[int, str]:
    """How much speaks for it that a box is no text, and what does."""
    texts = [text for text in box.texts if len(text) <= _LONGEST_LABEL]
    told = {
        "the same stands on several pages": 3 * (box.fixed >= 0.9 * box.other),
        "it is labelled": 3 * (bool(texts) and sum(bool(labels_in(text)) for text in texts) >= 0.8 * len(texts)),
        "it is mostly links": int(box.linked >= _LINKED * box.other),
        "its name": int(_NAMED.search(box.selector) is not None) + int(_FOREIGN.search(box.selector) is not None),
        "neither witness reads it as text": int(box.told <= _TOLD * box.other),
        "it stands on several pages": int(len(box.pages) > 1),
        "the article as it was archived lacks it": 3 * box.guided,
    }
    return sum(told.values()), " and ".join(why for why, points in told.items() if points)


def _rule_of(site: str, box: _Box, names: set[str]) -> Rule:
    texts = [text for text in dict.fromkeys(box.texts) if len(text) <= _SHORT]
    pattern = line_pattern(texts) if texts and len(texts) >= 0.5 * len(set(box.texts)) else ""
    word = re.split(r"[.#=]", box.selector)[-1].strip("]\"' ").lower()
    return Rule(
        id=_named(site, re.sub(r"[^a-z0-9]+", "_", word).strip("_"), names), selector=box.selector, pattern=pattern
    )


def _named(site: str, word: str, names: set[str]) -> str:
    name, number = f"{site}.{word or 'line'}", 1
    while name in names:
        number += 1
        name = f"{site}.{word or 'line'}_{number}"
    names.add(name)
    return name


# Lines without an element of their own.


def _line_rules(
    site: str, pages: Sequence[_Page], common: frozenset[str], taken: set[Element], names: set[str]
) -> Iterator[Drafted]:
    free = [(page, [block for block in page.blocks if _is_free(page, block, taken)]) for page in pages]
    runs: dict[str, list[tuple[int, str]]] = {}
    for page, blocks in free:
        run = list(takewhile(lambda block: not page.study.wants(block.text), reversed(blocks)))[::-1]  # noqa: B023
        is_list = all(block.linked >= _LINKED * len(block.text) for block in run)
        if len(run) >= _RUN and not is_list and (letters(run[0].text) in common or _are_linked(run)):
            runs.setdefault(fixed_pattern(run[0].text), []).append((page.number, run[0].text))
            del blocks[-len(run) :]
    for pattern, found in runs.items():
        rule = Rule(id=_named(site, "rest", names), pattern=pattern, needs=_needs(found[0][1]), rest=True)
        yield _seen(rule, {number for number, _ in found})
    yield from _fixed_rules(site, free, common, names)
    for where, step in (("head", 1), ("tail", -1)):
        numbers = {page.number for page, blocks in free if _begins_with_links(page, blocks[::step])}
        if numbers:
            rule = Rule(id=_named(site, f"links_{where}", names), linked=0.9, where="head" if step == 1 else "tail")
            yield _seen(rule, numbers)


def _is_free(page: _Page, block: RawBlock, taken: set[Element]) -> bool:
    """Whether a line is kept as yet."""
    return letters(block.text) in page.kept and taken.isdisjoint((block.node, *block.node.iterancestors()))


def _are_linked(run: Sequence[RawBlock]) -> bool:
    return sum(block.linked >= 0.9 * len(block.text) for block in run) >= 0.4 * len(run)


def _seen(rule: Rule, numbers: set[int]) -> Drafted:
    return Drafted(rule=rule, pages=len(numbers), unsure="" if len(numbers) > 1 else "it was seen on one page only")


def _needs(text: str) -> tuple[str, ...]:
    """The longest word of a line, for `Rule.needs`."""
    word = max(re.findall(r"[^\W\d_]+", text), key=len, default="")
    return (word,) if word else ()


def _fixed_rules(
    site: str, free: Sequence[tuple[_Page, list[RawBlock]]], common: frozenset[str], names: set[str]
) -> Iterator[Drafted]:
    """Rules for lines that stand on several pages, and for lines with labels."""
    lines: dict[str, list[tuple[int, str]]] = {}
    labelled: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for page, blocks in free:
        for block in blocks:
            own = letters(block.text)
            if own in common and block.linked < _LINKED * len(block.text):
                lines.setdefault(own, []).append((page.number, block.text))
            elif (
                not page.study.wants(block.text)
                and len(block.text) <= _LONGEST_LABEL
                and (found := tuple(labels_in(block.text)))
            ):
                labelled.setdefault(found, []).append((page.number, block.text))
    for seen in lines.values():
        pattern = fixed_pattern(seen[0][1])
        rule = Rule(id=_named(site, "fixed_line", names), pattern=pattern, needs=_needs(seen[0][1]))
        yield Drafted(rule=rule, pages=len({number for number, _ in seen}))
    for labels, seen in labelled.items():
        if pattern := line_pattern([text for _, text in seen]):
            rule = Rule(id=_named(site, "credits", names), pattern=pattern, needs=labels[:1])
            yield _seen(rule, {number for number, _ in seen})


def _begins_with_links(page: _Page, ordered: Sequence[RawBlock]) -> bool:
    """Whether two or more lines of nothing but links, which are no text, come first."""
    count = 0
    for block in ordered:
        own = letters(block.text)
        if own not in page.kept:
            continue
        if page.study.wants(block.text) or block.linked < 0.9 * len(block.text):
            break
        count += 1
    return count > 1


def _left(pages: Sequence[_Page], taken: set[Element], drafted: Sequence[Drafted]) -> Iterator[str]:
    """What is kept though the general extraction takes it for no text."""
    patterns = [one.rule for one in drafted if one.rule.regex is not None and not one.rule.selector]
    for page in pages:
        for block in page.blocks:
            own = letters(block.text)
            around = {block.node, *block.node.iterancestors()}
            if own not in page.kept or page.study.wants(block.text) or not around.isdisjoint(taken) or len(own) < 2:
                continue
            if any(rule.rest and rule.match(block.text) for rule in patterns):
                break
            if not any(rule.match(block.text) for rule in patterns):
                text = block.text if len(block.text) <= _QUOTED else f"{block.text[:_QUOTED]}…"
                yield f"{page.study.sample.name}: kept as text, but the general extraction leaves it out: {text}"
