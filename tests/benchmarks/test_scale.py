"""The benchmark of scale: its corpus, its smallest run, and that it writes between its markers alone."""

import json
import os
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks.scale import asking, child, cores, report
from benchmarks.scale.__main__ import grown
from benchmarks.scale.databases import beside
from benchmarks.scale.figures import Figures
from benchmarks.scale.growing import EACH, MEMORY, Growing, Steps
from benchmarks.scale.invented import corpus


def test_the_same_seed_gives_the_same_article_of_a_number_whatever_came_before() -> None:
    alone = corpus.make(1, 777)
    assert list(corpus.articles(1, range(775, 779)))[2] == alone
    assert corpus.make(2, 777) != alone
    outline = corpus.outline(1, 777)
    assert (outline.number, outline.kind, outline.bases) == (alone.number, alone.kind, alone.bases)


def test_its_kinds_have_their_shares_and_its_copies_come_later_than_what_they_copy() -> None:
    made = [corpus.outline(3, number) for number in range(1, 3001)]
    kinds = Counter(one.kind for one in made)
    assert 0.33 < sum(kinds[kind] for kind in corpus.COPIES) / len(made) < 0.39
    assert 0.58 < kinds["story"] / len(made) < 0.64
    assert {"notice", *corpus.COPIES} <= kinds.keys()
    assert all(base < one.number for one in made if one.kind in corpus.COPIES for base in one.bases)
    printed = Counter(one.bases[0] for one in made)
    assert 8 < max(printed.values()) < 200, "a few stories are printed very often"


def test_every_kind_of_copy_has_a_text_and_those_that_change_it_another_one_than_their_story() -> None:
    first = {kind: number for number in range(2500, 1, -1) for kind in [corpus.outline(3, number).kind]}
    assert first.keys() == {"story", "notice", *corpus.COPIES}
    made = {kind: corpus.make(3, number) for kind, number in first.items()}
    assert all(one.record["body"].strip() for one in made.values())
    for kind in ("spaced", "cluttered", "cut", "excerpt", "traditional", "read aloud", "misprinted", "rounded up"):
        assert made[kind].record["body"] != corpus.make(3, made[kind].bases[0]).record["body"], kind


def test_any_number_of_articles_takes_no_more_memory(tmp_path: Path) -> None:
    corpus.write(tmp_path / "warm.jsonl", 1, range(1, 8))
    tracemalloc.start()
    corpus.write(tmp_path / "some.jsonl", 1, range(900_000, 900_030))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    lines = (tmp_path / "some.jsonl").read_text("utf-8").splitlines()
    assert len({json.loads(line)["url"] for line in lines}) == 30
    assert most < 1_000_000


@pytest.mark.slow
def test_a_very_small_archive_is_measured_to_the_end(sqlite_engine: Engine, tmp_path: Path) -> None:
    heard: list[float] = []
    url = sqlite_engine.url.render_as_string()
    archive = Growing(tmp_path, seed=1, url=url, way=child.in_this_process)
    steps = Steps(windows=1, window=4, single=1, some=2, queries=4)
    parts = grown(archive, [30, 45], steps, lambda figures: heard.append(figures.rows[EACH][30]))
    tables = dict(parts)
    assert archive.size == 45
    assert heard[0] > 0
    grows, sizes = tables["As an archive grows"], tables["Bytes an article"]
    assert grows.splitlines()[0] == "| articles in SQLite | 30 | 45 |"
    for measure in (EACH, MEMORY, "whole export", "recluster", "search, hits and count", "1 a commit", "2 a commit"):
        assert measure in grows
    assert "of these in `article_text`" in sizes
    assert "stories that hold it | " in grows


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_server")
def test_both_databases_are_measured_to_the_end(tmp_path: Path) -> None:
    steps = Steps(windows=1, window=4, single=1, some=2, queries=4)
    figures = beside(tmp_path, articles=30, seed=1, steps=steps, way=child.in_this_process)
    table = figures.table()
    assert table.splitlines()[0] == "| 30 articles | SQLite | PostgreSQL |"
    for measure in (EACH, "whole export", "recluster", "search, hits and count", "of these in `article_text`"):
        assert all(figures.rows[name].keys() == {0, 1} for name in figures.rows if name.startswith(measure)), measure
        assert measure in table


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core here")
def test_a_page_on_one_core_and_on_two_is_what_the_large_file_takes_beyond_the_small_one(tmp_path: Path) -> None:
    def way(module: str, function: str, folder: str, number: int) -> child.Spent:
        assert (module, function) == (cores.__name__, cores.imported.__name__)
        count = {"5": 3, "25": 20}[Path(folder).name]
        return child.Spent(seconds=2 + count / 200, megabytes=1, told=number + count / 100 / number)

    assert cores.measure(tmp_path, 1, 25, way).splitlines() == [
        "| pages of a WARC file, 17 beyond 3 | one core | two cores |",
        "|---|---|---|",
        "| pages a second of the processor's time (110 asked) | 200 | 200 (1.00) |",
        "| pages a second by the clock (1.7 times asked) | 100 | 200 (2.00) |",
    ]


def test_the_words_that_are_asked_for_stand_in_the_texts() -> None:
    bodies = [corpus.make(1, number).record["body"] for number in range(1, 21)]
    asked = asking.words(1, 20, 10)
    assert len(asked) == 10
    assert all(any(all(part in body for part in word.split()) for body in bodies) for word in asked)


def test_a_table_has_ratios_to_the_first_size_and_none_for_what_is_no_cost() -> None:
    figures = Figures("articles")
    for size, cost, count in ((10, 2.0, 4), (1000, 3.0, 400)):
        figures.add("cost, ms", size, cost)
        figures.add("hits", size, count, ratio=False)
    assert figures.table().splitlines() == [
        "| articles | 10 | 1,000 |",
        "|---|---|---|",
        "| cost, ms | 2 | 3 (1.50) |",
        "| hits | 4 | 400 |",
    ]


def test_the_page_has_the_markers_and_nothing_else_of_it_is_changed(tmp_path: Path) -> None:
    page = report.PAGE.read_text("utf-8")
    before, _, rest = page.partition(report.BEGIN)
    _, _, after = rest.partition(report.END)
    copy = tmp_path / "page.md"
    copy.write_text(page, "utf-8")
    report.write("| a | b |", copy)
    report.write("| c | d |", copy)
    assert copy.read_text("utf-8") == f"{before}{report.BEGIN}\n\n| c | d |\n\n{report.END}{after}"


@pytest.mark.parametrize(
    "page",
    [
        "no markers",
        f"{report.BEGIN} no end",
        f"{report.END} turned {report.BEGIN}",
        f"{report.BEGIN}{report.END}{report.BEGIN}{report.END}",
        f"{report.BEGIN}{report.BEGIN}{report.END}",
    ],
)
def test_a_page_without_them_stays_as_it_is(page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, "utf-8")
    with pytest.raises(ValueError, match="must stand in the page once"):
        report.write("| a |", path)
    assert path.read_text("utf-8") == page


def test_it_says_how_it_was_measured_and_never_where() -> None:
    import os
    import socket

    told = report.measured_how("make bench-scale", 0.1)
    assert "nothing else ran" in told
    assert f"{os.cpu_count()} cores" in told
    assert socket.gethostname() not in told
    assert str(Path.cwd()) not in told
    assert "a load of 4.5" in report.measured_how("make bench-scale", 4.5)
