"""What every rule of the duplicate verification is worth: `make bench-rules`, or `python -m benchmarks.predicates`.

First the reasons: of how many pairs of texts each is the reason, `!` of how many wrongly. Then every predicate: on how
many pairs it holds, and what becomes of them without it: `-` links lost, `+` links made, `~` another relation or mark,
`?` only another reason; and in brackets how many pairs more (or fewer) come out right. Only the pairs on which it holds
are compared again: where it does not hold, it decides nothing.

The pairs: the cases of our own tests (`own`); of ../shared/dedup-real, where that is, those that people read and found
`apart`, `linked` and `united`, and its `cases`; of ../shared/dedup the `copies` with their articles, the `negatives`
and the `archive`'s articles with what the index proposes.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

import click
from attrs import define, evolve, field
from rich import box
from rich.console import Console
from rich.table import Table

from archive.dedup.reasons import APART as WHY_APART
from archive.dedup.reasons import LINKED
from archive.dedup.verify import apart, gaps, names, numbers, relation, texts
from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.predicates import Predicate
from benchmarks.labelled import APART, CHALLENGE, REAL, RELATED, Pair, case_pairs, challenge_pairs, real_pairs
from tests.archive.dedup.verify.cases import cases

TABLES: Final[tuple[tuple[ModuleType, str], ...]] = (
    (texts, "DAMAGE"),
    (numbers, "NUMBERS"),
    (gaps, "NOISE"),
    (names, "NAMES"),
    (apart, "ANOTHER_STORY"),
    (apart, "BELIEVED"),
    (apart, "ONE_STORY"),
    (relation, "SAME"),
    (relation, "UNSURE"),
    (relation, "PARTS"),
    (relation, "CHANGES"),
    (relation, "MARKS"),
)
"""Where the predicates stand, in the order in which they are asked."""
CORPORA: Final = ("own", "apart", "linked", "united", "cases", "copies", "negatives", "archive")
SIGNS: Final = "-+~?"

Outcome = tuple[str, tuple[str, ...]]
"""A relation with its marks, or a reason."""


@define
class Worth:
    """One predicate's account: by corpus, on how many pairs it holds, what becomes of them without it, and how many
    more of them are right then."""

    holds: Counter[str] = field(factory=Counter)
    changes: Counter[tuple[str, str]] = field(factory=Counter)
    right: Counter[str] = field(factory=Counter)

    def row(self, corpus: str) -> tuple[str, str]:
        """As the table shows it: `12`, `-3 ~1 (-3)`."""
        cells = [f"{sign}{self.changes[corpus, sign]}" for sign in SIGNS if self.changes[corpus, sign]]
        cells += [f"({self.right[corpus]:+})"] if self.right[corpus] else []
        return str(self.holds[corpus] or "·"), " ".join(cells)


@define
class Reasons:
    """What is said of pairs: by corpus and reason, of how many, and of how many wrongly; `asked`: by corpus, of how
    many it is known what is right."""

    decided: Counter[tuple[str, str]] = field(factory=Counter)
    wrong: Counter[tuple[str, str]] = field(factory=Counter)
    asked: Counter[str] = field(factory=Counter)

    def add(self, pair: Pair, said: Verdict | Rejection) -> None:
        """Count one pair."""
        self.decided[pair.corpus, said.reason] += 1
        self.asked[pair.corpus] += pair.right is not None
        self.wrong[pair.corpus, said.reason] += is_right(pair, said) is False

    def row(self, reason: str) -> list[str]:
        """As the table shows it: `12 !1`."""
        cells = []
        for corpus in CORPORA:
            decided, wrong = self.decided[corpus, reason], self.wrong[corpus, reason]
            cells.append(f"{decided or '·'}" + (f" !{wrong}" if wrong else ""))
        return cells

    def right(self, corpus: str) -> str:
        """`140 of 182`."""
        wrong = sum(times for (one, _), times in self.wrong.items() if one == corpus)
        return f"{self.asked[corpus] - wrong} of {self.asked[corpus]}" if self.asked[corpus] else ""


def every_predicate() -> Iterator[str]:
    """The predicates by table and function: `NAMES.byline`."""
    for module, table in TABLES:
        yield from dict.fromkeys(f"{table}.{predicate.holds.__name__}" for predicate in getattr(module, table))


@contextmanager
def without(name: str) -> Iterator[None]:
    """The verification without one predicate."""
    wanted, _, function = name.partition(".")
    module = next(module for module, table in TABLES if table == wanted)
    whole = getattr(module, wanted)
    setattr(module, wanted, tuple(predicate for predicate in whole if predicate.holds.__name__ != function))
    try:
        yield
    finally:
        setattr(module, wanted, whole)


@contextmanager
def watched() -> Iterator[set[str]]:
    """The names of the predicates that held since the set was last cleared."""
    held: set[str] = set()
    whole = [(module, table, getattr(module, table)) for module, table in TABLES]
    for module, table, predicates in whole:
        setattr(module, table, tuple(_watching(f"{table}.", predicate, held) for predicate in predicates))
    try:
        yield held
    finally:
        for module, table, predicates in whole:
            setattr(module, table, predicates)


def _watching(table: str, predicate: Predicate[Any, Any], held: set[str]) -> Predicate[Any, Any]:
    name = table + predicate.holds.__name__

    def holds(subject: Any) -> bool:
        if not predicate.holds(subject):
            return False
        held.add(name)
        return True

    holds.__name__ = predicate.holds.__name__
    return evolve(predicate, holds=holds)


def verdict(pair: Pair) -> Verdict | Rejection:
    """What is said of a pair."""
    for text in (pair.first, pair.second):
        vars(text).pop("damaged", None)  # kept with the text, but decided by predicates
    return compare(pair.first, pair.second)


def outcome(pair: Pair) -> Outcome:
    """What is said of a pair: a relation with its marks, or a reason."""
    return _outcome(verdict(pair))


def _outcome(found: Verdict | Rejection) -> Outcome:
    return (found.relation, found.marks) if isinstance(found, Verdict) else (found.reason, ())


def is_right(pair: Pair, found: Verdict | Rejection) -> bool | None:
    """Whether that may be said of the pair; None where nobody knows."""
    said = found.relation if isinstance(found, Verdict) else APART
    return None if pair.right is None else said in pair.right


def account(pairs: Iterable[Pair]) -> tuple[dict[str, Worth], Reasons]:
    """Every predicate's worth over the pairs, and the reasons of what is said of them."""
    worths = {name: Worth() for name in every_predicate()}
    holding: dict[str, list[tuple[Pair, Outcome, bool | None]]] = {name: [] for name in worths}
    reasons = Reasons()
    with watched() as held:
        for pair in pairs:
            held.clear()
            said = verdict(pair)
            reasons.add(pair, said)
            for name in held:
                holding[name].append((pair, _outcome(said), is_right(pair, said)))
    for name, worth in worths.items():
        with without(name):
            for pair, before, was_right in holding[name]:
                worth.holds[pair.corpus] += 1
                now = verdict(pair)
                if (after := _outcome(now)) != before:
                    worth.changes[pair.corpus, _sign(before, after)] += 1
                    worth.right[pair.corpus] += bool(is_right(pair, now)) - bool(was_right)
    return worths, reasons


