"""Articles that a portal spread over several pages."""

from collections.abc import Mapping

import attrs

from crawler.pages.page import CUT, FLASH, PAGED, Outcome, Page


def join_parts(pages: Mapping[int, Page], named: Mapping[int, str]) -> Page:
    """One article out of its pages by their numbers (`Target.part`), of which page 1 must be there.

    `named`: every page that they name, by number. The whole on one page is the article; else the pages are put together
    in order. Where one of them is missing, is cut, or shows another article, the flag `incomplete` stays.
    """
    first = pages[1]
    whole = pages.get(0)
    if whole is not None and whole.outcome is Outcome.ARTICLE and whole.native_id == first.native_id:
        return attrs.evolve(whole, url=first.url)
    numbers = [
        number
        for number, page in sorted(pages.items())
        if number > 0 and (page.native_id, page.template) == (first.native_id, first.template)
    ]
    same = [pages[number] for number in numbers]
    missing = {*named} - {0, *numbers}
    flags = dict.fromkeys((*first.flags, *PAGED))
    if any("cut" in page.flags for page in same):
        flags.update(dict.fromkeys(CUT))
    elif not missing:
        del flags["incomplete"]
    blocks = tuple(block for page in same for block in page.blocks)
    if sum(len(block.text) for block in blocks if block.kept) >= FLASH:
        flags.pop("flash", None)
    return attrs.evolve(
        first,
        blocks=blocks,
        images=tuple(image for page in same for image in page.images),
        authors=next((page.authors for page in same if page.authors), ()),
        editor=next((page.editor for page in same if page.editor), None),
        flags=flags,
        parts=(),
    )
