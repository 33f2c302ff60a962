"""`jianbao site draft --template NAME`: a template that stopped fitting, drafted anew from what the archive knows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.settings import Home
from archive.store.db import open_engine
from crawler.cli import main
from crawler.demo.pages.netease_pages import page
from crawler.demo.world.publications import Publication
from crawler.demo.world.truth import World
from crawler.pages.extract import extract
from crawler.run.reading.answer import read
from crawler.run.run import open_run
from crawler.run.store import store
from crawler.sites.registry import read_site
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import Exchange, WarcFolder

pytestmark = pytest.mark.slow

BEGIN = datetime(2025, 11, 21, tzinfo=UTC)
# The portal's new clothes: another name for everything that its template looks at.
CHANGED = (
    ("post_body", "story_text"),
    ("post_title", "story_head"),
    ("post_info", "story_info"),
    ("post_author", "story_signs"),
    ("post_content", "story_box"),
    ("post_main", "story_main"),
    ("data-publishtime", "data-made"),
    ('id="content"', 'id="story"'),
    ('id="container"', 'id="story-page"'),
)


def changed(content: str) -> str:
    for old, new in CHANGED:
        content = content.replace(old, new)
    return content


@pytest.fixture(scope="module")
def desk() -> list[Publication]:
    """Articles of NetEase's desk, and one that only the new pages show."""
    return [one for one in World(articles=160, seed=4).publications if one.form == "post-news"][:9]


def take_in(home: Home, pages: list[tuple[str, str]], at: datetime) -> None:
    """Store these pages as a crawl does."""
    folder = WarcFolder(path=home.warc, max_bytes=10**9, info={"software": "test"})
    for number, (url, content) in enumerate(pages):
        folder.write(
            Exchange(
                url=url,
                fetched_at=at + timedelta(minutes=number),
                status=200,
                headers=(("Content-Type", "text/html; charset=utf-8"),),
                payload=content.encode(),
                request_headers=(("Host", "www.163.com"),),
            )
        )
    folder.close()
    run = open_run(home, [], kind="import")
    for path in sorted(home.warc.glob("*.warc.gz")):
        for one in read_records(path, path.name):
            if isinstance(one, Record) and one.raw is not None and one.raw.captured_at >= at:
                store(run, [read(one.raw)])
    run.answered = True
    run.finish()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, desk: list[Publication]) -> Home:
    """Seven articles as they were, then six of them and two new ones on pages of the new form."""
    path = tmp_path_factory.mktemp("stopped") / "home"
    path.mkdir()
    (path / "archive.db").write_bytes(sqlite_template.read_bytes())
    home = Home(path=path, database=f"sqlite:///{path / 'archive.db'}")
    open_engine(home.database).dispose()
    others = [one for one in World(articles=60, seed=8).publications if one.site == "netease"][:20]
    take_in(home, [(one.url, page(one, others)) for one in desk[:7]], BEGIN)
    take_in(home, [(one.url, changed(page(one, others))) for one in desk[1:]], BEGIN + timedelta(days=1))
    return home


def draft(home: Home, *words: object) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.path), "site", "draft", *map(str, words)])


def test_the_articles_of_before_guide_the_draft(archive: Home, desk: list[Publication], tmp_path: Path) -> None:
    done = draft(archive, "--template", "netease-post", "-o", tmp_path, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["template"], told["pages"], told["guided"]) == ("netease-post", 8, 6)
    assert told["body"] == ["div.story_text"]
    site, lines = read_site(tmp_path / "netease_post.py")
    assert lines == []
    assert site is not None
    assert [one.name for one in site.templates].count("netease-post") == 2
    others = [one for one in World(articles=60, seed=8).publications if one.site == "netease"][:20]
    for one in desk:
        now = extract(changed(page(one, others)).encode(), site=site, url=one.url)
        before = extract(page(one, others).encode(), site=site, url=one.url)
        for read_page in (now, before):
            assert (read_page.outcome, read_page.template) == ("article", "netease-post")
            assert read_page.body == one.body
            assert read_page.headline == one.headline
            assert read_page.published_at == one.published_at
        assert now.source_name == one.source_name
        assert now.location == one.location
    text = (tmp_path / "netease_post.py").read_text("utf-8")
    assert "signs=(" in text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("netease-pots", "no template is named netease-pots; there are"),
        ("sohu-mp", "the archive has no page that sohu-mp of sohu reads"),
    ],
)
def test_nothing_to_draft_from(archive: Home, tmp_path: Path, name: str, says: str) -> None:
    done = draft(archive, "--template", name, "-o", tmp_path)
    assert (done.exit_code, says in done.stderr) == (9, True), done.output
    assert list(tmp_path.iterdir()) == []
