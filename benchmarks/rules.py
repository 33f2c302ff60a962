"""What every clutter rule is worth: `make bench-rules`, or `python -m benchmarks.rules [RULE…]`.

For each rule: on how many pages it fires, on how many of them something comes out otherwise without it, and what that
costs there: body text (F1, or a case that goes wrong), clutter that comes through, fields that go wrong. Only the pages
on which a rule fires are read again. The pages: our own, situations that people report among them, and those of
../shared where they are.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from attrs import define, field, frozen
from rich import box
from rich.console import Console
from rich.table import Table

from archive.times import show_time
from benchmarks.pages import Answer, BenchPage, body_f1, fields_right, load_pages
from crawler.cli.extract import page_row
from crawler.pages.extract import extract
from crawler.pages.page import Page
from crawler.pages.rules.engine import Rule
from crawler.sites.registry import find_site
from tests.crawler.pages.poorer import every_rule, without
from tests.crawler.pages.stored import OPEN, PORTALS, expected, faults, situations

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
CORPORA: Final = ("own", "pages", "pages2", "reports")


@frozen(kw_only=True)
class Case:
    """One page to read. `name`: as rules name it in `seen_on`. `wanted`: what a case of `reports` asks for."""

    name: str
    data: bytes
    url: str
    content_type: str | None
    scored: BenchPage | None = None
    wanted: dict[str, Any] | None = None

    @property
    def corpus(self) -> str:
        return self.name.partition("/")[0]


@frozen(kw_only=True)
class Said:
    """What extraction said of a page, as far as rules decide it. `row`: all of it, to hold a case against."""

    answer: Answer
    outcome: str
    flags: tuple[str, ...]
    keywords: tuple[str, ...]
    original_title: str
    row: dict[str, Any] = field(eq=False, repr=False)


@define
class Worth:
    """One rule's account. `fired`, `changed`: names of pages; the rest are sums over the pages that change."""

    fired: list[str] = field(factory=list)
    changed: list[str] = field(factory=list)
    f1: float = 0.0
    leaks: int = 0
    fields: int = 0
    cases: int = 0

    def count(self, names: list[str]) -> str:
        counts = Counter(name.partition("/")[0] for name in names)
        return " ".join(str(counts[corpus] or "·").rjust(3) for corpus in CORPORA)


def cases() -> list[Case]:
    """Every page at hand."""
    return [*_own(), *_scored("pages"), *_scored("pages2"), *_reports()]


def _own() -> Iterator[Case]:
    for folder in (PORTALS, OPEN):
        for name, page in zip(expected(folder), load_pages(folder), strict=True):
            declared = None if folder is PORTALS else "text/html"
            yield Case(name=f"own/{name}", data=page.data, url=page.url, content_type=declared, scored=page)


def _scored(folder: str) -> Iterator[Case]:
    manifest = SHARED / folder / "expected.jsonl"
    if not manifest.exists():
        return
    with manifest.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if "not_article" not in row.get("flags", [])]
    for row, page in zip(rows, load_pages(SHARED / folder), strict=True):
        name = f"{folder}/{Path(row['file']).stem}"
        yield Case(name=name, data=page.data, url=page.url, content_type="text/html", scored=page)


def _reports() -> Iterator[Case]:
    for one in situations():
        yield Case(
            name=f"reports/{one.name}",
            data=one.data,
            url=one.url,
            content_type=one.content_type,
            wanted=one.wanted,
        )


def said(page: Page) -> Said:
    return Said(
        answer=Answer(
            body=page.body,
            headline=page.headline or "",
            published_at=show_time(page.published_at, page.published_precision) or "",
            source_name=page.source_name or "",
            account_name=page.account_name or "",
            authors=page.authors,
            editor=page.editor or "",
        ),
        outcome=str(page.outcome),
        flags=page.flags,
        keywords=page.keywords,
        original_title=page.original_title or "",
        row=page_row(page, ""),
    )


