"""What a revision changed, typed: pure.

Paragraphs are paired first, so that one that is new or gone is told as such. What differs inside a pair is aligned
character by character and typed as between copies (`archive.dedup.verify.gaps`): other numbers, other names, other
words. Signs and width are folded away there; where nothing else differs, the change is one of punctuation.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import define, field
from rapidfuzz.distance import Levenshtein

from archive.dedup.verify.align import Op, Tag
from archive.dedup.verify.gaps import Gap, type_gaps
from archive.text.fold import fold, fold_positions
from archive.watch.kinds import Edit, Kind
from archive.watch.pairs import pairs

MAX_CHARACTERS: Final = 20_000
"""A pair of paragraphs of more characters is not aligned: it is told as one change of wording."""
_DATE: Final = re.compile(r"[年月日号號]")
_AROUND: Final = 1

_TAGS: Final[dict[str, Tag]] = {"equal": "equal", "replace": "replace", "delete": "insert", "insert": "delete"}
"""What `Op` calls what the first text alone has an insertion."""


def edits(before: tuple[str | None, str], after: tuple[str | None, str]) -> list[Edit]:
    """The differences between two texts, each a headline and a body, one block a line; the headline's first."""
    found = list(_headline(before[0] or "", after[0] or ""))
    paired = list(_pairs(before[1].split("\n"), after[1].split("\n")))
    for old, new in paired:
        if old is None or new is None:
            kind = Kind.PARAGRAPH_ADDED if old is None else Kind.PARAGRAPH_REMOVED
            found.append(Edit(kind=kind, before=old or "", after=new or ""))
    return found + list(_inside([(old, new) for old, new in paired if old is not None and new is not None]))


def _headline(before: str, after: str) -> Iterator[Edit]:
    if before != after:
        kind = Kind.PUNCTUATION if fold(before) == fold(after) else Kind.HEADLINE
        yield Edit(kind=kind, before=before, after=after)


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """The lines that stand for each other and are not the same, and those that only one text has, in their order.
    Script, width and signs do not keep two lines from standing for each other."""
    for one in pairs([fold(line) for line in before], [fold(line) for line in after]):
        old, new = before[one.start : one.end], after[one.other_start : one.other_end]
        if old != new:
            yield "\n".join(old) if old else None, "\n".join(new) if new else None


def _inside(paired: Sequence[tuple[str, str]]) -> Iterator[Edit]:
    """What differs inside paired lines. They are typed together, since a name that changes changes everywhere."""
    ours, theirs = _Lines(), _Lines()
    runs: list[list[Op]] = []
    for old, new in paired:
        at, other_at = ours.add(old), theirs.add(new)
        one, other = ours.folded[-1], theirs.folded[-1]
        if one == other:
            yield Edit(kind=Kind.PUNCTUATION, before=old, after=new)
        elif max(len(one), len(other)) > MAX_CHARACTERS:
            yield Edit(kind=Kind.WORDING, before=old, after=new)
        else:
            runs.append(_ops(one, other, at, other_at))
    first = "".join(ours.folded)
    for gap in type_gaps(first, "".join(theirs.folded), runs).gaps:
        yield Edit(
            kind=_kind(gap, first),
            before=ours.original(gap.start, gap.end),
            after=theirs.original(gap.other_start, gap.other_end),
        )


@define
class _Lines:
    """Lines of one text, and for each of their folded characters the line and the place that it came from."""

    lines: list[str] = field(factory=list)
    folded: list[str] = field(factory=list)
    _places: list[tuple[int, int]] = field(factory=list)

    def add(self, line: str) -> int:
        """Take in a line; where its folded characters begin among all."""
        begin = len(self._places)
        folded = fold_positions(line)
        self._places += [(len(self.lines), place) for place in folded.positions.tolist()]
        self.lines.append(line)
        self.folded.append(folded.text)
        return begin

    def original(self, start: int, end: int) -> str:
        """The text that these folded characters came from."""
        if start >= end:
            return ""
        (line, begin), (last, stop) = self._places[start], self._places[end - 1]
        if line == last:
            return self.lines[line][begin : stop + 1]
        return "\n".join((self.lines[line][begin:], *self.lines[line + 1 : last], self.lines[last][: stop + 1]))


def _ops(first: str, second: str, at: int, other_at: int) -> list[Op]:
    """The operations that make one line of the other. `at`, `other_at`: where the lines begin in all."""
    return [
        Op(_TAGS[one.tag], at + one.src_start, at + one.src_end, other_at + one.dest_start, other_at + one.dest_end)
        for one in Levenshtein.opcodes(first, second)
    ]


def _kind(gap: Gap, first: str) -> Kind:
    if gap.kind == "number":
        around = gap.ours + gap.theirs + first[gap.end : gap.end + _AROUND]
        return Kind.DATE if _DATE.search(around) else Kind.NUMBER
    return Kind.NAME if gap.kind == "name" else Kind.WORDING
