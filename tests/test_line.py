"""The whole line on the demo portal: from the lists to the archive, held against the truth."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from sqlalchemy import Engine, create_engine, func, select, text

from archive.store.db import open_engine, reading
from archive.store.models import Capture, CrawlRun, Frontier, Sighting
from crawler.demo.compare import Findings, compare, compare_clusters
from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World
from crawler.sites.registry import load_sites
from tests.crawler.run.run import Archive

if TYPE_CHECKING:
    from tests.postgres import Server

pytestmark = pytest.mark.slow

WORLD = World(120, 1)
Done = subprocess.CompletedProcess[str]


@frozen
class Line:
    """An archive that was crawled twice from a portal of 120 articles, and what the portal was asked for each time."""

    archive: Archive
    database: str
    engine: Engine
    first: Done
    second: Done
    asked: Counter[str]
    asked_again: Counter[str]
    served: Counter[tuple[str, str]]
    served_again: Counter[tuple[str, str]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Two crawls into each kind of database; the module's tests only look."""
    folder = tmp_path_factory.mktemp("line")
    home = folder / "home"
    database = f"sqlite:///{home / 'archive.db'}"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE line TEMPLATE template_archive"))
        admin.dispose()
        database = server.url("line")
    with Proxy(WORLD, folder) as portal:
        archive = Archive(home, portal.environment())

        def crawl() -> tuple[Done, Counter[str], Counter[tuple[str, str]]]:
            portal.requests.clear()
            portal.served.clear()
            done = archive.run("--database", database, "crawl")
            return done, Counter(portal.requests), Counter(portal.served)

        first, asked, served = crawl()
        second, asked_again, served_again = crawl()
    assert (home / "warc").exists(), first.stderr
    engine = open_engine(database)
    yield Line(archive, database, engine, first, second, asked, asked_again, served, served_again)
    engine.dispose()


def test_every_article_is_stored_as_it_was_published(line: Line) -> None:
    found = compare(line.engine, WORLD)
    assert found.problems == []
    assert found.stored == len(WORLD.publications) == 120


def test_copies_share_a_cluster_and_stories_do_not(line: Line) -> None:
    found = Findings()
    compare_clusters(line.engine, WORLD, found)
    assert found.problems == []
    assert found.copies > 10
    assert found.linked == found.copies


def test_the_verification_page_makes_the_run_doubtful_and_nothing_else_does(line: Line) -> None:
    assert line.first.returncode == 3, line.first.stderr
    assert "new 120" in line.first.stdout
    assert "doubtful 1 · failed 0" in line.first.stdout
    blocked = next(one.url for one in WORLD.specials if one.kind == "blocked")
    assert f"1 page of netease: blocked: {blocked}" in line.first.stdout


def test_the_second_run_fetches_no_article_again(line: Line) -> None:
    assert line.second.returncode == 0, line.second.stderr
    assert (line.second.stdout, line.second.stderr) == ("", "")
    with reading(line.engine) as connection:
        counted = connection.execute(select(CrawlRun).order_by(CrawlRun.id.desc()).limit(1)).one()
    assert (counted.fetched, counted.new, counted.duplicate, counted.doubtful, counted.failed) == (0, 0, 0, 0, 0)
    assert line.served_again == {}
    assert any("/special/cm_guonei/" in url for url in line.asked_again)


def test_robots_txt_is_read_and_obeyed(line: Line) -> None:
    forbidden = next(one for one in WORLD.specials if one.kind == "forbidden")
    assert line.asked["https://www.sohu.com/robots.txt"] >= 1
    assert forbidden.url not in line.asked
    with reading(line.engine) as connection:
        row = connection.execute(select(Frontier).where(Frontier.native_id == forbidden.native_id)).one()
    assert row.outcome == "robots"


def test_no_page_is_asked_for_twice_in_a_run(line: Line) -> None:
    """Though many stand on several lists, under their desktop, mobile and share addresses."""
    assert {line.served[one.site, one.native_id] for one in WORLD.publications} == {1}


def test_every_answer_has_an_outcome(line: Line) -> None:
    with reading(line.engine) as connection:
        counted = dict(connection.execute(select(Capture.outcome, func.count()).group_by(Capture.outcome)).all())
        unsettled = connection.scalar(select(func.count()).where(Frontier.state.in_(("due", "leased"))))
    assert counted["article"] == 120
    assert counted["gone"] == 2
    assert counted["blocked"] == 1
    assert unsettled == 1  # the blocked one, which is tried again later
    assert set(counted) <= {"article", "gone", "blocked", "list", "broken"}


def test_what_the_lists_said_is_written_down(line: Line) -> None:
    with reading(line.engine) as connection:
        sightings = connection.execute(select(Sighting.site, Sighting.native_id, Sighting.times_seen)).all()
        runs = connection.execute(select(CrawlRun).order_by(CrawlRun.id)).all()
    seen = {(row.site, row.native_id) for row in sightings}
    assert {(one.site, one.native_id) for one in WORLD.publications} <= seen
    assert max(row.times_seen for row in sightings) == 2
    assert [(run.state, run.new, run.exit_code) for run in runs] == [("finished", 120, 3), ("finished", 0, 0)]
    assert runs[0].duplicate == sum(one.relation != "original" for one in WORLD.publications)


def test_the_portal_answers_every_list_that_the_sites_declare(line: Line) -> None:
    for name in ("netease", "sohu"):
        for source in load_sites()[name].sources:
            assert source.urls[0] in line.asked, f"{name}/{source.name}"


@pytest.mark.parametrize("site", ["netease", "sohu", "bendi"])
def test_an_article_is_explained_from_its_raw_page(line: Line, site: str) -> None:
    """Its WARC record is read back; the lines that are kept are the body."""
    one = next(one for one in WORLD.publications if one.site == site and len(one.lines) > 5)
    done = line.archive.run("--database", line.database, "explain", f"{site}:{one.native_id}")
    assert done.returncode == 0, done.stderr
    kept = [text[2:] for text in done.stdout.splitlines() if text.startswith("+ ") and text[2:9] != "[image]"]
    assert " ".join(kept).split() == one.body.split()
    stripped = [text for text in done.stdout.splitlines() if text.startswith("- ")]
    assert stripped
    assert all("   ← " in text for text in stripped)
