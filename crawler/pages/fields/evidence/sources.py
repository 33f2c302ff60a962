"""Whose a page's text may be, under which account it stands, and where that is: candidates from labels, classes, links
and the line of the time.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import Credits, clean_source
from crawler.pages.fields.evidence.candidates import Found
from crawler.pages.fields.evidence.classify import (
    SOMEBODY,
    Kind,
    classify,
    is_in_script,
    is_timed,
    place_in,
    without_province,
)
from crawler.pages.fields.evidence.spans import Span
from crawler.pages.fields.lexicon import FOLLOW, OWNER_WORDS, class_words, words
from crawler.pages.html.blocks import RawBlock

_PERSON: Final = words(r"(?:本报|本報)?(?:<REPORTER>|<WRITER>|实习生|文[/／])")
_PARTS: Final = re.compile(r"[\s|/／·∙丨]+")
_UNKNOWN: Final = ("未知", "不详", "佚名", "无", "暂无", "null", "None")
_FOLLOWED: Final = 4
_LONGEST: Final = 80
_LONGEST_ALONE: Final = 20
_LONGEST_NAME: Final = 16


def find_sources(
    near: Sequence[RawBlock],
    info_credits: Sequence[Credits],
    tail_credits: Sequence[Credits],
    closing: Credits,
    pieces: Sequence[Span],
    site: str,
) -> Iterator[Found]:
    """Candidates for the source's name. `near`: the lines between headline and text. `closing`: what the text's last
    line says in brackets. `site`: the site's own name."""
    yield from _labelled(info_credits, 90, "label near the headline")
    yield from _of_pieces(pieces, site)
    yield from _beside_time(near)
    yield from _labelled(tail_credits, 30, "label below the text")
    yield from _labelled([closing], 25, "last line of the text")


def _labelled(told: Sequence[Credits], rank: int, why: str) -> Iterator[Found]:
    for credit in told:
        if credit.source and credit.source not in _UNKNOWN:
            yield Found("source_name", (credit.source,), rank, why)


def _of_pieces(pieces: Sequence[Span], site: str) -> Iterator[Found]:
    timed = _lines_of_time(pieces)
    for piece in pieces:
        if len(piece.text) > _LONGEST_NAME or piece.kind not in SOMEBODY:
            continue
        is_person = piece.kind is Kind.PERSON
        if piece.is_source:
            yield _source(piece.text, 80, "class of a source")
        elif not is_person and piece.line in timed and _is_the_site(piece.text, site):
            yield _source(piece.text, 47, "the site's own name")
        elif piece.is_account:
            yield _source(piece.text, 42 if is_person else 50, "account that the page belongs to")


def _lines_of_time(pieces: Sequence[Span]) -> set[int]:
    """The lines that show a time, and those beside them."""
    return {piece.line + step for piece in pieces if piece.kind is Kind.DATE for step in (-1, 0, 1)}


def _is_the_site(name: str, site: str) -> bool:
    own, other = name.lower(), site.lower()
    alike = min(len(own), len(other)) >= 2 and (own.startswith(other) or other.startswith(own))
    return alike and _PERSON.search(name) is None


def _source(name: str, rank: int, why: str) -> Found:
    return Found("source_name", (clean_source(name) or name,), rank, why)


def find_accounts(pieces: Sequence[Span]) -> Iterator[Found]:
    """Candidates for the account, where the text's source is another: links to an account's page."""
    for piece in pieces:
        if piece.href and piece.is_account and piece.kind in (Kind.NAME, Kind.MEDIUM):
            yield Found("account_name", (piece.text,), 45, "link to an account")


def find_places(info: Sequence[RawBlock], tail: Sequence[RawBlock], pieces: Sequence[Span]) -> Iterator[Found]:
    """Candidates for the place that the text was sent from."""
    for block in (*info, *(line for line in tail[:6] if is_timed(line.text))):
        if len(block.text) <= _LONGEST and (place := place_in(block.text)):
            yield Found("location", (place,), 95, "label of a place")
    timed = _lines_of_time(pieces)
    for piece in pieces:
        if piece.kind is Kind.PLACE and place_in(piece.text) is None:
            if piece.is_place:
                yield Found("location", (without_province(piece.text),), 80, "class of a place")
            elif piece.line in timed:
                yield Found("location", (without_province(piece.text),), 60, "place beside the time")


def _beside_time(near: Sequence[RawBlock]) -> Iterator[Found]:
    """Names without a label in the line of the time, and alone in the lines around it."""
    at = next((index for index, block in enumerate(near) if len(block.text) <= _LONGEST and is_timed(block.text)), None)
    if at is None:
        return
    yield from _in_line(near[at])
    for index in (at - 1, at + 1):
        if 0 <= index < len(near):
            yield from _alone(near[index])
    start = max(0, at - _FOLLOWED)
    for index in range(start + 1, min(len(near), at + _FOLLOWED)):
        if near[index].text in FOLLOW:
            named = next((one.text for one in reversed(near[start:index]) if classify(one.text) in SOMEBODY), "")
            if named:
                yield _source(named, 45, "account that can be followed")


def _in_line(block: RawBlock) -> Iterator[Found]:
    text = block.text
    stamp = first_stamp(text)
    if block.kind == "list_item" or stamp is None or _PERSON.match(text) is not None:
        return
    rest = f"{text[: stamp.start]} {text[stamp.end :]}"
    raw = _PARTS.split(rest)
    # 发布于 AI频道: what a word points to is a section or a place
    told = (part for before, part in zip(["", *raw], raw, strict=False) if not before.endswith(("于", "於")))
    parts = [part for part in map(_bare, (one for one in told if not one.endswith((":", "：")))) if part]
    named = [part for part in parts if not re.search("[:：]", part) and classify(part) in (*SOMEBODY, Kind.TEXT)]
    for part in named:
        if classify(part) is Kind.MEDIUM:
            yield _source(part, 70, "medium beside the time")
    alone = named[0] if len(named) == 1 else ""
    if 2 <= len(alone) <= _LONGEST_NAME and classify(alone) in (Kind.NAME, Kind.MEDIUM) and is_in_script(alone):
        yield _source(alone, 48, "name beside the time")


def _alone(block: RawBlock) -> Iterator[Found]:
    """The name in a line that holds nothing else, where its element or its ending says that it is one."""
    text = block.text
    kind = classify(text)
    if len(block.links) > 2 or not 2 <= len(text) <= _LONGEST_ALONE or kind not in (Kind.MEDIUM, Kind.NAME):
        return
    if block.kind == "list_item" or _PERSON.search(text) or not (text := clean_source(text)):
        return
    if any(classify(part) in (Kind.BUTTON, Kind.PERSON) for part in text.split()):
        return
    names = f"{block.node.get('class') or ''} {block.node.get('id') or ''}" if block.node is not None else ""
    if kind is Kind.MEDIUM:
        yield _source(text, 66, "medium beside the line of the time")
    elif class_words(names) & OWNER_WORDS:
        yield _source(text, 46, "name beside the line of the time")


def _bare(part: str) -> str:
    return part.strip("()（）-—,，:：【】")
