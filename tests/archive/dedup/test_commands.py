"""The commands: match, cluster and recluster, as a person calls them."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from archive.cli.portals import Portals
from archive.dedup.reasons import APART, LINKED
from archive.store.db import open_engine
from crawler.cli import main
from tests.archive.dedup.copies import RESIGNATION, notice, record, spaced, spin, store, text


@pytest.fixture
def database(sqlite_url: str) -> str:
    """Three copies of a story, and another one."""
    engine = open_engine(sqlite_url)
    body = text(1, 600)
    store(
        engine,
        record(body, "a", site="netease"),
        record(spaced(body), "b", site="sohu", days=1),
        record(spin(body), "c", site="x.example", days=2),
        record(text(2), "x", site="netease"),
    )
    engine.dispose()
    return sqlite_url


def _run(database: str, *arguments: str, code: int = 0, **handed: object) -> str:
    result = CliRunner().invoke(main, ["--database", database, *arguments], catch_exceptions=False, **handed)
    assert result.exit_code == code, result.output
    return result.output


def test_match_reads_text_json_lines_and_pages(database: str, tmp_path: Path) -> None:
    plain = tmp_path / "clipping.txt"
    plain.write_text(spin(text(1, 600)))
    (answer,) = [json.loads(line) for line in _run(database, "match", str(plain)).splitlines()]
    assert answer["id"] == "clipping.txt"
    best = answer["matches"][0]
    assert (best["relation"], best["id"], best["url"]) == ("exact", "c", "https://x.example.example/c")
    assert {"similarity", "coverage", "confidence", "evidence", "marks", "article"} <= set(best)

    lines = tmp_path / "texts.jsonl.gz"
    rows = [{"id": "q1", "body": text(2), "published_at": "2025-03-02T08:00:00+08:00"}, {"id": 7, "body": text(9)}]
    lines.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))
    answers = [json.loads(line) for line in _run(database, "match", "--batch", str(lines)).splitlines()]
    assert [(answer["id"], len(answer["matches"])) for answer in answers] == [("q1", 1), ("7", 0)]

    page = tmp_path / "page.html"
    page.write_text("<p>…</p>")
    portals = Portals(read_page=lambda data, url: (text(2), None))
    said = _run(database, "match", str(page), "--url", "https://x.example/1", obj=portals)
    (answer,) = [json.loads(line) for line in said.splitlines()]
    assert answer["matches"][0]["id"] == "x"


EXPLAINED = {
    "the same": (spaced(text(1, 600)), {"exact"}, set()),
    "spun": (spin(text(2)), {"spun"}, set()),
    "an excerpt": (text(3)[:300] + "\n" + text(8), {"contains", "excerpt_of", "shares_passage"}, set()),
    "another day": (notice(2), set(), {"many other numbers"}),
    "another person": (RESIGNATION.format(company="岚渡建材", name="郑国平"), set(), {"other names"}),
    "like nothing": (text(9), set(), set()),
}
"""A text, the relations that it has, the reasons for which others are apart from it."""


@pytest.mark.parametrize("name", EXPLAINED)
def test_match_explains_every_verdict(sqlite_url: str, sqlite_engine: Engine, tmp_path: Path, name: str) -> None:
    store(
        sqlite_engine,
        *(
            record(body, f"n{number}", site=f"s{number}")
            for number, body in enumerate([text(1, 600), text(2), text(3)])
        ),
        record(notice(1), "notice"),
        record(RESIGNATION.format(company="岚渡建材", name="王海洋"), "resignation", headline="副总经理辞职"),
    )
    body, relations, reasons = EXPLAINED[name]
    lines = tmp_path / "asked.jsonl"
    lines.write_text(json.dumps({"id": "q", "body": body, "published_at": "2025-03-01T12:00:00+08:00"}))
    told = json.loads(_run(sqlite_url, "match", str(lines), "--explain", "--json"))
    assert {one["relation"] for one in told["matches"]} <= relations
    assert bool(told["matches"]) == bool(relations)
    assert {one["reason"] for one in told["apart"]} >= reasons
    compared = [*told["matches"], *told["apart"]]
    assert all(one["because"] == (LINKED | APART)[one["reason"]] for one in compared)
    assert all(one["relation"] is None and "evidence" in one for one in told["apart"])
    assert "apart" not in json.loads(_run(sqlite_url, "match", str(lines)))
    page = _run(sqlite_url, "match", str(lines), "--explain")
    assert page.splitlines()[0].startswith("q: ")
    for one in compared:
        assert f"{one['reason']}: {one['because']}" in page
        assert f"  {one['relation'] or 'apart'}" in page
        assert f"({one['site']}:{one['id']})" in page
    assert compared or "nothing in the archive is like it" in page


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"id": 1}', '{"id": 1, "body": 5}', '{"body": "x", "published_at": "soon"}']
)
def test_match_names_the_line_that_is_wrong(database: str, tmp_path: Path, content: str) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text(f'{{"id": "good", "body": "字"}}\n{content}\n')
    said = _run(database, "match", str(lines), code=2)
    assert "line 2" in said
    assert _run(database, "match", code=2).count("\n") == 1
    assert "--url" in _run(database, "match", str(_page(tmp_path)), code=2)
    assert "cannot read" in _run(database, "match", str(tmp_path / "missing.txt"), code=2)


def _page(folder: Path) -> Path:
    path = folder / "p.html"
    path.write_text("<p>")
    return path


def test_cluster_shows_copies_and_takes_decisions(database: str) -> None:
    shown = _run(database, "cluster", "1")
    assert [line for line in shown.splitlines() if "netease" in line and line.startswith("*")]
    assert (
        shown.index("https://netease.example/a")
        < shown.index("https://sohu.example/b")
        < shown.index("x.example.example/c")
    )
    assert "[-" in shown
    assert "{+" in shown
    told = json.loads(_run(database, "cluster", "--json", "netease:a"))
    assert [member["native_id"] for member in told["members"]] == ["a", "b", "c"]
    assert told["members"][1]["link"]["relation"] == "exact"
    assert "1 article" in _run(database, "cluster", "show", "4")
    _run(database, "cluster", "split", "3")
    assert json.loads(_run(database, "cluster", "1", "--json"))["size"] == 2
    _run(database, "cluster", "merge", "3", "1")
    _run(database, "cluster", "pin", "2")
    told = json.loads(_run(database, "cluster", "3", "--json"))
    assert (told["size"], told["representative"], told["pinned"]) == (3, 2, True)
    _run(database, "cluster", "99", code=9)
    _run(database, "cluster", "merge", "1", code=2)


def test_recluster_reports_and_changes_nothing_on_a_dry_run(database: str) -> None:
    told = json.loads(_run(database, "recluster", "--dry-run", "--json", "--jobs", "1"))
    assert (told["articles"], told["clusters"], told["changed"], told["applied"]) == (4, 2, 0, False)
    assert "2 clusters; 0 articles changed" in _run(database, "recluster", "--jobs", "1")


@pytest.mark.parametrize("command", ["match", "cluster", "recluster"])
def test_help_shows_an_example(command: str) -> None:
    said = CliRunner().invoke(main, [command, "--help"]).output
    assert f"jianbao {command}" in said
