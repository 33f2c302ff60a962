"""The table of what is passing and what is final: whole, the same as in the docs, and what follows from it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.page import Outcome
from crawler.run.trouble.retry import FIRST_WAIT, LAST_WAIT, MAX_ATTEMPTS, RULES, Cause, decide, is_passing
from crawler.run.trouble.retry import host_of as host
from crawler.run.trouble.seen import IN_A_ROW, Seen

DOCS = Path(__file__).parents[4] / "docs" / "outcomes.md"
causes = st.sampled_from(list(RULES))


def test_every_outcome_and_every_cause_has_a_rule() -> None:
    assert set(RULES) == {*map(str, Outcome), *map(str, Cause)}


def test_the_docs_show_the_table() -> None:
    section = DOCS.read_text("utf-8").partition("## What is passing and what is final")[2].partition("\n## ")[0]
    shown = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("| \n"))]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    wanted = [
        [f"`{cause}`", rule.what, f"`{rule.then}`", "yes" if rule.counts else "no", rule.asked_again]
        for cause, rule in RULES.items()
    ]
    assert shown[2:] == wanted


@given(causes, st.integers(0, 50))
def test_a_decision_is_one_of_the_rule(cause: str, attempts: int) -> None:
    decision, rule = decide(cause, attempts), RULES[cause]
    assert decision.attempts - attempts == (1 if rule.counts else 0)
    assert decision.then == rule.then or (rule.then == "due" and decision.then == "failed")
    assert (decision.wait > timedelta(0)) == (decision.then == "due")
    assert decision.wait <= LAST_WAIT
    assert is_passing(cause) == (rule.then in ("due", "kept"))


@given(causes)
def test_what_may_pass_is_asked_for_over_days_and_then_given_up(cause: str) -> None:
    if RULES[cause].then != "due":
        return
    asked, attempts, elapsed, longest = 0, 0, timedelta(0), timedelta(0)
    while True:
        decision = decide(cause, attempts)
        asked += 1
        attempts = decision.attempts
        if decision.then == "failed":
            break
        assert longest <= decision.wait
        longest = decision.wait
        elapsed += decision.wait
    assert asked == MAX_ATTEMPTS
    assert decide(cause, 0).wait == FIRST_WAIT
    assert timedelta(days=3) < elapsed < timedelta(days=7), "no night and no weekend is the last word"


def seen(*pages: bool, answered: bool = True) -> Seen:
    """A host that gave these pages, well or in vain."""
    one = Seen(answered=answered)
    for number, well in enumerate(pages):
        if well:
            one.page_well()
        else:
            one.add_vain(number)
    return one


@pytest.mark.parametrize(
    ("host", "answered", "excused"),
    [
        (seen(False), True, []),
        (seen(False), False, [0]),
        (seen(False, answered=False), True, [0]),
        (seen(False, False), True, [0, 1]),
        (seen(True, False, False), True, []),
        (seen(False, True), True, []),
        (seen(False, False, True, False, False, False, False), True, []),
        (seen(True, *[False] * IN_A_ROW), True, [1, 2, 3, 4, 5]),
        (seen(*[False] * 4, True, *[False] * 6), True, [5, 6, 7, 8, 9, 10]),
    ],
)
def test_whose_trouble_it_was(host: Seen, answered: bool, excused: list[int]) -> None:
    assert (host.vain if host.in_trouble(answered=answered) else []) == excused


@given(st.lists(st.booleans(), max_size=30))
def test_what_was_in_vain_before_a_good_page_is_never_excused(pages: list[bool]) -> None:
    one = seen(*pages)
    last = max((number for number, well in enumerate(pages) if well), default=-1)
    assert one.vain == list(range(last + 1, len(pages)))
    assert not one.vain or one.in_trouble(answered=False)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://WWW.163.com./dy/1.html", "www.163.com"),
        ("http://user@m.sohu.com:8080/a", "m.sohu.com"),
        ("http://[::1]:80/", "::1"),
        ("http://[", ""),
        ("nothing", ""),
        ("https://新闻.example/", "新闻.example"),
    ],
)
def test_the_host_of_an_address(url: str, name: str) -> None:
    assert host(url) == name


def test_a_host_that_was_left_alone_was_in_trouble_however_few_were_on_their_way() -> None:
    alone = Seen(answered=True, well=True, vain=[7])
    assert alone.excused(answered=True) == set()
    assert evolve(alone, left="the proxy makes no connection").excused(answered=True) == {7}
    assert evolve(alone, left="its budget is spent", spent=True).excused(answered=True) == set()
