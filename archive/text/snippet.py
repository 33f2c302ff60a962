"""Where a search's words stand in the original text, however they are written there, and the passage to show of it."""

import re
from collections.abc import Collection, Sequence

from attrs import frozen

from archive.text.levelled import CHINESE, INSIDE_WORDS, Levelled, forms, levels
from archive.text.words import Word, word

WIDTH = 80
"""Characters of a snippet, about two lines of a terminal."""
_LEAD = 16
_MOST_MARKS = 2_000
_MOST_COMPARED = 200
_LATIN = re.compile("[0-9A-Za-z]*")


@frozen
class Span:
    """A place in a text, from `start` up to but not with `end`; `phrase`: which of the words stands there."""

    start: int
    end: int
    phrase: int = 0


Place = tuple[int, int]
"""Where a phrase stands in a text as it is read: its first character there and its last one."""


@frozen
class Snippet:
    """A passage with the places in it that were searched for, as (start, end) in characters."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def marked(self, before: str = "【", after: str = "】") -> str:
        """The passage with signs around each mark."""
        parts, last = [], 0
        for start, end in self.marks:
            parts += [self.text[last:start], before, self.text[start:end], after]
            last = end
        return "".join([*parts, self.text[last:]])


def find(text: Levelled, phrases: Sequence[str], *, prefixes: Collection[int] = ()) -> list[Span]:
    """Every place where one of the phrases stands, by the rules of the index, in order of place; no two overlap.
    `prefixes`: the numbers, from 0, of those that may end inside a Latin word."""
    spans: list[Span] = []
    for number, phrase in enumerate(map(word, phrases)):
        last = -1
        [found] = places([text], phrase, prefix=number in prefixes)
        for start, end in found:
            if len(spans) == _MOST_MARKS:
                break
            if start > last:
                spans.append(Span(text.stands(start), text.stands(end) + 1, number))
                last = end
    spans.sort(key=lambda span: (span.start, -span.end))
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def snippet(text: str, spans: Sequence[Span], width: int = WIDTH) -> Snippet:
    """The passage of `width` characters that holds the most different phrases, then the most places; line ends become
    spaces. The text's beginning where nothing stands in it."""
    begin = 0
    if spans:
        best = max(spans[:_MOST_COMPARED], key=lambda first: _worth(first, spans, width))
        begin = max(0, min(best.start - _LEAD, len(text) - width))
        # Begin with a sentence where one begins near by.
        for sign in "\n。！？；，":
            cut = text.rfind(sign, begin, best.start)
            if cut >= 0:
                begin = cut + 1
                break
    end = min(len(text), begin + width)
    marks = [(span.start - begin, span.end - begin) for span in spans if span.start >= begin and span.end <= end]
    passage = text[begin:end].replace("\n", " ")
    if begin > 0:
        passage = "…" + passage
        marks = [(start + 1, stop + 1) for start, stop in marks]
    if end < len(text):
        passage += "…"
    return Snippet(passage, tuple(marks))


def places(texts: Sequence[Levelled], phrase: Word, *, prefix: bool = False) -> list[list[Place]]:
    """Where the phrase stands in each text, ascending, its runs cut as they are in the phrase. A Latin word must stand
    alone, but for its end where `prefix`."""
    if not phrase.chars:
        return [[] for _ in texts]
    if phrase.is_chinese:
        return [_chinese(text, phrase) for text in texts]
    return [_any(text, phrase, prefix=prefix) for text in texts]


def _chinese(text: Levelled, phrase: Word) -> list[Place]:
    """`places` of one run of Chinese."""
    chars, rest, found = text.chars, phrase.chars[1:], []
    behind = (forms(rest[0]) if rest else "") + INSIDE_WORDS
    firsts = forms(phrase.chars[0])
    for first in firsts:
        start = chars.find(first)
        while start >= 0:
            if chars.startswith(rest, start + 1):  # as it is written nearly everywhere
                found.append((start, start + len(rest)))
            elif (chars[start + 1 : start + 2] in behind or text.is_settled) and (end := _end(text, phrase, start)) > 0:
                found.append((start, end))
            start = chars.find(first, start + 1)
    return sorted(found) if len(firsts) > 1 else found


def _any(text: Levelled, phrase: Word, *, prefix: bool) -> list[Place]:
    """`places` of what has Latin words, or several runs."""
    chars, found = text.chars, []
    begins = ord(phrase.chars[0]) < CHINESE
    ends = ord(phrase.chars[-1]) < CHINESE and not prefix
    for first in forms(phrase.chars[0]):
        start = chars.find(first)
        while start >= 0:
            end = _end(text, phrase, start)
            if end >= 0 and not (begins and text.left(start)) and not (ends and text.right(end)):
                found.append((start, end))
            # No other Latin word begins in the one that stands here.
            its = _LATIN.match(chars, start + 1) if begins else None
            start = chars.find(first, its.end() if its is not None else start + 1)
    return sorted(found)


def _end(text: Levelled, phrase: Word, start: int) -> int:
    """The last character of the phrase if it begins with the one at `start`; else -1."""
    level, chars, at = levels(), text.chars, start
    for char, ends in zip(phrase.chars[1:], phrase.ends, strict=False):
        behind = text.behind(at)
        if behind == len(chars) or level[chars[behind]] != char or text.parted(at, behind) != ends:
            return -1
        at = behind
    return at


def _worth(first: Span, spans: Sequence[Span], width: int) -> tuple[int, int]:
    inside = [span for span in spans if first.start <= span.start and span.end <= first.start + width - _LEAD]
    return len({span.phrase for span in inside}), len(inside)
