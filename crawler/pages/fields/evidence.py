"""Fields of a page without a template, by evidence: what stands near the headline and below the text, what the head's
machine-readable data says, and how well they agree.

Never a search over the whole page: the newest date stands in a side list, and every recommended title looks like a
headline.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define

from archive.times import Precision
from crawler.pages.fields.bylines import reported_by, signed_by, written_by
from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import Credits, label_kind, read_credits, split_keywords
from crawler.pages.fields.lexicon import AUTHOR_CLASS, AUTHOR_NAME_CLASS, words
from crawler.pages.fields.linked_data import linked_authors
from crawler.pages.fields.names import is_name, split_names
from crawler.pages.fields.page_times import find_times
from crawler.pages.fields.sources import NEAR, by_class, find_source, is_button, is_medium
from crawler.pages.html.blocks import RawBlock, fold

# Without a colon 小编 is as often the writer.
_SPACED_EDITOR: Final = words(
    r"(?:^|\s)[\u3400-\u9fff]{0,4}(?:<CHIEF_LABELS>|编辑|編輯)\s{1,2}([\u3400-\u9fff]{2,4})(?=$|\s)"
)
_SIGNED_EDITOR: Final = words(
    r"[(（\[【〔](?:[^()（）\[\]【】〔〕。]{0,24}\s)?(?:<CHIEF_LABELS>|<EDITOR_LABELS>)\s?[:：]"
    r"[^()（）\[\]【】〔〕]{2,24}[)）\]】〕]"
)
_BADGED: Final = words(r"<ORIGIN_BADGES>[\s:：]{1,3}(.{1,60})")
# Kinds of labels behind which a name is no author's.
_DESK: Final = ("chief", "editor", "review", "craft")
_PLACE: Final = re.compile(
    r"(?:发布于|發布於|IP属地|IP屬地)\s?[:：]?\s?([\u3400-\u9fff]{2,8}?)(?:[省市]|(?=[\s|·])|$|"
    r"(?=[\u3400-\u9fff]{2,12}官方))"
)


@define
class Evidence:
    """What was found. `notes`: why, a few words each; `agreement`: 0 to 1, how well the witnesses of the time agree."""

    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    source_name: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    keywords: tuple[str, ...] = ()
    location: str | None = None
    agreement: float = 1.0


def gather(
    near: Sequence[RawBlock],
    above: Sequence[RawBlock],
    tail: Sequence[RawBlock],
    body: Sequence[str],
    *,
    metas: dict[str, str] | None = None,
    linked: dict[str, Any] | None = None,
    captured_at: datetime | None = None,
) -> Evidence:
    """The fields, from the lines between headline and text (`near`), right above the headline (`above`) and below the
    text (`tail`), the text's own lines (`body`), and the head's `<meta>` values and JSON-LD object.

    A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    metas, linked = metas or {}, linked or {}
    found = Evidence()
    info = [*near, *above]
    info_credits = [read_credits(block.text) for block in info if len(block.text) <= 300]
    tail_credits = [read_credits(block.text) for block in tail if len(block.text) <= 300]
    # `……。（编辑：张三）` at the end of the text is kept in it, and names the editor all the same.
    tail_credits += [read_credits(sign[0]) for line in body[-3:] if (sign := _SIGNED_EDITOR.search(line[-60:]))]
    times = find_times(info, tail, metas, linked, captured_at)
    if times.published is not None:
        found.published_at, found.published_precision = times.published.at, times.published.precision
    found.modified_at = times.modified.at if times.modified is not None else None
    found.agreement = times.agreement
    found.source_name = find_source(near, info_credits, tail_credits)
    found.editor = _editor(tail_credits, info_credits) or _spaced_editor([*(block.text for block in info), *body[-3:]])
    found.authors = _authors(found, info, info_credits, tail_credits, body) or linked_authors(linked)
    found.keywords = _keywords(info_credits, tail_credits, metas)
    found.location = _location(info)
    return found


