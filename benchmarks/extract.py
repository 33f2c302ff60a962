"""Quality and cost of extraction beside its peers: `make bench-extract`, or `python -m benchmarks.extract`.

Every extractor runs on the same pages in the same run, taking turns page by page, so that a busy machine slows all of
them alike. Cost is processor time: the median of a page's runs, as a multiple of the bare lxml parse of the same page,
which gets the right encoding for nothing. `--quick` measures trafilatura's default alone, in a minute. The pages are
the real ones in ../shared where they are there, else our own in tests/crawler/pages.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import click
from attrs import define, field
from lxml import etree
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from archive.times import show_time
from benchmarks.pages import FIELDS, Answer, BenchPage, body_f1, fields_right, load_pages
from benchmarks.peers import Extractor, load_peers
from crawler.pages.extract import extract
from crawler.sites.registry import find_site
from tests.crawler.pages.stored import PORTALS

HERE = Path(__file__).resolve().parent.parent
SHARED = HERE.parent / "shared" / "pages"
PARSE = "lxml parse"
WITNESSED = "  and the witness"
SMALL = (15_000, 50_000)
LARGE = 100_000


@define
class Result:
    """One extractor on all pages, in their order: quality of a page, and the milliseconds of each of its runs."""

    f1: list[float] = field(factory=list)
    leaks: list[int] = field(factory=list)
    fields: list[dict[str, bool]] = field(factory=list)
    times: list[list[float]] = field(factory=list)

    def cost(self, page: int) -> float:
        return statistics.median(self.times[page])


def jianbao(page: BenchPage, *, witness: bool = False) -> Answer:
    found = extract(page.data, site=find_site(page.url), url=page.url, content_type="text/html", witness=witness)
    return Answer(
        body=found.body,
        headline=found.headline or "",
        published_at=show_time(found.published_at, found.published_precision) or "",
        source_name=found.source_name or "",
        account_name=found.account_name or "",
        authors=found.authors,
        editor=found.editor or "",
    )


def parse(page: BenchPage) -> Answer:
    etree.fromstring(page.data, etree.HTMLParser(encoding=page.encoding))
    return Answer()


def run(
    pages: Sequence[BenchPage], extractors: dict[str, Extractor], rounds: int, tick: Callable[[], None]
) -> dict[str, Result]:
    """Every extractor on every page, `rounds` times, in turns; who begins changes with every turn."""
    results = {name: Result() for name in extractors}
    names = list(extractors)
    for number, page in enumerate(pages):
        for name, result in results.items():
            answer = _safe(extractors[name], page)
            f1, leaks = body_f1(page, answer.body)
            result.f1.append(f1)
            result.leaks.append(leaks)
            result.fields.append(fields_right(page, answer))
            result.times.append([])
        for turn in range(rounds):
            first = (number + turn) % len(names)
            for name in names[first:] + names[:first]:
                start = time.process_time()
                _safe(extractors[name], page)
                results[name].times[-1].append((time.process_time() - start) * 1000)
        tick()
    return results


def _safe(extractor: Extractor, page: BenchPage) -> Answer:
    try:
        return extractor(page)
    except Exception:  # a peer that fails on a page has no answer for it
        return Answer()


def quality(title: str, pages: Sequence[BenchPage], results: dict[str, Result], portal: bool) -> Table:
    """Means over the portals' pages, or over the others."""
    chosen = [number for number, page in enumerate(pages) if page.portal is portal]
    table = Table("", "F1", "worst", ">= .99", "leaking", *FIELDS, title=f"{title}: {len(chosen)} pages")
    for name, result in results.items():
        if name == PARSE:
            continue
        f1 = [result.f1[number] for number in chosen]
        right: dict[str, list[bool]] = {each: [] for each in FIELDS}
        for number in chosen:
            for each, ok in result.fields[number].items():
                right[each].append(ok)
        table.add_row(
            name,
            f"{statistics.fmean(f1):.3f}",
            f"{min(f1):.3f}",
            _percent(value >= 0.99 for value in f1),
            _percent(result.leaks[number] > 0 for number in chosen),
            *(_percent(right[each]) for each in FIELDS),
        )
    return table


def cost(title: str, pages: Sequence[BenchPage], results: dict[str, Result], portal: bool) -> Table:
    """Times the parse of the same page, and how often Jianbao is through with it meanwhile: medians over the pages of a
    size, of the portals or of the others."""
    chosen = [number for number, page in enumerate(pages) if page.portal is portal]
    sizes = {
        "over 100 KB": [number for number in chosen if len(pages[number].data) > LARGE],
        "about 25 KB": [number for number in chosen if SMALL[0] <= len(pages[number].data) <= SMALL[1]],
        "all": chosen,
    }
    columns = [f"{name} ({len(size)})" for name, size in sizes.items()]
    table = Table("times the parse:", *columns, "times Jianbao:", *columns, "pages/s", title=f"Cost: {title}")
    for name, result in results.items():
        total = sum(map(result.cost, chosen))
        table.add_row(
            name,
            *(_times(result, results[PARSE], size) for size in sizes.values()),
            "",
            *(_times(result, results["jianbao"], size) for size in sizes.values()),
            f"{len(chosen) / total * 1000:.0f}",
        )
    return table


def _times(result: Result, other: Result, pages: Sequence[int]) -> str:
    if not pages:
        return "-"
    return f"{statistics.median(result.cost(page) / other.cost(page) for page in pages):.1f}"


def _percent(values: Iterable[bool]) -> str:
    found = list(values)
    return f"{sum(found) / len(found):.0%}" if found else "-"


@click.command()
@click.option(
    "--pages", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another folder."
)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Runs of each page.")
@click.option("--quick", is_flag=True, help="trafilatura's default alone: a minute, and the cost that matters.")
@click.option("--only", multiple=True, metavar="NAME", help="These extractors alone.")
@click.option("--portals-only", is_flag=True, help="The pages of NetEase and Sohu alone.")
def main(folder: Path | None, rounds: int, only: tuple[str, ...], portals_only: bool, quick: bool) -> None:
    """Measure Jianbao and its peers on the same pages, in turns."""
    console = Console(highlight=False, width=150)
    folder = folder or (SHARED if SHARED.exists() else PORTALS)
    pages = [page for page in load_pages(folder) if page.portal or not portals_only]
    peers, missing = load_peers()
    extractors: dict[str, Extractor] = {
        PARSE: parse,
        "jianbao": jianbao,
        WITNESSED: partial(jianbao, witness=True),
        **peers,
    }
    if quick:
        only = ("trafilatura",)
    if only:
        extractors = {
            name: each for name, each in extractors.items() if name in only or name in (PARSE, "jianbao", WITNESSED)
        }
    if missing:
        console.print(f"not installed (benchmarks/requirements.txt): {', '.join(missing)}")
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("measuring", total=len(pages))
        results = run(pages, extractors, rounds, lambda: progress.advance(task))
    groups = [
        (title, portal)
        for title, portal in (("NetEase and Sohu", True), ("Other portals and mirrors", False))
        if any(page.portal is portal for page in pages)
    ]
    for make in (quality, cost):
        for title, portal in groups:
            console.print(make(title, pages, results, portal))


if __name__ == "__main__":
    main()
