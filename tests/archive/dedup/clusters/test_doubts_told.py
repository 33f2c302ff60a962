"""What stories, articles and commands tell of doubts and of shared passages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from sqlalchemy import Engine, update

from archive.cli.related import MOST, PASSAGE, related_lines, shortened
from archive.dedup.clusters import decisions
from archive.dedup.clusters.describe import describe_cluster
from archive.dedup.clusters.doubts import open_doubts
from archive.dedup.stored import closest
from archive.dedup.tables import Link
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.texts import prepare
from archive.query.article import describe
from archive.query.statistics import statistics
from archive.store.db import reading, writing
from crawler.cli import main
from tests.archive.dedup.clusters.deeds import (
    NOW,
    OTHER,
    SPUN,
    STORY,
    apart,
    article,
    doubts,
    found,
    ids_of,
    merge,
    recluster_all,
    reindex_all,
)
from tests.archive.dedup.clusters.hesitant import DOUBTED
from tests.archive.dedup.copies import record, store, text
from tests.statements import recorded, too_much

pytestmark = pytest.mark.usefixtures("in_doubt")


def test_history_and_stories_tell_of_a_doubt(engine: Engine) -> None:
    store(engine, article("a", STORY), article("b", DOUBTED), article("p", "\n".join([OTHER, STORY[:200]])))
    ids = ids_of(engine)

    def related(name: str) -> list[dict[str, Any]]:
        with reading(engine) as connection:
            shown, page = describe(connection, ids[name]), describe_cluster(connection, ids[name])
        assert shown["related"] == [one for one in page["related"] if one["from"] == ids[name]]
        return [one for one in page["related"] if one["relation"] == "doubtful"]

    [doubt] = related("a")
    assert (doubt["id"], doubt["from"], doubt["decided"], doubt["decided_at"]) == (ids["b"], ids["a"], None, None)
    apart(engine, "a", "b")
    for name in "ab":
        [doubt] = related(name)
        assert (doubt["decided"], doubt["decided_at"]) == ("apart", "2026-01-01T08:00:00+08:00")
        with reading(engine) as connection:
            history = describe_cluster(connection, ids[name])["history"]
        [event] = [one for one in history if one["kind"] == "decided_apart"]
        assert (event["article_id"], event["other_id"], event["cluster_id"], event["other_cluster_id"]) == (
            ids["a"],
            ids["b"],
            ids["a"],
            ids["b"],
        )
        assert event["by_person"]
    merge(engine, "a", "b")
    assert related("a") == []
    with reading(engine) as connection:
        [member] = [one for one in describe_cluster(connection, ids["a"])["members"] if one["link"]]
    assert (member["link"]["relation"], member["link"]["decided"]) == ("doubtful", "same")
    assert member["differences"]


def test_a_shared_passage_is_kept_shown_and_unites_nothing(engine: Engine) -> None:
    piece = STORY[: len(STORY) // 2]
    store(engine, article("a", STORY), article("p", "\n".join([OTHER, piece, text(8, 300)])))
    ids = ids_of(engine)
    assert found(engine) == {frozenset("a"), frozenset("p")}
    for deed in (lambda engine: None, recluster_all, reindex_all):
        deed(engine)
        with reading(engine) as connection:
            [one] = describe(connection, ids["a"])["related"]
            assert statistics(connection)["relations"] == {"shares_passage": 1}
        assert (one["relation"], one["id"]) == ("shares_passage", ids["p"])
        assert one["passage"].startswith("据介绍，该线路")
    assert doubts(engine) == []


def test_nothing_that_a_terminal_obeys_is_printed(sqlite_url: str, sqlite_engine: Engine, tmp_path: Path) -> None:
    obeyed = "\x9b31m\u202e\u2066\u2028"
    store(
        sqlite_engine,
        record(STORY.replace("，", f"，{obeyed}"), "a", site="a", headline=f"标题{obeyed}"),
        record(DOUBTED, "b", site="b", headline=f"另题{obeyed}"),
    )
    asked = tmp_path / "asked.txt"
    asked.write_text(SPUN, "utf-8")
    for words in (["cluster", "doubts"], ["cluster", "1"], ["show", "1"], ["match", "--explain", str(asked)]):
        said = "".join(_run(sqlite_url, *words))
        assert "题" in said
        assert not (set(obeyed) - set("31m")) & set(said), words


def test_many_links_are_shown_in_part_what_waits_for_a_person_first() -> None:
    names = ("coverage", "reason", "because", "passage", "decided_at", "url")
    of = {**dict.fromkeys(names), "coverage": 0.5, "from": 1, "headline": "标题", "decided": None}
    related = [{**of, "id": key, "relation": "contains" if key < 40 else "doubtful"} for key in range(2, 41)]
    lines = related_lines(related)
    assert lines[0].startswith("1 doubtful 40 (50%, undecided")
    assert (len(lines), lines[-1]) == (MOST + 1, f"and {39 - MOST} more: --json")
    assert related_lines(related[:MOST])[-1].startswith("1 contains")


@pytest.mark.parametrize(
    ("passage", "shown"),
    [
        ("一句话。", "一句话。"),
        ("第一行\n\n 第二行\t末", "第一行 第二行 末"),
        ("甲" * PASSAGE, "甲" * PASSAGE),
        ("甲" * 100 + "乙" * 100, "甲" * 60 + "… (200 characters) …" + "乙" * 60),
        ("", ""),
    ],
)
def test_a_passage_is_cut_in_its_middle(passage: str, shown: str) -> None:
    assert shortened(passage) == shown


def test_what_shares_a_passage_only_crowds_out_no_copy() -> None:
    body = prepare(STORY)
    same = compare(body, prepare(STORY + "\n（完）"))
    assert isinstance(same, Verdict)
    passage, excerpt, doubt = (evolve(same, relation=name) for name in ("shares_passage", "excerpt_of", "doubtful"))
    apart = compare(body, prepare(OTHER))
    found = [(1, passage), (2, excerpt), (3, apart), (4, doubt), (5, same)]
    assert [key for key, _ in closest(found)] == [5, 2, 4, 1]


def test_a_link_of_earlier_rules_has_no_reason(engine: Engine) -> None:
    store(engine, article("a", STORY), article("b", DOUBTED))
    ids = ids_of(engine)
    with writing(engine) as connection:
        connection.execute(update(Link).values(evidence={"equal": 7}))
    with reading(engine) as connection:
        [related] = describe_cluster(connection, ids["a"])["related"]
        [doubt] = open_doubts(connection).shown
    assert (related["reason"], related["because"]) == (doubt["reason"], doubt["because"]) == (None, None)
    with writing(engine) as connection:
        connection.execute(update(Link).values(evidence={"reason": "a rule of tomorrow"}))
    with reading(engine) as connection:
        assert open_doubts(connection).shown[0]["because"] == "a rule of tomorrow"


def test_deciding_a_doubt_reads_no_more_in_a_larger_archive(engine: Engine) -> None:
    store(engine, article("a", STORY), article("b", DOUBTED))
    ids = ids_of(engine)
    with recorded() as sent:
        with writing(engine) as connection:
            decisions.apart(connection, [ids["a"], ids["b"]], by="林", now=NOW)
        with reading(engine) as connection:
            describe(connection, ids["a"])
            describe_cluster(connection, ids["b"])
    assert too_much(engine, sent) == {}


# The commands.


@pytest.fixture
def database(sqlite_url: str, sqlite_engine: Engine) -> str:
    store(
        sqlite_engine,
        record(STORY, "a", site="netease"),
        record(STORY, "a2", site="sohu", days=0.1),
        record(DOUBTED, "b", site="x.example", days=1, headline="另一标题"),
        record("\n".join([OTHER, STORY[:150], text(8, 300)]), "p", site="sohu", days=1),
    )
    return sqlite_url


def _run(database: str, *words: str, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(main, ["--database", database, *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_a_person_reads_doubts_and_answers_by_the_commands_below_them(database: str) -> None:
    shown, counted = _run(database, "cluster", "doubts")
    assert counted == "1 doubts\n"
    lines = [line.strip() for line in shown.splitlines()]
    assert "另一标题" in lines
    assert "whole: most of each text stands in the other" in lines
    assert any("[-" in line and "{+" in line for line in lines)
    answers = [line.split("  ")[-1].strip() for line in lines if line.startswith(("one story:", "two stories:"))]
    assert [answer.split()[:3] for answer in answers] == [
        ["jianbao", "cluster", "merge"],
        ["jianbao", "cluster", "apart"],
    ]
    assert "(of 2 copies: jianbao cluster" in shown
    assert "undecided: jianbao cluster doubts" in _run(database, "show", "3")[0]
    [told] = map(json.loads, _run(database, "cluster", "doubts", "--json", "--site", "x.example")[0].splitlines())
    assert told["other"] == answers[1]
    said, _ = _run(database, *answers[1].split()[1:])
    assert said.startswith("kept apart: ")
    assert _run(database, *answers[1].split()[1:])[0].startswith("nothing changed")
    assert _run(database, "cluster", "doubts") == ("", "no doubts\n")
    page, _ = _run(database, "cluster", "3")
    assert ", decided apart 20" in page
    assert "decided_apart" in page
    assert re.search(r"of cluster 3 by .+, decision 1\n", page)
    _run(database, *answers[0].split()[1:])
    page, _ = _run(database, "cluster", "3")
    assert "a person said that they are one story" in page


def test_a_shared_passage_is_shown_with_sense(database: str) -> None:
    for command in ("show", "cluster"):
        page, _ = _run(database, command, "4")
        assert "shares_passage" in page
        lines = {line.strip() for line in page.splitlines() if "“据介绍" in line}
        assert len(lines) == 1
        assert "… (304 characters) …" in min(lines)
        assert len(min(lines)) < 160
    assert "shares_passage" in _run(database, "stats")[0]
    related = json.loads(_run(database, "show", "4", "--json")[0])["related"]
    assert {len(one["passage"]) for one in related} == {304}
