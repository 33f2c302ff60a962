"""The verdict on every block of a page without a template, by the rules for such pages."""

from collections.abc import Callable, Sequence
from typing import Final

from crawler.pages.html.blocks import RawBlock
from crawler.pages.page import Block
from crawler.pages.rules.edges import ELSEWHERE
from crawler.pages.rules.engine import Judged, RuleSet
from crawler.pages.rules.general import GENERAL

# In a template's body a line `来源：…` is the writer's own, and stays; elsewhere it is the site's.
RULES: Final = RuleSet((*(rule for rule in GENERAL if not rule.keeps), *ELSEWHERE))


def judge(blocks: Sequence[RawBlock]) -> Judged:
    """A verdict for every block, by its mark, or by the rules where it has none."""
    return RULES.judge(blocks)


def judge_line(block: RawBlock) -> Block:
    """The verdict on a line by itself."""
    return judge([block]).blocks[0]


def stripped(judged: Judged, wanted: Callable[[Block], bool]) -> list[RawBlock]:
    """Those of the stripped blocks that are wanted, as lines for the fields."""
    return [RawBlock(block.kind, block.text, None) for block in judged.blocks if not block.kept and wanted(block)]
