"""`jianbao demo`: the whole job on the demo portal, from the lists to a search result, checked against the truth.

Every step is an ordinary `jianbao` command in a process of its own; only the environment says where the portal is.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from attrs import define, field
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from archive.store.db import open_engine
from crawler.demo.compare import Findings, compare, compare_clusters
from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World

WORD = "稀土"
SHOWN = 26  # lines of a long answer
LONGEST = 900  # seconds that a command may take; usual are ten


class StepError(Exception):
    """A step did not do what it must; the message says which."""


@define
class Demo:
    """One run of the demo. `checks`: what was held against the truth, and whether it held."""

    console: Console
    environment: dict[str, str]
    home: Path
    checks: list[tuple[str, bool, str]] = field(factory=list)

    def step(self, title: str, why: str) -> None:
        """A heading and one line of explanation."""
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left")
        self.console.print(why, style="dim")

    def jianbao(self, *words: str, show: int = SHOWN, expect: int = 0, quiet: bool = False) -> str:
        """Runs a command as a user would type it, shows it and the top of its answer; the whole answer."""
        if not quiet:
            self.console.print(Text("$ ", style="green").append("jianbao " + " ".join(words), style="bold"))
        command = [sys.executable, "-P", "-m", "crawler.cli", *words]
        with self.console.status("…"):
            try:
                done = subprocess.run(  # noqa: S603 - our own command
                    command, env=self.environment, capture_output=True, text=True, timeout=LONGEST, check=False
                )
            except subprocess.TimeoutExpired as error:
                said = (
                    f"jianbao {words[0]} took longer than {LONGEST} s; where the machine is busy, try fewer --articles"
                )
                raise StepError(said) from error
        if done.returncode != expect:
            self.console.print(Text(done.stderr[-2000:], style="red"))
            raise StepError(f"jianbao {words[0]} ended with exit code {done.returncode}")
        if not quiet:
            lines = done.stdout.splitlines()
            self.show(fold_page(lines) if words[0] == "explain" else lines, show)
        return done.stdout

    def show(self, lines: list[str], most: int) -> None:
        """The first lines of an answer."""
        for line in lines[:most]:
            style = {"+ ": "green", "- ": "red", "  …": "dim"}.get(line[:2] if line[:1] in "+-" else line[:3], "")
            self.console.print(Text(line, style=style), no_wrap=True, overflow="ellipsis")
        if len(lines) > most:
            self.console.print(f"  … {len(lines) - most} more lines", style="dim")

    def check(self, what: str, held: bool, detail: str = "") -> None:
        """Notes one comparison with the truth."""
        self.checks.append((what, held, detail))


def fold_page(lines: list[str]) -> list[str]:
    """An explained page without the bars above its text and the middle of the text."""
    head = lines.index("") + 1
    kept = [number for number, line in enumerate(lines) if line.startswith("+ ")]
    first, last = kept[0], kept[-1]
    above, middle = first - head - 4, last - first - 4
    return [
        *lines[:head],
        *([f"  … {above} lines above the text", *lines[first - 4 : first]] if above > 0 else lines[head:first]),
        *([*lines[first : first + 4], f"  … {middle} lines of the text"] if middle > 0 else lines[first:last]),
        *lines[last:],
    ]


def run(demo: Demo, portal: Proxy) -> None:
    """All steps, in order."""
    world = portal.world
    count = len(world.publications)
    demo.step(
        "1  Crawl",
        f"The portal has {count} invented articles on NetEase and Sohu pages of nine kinds and on three mirrors, one "
        "behind a verification page, two deleted ones, and one that robots.txt forbids.",
    )
    # 3: the verification page makes the run doubtful, as it must.
    first = demo.jianbao("crawl", "-v", expect=3)
    demo.check("every article is new", f"new {count} " in first)
    demo.check("one page is doubtful, none failed", "doubtful 1 · failed 0" in first)

    demo.step("2  Crawl again", "Lists are read again; no article is fetched twice.")
    second = demo.jianbao("crawl", "-v")
    demo.check("the second run finds nothing new", "fetched 0 · new 0" in second)

    _compare(demo, world)

    demo.step("3  Search", f"Two characters are enough: {WORD}. One hit a story, whatever its copies.")
    demo.jianbao("search", WORD, "--limit", "3")
    hits = [json.loads(line) for line in demo.jianbao("search", WORD, "--json", quiet=True).splitlines()]
    demo.check(f"{WORD} is found, one hit a story", 0 < len({hit["cluster_id"] for hit in hits}) == len(hits))

    showpiece = world.clusters()[0]
    article, cluster = _ids(demo, showpiece[0].site, showpiece[0].native_id)
    demo.step(
        "4  One story, all its copies",
        f"{len(showpiece)} publications: two portals and three mirrors, one of them spun with synonyms, one in "
        "traditional characters with injected pinyin.",
    )
    shown = demo.jianbao("cluster", str(cluster), show=40)
    demo.check("the cluster shows every copy", all(one.site in shown for one in showpiece))

    demo.step(
        "5  What was stripped, and why", "Every visible line of the page has a verdict and the rule that gave it."
    )
    explained = demo.jianbao("explain", str(article), show=36)
    kept = [line[2:] for line in explained.splitlines() if line.startswith("+ ") and "[image]" not in line]
    demo.check("explain keeps the text and nothing else", " ".join(kept).split() == showpiece[0].body.split())

    demo.step("6  Export", "A fixed format for other tools: sealed batches, which are never rewritten.")
    target = demo.home / "export"
    demo.jianbao("export")
    written = sorted(target.rglob("*.jsonl"))
    stories = target / "batches" / "000001" / "stories.jsonl"
    lines = len(stories.read_text("utf-8").splitlines())
    for file in written:
        demo.console.print(f"  {file.relative_to(demo.home)}  {file.stat().st_size:,} bytes")
    demo.check("the export holds every story", lines == len(world.clusters()), f"{lines} lines")


def _compare(demo: Demo, world: World) -> None:
    engine = open_engine(f"sqlite:///{demo.home / 'archive.db'}")
    try:
        found = compare(engine, world)
        clusters = Findings()
        compare_clusters(engine, world, clusters)
    finally:
        engine.dispose()
    for problem in (found.problems + clusters.problems)[:8]:
        demo.console.print(Text(problem, style="yellow"))
    demo.check("bodies and fields equal the truth", not found.problems, f"{found.stored} articles")
    demo.check("clusters equal the truth", not clusters.problems, f"{len(world.clusters())} stories")
    share = f"{clusters.linked} of {clusters.copies} spun and transcoded copies linked"
    demo.check("spun and transcoded copies are recognised", clusters.linked >= 0.95 * clusters.copies, share)


def _ids(demo: Demo, site: str, native_id: str) -> tuple[int, int]:
    """The article's and its cluster's id in the archive."""
    from sqlalchemy import select

    from archive.store.db import reading
    from archive.store.models import Article

    engine = open_engine(f"sqlite:///{demo.home / 'archive.db'}")
    try:
        with reading(engine) as connection:
            query = select(Article.id, Article.cluster_id).where(Article.site == site, Article.native_id == native_id)
            article, cluster = connection.execute(query).one()
    finally:
        engine.dispose()
    return article, cluster or 0


def report(demo: Demo, seconds: float) -> bool:
    """The checks as a table; whether all held."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    for what, held, detail in demo.checks:
        table.add_row("[green]✓" if held else "[red]✗", what, Text(detail, style="dim"))
    good = bool(demo.checks) and all(held for _, held, _ in demo.checks)
    words = f"All of it worked, in {seconds:.0f} s" if good else "Something did not work"
    demo.console.print()
    demo.console.print(Panel(table, title=words, border_style="green" if good else "red", expand=False))
    return good


def show(articles: int, seed: int, keep: Path | None) -> bool:
    """Crawl a demo portal of so many articles twice, then search, compare, explain and export; whether all of it held.

    `seed`: another one makes other articles. `keep`: the folder that the archive is to stand in; one that goes away
    otherwise.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    started = time.monotonic()
    console.print(Panel.fit("[bold]剪报 Jianbao[/]\nfrom a portal's lists to a searchable, deduplicated archive"))
    with tempfile.TemporaryDirectory(prefix="jianbao-demo-") as folder:
        home = (keep or Path(folder) / "home").absolute()
        with Proxy(World(articles, seed), Path(folder)) as portal:
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("JIANBAO_")},
                **portal.environment(),
                "JIANBAO_HOME": str(home),
                "COLUMNS": str(console.width),
            }
            demo = Demo(console, environment, home)
            try:
                run(demo, portal)
            except (StepError, OSError, ValueError) as error:
                demo.check(str(error), False)
        good = report(demo, time.monotonic() - started)
    if keep:
        console.print(f"The archive stands in {keep}: try  jianbao --home {keep} search {WORD}")
    return good
