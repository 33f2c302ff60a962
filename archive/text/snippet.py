"""Where a search's words stand in the original text, however they are written there, and the passage to show of it."""

from collections.abc import Collection, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.text.tokens import CHINESE, Cuts, Runs, runs, word_runs

WIDTH = 80
"""Characters of a snippet, about two lines of a terminal."""
_LEAD = 16
_MOST_MARKS = 2_000
_MOST_COMPARED = 200


@frozen
class Span:
    """A place in a text, from `start` up to but not with `end`; `phrase`: which of the words stands there."""

    start: int
    end: int
    phrase: int = 0


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


def find(text: str, phrases: Sequence[str], *, prefixes: Collection[int] = (), cut: Runs | None = None) -> list[Span]:
    """Every place where one of the phrases stands, by the rules of the index, in order of place; no two overlap.
    `prefixes`: the numbers, from 0, of those that may end inside a Latin word. `cut`: the text's runs, for those who
    have them already."""
    cut = cut or runs(text)
    spans: list[Span] = []
    for number, phrase in enumerate(map(word_runs, phrases)):
        size = len(phrase.codes)
        found = places(cut, phrase, prefix=number in prefixes)
        at = 0
        while at < len(found) and len(spans) < _MOST_MARKS:
            place = int(found[at])
            spans.append(Span(int(cut.positions[place]), int(cut.positions[place + size - 1]) + 1, number))
            at = int(np.searchsorted(found, place + size))
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


def places(text: Runs, phrase: Runs, *, prefix: bool = False) -> NDArray[np.int64]:
    """Where the phrase stands in the folded text, ascending, with its runs cut as they are in the phrase; a Latin word
    must stand alone, but for its end where `prefix`. One look at the text a character of the phrase, however often it
    nearly stands there."""
    size = len(phrase.codes)
    if not size or size > len(text.codes):
        return np.empty(0, dtype=np.int64)
    (found,) = np.nonzero(text.codes[: len(text.codes) - size + 1] == phrase.codes[0])
    for at in range(1, size):
        found = found[text.codes[found + at] == phrase.codes[at]]
        found = found[text.ends[found + at - 1] == phrase.ends[at - 1]]
    if phrase.codes[0] < CHINESE:
        found = found[(found == 0) | text.ends[found - 1]]
    if phrase.codes[-1] < CHINESE and not prefix:
        found = found[text.ends[found + size - 1]]
    return found


def places_in_all(texts: Cuts, phrase: Runs, *, prefix: bool = False) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`places` in all of the texts at once, each a place among the characters of all; and which text each is in."""
    found = places(texts.runs, phrase, prefix=prefix)
    number = np.searchsorted(texts.borders, found, side="right") - 1
    within = found + len(phrase.codes) <= texts.borders[number + 1]
    return found[within], number[within]


def _worth(first: Span, spans: Sequence[Span], width: int) -> tuple[int, int]:
    inside = [span for span in spans if first.start <= span.start and span.end <= first.start + width - _LEAD]
    return len({span.phrase for span in inside}), len(inside)
