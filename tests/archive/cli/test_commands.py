"""The reading commands, as a person and as a program meets them, on both databases."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert

from archive.cli import main
from archive.cli.portals import Portals
from archive.export.datasets import ARTICLES
from archive.store import schema
from archive.store.db import writing
from archive.store.models import CrawlRun, Sighting
from archive.store.records import BlockRecord, ImageRecord
from tests.archive.ingest.other_rules import other_rules
from tests.archive.make import DAY, article, captured, store, told
from tests.statements import recorded, too_much

Run = Callable[..., Result]


@pytest.fixture
def run(engine: Engine, database_url: str) -> Run:
    """Run a command on an archive of three articles; one has two revisions, a sighting and blocks."""
    blocks = (
        BlockRecord(kind="heading", text="小标题", level=2),
        BlockRecord(kind="paragraph", text="稀土<b>价格</b>", links=((0, 2, "https://clip.example/ree"),)),
    )
    rich = article(
        "a:7",
        "小标题\n稀土<b>价格</b>",
        headline="稀土行情",
        authors=("甲", "乙"),
        source_name="某报",
        images=(ImageRecord(url="https://clip.example/1.jpg", caption="图一"),),
        blocks=blocks,
        published_precision="minute",
    )
    store(engine, captured(article("a:7", "稀土旧闻。", headline="旧题")))
    store(engine, captured(rich, 1, url="https://m.clip.example/7"), told(article("a:8", "天气晴。")))
    store(engine, told(article("b:9", "稀土。", site="mirror", published_at=None, published_precision=None)))
    with writing(engine) as connection:
        connection.execute(
            insert(Sighting).values(
                site="clip",
                source="yaowen",
                native_id="a:7",
                url="https://clip.example/list/7",
                title="列表里的题",
                first_seen_at=DAY,
                last_seen_at=DAY + timedelta(hours=3),
                times_seen=4,
            )
        )
        connection.execute(
            insert(CrawlRun).values(
                kind="crawl",
                sites=["clip"],
                started_at=DAY,
                state="finished",
                exit_code=3,
                new=3,
                detail="2 failed; `jianbao runs show 1` says which\nlist clip/a: HTTP 404\nlist clip/b: HTTP 404",
            )
        )

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, ["--database", database_url, *words], obj=Portals(resolve))

    return call


def resolve(url: str) -> tuple[str, str, str] | None:
    """What the addresses of the invented site `clip` name by their form."""
    found = re.fullmatch(r"https?://(?:[a-z]+\.)?clip\.example/list/(\d+)(?:\?.*)?", url)
    return ("clip", f"a:{found[1]}", f"https://clip.example/a:{found[1]}") if found else None


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search(run: Run) -> None:
    found = lines(run("search", "稀土", "--json"))
    assert {hit["native_id"] for hit in found} == {"a:7", "b:9"}
    (hit,) = lines(run("search", "稀土", "--site", "clip", "--since", "2025-03-01", "--until", "2025-03-01", "--json"))
    assert hit["headline"] == "稀土行情"
    assert hit["published_at"] == "2025-03-01T12:00+08:00"
    start, end = hit["marks"][0]
    assert hit["snippet"][start:end] == "稀土"
    assert lines(run("search", "旧闻", "--json")) == []
    shown = run("search", "稀土")
    assert "【稀土】行情" in shown.stdout
    assert "2 stories" in shown.stderr


@pytest.mark.parametrize(
    "named",
    [
        "1",
        "clip:a:7",
        "https://clip.example/a:7",
        "https://m.clip.example/7",
        "https://clip.example/list/7",
        "http://wap.clip.example/list/7?from=share",
    ],
)
def test_show_takes_every_name_of_an_article(run: Run, named: str) -> None:
    assert json.loads(run("show", named, "--json").stdout)["native_id"] == "a:7"


@pytest.mark.parametrize(
    "url", ["https://clip.example/a:7", "https://clip.example/list/7", "https://clip.example/list/9"]
)
def test_no_look_up_reads_the_archive(run: Run, engine: Engine, url: str) -> None:
    with recorded() as sent:
        run("show", url)
        run("cluster", url)
    assert len(sent) > 3
    assert too_much(engine, {one: sent[one] for one in sent if "cluster_event" not in one}) == {}


def test_an_address_that_only_a_portals_rules_understand(engine: Engine, database_url: str, run: Run) -> None:
    """Without the rules an address that nobody fetched leads nowhere."""
    alone = CliRunner().invoke(main, ["--database", database_url, "show", "https://clip.example/list/7"])
    assert (alone.exit_code, run("show", "https://clip.example/list/7").exit_code) == (9, 0)
    assert run("show", "https://clip.example/list/99").exit_code == 9


def test_show_everything(run: Run) -> None:
    shown = json.loads(run("show", "1", "--json").stdout)
    assert set(ARTICLES.fields) - {"published_at_utc", "signature"} <= shown.keys()
    assert shown["images"] == [{"url": "https://clip.example/1.jpg", "caption": "图一"}]
    assert [revision["body"] for revision in shown["revisions"]] == ["稀土旧闻。", None]
    assert shown["sightings"][0]["times_seen"] == 4
    assert [capture["url"] for capture in shown["captures"]] == ["https://clip.example/a:7", "https://m.clip.example/7"]
    assert shown["first_captured_at"] == "2025-03-01T12:00:00+08:00"
    page = run("show", "1").stdout
    for part in (
        "稀土行情",
        "来源 某报",
        "作者 甲、乙",
        "revision 2",
        "one.warc.gz:1000",
        "--revision 1",
        "列表里的题",
    ):
        assert part in page


def test_show_renders(run: Run) -> None:
    assert run("show", "1", "--revision", "1").stdout == "旧题\n\n稀土旧闻。\n"
    assert run("show", "1", "--revision", "2").stdout == "稀土行情\n\n小标题\n稀土<b>价格</b>\n"
    markdown = run("show", "1", "--format", "markdown").stdout
    assert "[稀土](https://clip.example/ree)" in markdown
    html = run("show", "1", "--format", "html").stdout
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "天气晴。" in run("show", "2", "--format", "text").stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "99"), 9, "no article '99'"),
        (("show", "9" * 40), 9, "no article"),
        (("show", "clip:none"), 9, "no article"),
        (("show", "https://clip.example/none"), 9, "no article at"),
        (("show", "1", "--revision", "7"), 9, "2 revisions"),
        (("show", "1", "--revision", "1", "--json"), 2, "--revision"),
        (("search", "，"), 2, "nothing to search for"),
        (("search", "稀土", "--since", "soon"), 2, "not a time"),
        (("export", "--format", "xml"), 2, "xml"),
    ],
)
def test_what_cannot_be_shown(run: Run, words: tuple[str, ...], code: int, says: str) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert says in result.stderr


def test_stats_and_runs(run: Run) -> None:
    stats = json.loads(run("stats", "--json").stdout)
    assert {name: stats[name] for name in ("articles", "stories", "copies", "revisions", "captures")} == {
        "articles": 3,
        "stories": 3,
        "copies": 0,
        "revisions": 4,
        "captures": 2,
    }
    assert stats["sites"] == {"clip": 2, "mirror": 1}
    assert stats["database_bytes"] > 0
    assert "3  articles" in run("stats").stdout
    (line,) = lines(run("runs", "--json"))
    assert (line["kind"], line["sites"], line["exit_code"], line["started_at"]) == (
        "crawl",
        ["clip"],
        3,
        "2025-03-01T12:00:00+08:00",
    )
    assert run("runs").stdout == (
        "     1  2025-03-01T12:00:00+08:00  crawl clip\n"
        "        finished (3): 3 new; 2 failed; `jianbao runs show 1` says which\n"
    )


def test_db(run: Run) -> None:
    assert "as this version needs" in run("db", "check").stdout
    assert run("db", "current").stdout.strip().isdigit()
    assert re.fullmatch(r"schema \d+, as before\n", run("db", "upgrade").stdout)


def test_db_after_an_update_of_the_text_rules(run: Run) -> None:
    with other_rules():
        for words in (["search", "稀土"], ["db", "check"], ["export"]):
            refused = run(*words)
            assert (refused.exit_code, refused.stdout) == (5, "")
            assert "run `jianbao db upgrade`" in refused.stderr
        assert re.fullmatch(r"schema \d+, as before\n3 articles indexed anew\n", run("db", "upgrade").stdout)
        assert "as this version needs" in run("db", "check").stdout
        assert "【稀土】行情" in run("search", "稀土").stdout


@pytest.mark.slow
@pytest.mark.own_database
def test_db_of_an_older_schema(run: Run, engine: Engine) -> None:
    """Each is refused, and two come up: `tests/archive/ingest/test_revisions.py` shows that all do."""
    first, *_, last, newest = schema.revisions()
    for revision in reversed(schema.revisions()[:-1]):
        schema.downgrade(engine, revision)
        refused = run("db", "check")
        assert (refused.exit_code, refused.stdout) == (5, "")
        assert refused.stderr.rstrip().endswith(
            f"has schema {revision}, this version needs {newest}; back it up, then run `jianbao db upgrade`"
        )
    for revision in (first, last):
        schema.downgrade(engine, revision)
        assert run("db", "upgrade").stdout.startswith(f"schema {revision} -> {newest}\n")
        assert "as this version needs" in run("db", "check").stdout
        assert "【稀土】行情" in run("search", "稀土").stdout


def test_without_an_archive(tmp_path: Any) -> None:
    for words in (
        ["search", "稀土"],
        ["show", "1"],
        ["stats"],
        ["runs"],
        ["export"],
        ["db", "check"],
        ["db", "current"],
    ):
        result = CliRunner().invoke(main, ["--home", str(tmp_path / "none"), *words])
        assert (result.exit_code, result.stderr.count("\n")) == (4, 1), words
        assert "there is no archive at" in result.stderr
    assert not (tmp_path / "none").exists()
    assert CliRunner().invoke(main, ["--home", str(tmp_path / "new"), "db", "upgrade"]).exit_code == 0
