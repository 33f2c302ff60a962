"""Text without HTML: `text/plain` captures and WET `conversion` records, whose markup is gone and whose clutter is not.

The same line rules decide as on pages. Where the text begins and ends only the lines themselves can tell: a headline
stands above the line with time and source, and below the text come statements, lists of titles, a company's address.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from crawler.pages.fields.credits import read_credits
from crawler.pages.fields.damage import LOST_IMAGE, TRADITIONAL, find_damage, find_truncation
from crawler.pages.fields.evidence import gather
from crawler.pages.fields.stamps import first_stamp
from crawler.pages.general.read import RULES
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.page import Identity, Outcome, Page
from crawler.pages.rules.engine import Rule
from crawler.pages.rules.markers import is_marker, is_solid
from crawler.pages.rules.shapes import ABOVE, HEADLINE, INFO, mark_lists, mark_short

LOST: Final = Rule(id="open.lost_image")
AFTER: Final = Rule(id="open.after_end")

MAX_LINES: Final = 20_000
_HEAD_LINES: Final = 14
_LOOSE_END: Final = 6
_FEW: Final = 3
_SAMPLE: Final = 100_000
_PAGE: Final = re.compile(r"[\s\ufeff]{0,200}<(?:!doctype|html|head|body|meta|\?xml)", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]{0,12}[\s/>]|/[a-zA-Z]|!--|!doctype)", re.IGNORECASE)
_CRUMB: Final = re.compile(r"(?:[^>＞»›]{1,16}[>＞»›]\s?){1,6}[^>＞»›]{0,24}|.{0,12}(?:位置|正在浏览)\s?[:：].{0,80}")
_BADGE: Final = re.compile(r"^(?:原创|原創|转载|轉載)\s+")
_LONE: Final = re.compile(r"\d{1,6}|[^\u3400-\u9fffA-Za-z]{1,6}")
_CONTACT: Final = re.compile(
    r"\s{0,4}(?:联系方式|联系我们|联系人|地\s?址|电\s?话|手\s?机|传\s?真|邮\s?箱|E-?mail|在线留言|留言板|"
    r"网\s?址|[\u3400-\u9fff]{1,3}(?:经理|先生|小姐|女士))\s?(?:[:：]|$)"
)
_ACCOUNT: Final = re.compile(r"\d{1,6}\s?文章数\s{0,3}\d{1,9}[万w]?\s?关注度?")
# What ends a text for good: the statements that portals put below it.
_ENDS: Final = frozenset(("general.account_statement", "general.account_notice", "general.platform_statement"))


def is_plain(text: str, content_type: str | None) -> bool:
    """Whether the text is no HTML: declared as plain text, or undeclared and without a tag. A page that a server
    calls plain text is still a page."""
    declared = (content_type or "").partition(";")[0].strip().lower() == "text/plain"
    sample = text[:_SAMPLE]
    return _PAGE.match(sample) is None if declared else not content_type and _TAG.search(sample) is None


def extract_plaintext(text: str, *, url: str, identity: Identity, captured_at: datetime | None = None) -> Page:
    """What a page's plain text says, by the same line rules as pages, in the same fields. Never raises on any text."""
    raws = [RawBlock("paragraph", line, None) for line in map(fold, text.splitlines()[:MAX_LINES]) if line]
    for raw in raws:
        if LOST_IMAGE.fullmatch(raw.text):
            raw.mark = LOST
    start, stop = _find_text(raws)
    if start == stop:
        return Page(
            url=url, outcome=Outcome.NOT_ARTICLE, detail="no sentence in the text", confidence=0.2, identity=identity
        )
    head, start, headline = _read_head(raws, start)
    stop = _read_end(raws, start, stop)
    for raw in raws[:start]:
        raw.mark = raw.mark or ABOVE
    for raw in raws[stop:]:
        raw.mark = raw.mark or AFTER
    mark_lists(raws[start:stop])
    mark_short(raws[start:stop])
    judged = RULES.judge(raws)
    kept = [block.text for block in judged.blocks if block.kept and block.text]
    tail = [
        RawBlock("paragraph", b.text, None) for b in judged.blocks if not b.kept and b.rule not in (ABOVE.id, AFTER.id)
    ]
    found = gather(head, (), tail, kept, captured_at=captured_at)
    damage = find_damage([*kept, *(raw.text for raw in raws if raw.mark is LOST)])
    flags = [*judged.flags, *damage, *find_truncation(kept, (raw.text for raw in raws[stop : stop + 3]))]
    if TRADITIONAL in flags and "user_uploaded" in flags:
        # The statement is the origin's, carried along by a mirror that changed the script.
        flags.remove("user_uploaded")
    if _is_mirror([block.rule for block in judged.blocks], [raw.text for raw in raws[stop:]]):
        flags.append("mirror")
    return Page(
        url=url,
        outcome=Outcome.ARTICLE if kept else Outcome.EMPTY,
        template="plaintext",
        headline=headline,
        original_title=judged.fields.get("original_title"),
        published_at=found.published_at,
        published_precision=found.published_precision,
        modified_at=found.modified_at,
        source_name=found.source_name,
        account_name=_account(raws[stop:]),
        authors=found.authors,
        editor=found.editor,
        keywords=found.keywords,
        location=found.location,
        flags=tuple(dict.fromkeys(flags)),
        confidence=round((0.8 if headline else 0.6) * (1.0 if sum(map(len, kept)) >= 200 else 0.7), 2),
        blocks=tuple(judged.blocks),
        identity=identity,
    )


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


def _read_head(raws: Sequence[RawBlock], start: int) -> tuple[list[RawBlock], int, str | None]:
    """The lines above the text that belong to it, where the text really begins, and the headline.

    Lines between the last line of the page's frame (time, breadcrumb, share button) and the first sentence are text.
    """
    low = max(0, start - _HEAD_LINES)
    frame = [index for index in range(low, start) if _is_frame(raws[index])]
    if not frame:
        first = raws[0].text if start == 1 else ""
        if 6 <= len(first) <= 60 and not first.endswith(("。", "，", ",", "：", ":", "；")):
            raws[0].mark = HEADLINE
            return [], 1, _BADGE.sub("", first)
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
    return list(raws[low:begin]), begin, _BADGE.sub("", title.text)


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
    return not RULES.judge([trial]).blocks[0].kept


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
    return RULES.judge([RawBlock("paragraph", text, None)]).blocks[0].rule in _ENDS


def _is_mirror(rules: Sequence[str], below: Sequence[str]) -> bool:
    """Whether another portal's mark was left in, or a company's address stands below the text."""
    contacts = sum(len(text) <= 120 and _CONTACT.match(text) is not None for text in below[:60])
    return "general.back_to_sohu" in rules or contacts >= 3


def _account(below: Sequence[RawBlock]) -> str | None:
    """A NetEase account's name: it stands twice above the counts of its articles and readers."""
    for index, raw in enumerate(below):
        if "文章数" in raw.text and _ACCOUNT.fullmatch(raw.text):
            for place in range(max(0, index - 5), index - 1):
                name = below[place + 1].text
                if below[place].text.startswith(name) and 1 < len(name) <= 30:
                    return name
    return None
