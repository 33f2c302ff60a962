"""What other rooms say in English stands in Chinese on a Chinese page: every sentence of an error, a need, an alarm."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.query.language import QueryError, parse
from archive.settings import Home
from archive.web.sentences import every_sentence, in_chinese
from tests.archive.make import article, store, told
from tests.archive.query.language.test_parse import WRONG
from tests.archive.web.room import client

HOUSE = Path(__file__).parents[3]
ROOMS = (
    *("archive/query", "archive/people", "archive/watch", "archive/raw.py", "archive/web/pages", "archive/web/parts"),
    *("archive/web/visit.py", "archive/dedup/clusters", "crawler/run/watch/words.py", "crawler/upkeep/health"),
    *("crawler/capture/raw/pages.py", "crawler/capture/raw/inert.py"),
)
"""Where a page's errors, alarms and needs come from; but for SQL, which is for the terminal alone."""
SAYS = ("UsageError", "NotFound", "WorkerEnded", "needs.append")
FILLED = {
    "error": "not a time: 'x'",
    "name": "headline",
    "what": "are doubtful",
    "field": "source",
    "erased": "",
    "back": "; `jianbao withdraw --undo 7` takes that back",
    "source(history, why)": "by the last 7 periods",
    "source(history, '')": "by the last 7 periods",
}
"""What stands for a value in its sentence, by its expression; 7 for all others."""


def said(node: ast.AST) -> str:
    """The sentence that an expression makes; "" of one that another makes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.FormattedValue):
        return FILLED.get(ast.unparse(node.value), "7")
    return "".join(map(said, node.values)) if isinstance(node, ast.JoinedStr) else ""


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Every sentence of a module, with its line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in SAYS:
            yield node.lineno, said(node.args[0])
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("usual_", "now_")):
            yield from (
                (one.lineno, said(one.value)) for one in ast.walk(node) if isinstance(one, ast.Return) and one.value
            )


def test_every_sentence_has_its_chinese() -> None:
    files = [file for room in ROOMS for file in (HOUSE / room, *(HOUSE / room).rglob("*.py")) if file.is_file()]
    found = {
        f"{file.relative_to(HOUSE)}:{line}": sentence
        for file in files
        for line, sentence in sentences(file.read_text("utf-8"))
        if sentence and file.parent.name != "sql"
    }
    assert len(found) > 80
    # What a decision is undone by is told in two ways.
    untold = [one for one in found.values() if in_chinese(one.replace("has are doubtful", "has no decision 7")) is None]
    assert untold == []


@pytest.mark.parametrize("text", WRONG)
def test_a_query_that_cannot_be_read_is_told_in_chinese(text: str) -> None:
    with pytest.raises(QueryError) as told:
        parse(text)
    assert in_chinese(str(told.value)) is not None, str(told.value)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no article 17", "没有文章 17"),
        ("no article no article 17", "没有文章 no article 17"),
        ("since: not a time: '{x}'; write 2025 or 2025-04", "since：'{x}' 不是时间；请写 2025 or 2025-04"),
        ("at least 98 % of articles have headline (declared: x)", "至少 98 % 的文章有标题（已声明：x）"),
        (
            "9 new articles a day, and never fewer than 4 (by the last 7 periods)",
            "每天 9 篇新文章，从不少于 4 篇（据最近 7 期）",
        ),
        ("no such sentence", None),
        ("since: no such sentence", None),
        ("", None),
    ],
)
def test_values_are_put_where_they_belong(english: str, chinese: str | None) -> None:
    assert in_chinese(english) == chinese


def test_what_health_says_of_an_alarm_is_told_in_chinese() -> None:
    now, usual = "40 characters, the median of 7 pages", "800 characters (by the last 9 periods)"
    assert in_chinese(f"alarm 3: sohu: length is {now}; usual: {usual}: jianbao explain 7") == (
        "告警 3：sohu: length 现为 40 字（7 个页面的中位数），平常是 800 字（据最近 9 期）。可执行 jianbao explain 7"
    )


@given(st.text(st.sampled_from("ab {}:;,'\u202e七"), max_size=80))
def test_no_value_breaks_a_sentence(value: str) -> None:
    assert in_chinese(f"no article {value}") is not None
    for one in every_sentence():
        in_chinese(value.join(one.pieces))


def test_a_page_says_it_in_the_language_that_it_is_asked_in(
    sqlite_url: str, sqlite_engine: Engine, tmp_path: Path
) -> None:
    store(sqlite_engine, told(article()))
    sqlite_engine.dispose()
    with client(Home(path=tmp_path / "home", database=sqlite_url)) as browser:
        chinese = browser.get("/article/99999?lang=zh").text
        assert "没有文章 99999" in chinese
        assert "no article 99999" not in chinese
        assert "no article 99999" in browser.get("/article/99999?lang=en").text
        assert "no article 99999" in browser.get("/api/articles/99999").text, "a program reads English"
        unread = browser.get("/search?lang=zh&q=" + "稀土 AND").text
        assert "请写 稀土 AND 钨" in unread
        assert "nothing stands" not in unread
