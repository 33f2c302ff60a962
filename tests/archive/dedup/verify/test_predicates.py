"""Predicates account for themselves: each decides a case of ours, and says why it is there."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

from archive.dedup import verify
from archive.dedup.verify.apart import REASONS
from archive.dedup.verify.predicates import Predicate
from benchmarks.labelled import APART, RELATED, Pair
from benchmarks.predicates import TABLES, account, every_predicate, outcome, watched, without
from tests.archive.dedup.verify.case import Case
from tests.archive.dedup.verify.cases import cases

PREDICATES = list(every_predicate())
ONLY_REASONS = {"ANOTHER_STORY.no_text", "ANOTHER_STORY.nothing_in_common"}
"""Without these, texts would be apart for a reason that tells less."""


def _pair(case: Case, *, turned: bool = False) -> Pair:
    sides = (case.other, case.one) if turned else (case.one, case.other)
    right = frozenset({case.says if case.says in RELATED else APART})
    return Pair("own", *(side.prepared() for side in sides), right)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_a_case_is_decided_as_it_says(case: Case) -> None:
    assert outcome(_pair(case)) == (case.says, case.marks)
    turned = {"excerpt_of": "contains", "contains": "excerpt_of"}
    assert outcome(_pair(case, turned=True)) == (turned.get(case.says, case.says), case.marks)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_a_case_needs_the_predicates_that_it_names(case: Case) -> None:
    for name in case.needs:
        with without(name):
            assert outcome(_pair(case)) != (case.says, case.marks), name
    assert outcome(_pair(case)) == (case.says, case.marks)


@pytest.mark.parametrize("name", PREDICATES)
def test_a_case_of_ours_needs_the_predicate(name: str) -> None:
    needed = [case for case in cases() if name in case.needs]
    assert needed
    if name not in ONLY_REASONS:
        with without(name):
            said = [outcome(_pair(case))[0] for case in needed]
        assert any(after not in REASONS or case.says not in REASONS for case, after in zip(needed, said, strict=True))


def test_every_predicate_says_why_it_is_there() -> None:
    for module, table in TABLES:
        for predicate in getattr(module, table):
            assert (predicate.holds.__doc__ or "").rstrip().endswith((".", ":")), predicate.name


def test_every_table_is_in_the_account() -> None:
    modules = [import_module(found.name) for found in walk_packages(verify.__path__, f"{verify.__name__}.")]
    tables = {
        id(value): name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, tuple) and value and all(isinstance(one, Predicate) for one in value)
    }
    assert tables == {id(getattr(module, name)): name for module, name in TABLES}


def test_every_reason_has_a_case() -> None:
    assert {case.says for case in cases()} >= set(REASONS)


def test_the_account_counts_what_changes() -> None:
    worths, reasons = account(_pair(case) for case in cases())
    assert list(worths) == PREDICATES
    assert all(any(corpus == "own" for corpus, _ in worth.changes) for worth in worths.values())
    assert worths["NAMES.byline"].row("own")[1] == "-1 (-1)"
    assert worths["ANOTHER_STORY.moved_day"].row("own")[1].startswith("+1")
    asked = len(cases())
    assert reasons.right("own") == f"{asked} of {asked}"
    assert sum(reasons.decided.values()) == asked
    assert reasons.row("moved day")[0].isdecimal()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Whatever a test takes out of the tables is back in them."""
    before = [getattr(module, table) for module, table in TABLES]
    yield
    with watched() as held:
        assert not held
    assert [getattr(module, table) for module, table in TABLES] == before
