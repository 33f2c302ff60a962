"""No statement that crawling, importing, reading or deciding sends may read more because the archive is larger.

Everything is done once on each database, every statement is heard, and the database's own plan of each is judged
(`tests.statements`). What may read much nevertheless stands in `ALLOWED`, each with its reason and its bound.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen
from sqlalchemy import Engine, create_engine, make_url, text

from archive.store.db import open_engine
from crawler.demo.world.truth import World
from tests.crawler.run.run import Archive
from tests.portal.few import Proxy
from tests.statements import GROWING, too_much
from tests.used.heard import Heard, every_command, every_page
from tests.used.people import EXCUSED, use

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parents[1]

HEALTH: Final = ("health", "GET /health", "GET /api/health")
SEARCH: Final = (
    *("search", "saved add", "saved run", "export", "pack", "GET /search", "GET /search.{form}", "GET /feed.atom"),
    *("GET /source", "GET /account", "POST /saved", "GET /api/search", "GET /api/facets", "GET /api/timeline"),
)


@frozen
class Allowed:
    """Statements that may read more in a larger archive: those of this pattern, sent by these alone. `why` they may,
    and what bounds them."""

    who: tuple[str, ...]
    what: str
    why: str


ALLOWED: Final = (
    Allowed(
        ("export", "recluster", "rebuild", "reextract", "verify", "db copy", "cdx"),
        r"(?!.* LIMIT ).*|.* WHERE capture\.warc_file = .*",
        "these go through the whole archive, on purpose: each of their statements once a run, no part of it again from "
        "the beginning (none with a limit); an export that goes on does so after a withdrawal alone",
    ),
    Allowed(
        ("stats", "GET /api/stats", "GET /", *HEALTH),
        r"SELECT (min\(article\.published_at\)|(\w+\.(site|template|outcome|relation), )?count\(\*\)) .*",
        "what there is, and what waits, is counted when a person asks; by the front page every 20 s at most",
    ),
    Allowed(
        ("flows", "GET /flows", "GET /api/flows"),
        r"SELECT article\.id, article\.cluster_id, .* FROM article JOIN cluster .* ORDER BY article\.published_at, .*",
        "the copies of the time that is asked about, in the order of an index, 500 at a time",
    ),
    Allowed(
        SEARCH,
        r"(WITH|SELECT (cluster\.id|NULL AS anon_1), count|SELECT lower\(link)"
        r"((?!.*(MATCH|@@) )|(?=.*(published_at >=|link_1\.relation =|revision\.number >))).* FROM article .*",
        "without a word the index of what there is, which holds no texts; beside a word the articles that were edited, "
        "of an index of those alone; PostgreSQL may read a span of days or the links of a relation first, where these "
        "are fewer",
    ),
    Allowed(
        ("cluster doubts", "GET /doubts"),
        r"SELECT .* FROM link JOIN article .* WHERE link\.relation = 'doubtful' .*",
        "what a person must decide is put in order; a partial index has these links alone",
    ),
    Allowed(
        ("GET /", *HEALTH),
        r"SELECT (min\(frontier\.due_at\) AS .*|(article\.id, article\.site, article\.headline, article\.body, .*|"
        r"crawl_run\.sites, .* ORDER BY crawl_run\.id DESC|article\.site, .* WHERE change\.at > .*) LIMIT .*)",
        "the newest in the order of an index until there are a few, or those of a span",
    ),
    Allowed(
        ("runs show", "GET /runs/{id:int}", "GET /api/runs/{id:int}", "withdraw"),
        r"SELECT (problem\.kind, .* WHERE problem\.run_id = .* ORDER BY problem\.id|"
        r"capture\.id, .* WHERE capture\.warc_file = \S+)",
        "all that went wrong in one run; all captures of a WARC file that is written anew: what a run or a file has",
    ),
    Allowed(
        ("tags", "GET /desk/{id:int}"),
        r"SELECT tag\.tag, count\(\*\) .* GROUP BY tag\.tag .*",
        "the tags that people gave, each with how often",
    ),
    Allowed(
        ("survivors", "GET /gone", "GET /api/survivors"),
        r"SELECT capture\.site, capture\.native_id, max\(.* WHERE capture\.outcome = 'gone' .*",
        "what is gone at its site, of an index of those captures alone",
    ),
    Allowed(
        ("site draft",),
        r"SELECT capture\.url, .* WHERE capture\.site = .* LIMIT .*",
        "a person who mends a template looks through the captures of its site, once",
    ),
)
"""At most ten."""
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
def used(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Heard]]:
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
    heard = Heard(make_url(url))
    with Proxy(World(12, 5), folder) as portal:
        archive = Archive(folder / "home", {**portal.environment(), "JIANBAO_DATABASE": url})
        fetched = next(one.url for one in portal.world.publications if one.site == "sohu")
        for words in (("crawl",), ("crawl",), ("fetch", fetched)):
            heard.apart(archive, *words)
    use(heard, folder, url, archive)
    engine = open_engine(url)
    yield engine, heard
    engine.dispose()


def test_no_statement_reads_more_in_a_larger_archive(used: tuple[Engine, Heard]) -> None:
    engine, heard = used
    left, needed = [], set()
    for statement, steps in too_much(engine, heard.sent).items():
        plain = " ".join(statement.split())
        for who in sorted(heard.by[statement]):
            fits = [one for one in ALLOWED if who in one.who and re.fullmatch(one.what, plain)]
            needed.update(fits)
            if not fits:
                left.append((who, plain, steps))
    assert left == []
    assert [one.why for one in ALLOWED if one not in needed] == [], "these need not be allowed any longer"
    assert len(ALLOWED) <= 10


def test_everything_was_heard(used: tuple[Engine, Heard]) -> None:
    _, heard = used
    every = "\n".join(heard.sent)
    assert [table for table in GROWING if not re.search(rf"\b{table}\b", every)] == []
    assert [what for what, part in HEARD.items() if part not in every] == []


def test_every_command_was_given_and_every_page_asked(used: tuple[Engine, Heard]) -> None:
    _, heard = used
    assert every_command() - EXCUSED.keys() - heard.asked == set(), "give it in tests/used/people.py"
    assert every_page() - heard.asked == set(), "ask for it in tests/used/browser.py"
    assert EXCUSED.keys() - every_command() == set()
    named = {who for one in ALLOWED for who in one.who}
    assert named - every_command() - every_page() == set()


def test_no_statement_names_many_keys_as_rows_of_values(used: tuple[Engine, Heard]) -> None:
    """For `(a, b) IN (VALUES …)` SQLite 3.40 reads a whole table."""
    _, heard = used
    assert [one for one in heard.sent if re.search(r"\bIN \(\s*(VALUES|\(\?)", one)] == []


def _tuples_in(file: Path) -> Iterator[int]:
    """The lines of a module where a `tuple_(…)`, or what is one, is looked for among others."""
    source = file.read_bytes()
    if b"tuple_" not in source:
        return
    tree = ast.parse(source)

    def is_tuple(node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "tuple_"

    named = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_tuple(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("in_", "not_in", "notin_"):
            whose = node.value
            if is_tuple(whose) or (isinstance(whose, ast.Name) and whose.id in named):
                yield node.lineno


def test_keys_of_several_columns_are_looked_for_in_one_place(tmp_path: Path) -> None:
    """`archive.store.keys`, which knows what SQLite makes of them."""
    files = [file for room in ("archive", "crawler", "jianbao") for file in sorted((ROOT / room).rglob("*.py"))]
    found = {str(file.relative_to(ROOT)): lines for file in files if (lines := list(_tuples_in(file)))}
    assert found.keys() == {"archive/store/keys.py"}
    wrong = tmp_path / "wrong.py"
    wrong.write_text("tuple_(a, b).in_(keys)\nkey = sa.tuple_(a, b)\nnot_(key.not_in(keys))\na.in_(keys)\n")
    assert list(_tuples_in(wrong)) == [1, 3]


SCANS = [
    "SELECT id FROM capture WHERE article_id = 7 OR (outcome = 'x' AND detail = 'y' AND article_id IS NULL)",
    "SELECT id FROM capture WHERE article_id IS NULL",
    "SELECT id FROM article WHERE id > 7",
    "SELECT max(headline) FROM article",
    "SELECT max(headline) FROM article WHERE headline > 'x'",
    "SELECT max(published_at) FROM article WHERE headline = 'x'",
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
    "SELECT id FROM capture WHERE article_id = 7 OR (site = 'x' AND native_id = 'y' AND article_id IS NULL)",
    "SELECT id FROM article WHERE id > 7 ORDER BY id LIMIT 20",
    "SELECT id FROM article WHERE id > 7 AND id <= 90",
    "SELECT min(capture.warc_file) AS least FROM capture WHERE capture.warc_file > 'x'",
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
