"""`jianbao search` and `saved`, as a person, a program and cron meet them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from archive.cli import main
from archive.cli.find.search import COUNTS, FACETS, SORTS
from archive.cli.portals import Portals
from archive.query import search as query
from archive.times import parse_time
from tests.archive.make import article, store, told

Run = Callable[..., Result]


@pytest.fixture
def run(engine: Engine, database_url: str) -> Run:
    """Run a command on an archive of twelve articles of two sites and two months."""
    store(
        engine,
        *(
            told(
                article(
                    f"a:{n}",
                    f"{'稀土' if n % 2 else '石油'}消息，第{n}号，{chr(0x4E00 + 97 * n)}{chr(0x5E00 + 31 * n)}。",
                    site=f"s{n % 2}.example",
                    source_name="新华社" if n % 3 else None,
                    published_at=parse_time(f"2025-0{1 + n % 3}-10")[0],
                )
            )
            for n in range(12)
        ),
    )

    def call(*words: str) -> Result:
        done = CliRunner().invoke(main, ["--database", database_url, *words], obj=Portals())
        assert not isinstance(done.exception, Exception), done.output
        return done

    return call


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search_asks_in_the_query_language(run: Run) -> None:
    assert len(lines(run("search", "--json"))) == 12
    assert len(lines(run("search", "--json", "消息", "-稀土"))) == 6
    assert len(lines(run("search", "--json", "稀土 OR 石油", "--limit", "9"))) == 9
    assert len(lines(run("search", "--json", "来源：新華社 date:2025-02"))) == 4
    assert [one["published_at"][:10] for one in lines(run("search", "--json", "--sort", "time", "--limit", "2"))] == [
        "2025-03-10",
        "2025-03-10",
    ]
    for since, until, count in (("2025", "2025", 12), ("2025-02", "2025-02", 4), ("2025-02-11", "2025-03-10", 4)):
        assert len(lines(run("search", "--json", "--since", since, "--until", until))) == count
    told = run("search", "date:2022-13")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "no such month; write date:2022-12" in told.stderr
    assert run("search", "稀土", "--sort", "colour").exit_code == 2
    assert "no such field" in run("search", "来源:x", "colour:red").stderr


def test_pages_follow_each_other(run: Run) -> None:
    whole = [one["id"] for one in lines(run("search", "--json", "消息"))]
    assert [one["id"] for one in lines(run("search", "--json", "消息", "--offset", "5"))] == whole[5:]
    paged: list[int] = []
    words = ["search", "--json", "消息", "--limit", "5"]
    for expected in (5, 5, 2):
        page = run(*words)
        assert len(lines(page)) == expected
        paged += [one["id"] for one in lines(page)]
        words = [*words[:5], "--cursor", page.stderr.split("--cursor ")[1].strip()] if "--cursor" in page.stderr else []
    assert (paged, words) == (whole, [])
    assert run("search", "消息", "--cursor", "x").exit_code == 2


def test_counts(run: Run) -> None:
    assert lines(run("search", "稀土", "--count-by", "month", "--json")) == [
        {"month": f"2025-0{n}", "count": 2} for n in (1, 2, 3)
    ]
    assert run("search", "稀土", "--count-by", "site").stdout.split() == ["6", "s1.example"]
    both = run("search", "--facet", "site", "--facet", "source").stdout.split()
    assert both == ["site", "6", "s0.example", "6", "s1.example", "source", "8", "新华社"]
    assert lines(run("search", "没有这个词", "--facet", "site", "--json")) == []


def test_a_saved_search_tells_what_is_new_and_nothing_else(run: Run, engine: Engine) -> None:
    query_id = run("saved", "add", "每日", "消息", "-石油").stdout.strip()
    assert run("saved", "run", "每日", "--new").output == ""
    store(engine, told(article("n:1", "稀土又有新的消息，别处没有。")), told(article("n:2", "别的。", headline="题")))
    assert [one["native_id"] for one in lines(run("saved", "run", "每日", "--new", "--json"))] == ["n:1"]
    again = run("saved", "run", "每日", "--new")
    assert (again.exit_code, again.output) == (0, "")
    assert len(lines(run("saved", "run", "每日", "--json"))) == 7
    assert len(lines(run("search", "--query-id", query_id, "--json"))) == 6
    (one,) = lines(run("saved", "list", "--json"))
    assert (one["name"], one["query_id"], one["text"], one["hits"]) == ("每日", query_id, "消息 -石油", 6)
    assert run("saved", "rm", "每日").exit_code == 0
    assert run("saved", "list").stdout == ""
    assert run("saved", "run", "每日").exit_code == 9
    assert run("search", "--query-id", "q123").exit_code == 9
    assert run("saved", "add", "x", "(((").exit_code == 2


def test_the_options_name_what_there_is() -> None:
    assert list(SORTS) == [sort.value for sort in query.Sort]
    assert FACETS == query.FACETS
    assert set(COUNTS) <= set(FACETS)