def fired_on(pages: dict[str, Page], rule_id: str) -> list[str]:
    """The names of the pages on which the rule stripped a block."""
    return [name for name, page in pages.items() if any(b.rule == rule_id and not b.kept for b in page.blocks)]


def account(rule_id: str, every: list[Case], before: dict[str, Said], fired: list[str], keeps: bool) -> Worth:
    """What the absence of one rule changes. A rule that keeps its line shows on no block: all pages are read again."""
    worth = Worth(fired=fired)
    with without(rule_id) as sites:
        for case in every:
            if case.name not in fired and not keeps:
                continue
            known = find_site(case.url)
            site = sites[known.name] if known is not None else None
            after = said(extract(case.data, site=site, url=case.url, content_type=case.content_type))
            if after != before[case.name]:
                worth.changed.append(case.name)
                _add_cost(worth, case, before[case.name], after)
    if keeps:
        worth.fired = worth.changed
    return worth


def _add_cost(worth: Worth, case: Case, before: Said, after: Said) -> None:
    if case.scored is not None:
        f1, leaks = body_f1(case.scored, before.answer.body)
        poorer_f1, poorer_leaks = body_f1(case.scored, after.answer.body)
        worth.f1 += f1 - poorer_f1
        worth.leaks += poorer_leaks - leaks
        right, poorer = fields_right(case.scored, before.answer), fields_right(case.scored, after.answer)
        worth.fields += sum(right.values()) - sum(poorer.values())
    if case.wanted is not None:
        worth.cases += (not faults(case.wanted, before.row)) - (not faults(case.wanted, after.row))


def show(console: Console, accounts: dict[str, Worth], corpora: Counter[str]) -> None:
    """One row a rule, the corpora side by side."""
    pages = ", ".join(f"{corpora[name]} {name}" for name in CORPORA)
    table = Table(title=f"Every rule, and what its absence costs ({pages})", box=box.SIMPLE_HEAD)
    names = " ".join(name[:3].rjust(3) for name in ("own", "pages", "2", "reports"))
    for title in ("rule", f"fires {names}", f"changes {names}", "F1 lost", "leaks", "fields", "cases"):
        table.add_column(title, no_wrap=True, justify="left" if title == "rule" else "right")
    for name, worth in accounts.items():
        table.add_row(
            name,
            worth.count(worth.fired),
            worth.count(worth.changed),
            f"{worth.f1:.3f}" if worth.f1 else "",
            *(f"{value:+}" if value else "" for value in (worth.leaks, worth.fields, worth.cases)),
        )
    console.print(table)


def not_borne_out(rules: dict[str, Rule], accounts: dict[str, Worth], known: set[str]) -> list[str]:
    """What is not borne out by the pages: a rule that none needs, a page in `seen_on` on which it does not fire."""
    found = []
    for name, worth in accounts.items():
        found += [f"{name}: not seen on {page}" for page in rules[name].seen_on if page in known - set(worth.fired)]
        found += [] if worth.changed else [f"{name}: no page comes out otherwise without it"]
    return found


@click.command()
@click.argument("rules", nargs=-1)
def main(rules: tuple[str, ...]) -> None:
    """Print what every rule (or the RULES named) is worth. Exit code 1 where a rule is not borne out by the pages.

    F1 lost: summed over the pages, 1 is one whole body. leaks: pieces of clutter that come through. fields: right ones
    that go wrong. cases: situations that people report that come out right with the rule and wrong without it.
    """
    every = cases()
    pages = {
        case.name: extract(case.data, site=find_site(case.url), url=case.url, content_type=case.content_type)
        for case in every
    }
    before = {name: said(page) for name, page in pages.items()}
    known = {name: rule for name, rule in every_rule().items() if not rules or name in rules}
    accounts = {name: account(name, every, before, fired_on(pages, name), rule.keeps) for name, rule in known.items()}
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    show(console, accounts, Counter(case.corpus for case in every))
    wrong = not_borne_out(known, accounts, set(pages))
    for line in wrong:
        console.print(line, style="red")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
