"""No statement that crawling, importing, reading or deciding sends may read more because the archive is larger.

Everything is done once on each database, every statement is heard, and the database's own plan of each is judged
(`tests.statements`). What may read much nevertheless stands in `ALLOWED`, each with its reason and its bound.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, text
from starlette.routing import compile_path

from archive.cli.export import NAMES
from archive.settings import Home
from archive.store.db import open_engine
from archive.web.pages import EVERY
from crawler.cli import main
from crawler.demo.world.articles import story
from crawler.demo.world.truth import World
from tests.archive.web.room import TOKEN, client
from tests.crawler.run import paged
from tests.crawler.run.run import Archive
from tests.portal.few import Proxy
from tests.statements import GROWING, Sent, read_recorded, recorded, too_much

pytestmark = pytest.mark.slow

ALLOWED = {
    r"SELECT (min\(article\.published_at\)|(\w+\.(site|template|outcome|relation), )?count\(\*\)) .*": (
        "`stats` counts what the archive holds; once each time that a person asks"
    ),
    r"(?!.*(json_each|unnest))SELECT (article\.id, article\.site, article\.native_id, article\.url, .*|"
    r"revision\.article_id, revision\.number, revision\.number = .*|article\.cluster_id, article\.id, .*|"
    r"link\.article_id, link\.other_id, link\.relation, .*|capture\.id, capture\.article_id, capture\.site, .*|"
    r'change\.id, change\.article_id, change\.kind, .*|anon_1\."?key"?, anon_1\.other, min.*captures?.*) ORDER BY .*': (
        "a whole `export` writes every row; one after a withdrawal looks once for all captures of what was withdrawn"
    ),
    r"SELECT article\.id, article\.cluster_id, .* FROM article JOIN cluster .* ORDER BY article\.published_at, .*": (
        "`flows` counts the copies of the time that it is asked about, in the order of an index, 500 at a time"
    ),
    r"(WITH|SELECT (cluster\.id|NULL AS anon_1), count|SELECT lower\(link)"
    r"((?!.*(MATCH|@@) )|(?=.*(published_at >=|link_1\.relation =))).* FROM article .*": (
        "a search without a word shows or counts what there is, of an index that holds no texts; beside a word, "
        "PostgreSQL may read a span of days or the links of a relation first, where it takes them for fewer"
    ),
    r"SELECT .* FROM link JOIN article .* WHERE link\.relation = 'doubtful' .*": (
        "`cluster doubts` puts what a person must decide in order; a partial index has these links alone"
    ),
    r"SELECT (min\(frontier\.due_at\) AS .*|(article\.id, article\.site, article\.headline, article\.body, .*|"
    r"crawl_run\.sites, .* ORDER BY crawl_run\.id DESC|article\.site, .* WHERE change\.at > .*) LIMIT .*)": (
        "the front page and `health` read the newest in the order of an index until they have a few, or those of a span"
    ),
    r"SELECT problem\.kind, .* WHERE problem\.run_id = .* ORDER BY problem\.id": "all that went wrong in one run",
    r"SELECT tag\.tag, count\(\*\) .* GROUP BY tag\.tag .*": "the tags that people gave, each with how often",
    r"SELECT capture\.id, .* WHERE capture\.(warc_file = \S+|article_id = .* capture\.article_id IS NULL .*)": (
        "`withdraw --erase` moves all captures of a file that is written anew, and looks for every page of the article"
    ),
    r"UPDATE crawl_run SET .* WHERE crawl_run\.state = 'running' AND .* RETURNING .*": (
        "the runs that call themselves running; a partial index has these alone"
    ),
}
"""Statements that may read much, and why. At most ten."""
HEARD = {
    "a claim of what is due": "frontier.state = 'due'",
    "a claim of expired leases": "frontier.leased_until <",
    "another try": "due_at=",
    "the pages of an article on several": "capture.url IN",
    "a look-up by address": "WHERE article.url =",
    "a second text": "DELETE FROM revision",
}
"""What must have been done, or this test would say nothing of it: a part of a statement each."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Sent]]:
    """An archive in each kind of database on which everything was done, and what was sent for it."""
    folder = tmp_path_factory.mktemp("used")
    url = f"sqlite:///{folder / 'home' / 'archive.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE statements TEMPLATE template_archive"))
        admin.dispose()
        url = server.url("statements")
    # Not heard: the steps of a migration, which name tables that are no longer there.
    open_engine(url, create=True).dispose()
    sent: Sent = {}
    listens = f"from tests.statements import record_into; record_into({str(folder / 'sent')!r})"
    with Proxy(World(12, 5), folder) as portal:
        archive = Archive(folder / "home", {**portal.environment(), "JIANBAO_DATABASE": url})
        for _ in range(2):
            done = archive.run("crawl", before=listens)
            assert done.returncode in (0, 3), done.stderr
            sent |= read_recorded(folder / "sent")
    with recorded() as also:
        _use(folder, url, archive)
    engine = open_engine(url)
    yield engine, sent | also
    engine.dispose()