def _editor(tail_credits: Sequence[Credits], info_credits: Sequence[Credits]) -> str | None:
    both = [*tail_credits, *info_credits]
    for chief in (True, False):
        for credit in both:
            if credit.editor and credit.chief is chief:
                return credit.editor
    return None


def _spaced_editor(lines: Iterable[str]) -> str | None:
    """An editor named without a colon: `编辑 张三 校对 李四`."""
    for line in lines:
        found = _SPACED_EDITOR.search(line[:80])
        if found and is_name(found[1]):
            return found[1]
    return None


def _authors(
    found: Evidence,
    info: Sequence[RawBlock],
    info_credits: Sequence[Credits],
    tail_credits: Sequence[Credits],
    body: Sequence[str],
) -> tuple[str, ...]:
    edges = body if len(body) <= 6 else [*body[:3], *body[-3:]]
    for line in (*edges, *(line for line in body[3:8] if len(line) <= 40)):
        names = written_by(line)
        if names:
            return names
    labelled = next((credit.authors for credit in info_credits if credit.authors), ())
    if labelled and not is_medium(labelled[0]):
        return labelled
    for block in info:
        names = reported_by(_without_time(block.text)) or _beside_time(block, found.source_name)
        if names:
            return names
    for line in edges:
        names = reported_by(line)
        if names:
            return names
    if names := _named_author(info, found.source_name):
        return names
    names = signed_by(body[-1]) if body else ()
    if names:
        return names
    return next((credit.authors for credit in tail_credits if credit.authors), ())


def _named_author(info: Sequence[RawBlock], source: str | None) -> tuple[str, ...]:
    """Who stands near the headline in an element that says so: `class="author"`. A medium is no author."""
    for block in info[:NEAR]:
        if block.node is not None and block.node.tag == "address" and is_name(block.text):
            return (block.text,)
    named = by_class(info, AUTHOR_CLASS)
    names = split_names(named)
    if not named or named == source or is_medium(named):
        return ()
    if all(is_name(name) for name in names):
        return names
    return names if by_class(info, AUTHOR_NAME_CLASS) == named else ()


def _without_time(text: str) -> str:
    """What stands behind the time in a line, and behind the source without a label there: `聯合報 記者張三／報導`."""
    stamp = first_stamp(text) if len(text) <= 160 else None
    return text[stamp.end :] if stamp is not None and stamp.start < 12 else text


def _beside_time(block: RawBlock, source: str | None) -> tuple[str, ...]:
    """Names that stand without a label beside the time: `2020-06-05 20:35 张三 李四`, `快讯／张三 2020年…`."""
    stamp = first_stamp(block.text) if len(block.text) <= 80 else None
    if stamp is None:
        badge = _BADGED.match(block.text)
        if badge and source and source in block.text:
            return split_names(badge[1].partition(source)[0])
        if source and block.text.endswith(source) and "/" in block.text:
            return tuple(name for name in split_names(block.text.partition("/")[0]) if is_name(name))
        return ()
    rest = f"{block.text[: stamp.start]} {block.text[stamp.end :]}"
    parts = [part for part in re.split(r"[\s|/／·]+", rest) if part and part != source and not is_button(part)]
    named: list[str] = []
    kind: str | None = None
    for part in parts:
        kind = label_kind(part) or kind
        if kind not in _DESK and label_kind(part) is None and part[-1] not in "于於":
            named.append(part)
    if any(is_name(part) for part in named):
        return tuple(part for part in named if is_name(part) or (2 <= len(part) <= 4 and part.isalpha()))
    return ()


def _keywords(info: Sequence[Credits], tail: Sequence[Credits], metas: dict[str, str]) -> tuple[str, ...]:
    for credit in (*tail, *info):
        if credit.keywords:
            return credit.keywords
    return split_keywords(fold(metas.get("keywords") or metas.get("news_keywords") or ""))


def _location(info: Sequence[RawBlock]) -> str | None:
    for block in info:
        match = _PLACE.search(block.text[:120])
        if match:
            return match[1]
    return None
