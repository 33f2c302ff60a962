"""Our own pages in the portals' real templates: every field, every line, every verdict's rule."""

from datetime import datetime
from typing import Any

import attrs
import pytest

from crawler.cli.extract import page_row
from crawler.pages.html.decode import decode
from crawler.pages.page import Identity, Page
from crawler.pages.paged import join_parts
from crawler.pages.rules.engine import Rule
from crawler.pages.template import template as template_module
from crawler.pages.template.site import Site
from crawler.sites.registry import load_sites
from crawler.upkeep.draft.made.invent import as_expected
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import NOT_RIGHT, PORTALS, Situation, expected, faults, situations

EXPECTED = expected(PORTALS)
SITES = {name: load_sites()[name] for name in ("netease", "sohu")}
SITUATIONS = [one for one in situations() if one.name not in NOT_RIGHT]


def read(name: str, **options: Any) -> Page:
    return extract((PORTALS / f"{name}.html").read_bytes(), url=EXPECTED[name]["url"], **options)


@pytest.mark.parametrize("name", EXPECTED)
def test_page(name: str) -> None:
    want = {"outcome": "article", "canonical_url": EXPECTED[name]["url"], **EXPECTED[name]}
    assert as_expected(read(name)) == {key: value for key, value in want.items() if value}


LONG = [
    name
    for name, want in EXPECTED.items()
    if want.get("outcome", "article") == "article"
    and len(want.get("body", ())) > 2
    and "cut" not in want.get("flags", ())
]


@pytest.mark.parametrize("name", LONG)
def test_a_page_that_ends_inside_its_text_is_cut(name: str) -> None:
    """As it does where a server's Content-Length is too short: nothing else says so."""
    source = decode((PORTALS / f"{name}.html").read_bytes(), None).text
    lines = [text for _, text in EXPECTED[name]["body"] if text[:6] and text[:6] in source]
    first, last = source.find(lines[0][:6]), source.rfind(lines[-1][:6])
    assert 0 < first < last
    for share in (0.5, 0.9):
        there = source[: first + int((last - first) * share)]
        page = extract(there.encode(), url=EXPECTED[name]["url"], content_type="text/html; charset=utf-8")
        assert page.outcome != "article" or set(page.flags) >= {"cut", "incomplete"}


def all_rules() -> list[str]:
    ids = [rule.id for site in SITES.values() for template in site.templates for rule in template.ruleset.rules]
    return sorted(set(ids))


def rule_parts() -> list[tuple[str, str]]:
    """Every rule, and of a rule with several selectors each: (id, selector or "")."""
    rules = {rule.id: rule for site in SITES.values() for template in site.templates for rule in template.ruleset.rules}
    return [
        (name, part.strip())
        for name, rule in sorted(rules.items())
        for part in (rule.selector.split(",") if "," in rule.selector else [""])
    ]


def less(rules: tuple[Rule, ...], name: str, part: str) -> tuple[Rule, ...]:
    """The rules without one of them, or with that one lacking one of its selectors."""
    out = []
    for rule in rules:
        if rule.id != name:
            out.append(rule)
        elif part:
            others = [one for one in rule.selector.split(",") if one.strip() != part]
            out.append(attrs.evolve(rule, selector=",".join(others)))
    return tuple(out)


@pytest.mark.parametrize(("name", "part"), rule_parts())
def test_every_rule_is_needed(name: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule, some page comes out otherwise: a rule that this does not hold for is to be removed."""
    before = {page: as_expected(read(page)) for page in EXPECTED}
    monkeypatch.setattr(template_module, "GENERAL", less(template_module.GENERAL, name, part))
    poorer = {}
    for site in SITES.values():
        templates = tuple(attrs.evolve(one, rules=less(one.rules, name, part)) for one in site.templates)
        poorer[site.hosts[0]] = attrs.evolve(site, templates=templates)
    sites = {
        page: next(site for host, site in poorer.items() if host in entry["url"]) for page, entry in EXPECTED.items()
    }
    changed = any(as_expected(read(page, site=sites[page])) != before[page] for page in EXPECTED)
    assert changed or any(_goes_wrong(one, poorer) for one in SITUATIONS)


def _goes_wrong(one: Situation, poorer: dict[str, Site]) -> bool:
    """Whether a situation that people report comes out wrong with these sites, by their host."""
    site = next((site for host, site in poorer.items() if host in one.url), None)
    page = extract(one.data, site=site, url=one.url, content_type=one.content_type)
    return site is not None and faults(one.wanted, page_row(page, "")) != []


def test_every_template_has_a_page() -> None:
    names = {template.name for site in SITES.values() for template in site.templates}
    assert {entry["template"] for entry in EXPECTED.values()} == names


def test_every_block_names_its_rule() -> None:
    known = {*all_rules(), "body"}
    for name in EXPECTED:
        for block in read(name).blocks:
            assert block.rule in known
            assert block.kept == (block.rule == "body")


def test_order_and_clock_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    first = {name: read(name) for name in EXPECTED}

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls(2031, 1, 1, tzinfo=tz)

    monkeypatch.setattr("time.time", lambda: 1_924_992_000.0)
    monkeypatch.setattr("archive.times.datetime", Later)
    assert {name: read(name) for name in reversed(EXPECTED)} == first


def test_a_page_of_several_names_the_others_and_is_not_whole() -> None:
    first = read("netease-ep-paged")
    name = first.url.rpartition("/")[2].removesuffix(".html")
    assert [url.rpartition("/")[2] for url in first.parts] == [f"{name}_all.html", f"{name}_2.html", f"{name}_3.html"]
    assert {"paged", "incomplete"} <= set(first.flags)


def test_parts_are_joined() -> None:
    first, second = read("netease-ep-paged"), read("netease-ep-paged-2")
    both = join_parts({2: second, 1: first}, {0: "all", 1: "1", 2: "2"})
    assert both.outcome == "article"
    assert both.body.splitlines() == [*first.body.splitlines(), *second.body.splitlines()]
    assert len(both.images) == 2
    assert "paged" in both.flags
    assert "incomplete" not in both.flags


def test_a_missing_part_is_flagged() -> None:
    pages = {1: read("netease-ep-paged"), 2: read("netease-ep-paged-2")}
    assert "incomplete" in join_parts(pages, {3: "3"}).flags
    pages[3] = attrs.evolve(pages[2], identity=Identity(site="netease", native_id="ANOTHERARTICLE00"))
    assert "incomplete" in join_parts(pages, {3: "3"}).flags


def test_the_whole_on_one_page_stands_for_all() -> None:
    first = read("netease-ep-paged")
    whole = attrs.evolve(read("netease-ep"), identity=first.identity)
    assert join_parts({0: whole, 1: first}, {2: "2"}).body == whole.body
