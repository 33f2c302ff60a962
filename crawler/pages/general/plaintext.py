"""Text without HTML: `text/plain` captures and WET `conversion` records, whose markup is gone and whose clutter is not.

The same line rules decide as on pages. Where the text begins and ends only the lines themselves can tell: a headline
stands above the line with time and source, and below the text come statements, lists of titles, a company's address.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import read_credits
from crawler.pages.fields.damage import LOST_IMAGE, TRADITIONAL
from crawler.pages.fields.evidence.gather import gather
from crawler.pages.fields.headline import Headline, without_badge
from crawler.pages.general.judge import judge, judge_line, stripped
from crawler.pages.general.result import find_flags, make_page
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.page import Block, Identity, Outcome, Page
from crawler.pages.rules.engine import Rule
from crawler.pages.rules.markers import is_marker, is_solid
from crawler.pages.rules.shapes import ABOVE, HEADLINE, INFO, mark_lists, mark_short

LOST: Final = Rule(id="open.lost_image")
AFTER: Final = Rule(id="open.after_end")

MAX_LINES: Final = 20_000
_HEAD_LINES: Final = 14
_LOOSE_END: Final = 6
_FEW: Final = 3
_CONTACTS: Final = 3
_SAMPLE: Final = 100_000
_PAGE: Final = re.compile(r"[\s\ufeff]{0,200}<(?:!doctype|html|head|body|meta|\?xml)", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]{0,12}[\s/>]|/[a-zA-Z]|!--|!doctype)", re.IGNORECASE)
_CRUMB: Final = re.compile(r"(?:[^>＞»›]{1,16}[>＞»›]\s?){1,6}[^>＞»›]{0,24}|.{0,12}(?:位置|正在浏览)\s?[:：].{0,80}")
_LONE: Final = re.compile(r"\d{1,6}|[^\u3400-\u9fffA-Za-z]{1,6}")
_CONTACT: Final = re.compile(
    r"\s{0,4}(?:联系方式|联系我们|联系人|地\s?址|电\s?话|手\s?机|传\s?真|邮\s?箱|E-?mail|在线留言|留言板|"
    r"网\s?址|[\u3400-\u9fff]{1,3}(?:经理|先生|小姐|女士))\s?(?:[:：]|$)"
)
_ACCOUNT: Final = re.compile(r"\d{1,6}\s?文章数\s{0,3}\d{1,9}[万w]?\s?关注度?")
# What ends a text for good: the statements that portals put below it.
_ENDS: Final = frozenset(("general.account_statement", "general.account_notice", "general.platform_statement"))


@frozen
class _Place:
    """Where the text stands. `start`, `stop`: its first line, and one past the last. `near`: the lines above it that
    tell of it."""

    start: int
    stop: int
    headline: Headline | None
    near: list[RawBlock]


def is_plain(text: str, content_type: str | None) -> bool:
    """Whether the text is no HTML: declared as plain text, or undeclared and without a tag. A page that a server
    calls plain text is still a page."""
    declared = (content_type or "").partition(";")[0].strip().lower() == "text/plain"
    sample = text[:_SAMPLE]
    return _PAGE.match(sample) is None if declared else not content_type and _TAG.search(sample) is None


def read_plaintext(text: str, *, url: str, identity: Identity, captured_at: datetime | None = None) -> Page:
    """What a page's plain text says, by the same line rules as pages, in the same fields. Never raises on any text.

    `identity`: what its address names. A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    blocks = _blocks(text)
    place = _locate(blocks)
    if place is None:
        detail = "no sentence in the text"
        return Page(url=url, identity=identity, outcome=Outcome.NOT_ARTICLE, detail=detail, confidence=0.2)
    _mark(blocks, place)
    judged = judge(blocks)
    lines = judged.lines
    found = gather(place.near, (), stripped(judged, _is_inside), lines, captured_at=captured_at)
    below = [block.text for block in blocks[place.stop :]]
    lost = [block.text for block in blocks if block.mark is LOST]
    flags = find_flags(judged, lines, identity, below=below[:3], lost=lost)
    if TRADITIONAL in flags and "user_uploaded" in flags:
        # The statement is the origin's, carried along by a mirror that changed the script.
        flags.remove("user_uploaded")
    if _is_of_a_company(below):
        flags.append("mirror")
    return make_page(
        url,
        identity,
        template="plaintext",
        verdict=(Outcome.ARTICLE if lines else Outcome.EMPTY, None),
        headline=place.headline,
        judged=judged,
        found=found,
        flags=flags,
        confidence=_confidence(place.headline, lines),
        account_name=_account(below),
    )


def _blocks(text: str) -> list[RawBlock]:
    """A block for every line; marks of lost images are marked as such."""
    blocks = [RawBlock("paragraph", line, None) for line in map(fold, text.splitlines()[:MAX_LINES]) if line]
    for block in blocks:
        if LOST_IMAGE.fullmatch(block.text):
            block.mark = LOST
    return blocks


