"""What every predicate of the duplicate verification is worth: `python -m benchmarks.predicates`.

For each predicate: on how many pairs of texts it holds, and what becomes of them without it: `-` links lost, `+` links
made, `~` another relation or mark, `?` only another reason for the same rejection. Only the pairs on which it holds are
compared again: where it does not hold, it decides nothing. The pairs: the cases of our own tests, and of ../shared,
where that is, the copies with their articles, the negatives and the archive's articles with what the index proposes,
and the pairs that people read.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

import click
from attrs import define, evolve, field, frozen
from rich import box
from rich.console import Console
from rich.table import Table

from archive.dedup.verify import apart, gaps, names, numbers, relation, texts
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.predicates import Predicate
from archive.dedup.verify.texts import Text
from benchmarks.labelled import CHALLENGE, REAL, Challenge, real_pairs
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
    (relation, "CHANGES"),
    (relation, "MARKS"),
)
"""Where the predicates stand, in the order in which they are asked."""
CORPORA: Final = ("own", "copies", "negatives", "archive", "real")
SIGNS: Final = "-+~?"

Outcome = tuple[str, tuple[str, ...]]
"""A relation with its marks, or a reason."""


@frozen(eq=False)
class Pair:
    """Two texts that are compared."""

    corpus: str
    first: Text
    second: Text


@define
class Worth:
    """One predicate's account: by corpus, on how many pairs it holds, and what becomes of them without it."""

    holds: Counter[str] = field(factory=Counter)
    changes: Counter[tuple[str, str]] = field(factory=Counter)

    def row(self, corpus: str) -> tuple[str, str]:
        """As the table shows it: `12`, `-3 ~1`."""
        signs = (f"{sign}{self.changes[corpus, sign]}" for sign in SIGNS if self.changes[corpus, sign])
        return str(self.holds[corpus] or "·"), " ".join(signs)


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


def outcome(pair: Pair) -> Outcome:
    """What is said of a pair."""
    for text in (pair.first, pair.second):
        vars(text).pop("damaged", None)  # kept with the text, but decided by predicates
    found = compare(pair.first, pair.second)
    return (found.relation, found.marks) if isinstance(found, Verdict) else (found.reason, ())


def account(pairs: Iterable[Pair]) -> dict[str, Worth]:
    """Every predicate's worth over the pairs."""
    worths = {name: Worth() for name in every_predicate()}
    holding: dict[str, list[tuple[Pair, Outcome]]] = {name: [] for name in worths}
    with watched() as held:
        for pair in pairs:
            held.clear()
            said = outcome(pair)
            for name in held:
                holding[name].append((pair, said))
    for name, worth in worths.items():
        with without(name):
            for pair, before in holding[name]:
                worth.holds[pair.corpus] += 1
                after = outcome(pair)
                if after != before:
                    worth.changes[pair.corpus, _sign(before, after)] += 1
    return worths


def _sign(before: Outcome, after: Outcome) -> str:
    linked, still_linked = (said[0] not in apart.REASONS for said in (before, after))
    if linked == still_linked:
        return "~" if linked else "?"
    return "-" if linked else "+"


def every_pair() -> Iterator[Pair]:
    """The pairs at hand."""
    yield from (Pair("own", case.one.prepared(), case.other.prepared()) for case in cases())
    if CHALLENGE.exists():
        yield from _challenge()
    if REAL.exists():
        yield from (Pair("real", one, other) for _, one, other in real_pairs())


def _challenge() -> Iterator[Pair]:
    challenge = Challenge()
    for asked in challenge.asked():
        if asked.expected is not None:
            yield Pair("copies", asked.text, challenge.articles[asked.expected].text)
            continue
        for name in challenge.proposed(asked.made):
            yield Pair("negatives", asked.text, challenge.articles[name].text)
    for name, article in challenge.articles.items():
        for other in challenge.proposed(article.made):
            if other < name:
                yield Pair("archive", article.text, challenge.articles[other].text)


def show(console: Console, worths: dict[str, Worth], asked: Counter[str]) -> None:
    """One row a predicate, the corpora side by side."""
    table = Table(box=box.SIMPLE_HEAD, title="Every predicate, and what its absence changes")
    table.add_column("predicate", no_wrap=True)
    for corpus in CORPORA:
        table.add_column(f"{corpus} {asked[corpus]}", justify="right", no_wrap=True)
        table.add_column("without", no_wrap=True)
    for name, worth in worths.items():
        table.add_row(name, *(cell for corpus in CORPORA for cell in worth.row(corpus)))
    console.print(table)


@click.command()
def main() -> None:
    """Print what every predicate is worth. Exit code 1 where a predicate changes no case of our own tests."""
    asked: Counter[str] = Counter()

    def counted() -> Iterator[Pair]:
        for pair in every_pair():
            asked[pair.corpus] += 1
            yield pair

    worths = account(counted())
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 190)
    show(console, worths, asked)
    unproven = [name for name, worth in worths.items() if not any(corpus == "own" for corpus, _ in worth.changes)]
    for name in unproven:
        console.print(f"{name}: no case comes out otherwise without it", style="red")
    sys.exit(1 if unproven else 0)


if __name__ == "__main__":
    main()
