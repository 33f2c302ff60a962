"""Extraction with one rule less, to see what the rule is worth. Used by the tests and by `benchmarks/rules.py`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import attrs

from crawler.pages.general import judge
from crawler.pages.rules import shapes
from crawler.pages.rules.anywhere import SHORT
from crawler.pages.rules.edges import ELSEWHERE
from crawler.pages.rules.engine import Rule, RuleSet
from crawler.pages.rules.general import GENERAL
from crawler.pages.template import template
from crawler.pages.template.site import Site
from crawler.sites.registry import load_sites

OPEN_RULES = {rule.id: rule for rule in (*ELSEWHERE, *SHORT)}
"""The rules for pages without a template, by id; `GENERAL` holds there too."""


def portal_rules() -> dict[str, Rule]:
    """The rules of all templates, by id."""
    sites = load_sites().values()
    return {rule.id: rule for site in sites for one in site.templates for rule in one.ruleset.rules}


def every_rule() -> dict[str, Rule]:
    """Every rule that has a line or an element of its own, by id, in order."""
    return dict(sorted({**{rule.id: rule for rule in GENERAL}, **OPEN_RULES, **portal_rules()}.items()))


@contextmanager
def without(rule_id: str) -> Iterator[dict[str, Site]]:
    """Every page is read without this rule inside the block. Gives the sites, by name, to hand to `extract`."""

    def less(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if rule.id != rule_id)

    poorer = RuleSet(less(judge.RULES.rules))
    short = less(shapes.SHORT)
    with ExitStack() as stack:
        for module, name, value in (
            (judge, "RULES", poorer),
            (shapes, "SHORT", short),
            (shapes, "_ALWAYS", tuple(rule for rule in short if not rule.needs)),
            (template, "GENERAL", less(template.GENERAL)),
        ):
            stack.enter_context(patch.object(module, name, value))
        # A template builds its rules when it is made.
        yield {
            name: attrs.evolve(
                site, templates=tuple(attrs.evolve(one, rules=less(one.rules)) for one in site.templates)
            )
            for name, site in load_sites().items()
        }
