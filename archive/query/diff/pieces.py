"""Two texts, paragraph by paragraph: what stayed, what is gone, what is new, what moved, and what changed inside."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from attrs import asdict, evolve, frozen
from rapidfuzz.fuzz import ratio

from archive.query.diff.runs import Run, runs
from archive.text.fold import fold
from archive.watch.pairs import few, pairs

Text = tuple[str | None, str]
"""Headline and body, one block a line."""
Part = Literal["headline", "body"]
Kind = Literal["same", "changed", "removed", "added", "moved"]

MOVED: Final = 80
"""A paragraph that is so much alike (0 to 100) to one that stood elsewhere is that one, moved."""
LEAST: Final = 6
"""Folded characters of a paragraph that can be told to have moved."""


@frozen(kw_only=True)
class Piece:
    """A paragraph, or several where one was broken in two or two were joined.

    `before`, `after`: the line of each body that it begins with, from 0; None where it is not there. Of the
    headline, 0. `runs`: its text on both sides. What `moved` stands where the second text has it; it may be changed,
    too.
    """

    part: Part
    kind: Kind
    before: int | None
    after: int | None
    runs: tuple[Run, ...]

    @property
    def old(self) -> str:
        """Its text in the first one."""
        return "".join(run.text for run in self.runs if run.tag != "insert")

    @property
    def new(self) -> str:
        """Its text in the second one."""
        return "".join(run.text for run in self.runs if run.tag != "delete")

    @property
    def slight(self) -> bool:
        """Whether it changed in script, width and signs alone: to a search both texts are the same."""
        return self.kind in ("changed", "moved") and fold(self.old) == fold(self.new)

    def as_json(self) -> dict[str, Any]:
        """As `jianbao diff --json` prints it."""
        return {**asdict(self), "slight": self.slight}


def diff(before: Text, after: Text) -> tuple[Piece, ...]:
    """Every paragraph of both texts once, in their order; nothing where they are the same."""
    if (before[0] or "", before[1]) == (after[0] or "", after[1]):
        return ()
    return (*_headline(before[0] or "", after[0] or ""), *_body(_lines(before[1]), _lines(after[1])))


def _lines(body: str) -> list[str]:
    return body.split("\n") if body else []


def _headline(before: str, after: str) -> Iterator[Piece]:
    kind: Kind = "same" if before == after else "added" if not before else "removed" if not after else "changed"
    if before or after:
        old, new = (0 if one else None for one in (before, after))
        yield Piece(part="headline", kind=kind, before=old, after=new, runs=runs(before, after))


def _body(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    found = []
    # Script, width and signs do not keep two paragraphs from standing for each other.
    for one in pairs([fold(line) for line in before], [fold(line) for line in after]):
        old, new = ("\n".join(lines) for lines in (before[one.start : one.end], after[one.other_start : one.other_end]))
        is_old, is_new = one.start < one.end, one.other_start < one.other_end
        both: Kind = "same" if old == new else "changed"
        kind: Kind = both if is_old and is_new else "removed" if is_old else "added"
        found.append(
            Piece(
                part="body",
                kind=kind,
                before=one.start if is_old else None,
                after=one.other_start if is_new else None,
                runs=runs(old, new),
            )
        )
    return _moved(found)


def _moved(found: list[Piece]) -> list[Piece]:
    """Paragraphs that are gone here and new there are told as moved."""
    gone = {at: fold(one.old) for at, one in enumerate(found) if one.kind == "removed"}
    new = {at: fold(one.new) for at, one in enumerate(found) if one.kind == "added"}
    gone, new = ({at: text for at, text in its.items() if len(text) >= LEAST} for its in (gone, new))
    came: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for at, text in gone.items():
        places.setdefault(text, []).append(at)
    for at, text in new.items():
        if its := places.get(text):
            came[at] = its.pop(0)
    away = set(came.values())
    left = [at for at in gone if at not in away]
    others = [at for at in new if at not in came]
    if few([gone[at] for at in left]) and few([new[at] for at in others]):
        for at in others:
            like = [(ratio(gone[other], new[at], score_cutoff=MOVED), -other) for other in left]
            if (best := max(like, default=(0.0, 0)))[0]:
                came[at] = -best[1]
                left.remove(came[at])
    away = set(came.values())
    return [
        evolve(one, kind="moved", before=found[came[at]].before, runs=runs(found[came[at]].old, one.new))
        if at in came
        else one
        for at, one in enumerate(found)
        if at not in away
    ]
