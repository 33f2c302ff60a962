"""The fields of a page without a template: which of its lines, and what of its head, are evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from crawler.pages.fields.evidence.classify import is_timed
from crawler.pages.fields.evidence.gather import Evidence, gather
from crawler.pages.fields.linked_data import read_linked_data
from crawler.pages.fields.page_times import declares_time
from crawler.pages.general.judge import stripped
from crawler.pages.general.locate import Place
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.page import Block
from crawler.pages.rules.engine import Judged
from crawler.pages.rules.markers import is_solid
from crawler.pages.rules.shapes import INFO, RELATED

_EDGE: Final = 80
_FIRST: Final = 12
_SHORT: Final = 40
_NAME: Final = 16


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
        [*place.near, *(_info_within(place.blocks) or _dated_within(place, metas, linked))],
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
    """Whether the line is little more than a time."""
    return len(block.text) <= _SHORT and is_timed(block.text)


def _dated_within(place: Place, metas: dict[str, str], linked: dict[str, Any]) -> list[RawBlock]:
    """The line of a time above the text's first sentence, with the short ones beside it, where nothing else stands
    between headline and text or tells when the page was published."""
    lines = list(takewhile(lambda block: not is_solid(block), (b for b in place.blocks[:_FIRST] if b.kind != "image")))
    at = next((index for index, block in enumerate(lines) if _is_dated(block)), None)
    if at is None or place.near or declares_time(metas, linked):
        return []
    beside = lines[max(0, at - 1) : at + 2]
    return [line for line in beside if line is lines[at] or (len(line.text) <= _NAME and line.mark is None)]


def _info_within(blocks: Sequence[RawBlock]) -> list[RawBlock]:
    """The line of time and source where it stands in the text itself, with its neighbours that are no text."""
    for index, block in enumerate(blocks):
        if block.mark is INFO:
            return [near for near in blocks[max(0, index - 1) : index + 2] if near.mark is not None]
    return []