def _use(folder: Path, url: str, archive: Archive) -> None:
    """Import, read, decide and export, as a person would."""

    def run(*words: str, home: Path = archive.home, fails: int = 0) -> str:
        done = CliRunner().invoke(main, ["--home", str(home), "--database", url, *words])
        assert done.exit_code in (0, fails), done.output
        return done.stdout

    def found(*words: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in run(*words, "--json").splitlines()]

    lines = folder / "articles.jsonl"
    texts = [story(3, 12 * number + 1).text for number in range(30)]
    with lines.open("w", encoding="utf-8") as file:
        for number, body in enumerate([*texts, *texts[:9]]):
            record = {"url": f"https://clip{number % 7}.example/{number}", "headline": "一条消息", "body": body}
            file.write(json.dumps(record) + "\n")
    for _ in range(2):
        run("import", "--jobs", "1", str(lines))
    lines.write_text(lines.read_text("utf-8").replace('"body": "', '"body": "有人说，'), "utf-8")
    run("import", "--jobs", "1", str(lines))
    for warc in [*archive.warcs(), paged.warc(folder / "paged", [2, 3, 1])]:
        for _ in range(2):
            run("import", "--jobs", "1", str(warc), home=folder / "other", fails=3)

    hit = found("search", "消息")[0]
    found("search", "--since", "2020-01-01", "--site", "netease", "--all", "--limit", "3", "消息", "天")
    for named in (str(hit["id"]), f"{hit['site']}:{hit['native_id']}", str(hit["url"])):
        run("show", named)
    run("show", "https://www.163.com/dy/article/KC1AB12300018990.html", fails=9)
    run("show", str(hit["id"]), "--revision", "1")
    run("explain", f"netease:{paged.DOCID}", home=folder / "other")
    copied = next(one["id"] for one in found("search", "--limit", "100", "有人") if one["copies"] != 1)
    members = [str(one["id"]) for one in json.loads(run("cluster", "show", "--json", str(copied)))["members"]]
    run("cluster", "split", members[-1])
    run("cluster", "merge", members[0], members[-1])
    run("cluster", "pin", members[-1])
    alone = next(one["id"] for one in found("search", "--limit", "100", "有人") if one["copies"] == 1)
    run("cluster", "apart", members[0], str(alone))
    run("cluster", "doubts", "--site", "clip1.example")
    (folder / "text.txt").write_text(texts[3], "utf-8")
    run("match", str(folder / "text.txt"))
    _ask(run, members, str(alone))
    _browse(Home(path=archive.home, database=url), members, texts[3])
    _find(run)
    _say(run, members, str(alone))
    run("stats")
    run("runs")
    run("alarms")
    run("alarms", "--all")
    run("alarms", "close", "1", "--note", "as it should be", fails=9)
    run("export")
    run("import", "--jobs", "1", str(lines), home=folder / "other")
    run("withdraw", str(alone), "--reason", "试一试")
    run("export")
    run("withdraw", str(alone), "--undo")
    run("export")
    run("export", "--full")
    run("export", "--full", "--to", str(folder / "full"))
    run("export", "--query", "消息", "--to", str(folder / "query"), *(f"--dataset={name}" for name in NAMES))
    run("export", "--since-batch", "1", "--to", str(folder / "copies"))


def _find(run: Callable[..., str]) -> None:
    """What is searched for and counted."""
    queries = ("消息 天", "消息 -天 source:新华社", "消息 is:edited date:2025", "relation:near 消息", "", "is:copied")
    for query in queries:
        for sort in ("relevance", "time", "copies", "change"):
            run("search", query, "--sort", sort, "--limit", "2")
        run("search", query, "--count-by", "month")
        run("search", query, "--facet", "site", "--facet", "flag", "--facet", "relation")
    query_id = run("saved", "add", "每日", "消息").strip()
    run("saved", "run", "每日", "--new")
    run("saved", "list")
    run("search", "--query-id", query_id)
    run("saved", "rm", "每日")


