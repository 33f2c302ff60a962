"""The whole page with a verdict for every visible block, as `jianbao explain` shows it.

Extraction itself looks only at the body's root: to walk everything costs as much as the parse.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.html.walk import walk
from crawler.pages.page import Block, Page

OUTSIDE: Final = "outside"
"""The rule id of a block that does not stand in the body's root."""

_ROOT: Final = object()


def whole_page(page: Page, tree: Element, *roots: Element) -> Page:
    """The page with its blocks among all the others, in reading order. `roots`: the elements that they came from.

    A block outside the root is stripped by `outside`, with the nearest named element around it as evidence, and with
    the field that it shows.
    """
    raws = walk(tree, lambda element, *_: _ROOT if element in roots else None)
    shown = {text: name for name, text in _shown(page)}
    blocks: list[Block] = []
    inside = False
    for raw in raws:
        if raw.mark is _ROOT:
            if not inside:
                blocks.extend(page.blocks)
                inside = True
        else:
            blocks.append(_outside(raw, shown))
    if not inside:  # the root stands in what is not walked: `<head>`, a hidden container
        blocks.extend(page.blocks)
    return attrs.evolve(page, blocks=tuple(blocks))


def _shown(page: Page) -> Sequence[tuple[str, str]]:
    texts = [("headline", page.headline), ("source_name", page.source_name), ("account_name", page.account_name)]
    return [(name, text) for name, text in texts if text]


def _outside(raw: RawBlock, shown: dict[str, str]) -> Block:
    return Block(
        kind=raw.kind,
        text=raw.text,
        kept=False,
        rule=OUTSIDE,
        evidence=_place(raw.node),
        field=shown.get(raw.text, ""),
        level=raw.level,
        url=raw.url,
    )


def _place(node: Element) -> str:
    """The nearest element with an id or a class, as a person would look for it: `div.post_recommends`."""
    while node is not None:
        name = node.get("id")
        if name:
            return f"{node.tag}#{name}"
        classes = (node.get("class") or "").split()
        if classes:
            return f"{node.tag}.{classes[0]}"
        node = node.getparent()
    return ""
