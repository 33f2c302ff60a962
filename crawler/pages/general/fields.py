"""The fields of a page without a template: which of its lines, and what of its head, are evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.evidence.gather import Evidence, gather
from crawler.pages.fields.linked_data import read_linked_data
from crawler.pages.fields.page_times import declares_time
from crawler.pages.general.judge import stripped
from crawler.pages.general.locate import Place
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.page import Block
from crawler.pages.rules.engine import Judged
from crawler.pages.rules.shapes import INFO, RELATED

_EDGE: Final = 80
_FIRST: Final = 12
_SHORT: Final = 60


def read_fields(
    place: Place,
    judged: Judged,
    *,
    metas: dict[str, str],
    scripts: Iterable[Element],
    title: str,
    captured_at: datetime | None,
) -> Evidence:
    """What the lines around the text, those stripped from it, and the head say. `scripts`: the page's."""
    lines = stripped(judged, _may_credit)
    linked = read_linked_data(scripts)
    return gather(
        [*place.near, *_info_within(place.blocks, dated=not declares_time(metas, linked))],
        place.above,
        [*lines[:_EDGE], *lines[_EDGE:][-_EDGE:], *place.below],
        judged.lines,
        metas=metas,
        linked=linked,
        title=title,
        captured_at=captured_at,
    )


def _may_credit(block: Block) -> bool:
    """Whether a stripped line may name the text's source or editor; a line of a related list only with an editor."""
    return bool(block.text) and (block.rule != RELATED.id or "编辑" in block.text or "責任編輯" in block.text)


def _is_dated(block: RawBlock) -> bool:
    """Whether the line is little more than a `<time>`."""
    if block.kind == "image" or block.node is None or len(block.text) > _SHORT:
        return False
    return next(block.node.iter("time"), None) is not None and first_stamp(block.text) is not None


def _info_within(blocks: Sequence[RawBlock], *, dated: bool) -> list[RawBlock]:
    """The line of time and source where it stands in the text itself, with its neighbours that are no text. `dated`:
    a line that is only a `<time>` counts as one, as it does where the head tells no time."""
    for index, block in enumerate(blocks):
        if block.mark is INFO or (dated and index < _FIRST and _is_dated(block)):
            beside = blocks[max(0, index - 1) : index + 2]
            return [near for near in beside if near.mark is not None or near is block]
    return []