def _locate(blocks: Sequence[RawBlock]) -> _Place | None:
    """Where the text stands among the lines, or None where no line is a sentence."""
    start, stop = _find_text(blocks)
    if start == stop:
        return None
    near, start, headline = _read_head(blocks, start)
    return _Place(start, _read_end(blocks, start, stop), headline, near)


def _mark(blocks: Sequence[RawBlock], place: _Place) -> None:
    for block in blocks[: place.start]:
        block.mark = block.mark or ABOVE
    for block in blocks[place.stop :]:
        block.mark = block.mark or AFTER
    inside = blocks[place.start : place.stop]
    mark_lists(inside)
    mark_short(inside)


def _is_inside(block: Block) -> bool:
    """Whether the block stands in the text, or in the lines that tell of it."""
    return block.rule not in (ABOVE.id, AFTER.id)


def _confidence(headline: Headline | None, lines: Sequence[str]) -> float:
    return round((0.8 if headline is not None else 0.6) * (1.0 if sum(map(len, lines)) >= 200 else 0.7), 2)


def _find_text(raws: Sequence[RawBlock]) -> tuple[int, int]:
    """The run of lines with the most sentences: (first, one past the last); (0, 0) where no line is a sentence."""
    best = total = 0.0
    begin = first = last = 0
    for index, raw in enumerate(raws):
        if raw.mark is LOST:
            continue
        total += min(len(raw.text), 300) if is_solid(raw) else -60.0 if is_marker(raw.text) else -18.0
        if total <= 0:
            total, begin = 0.0, index + 1
        elif total > best:
            best, first, last = total, begin, index + 1
    while first < last and not is_solid(raws[first]):
        first += 1
    return first, last


def _read_head(raws: Sequence[RawBlock], start: int) -> tuple[list[RawBlock], int, Headline | None]:
    """The lines above the text that belong to it, where the text really begins, and the headline.

    Lines between the last line of the page's frame (time, breadcrumb, share button) and the first sentence are text.
    """
    low = max(0, start - _HEAD_LINES)
    frame = [index for index in range(low, start) if _is_frame(raws[index])]
    if not frame:
        first = raws[0].text if start == 1 else ""
        if 6 <= len(first) <= 60 and not first.endswith(("。", "，", ",", "：", ":", "；")):
            raws[0].mark = HEADLINE
            return [], 1, _headline(first)
        return [], start if start > _FEW else 0, None
    begin = frame[-1] + 1
    titles = [raws[index] for index in range(low, begin) if index not in frame and raws[index].mark is None]
    title = max(titles, key=lambda raw: len(raw.text), default=None)
    if title is None or not 5 <= len(title.text) <= 120:
        return list(raws[low:begin]), begin, None
    title.mark = HEADLINE
    for index in frame:
        if first_stamp(raws[index].text) is not None:
            raws[index].mark = INFO
    return list(raws[low:begin]), begin, _headline(title.text)


def _headline(text: str) -> Headline:
    return Headline(text=without_badge(text))


def _is_frame(raw: RawBlock) -> bool:
    text = raw.text
    if len(text) > 160 or raw.mark is not None:
        return False
    if _LONE.fullmatch(text) or _CRUMB.fullmatch(text) or (first_stamp(text) is not None and len(text) < 80):
        return True
    if read_credits(text).labels and not is_solid(raw):
        return True
    trial = RawBlock("paragraph", text, None)
    mark_short([trial])
    return not judge_line(trial).kept


def _read_end(raws: Sequence[RawBlock], start: int, stop: int) -> int:
    """Where the text ends: at a statement, at the site's name repeated, or a few short lines below the last one."""
    name = raws[0].text if start > 0 and len(raws[0].text) <= 20 else None
    for index in range(start, len(raws)):
        raw = raws[index]
        if raw.mark is None and (raw.text == name or _ends(raw)):
            # Everything from a repeated site name on is the footer; a statement keeps its own rule.
            return index if raw.text == name else min(index + 1, len(raws))
        if index >= stop and (is_marker(raw.text) or index - stop >= _LOOSE_END):
            return index if is_marker(raw.text) else stop
    return len(raws)


def _ends(raw: RawBlock) -> bool:
    text = raw.text
    if "声明" not in text and "聲明" not in text and "Notice" not in text:
        return False
    return judge_line(RawBlock("paragraph", text, None)).rule in _ENDS


def _is_of_a_company(below: Sequence[str]) -> bool:
    """Whether a company's address stands below the text: the site only mirrors it."""
    return sum(len(line) <= 120 and _CONTACT.match(line) is not None for line in below[:60]) >= _CONTACTS


def _account(below: Sequence[str]) -> str | None:
    """A NetEase account's name: it stands twice above the counts of its articles and readers."""
    for index, line in enumerate(below):
        if "文章数" in line and _ACCOUNT.fullmatch(line):
            for place in range(max(0, index - 5), index - 1):
                name = below[place + 1]
                if below[place].startswith(name) and 1 < len(name) <= 30:
                    return name
    return None