def _ask(run: Callable[..., str], members: list[str], alone: str) -> None:
    """What is asked of stories and texts."""
    run("diff", members[0], alone)
    run("diff", f"{members[0]}@1", members[-1])
    for words in (["firsts"], ["edits"]):
        run(*words, members[-1])
    run("bisect", members[0], "有人说")
    run("bisect", alone, "从来没有人写过的一句话")
    run("changes", "--since", "2020-01-01", "--copies")
    run("survivors")
    run("survivors", "--site", "netease", "--since", "2020-01-01", "--until", "2030-01-01")
    for by in ("site", "source", "month"):
        run("flows", "--by", by)
    run("flows", "--since", "2012-01-01", "--until", "2030-01-01")


def _browse(home: Home, members: list[str], text: str) -> None:
    """The pages that watch and compare, and what is done at the desk."""
    one, other, url = members[0], members[-1], "https://www.163.com/dy/article/A.html"
    with client(home, token=TOKEN) as browser:
        paths = (
            *("/", "/source?name=新华社", "/account?name=新华社", "/health", "/doubts", "/match"),
            *(f"/article?article={one}", "/api", "/api/openapi.json", "/api/search?q=消息", "/api/facets?q=消息"),
            *("/api/timeline?q=消息", "/api/saved"),
            *("/api/stats", f"/api/articles?article={one}", f"/api/articles/{one}", f"/api/articles/{one}/history"),
            *(f"/api/articles/{one}/cite", f"/api/articles/{one}/revisions/1", f"/api/diff?a={one}&b={other}"),
            *(f"/api/bisect?article={one}&sentence=有人说", f"/api/stories/{one}", f"/api/stories/{one}/firsts"),
            *("/api/changes?since=2000", "/api/survivors", "/api/flows", "/api/runs", "/api/runs/1", "/api/alarms"),
            *("/api/health", f"/desk/{one}", f"/timemap/from/20200101000000/{url}"),
            *("/search?q=消息&all=1", "/search.jsonl?q=消息", "/feed.atom?q=消息", "/saved"),
            *(f"/article/{one}", f"/article/{one}?revision=1", f"/story/{one}", f"/api/stories/{one}/edits"),
            *("/changes", "/changes?since=2000&by=weight&site=netease", "/changes?since=2000&removed=有人&copies=1"),
            *("/gone", "/gone?lives=none&site=sohu&since=2000&until=2030", "/gone?as=csv"),
            *("/flows?since=2000", "/flows?by=source", "/flows?by=month&sort=month&as=csv"),
            *("/runs", "/runs?before=2", "/runs/1", "/alarms", "/alarms?all=1"),
            *(
                f"/diff?a={one}@1&b={other}",
                "/diff?a=capture:1&b=capture:2",
                f"/article/{one}/sentence?sentence=有人说",
            ),
            *("/explain/1", "/captured/1", "/captured/1/record", f"/article/{one}/explain"),
            *(f"/article/{one}/cite/ris", f"/timegate/{url}", f"/timemap/link/{url}", f"/memento/2025/{url}"),
        )
        every = [page for module in EVERY for page in module.PAGES if page.reads and "GET" in page.methods]
        asked = [path.partition("?")[0] for path in paths]
        left = [page.path for page in every if not any(compile_path(page.path)[0].match(path) for path in asked)]
        assert left == [], "every page is asked for here"
        for path in paths:
            assert browser.get(path).status_code < 500, path
        assert browser.post("/match", data={"text": text, "published_at": "2020-01-01"}).status_code == 200
        program = {"authorization": f"Bearer {TOKEN}"}
        for deed in (
            {"do": "tag", "tag": "待查"},
            {"do": "untag", "tag": "待查"},
            {"do": "note", "text": "一条批注"},
            {"do": "correct", "field": "headline", "value": "另一个标题"},
            {"do": "withdraw", "reason": "试一试"},
            {"do": "restore"},
        ):
            assert browser.post(f"/desk/{other}", data=deed, headers=program).status_code == 303, deed
        assert browser.get(f"/desk/{other}", headers=program).status_code == 200


def _say(run: Callable[..., str], members: list[str], alone: str) -> None:
    """What a person says of articles, and takes back; a crawled article and an imported one are erased."""
    run("cluster", "unpin", members[0])
    run("cluster", "undo", members[0])
    run("tag", alone, "环保")
    run("tag", "--remove", alone, "环保")
    run("tag", alone, "水")
    run("tags")
    run("note", "--story", alone, "同一通稿")
    run("note", alone)
    number = run("correct", alone, "headline", "改正的题").split()[1].rstrip(":")
    run("correct", alone, "editor", "秦文海")
    run("corrections")
    run("correct", "--undo", number, alone)
    run("withdraw", alone, "--reason", "个人隐私")
    run("show", alone, fails=9)
    run("withdraw", "--undo", alone)
    run("withdraw", "--erase", "--dry-run", members[-1])
    run("withdraw", "--erase", "1", members[-1], "--reason", "法院判决")


