"""What the demo archive does not have: losses that no copy makes good, sentences that come back, sources that lie.
On both databases."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, update

from archive.cli import main
from archive.query.stories.files import as_csv, gexf
from archive.query.stories.flows import Flow
from archive.query.stories.survivors import lacking
from archive.store.db import open_engine, writing
from archive.store.models import Article
from archive.store.records import Item
from tests.archive.make import DAY, article, captured, store, told

LINES = (
    "本报讯 记者王晓明报道，城南大桥今天上午正式通车，全长1280米，双向六车道，设计时速六十公里。",
    "市交通局局长李建军在通车仪式上说，大桥于3月15日完成验收，总投资6.2亿元，其中市级财政出资四成。",
    "附近居民表示，以后过江不必再绕路，每天能省下半个小时，赶集、上学、看病都方便得多了。",
    "大桥管理处提醒，货车须从东引桥上桥，限速六十公里，雨雪天气请听从现场交通警察的指挥。",
)
BODY = "\n".join(LINES)
CUT = "\n".join((LINES[0], LINES[1], LINES[3]))
RAISED = BODY.replace("6.2亿元", "8.2亿元")

Run = Callable[..., Result]


def one(site: str, hours: float, body: str = BODY, *, seen: float | None = None, **fields: Any) -> Item:
    """A copy at a site, published so many hours after `DAY`, and captured then or when it was seen."""
    values: dict[str, Any] = {
        "site": site,
        "url": f"https://{site}.example/1",
        "headline": "城南大桥今日通车",
        "published_at": DAY + timedelta(hours=hours),
        **fields,
    }
    return captured(article("1", body, **values), hours + 1 if seen is None else seen)


def gone(site: str, hours: float) -> Item:
    """A look that shows that a copy is no more."""
    return captured(None, hours, url=f"https://{site}.example/1", site=site, native_id="1")


def fill(engine: Engine) -> None:
    """A story of four copies: `east` was first and is gone; `west` cut a paragraph, `north` another number for a while;
    `south` states a day alone, and an earlier source."""
    minute = DAY
    for item in (
        one("east", 0, source_name="江城日报"),
        one("west", 2, CUT, source_name="江城日报"),
        one("north", 3, source_name="东岸观察", account_name="北岸观察"),
        one("north", 3, RAISED, seen=9, source_name="东岸观察", account_name="北岸观察"),
        one("north", 3, seen=20, source_name="东岸观察", account_name="北岸观察"),
        one("south", -4, published_precision="day", seen=30, account_name="江城日报", headline="大桥今日通车"),
        gone("east", 10),
        gone("east", 40),
        one("alone", 5, "\n".join(f"另一条消息的第{n}段，与大桥没有一点关系，说的是别的事情。" for n in range(9))),
        gone("alone", 12),
    ):
        minute += timedelta(minutes=1)
        store(engine, item, now=minute)


def runs(database_url: str) -> Run:
    return lambda *words: CliRunner().invoke(main, ["--database", database_url, *words])


@pytest.fixture(scope="module")
def run(module_database_url: str) -> Run:
    """Runs a command on the story (`fill`), which all tests read."""
    engine = open_engine(module_database_url)
    fill(engine)
    engine.dispose()
    return runs(module_database_url)


def rows(done: Result) -> list[Any]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_no_copy_makes_good_is_told(run: Run) -> None:
    alone, east = rows(run("survivors", "--json"))
    assert (alone["site"], alone["living"], alone["saved"], alone["nowhere"]) == ("alone", 0, 0.0, None)
    assert (alone["state"], east["state"]) == ("missing", "vanished")
    assert east["gone"]["after_at"] == "2025-03-01T13:00:00+08:00"
    assert east["gone"]["before_at"] == "2025-03-01T22:00:00+08:00"
    assert [(one["site"], one["lacks"]) for one in east["survivors"]] == [
        ("south", []),
        ("north", []),
        ("west", [LINES[2]]),
    ]
    assert [one["coverage"] for one in east["survivors"][:2]] == [1.0, 1.0]
    assert 0.6 < east["survivors"][2]["coverage"] < 0.9
    assert (east["saved"], east["nowhere"]) == (1.0, [])
    shown = run("survivors").output
    assert "no copy lives" in shown
    assert f"lacks: {LINES[2][:20]}" in shown
    assert [one["site"] for one in rows(run("survivors", "--json", "--until", "2025-03-01T17:00"))] == ["east"]
    assert [one["site"] for one in rows(run("survivors", "--json", "--since", "2025-03-01T22:30"))] == ["alone"]
    assert rows(run("survivors", "--json", "--site", "west")) == []


def test_a_withdrawn_copy_is_none(engine: Engine, database_url: str) -> None:
    fill(engine)
    run = runs(database_url)
    with writing(engine) as connection:
        connection.execute(update(Article).where(Article.site == "west").values(withdrawn_at=DAY))
        connection.execute(update(Article).where(Article.site == "alone").values(withdrawn_at=DAY))
    [east] = rows(run("survivors", "--json"))
    assert [one["site"] for one in east["survivors"]] == ["south", "north"]
    [firsts] = rows(run("firsts", "1", "--json"))
    assert firsts["copies"] == 3
    assert "west" not in run("edits", "1").output
    assert {name for one in rows(run("flows", "--json")) for name in (one["from"], one["to"])} == {
        *("south", "east", "north"),
    }


def test_a_sentence_that_went_and_came_back(run: Run) -> None:
    [told] = rows(run("bisect", "north:1", "總投資6.2億元", "--json"))
    assert told["verdict"] == "stands"
    assert [(one["article"]["site"], one["first_revision"], one["last_revision"]) for one in told["stood"]] == [
        *(("south", 1, 1), ("east", 1, 1), ("west", 1, 1), ("north", 1, 1), ("north", 3, 3)),
    ]
    away, back = told["stood"][3], told["stood"][4]
    assert (away["how"], away["ended"]["after_at"], away["ended"]["before_at"]) == (
        *("edited out", "2025-03-01T16:00:00+08:00", "2025-03-01T21:00:00+08:00"),
    )
    assert (back["cause"], back["appeared"]["after_at"], back["appeared"]["before_at"]) == (
        *("publisher", "2025-03-01T21:00:00+08:00", "2025-03-02T08:00:00+08:00"),
    )
    assert back["ended"] is None
    [raised] = rows(run("bisect", "north:1", "总投资8.2亿元", "--json"))
    assert (raised["verdict"], len(raised["stood"]), raised["revisions"]) == ("edited out", 1, 6)
    [gone] = rows(run("bisect", "east:1", LINES[2], "--json"))
    assert gone["verdict"] == "gone"
    assert [one["how"] for one in gone["stood"]] == [None, "gone", None]
    [cut] = rows(run("bisect", "west:1", LINES[2], "--json"))
    assert cut["verdict"] == "elsewhere"
    [never] = rows(run("bisect", "west:1", "大桥已经塌了", "--json"))
    assert (never["verdict"], never["stood"]) == ("never", [])
    for words, said in (
        (("north:1", "8.2亿元"), "it stood in article 3, and was edited out"),
        (("east:1", "货车须从东引桥上桥"), "which is no more at its site"),
        (("west:1", "大桥已经塌了"), "it never stood there: none of 6 texts of 4 copies of the story has it"),
        (("west:1", "每天能省下半个小时"), "it never stood in article 2 as far as we looked, but in copies"),
    ):
        assert said in run("bisect", *words).output


def test_three_firsts_that_contradict_each_other(run: Run) -> None:
    [told] = rows(run("firsts", "west:1", "--json"))
    assert (told["stated"]["site"], told["stated"]["published_at"]) == ("south", "2025-03-01")
    assert (told["seen"]["article"]["site"], told["seen"]["how"], told["seen"]["capture_id"]) == ("east", "capture", 1)
    assert told["named"] == {"name": "江城日报", "by": [1, 2], "own": [4]}
    assert [(one["name"], one["by"], one["own"]) for one in told["sources"][1:]] == [("东岸观察", [3], [])]
    assert {one["code"]: one["articles"] for one in told["contradictions"]} == {
        "stated_alike": [4, 1, 2, 3],
    }
    shown = run("firsts", "west:1").output
    assert "江城日报, named by 2; its own: 4" in shown
    assert "! article 1 may be as early as article 4" in shown


def test_a_source_that_is_later_than_its_copy(engine: Engine, database_url: str) -> None:
    store(engine, one("copy", 0, source_name="江城日报"))
    store(engine, one("paper", 6, account_name="江城日报", seen=2), one("third", 8, BODY, source_name="江城日报"))
    done = CliRunner().invoke(main, ["--database", database_url, "firsts", "1", "--json"])
    [told] = rows(done)
    assert {one["code"]: one["articles"] for one in told["contradictions"]} == {
        "seen_before_its_time": [2],
        "first_names_another": [1, 2],
        "source_is_later": [2, 1],
    }
    assert all(one["says"] for one in told["contradictions"])


def test_what_each_copy_changed(run: Run) -> None:
    [told] = rows(run("edits", "east:1", "--json", "--by-weight", "--against", "east:1"))
    assert [(one["site"], one["counts"]) for one in told["copies"]] == [
        ("south", {"headline": 1}),
        ("west", {"paragraph_removed": 1}),
        ("north", {}),
    ]
    assert [one["weight"] for one in told["copies"]] == [8, 5, 0]
    assert [one["own"] for one in told["copies"]] == [0.0, 0.0, 0.0]
    assert run("edits", "alone:1").output.splitlines()[-1].strip() == "has no copies"
    assert run("edits", "east:1", "--against", "alone:1").exit_code == 9


def test_flows_know_what_they_do_not_know(engine: Engine, database_url: str) -> None:
    fill(engine)
    run = runs(database_url)
    store(engine, told(article("undated", BODY, site="undated", url="https://undated.example/1", published_at=None)))
    found = {(one["from"], one["to"]): one for one in rows(run("flows", "--json"))}
    # The first states a day alone: nobody knows by how many hours the others are later.
    assert {pair: (one["copies"], one["median_lag_hours"]) for pair, one in found.items()} == {
        ("south", "east"): (1, None),
        ("south", "west"): (1, None),
        ("south", "north"): (1, None),
    }
    assert 0.6 < found["south", "west"]["median_coverage"] < 0.9
    assert found["south", "east"]["months"] == {"2025-03": 1}
    [row] = rows(run("flows", "--json", "--by", "source", "--since", "2025-03-01T15:00"))
    assert (row["from"], row["to"]) == ("江城日报", "北岸观察")
    assert rows(run("flows", "--json", "--until", "2025-02-01")) == []


FLOWS = (
    Flow(from_="=1+1", to="乙<b>", month=None, copies=3, stories=2, lag=1.5, coverage=0.9, months=(("2025-03", 3),)),
    Flow(from_="乙<b>", to="=1+1", month="2025-03", copies=1, stories=1, lag=None, coverage=None, months=()),
)


def test_a_story_of_too_many_copies_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.query.stories.copies.MAX_COPIES", 2)
    [firsts] = rows(run("firsts", "1", "--json"))
    assert (firsts["copies"], firsts["size"], firsts["stated"]["site"]) == (2, 4, "south")
    [edited] = rows(run("edits", "1", "--json"))
    assert (len(edited["copies"]), edited["size"]) == (1, 4)
    [stood] = rows(run("bisect", "1", "6.2亿元", "--json"))
    assert (stood["copies"], stood["size"]) == (2, 4)
    [gone] = rows(run("bisect", "3", "8.2亿元", "--json"))
    assert (gone["verdict"], gone["copies"]) == ("edited out", 3)
    [against] = rows(run("edits", "1", "--against", "3", "--json"))
    assert against["against"]["id"] == 3
    for words in (["firsts", "1"], ["edits", "1"], ["bisect", "1", "6.2亿元"]):
        assert "looked at 2 of 4 copies, those with the earliest stated times" in run(*words).stderr


def test_a_spreadsheet_computes_nothing() -> None:
    table = list(csv.reader(StringIO(as_csv(FLOWS))))
    assert table[0] == ["from", "to", "month", "copies", "stories", "median_lag_hours", "median_coverage"]
    assert table[1] == ["'=1+1", "乙<b>", "", "3", "2", "1.5", "0.9"]
    assert table[2] == ["乙<b>", "'=1+1", "2025-03", "1", "1", "", ""]


def test_the_graph_is_gexf(run: Run, tmp_path: Path) -> None:
    names = {"g": "http://gexf.net/1.3"}
    root = ET.fromstring(gexf(FLOWS))  # noqa: S314 - our own
    nodes = {one.get("id"): one.get("label") for one in root.iterfind(".//g:node", names)}
    assert set(nodes.values()) == {"=1+1", "乙<b>"}
    edges = list(root.iterfind(".//g:edge", names))
    assert [(nodes[one.get("source")], nodes[one.get("target")], one.get("weight")) for one in edges] == [
        ("=1+1", "乙<b>", "3"),
        ("乙<b>", "=1+1", "1"),
    ]
    titles = {one.get("id"): one.get("title") for one in root.iterfind(".//g:attribute", names)}
    values = [
        {titles[value.get("for")]: value.get("value") for value in one.iterfind(".//g:attvalue", names)}
        for one in edges
    ]
    assert values[0] == {"copies": "3", "stories": "2", "median_lag_hours": "1.5", "median_coverage": "0.9"}
    target = tmp_path / "flows.gexf"
    assert run("flows", "--gexf", str(target)).exit_code == 0
    assert ET.parse(target).getroot().tag == "{http://gexf.net/1.3}gexf"  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("bisect", "1", "。！"), 2, "has no text to look for"),
        (("bisect", "99", "一句话"), 9, "no article '99'"),
        (("firsts", "99"), 9, "no article '99'"),
        (("edits", "https://nowhere.example/"), 9, "no article at"),
        (("flows", "--json", "--csv"), 2, "three forms of one answer"),
        (("flows", "--by", "day"), 2, "'day' is not one of"),
        (("flows", "--gexf", "/nowhere/flows.gexf"), 6, "cannot be written"),
        (("survivors", "--since", "gestern"), 2, "not a time"),
    ],
)
def test_clear_errors(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    done = run(*words)
    assert done.exit_code == code
    assert said in done.output


def test_what_a_copy_lacks_does_not_hang_on_its_script() -> None:
    traditional = "附近居民表示，以後過江不必再繞路，每天能省下半個小時，趕集、上學、看病都方便得多了。"
    assert list(lacking(BODY, f"{LINES[0]}\n{traditional}")) == [LINES[1], LINES[3]]
    assert list(lacking(BODY, "".join(LINES))) == [], "as one line"
    assert list(lacking(BODY, "")) == list(LINES)
