"""Our own pages in the portals' real templates: every field, every line, every verdict's rule."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from archive.times import show_time
from crawler.pages import template as template_module
from crawler.pages.extract import extract
from crawler.pages.page import Page
from crawler.sites import load_sites
from crawler.sites.base import Site

PORTALS = Path(__file__).parent / "portals"
EXPECTED: dict[str, dict[str, Any]] = json.loads((PORTALS / "expected.json").read_text(encoding="utf-8"))
SITES = {name: load_sites()[name] for name in ("netease", "sohu")}


def read(name: str) -> Page:
    return extract((PORTALS / f"{name}.html").read_bytes(), url=EXPECTED[name]["url"])


def found(page: Page) -> dict[str, Any]:
    """What the page says, in the shape of `expected.json`."""
    return {
        "url": page.url,
        "outcome": str(page.outcome),
        "template": page.template,
        "native_id": page.native_id,
        "canonical_url": page.canonical_url,
        "headline": page.headline,
        "original_title": page.original_title,
        "published_at": show_time(page.published_at, page.published_precision),
        "modified_at": show_time(page.modified_at),
        "source_name": page.source_name,
        "account_name": page.account_name,
        "authors": list(page.authors),
        "editor": page.editor,
        "keywords": list(page.keywords),
        "location": page.location,
        "flags": list(page.flags),
        "images": [[image.url, image.caption] for image in page.images],
        "parts": list(page.parts),
        "body": [[block.kind, block.text] for block in page.blocks if block.kept],
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_page(name: str) -> None:
    want = {"outcome": "article", "canonical_url": EXPECTED[name]["url"], **EXPECTED[name]}
    have = found(read(name))
    empty: dict[str, Any] = dict.fromkeys(have) | {key: [] for key, value in have.items() if isinstance(value, list)}
    assert have == empty | want


def all_rules() -> list[str]:
    ids = [rule.id for site in SITES.values() for template in site.templates for rule in template.ruleset.rules]
    return sorted(set(ids))


def without(site: Site, rule: str) -> Site:
    """The site without one of its rules."""
    templates = tuple(
        attrs.evolve(template, rules=tuple(one for one in template.rules if one.id != rule))
        for template in site.templates
    )
    return attrs.evolve(site, templates=templates)


@pytest.mark.parametrize("rule", all_rules())
def test_every_rule_is_needed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule, some page comes out otherwise: a rule that this does not hold for is to be removed."""
    general = tuple(one for one in template_module.GENERAL if one.id != rule)
    monkeypatch.setattr(template_module, "GENERAL", general)
    poorer = {name: without(site, rule) for name, site in SITES.items()}
    hosts = {"163.com": poorer["netease"], "sohu.com": poorer["sohu"]}
    before = {name: read(name) for name in EXPECTED}
    monkeypatch.setattr(
        "crawler.pages.extract.find_site", lambda url: next(site for host, site in hosts.items() if host in url)
    )
    assert any(found(read(name)) != found(before[name]) for name in EXPECTED)


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
    monkeypatch.setattr("crawler.pages.values.datetime", Later)
    assert {name: read(name) for name in reversed(EXPECTED)} == first