def test_no_statement_reads_more_in_a_larger_archive(used: tuple[Engine, Sent]) -> None:
    engine, sent = used
    found = {" ".join(statement.split()): steps for statement, steps in too_much(engine, sent).items()}
    allowed = {pattern: [one for one in found if re.fullmatch(pattern, one)] for pattern in ALLOWED}
    assert {one: found[one] for one in found.keys() - set().union(*allowed.values())} == {}
    assert [pattern for pattern, its in allowed.items() if not its] == [], "these need not be allowed any longer"
    assert len(ALLOWED) <= 10


def test_everything_was_heard(used: tuple[Engine, Sent]) -> None:
    _, sent = used
    every = "\n".join(sent)
    assert [table for table in GROWING if not re.search(rf"\b{table}\b", every)] == []
    assert [what for what, part in HEARD.items() if part not in every] == []


SCANS = [
    "SELECT id FROM article WHERE headline = 'x'",
    "SELECT id FROM article WHERE site = 'netease'",
    "SELECT id FROM article WHERE site = 'netease' AND headline = 'x' LIMIT 1",
    "SELECT id FROM article WHERE url LIKE '%x'",
    "SELECT id FROM article WHERE published_at > '2020-01-01'",
    "SELECT id FROM article WHERE published_at > '2020-01-01' AND headline = 'x' ORDER BY published_at LIMIT 1",
    "SELECT id FROM article WHERE url = 'x' OR headline = 'x'",
    "SELECT id FROM article ORDER BY first_captured_at LIMIT 1",
    "SELECT id FROM article WHERE headline = 'x' ORDER BY id DESC LIMIT 1",
    "SELECT article.id FROM article JOIN capture ON capture.detail = article.url WHERE article.id = 7",
    "SELECT a.id FROM article AS a LEFT JOIN capture AS c ON c.detail = a.url WHERE a.id IN (7, 8, 9)",
    "SELECT count(*) FROM sighting",
    "SELECT native_id FROM frontier WHERE state = 'due'",
    "SELECT native_id FROM frontier WHERE site = 'netease' AND state = 'done' ORDER BY due_at LIMIT 8",
    "SELECT id FROM capture WHERE warc_file = 'x'",
    "UPDATE capture SET detail = 'x' WHERE outcome = 'broken'",
    "DELETE FROM sighting WHERE last_seen_at < '2020-01-01'",
    "INSERT INTO change (article_id, kind, at) SELECT id, 'new', first_captured_at FROM article WHERE headline IS NULL",
]
SEARCHES = [
    "SELECT id FROM article WHERE id = 7",
    "SELECT id FROM article WHERE id IN (7, 8, 9)",
    "SELECT id FROM article WHERE site = 'netease' AND native_id = 'x'",
    "SELECT max(id) FROM article",
    "SELECT site FROM article WHERE site > 'netease' ORDER BY site LIMIT 1",
    "SELECT id FROM crawl_run ORDER BY id DESC LIMIT 20",
    "SELECT id FROM change WHERE id > 7 ORDER BY id LIMIT 20",
    "SELECT id FROM frontier WHERE site = 'x' AND host = 'y' AND state = 'due' AND due_at < '2020-01-01' LIMIT 8",
    "SELECT capture.id FROM article JOIN capture ON capture.article_id = article.id WHERE article.url = 'x'",
    "UPDATE article SET cluster_id = 7 WHERE id IN (7, 8)",
    "INSERT INTO change (article_id, kind, at) VALUES (7, 'new', '2020-01-01')",
    "SELECT version FROM dedup_scheme",
]


def test_the_judge_tells_a_scan_from_a_search(engine: Engine) -> None:
    nothing = () if engine.dialect.name == "sqlite" else {}
    escaped = {one.replace("%", "%%") if engine.dialect.name == "postgresql" else one: one for one in SCANS}
    found = too_much(engine, dict.fromkeys(escaped, nothing))
    assert [escaped[one] for one in escaped if one not in found] == []
    assert too_much(engine, dict.fromkeys(SEARCHES, nothing)) == {}