def _sign(before: Outcome, after: Outcome) -> str:
    linked, still_linked = (said[0] not in apart.REASONS for said in (before, after))
    if linked == still_linked:
        return "~" if linked else "?"
    return "-" if linked else "+"


def every_pair() -> Iterator[Pair]:
    """The pairs at hand."""
    for case in cases():
        right = frozenset({case.says if case.says in RELATED else APART})
        yield Pair("own", case.one.prepared(), case.other.prepared(), right)
    if REAL.exists():
        yield from real_pairs()
        yield from case_pairs()
    if CHALLENGE.exists():
        yield from challenge_pairs()


def show(console: Console, worths: dict[str, Worth], reasons: Reasons) -> None:
    """A row a reason, a row a predicate, the corpora side by side."""
    table = Table(box=box.SIMPLE_HEAD, title="Every reason, of how many pairs, and ! of how many wrongly")
    table.add_column("reason", no_wrap=True)
    for corpus in CORPORA:
        table.add_column(corpus, justify="right", no_wrap=True)
    for reason in sorted({reason for _, reason in reasons.decided}, key=[*LINKED, *WHY_APART].index):
        table.add_row(reason, *reasons.row(reason))
    table.add_section()
    table.add_row("right", *map(reasons.right, CORPORA))
    console.print(table)
    table = Table(box=box.SIMPLE_HEAD, title="Every predicate, and what its absence changes")
    table.add_column("predicate", no_wrap=True)
    for corpus in CORPORA:
        table.add_column(corpus, justify="right", no_wrap=True)
        table.add_column("without", no_wrap=True)
    for name, worth in worths.items():
        table.add_row(name, *(cell for corpus in CORPORA for cell in worth.row(corpus)))
    console.print(table)


@click.command()
def main() -> None:
    """Print what every rule is worth. Exit code 1 where a predicate changes no case of our own tests."""
    worths, reasons = account(every_pair())
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 290)
    show(console, worths, reasons)
    unproven = [name for name, worth in worths.items() if not any(corpus == "own" for corpus, _ in worth.changes)]
    for name in unproven:
        console.print(f"{name}: no case comes out otherwise without it", style="red")
    sys.exit(1 if unproven else 0)


if __name__ == "__main__":
    main()
