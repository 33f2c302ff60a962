"""Rules account for themselves: each says why it is there and where it was seen, and some page of ours needs it."""

from pathlib import Path

import pytest

from benchmarks.rules import Case, account, cases, fired_on, said
from crawler.pages.extract import extract
from crawler.pages.page import Page
from crawler.sites.registry import find_site
from tests.crawler.pages.poorer import every_rule

RULES = every_rule()
OURS = ("own/", "reports/")
OWN = [case for case in cases() if case.name.startswith(OURS)]


def read(case: Case) -> Page:
    return extract(case.data, site=find_site(case.url), url=case.url, content_type=case.content_type)


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {case.name: read(case) for case in OWN}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_why_it_is_there(name: str) -> None:
    assert RULES[name].why.endswith(".")
    assert RULES[name].seen_on


@pytest.mark.parametrize("name", RULES)
def test_a_page_of_ours_needs_the_rule(name: str, pages: dict[str, Page]) -> None:
    before = {page: said(found) for page, found in pages.items()}
    worth = account(name, OWN, before, fired_on(pages, name), RULES[name].keeps)
    assert worth.changed, f"no page comes out otherwise without {name}: give it one, or remove it"
    assert {page for page in RULES[name].seen_on if page.startswith(OURS)} <= set(worth.fired)


@pytest.mark.slow
@pytest.mark.shared
def test_rules_were_seen_where_they_say(shared: Path) -> None:
    every = {case.name: case for case in cases()}
    pages = {name: read(case) for name, case in every.items()}
    for name, rule in RULES.items():
        if not rule.keeps:
            assert set(rule.seen_on) <= set(fired_on(pages, name)), name
