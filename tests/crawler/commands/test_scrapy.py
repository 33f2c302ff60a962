"""Scrapy's own commands in the project folder, against the demo portal, as Scrapy's users expect them to work."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from archive.export.datasets.articles import FIELDS
from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from crawler.demo.world.truth import Publication, World
from crawler.sites.registry import load_sites
from tests.crawler.commands.listener import DROPPED
from tests.crawler.run import paged
from tests.crawler.run.run import ROOT, WARM, Archive

pytestmark = pytest.mark.slow

SCRAPY = "import sys, scrapy.cmdline\nsys.argv[0] = 'scrapy'\nscrapy.cmdline.execute()"
"""It exits."""


@define
class Project:
    """The project folder, a portal, and an archive."""

    archive: Archive
    proxy: Proxy
    heard: Path

    def scrapy(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """`scrapy WORDS`, in a process of its own that has its imports done (`warm.py`)."""
        return WARM.run(words, SCRAPY, self.environment, ROOT, timeout=120)

    def started(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The same as a person starts it."""
        command = [Path(sys.executable).with_name("scrapy"), *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    @property
    def environment(self) -> dict[str, str]:
        """A command's."""
        return self.archive.env(JIANBAO_HOME=str(self.archive.home), LISTENER=str(self.heard))

    def told(self, kind: str) -> list[Any]:
        """What a Scrapy user's own components heard."""
        lines = map(json.loads, self.heard.read_text("utf-8").splitlines())
        return [what for one, what in lines if one == kind]

    def wanted(self, site: str) -> list[Publication]:
        """What the portal has of a site."""
        return [one for one in self.proxy.world.publications if one.site == site]


@pytest.fixture
def project(start_portal: Callable[..., Proxy], tmp_path: Path) -> Project:
    proxy = start_portal(20, all_lists=True)
    return Project(Archive(tmp_path / "home", proxy.environment()), proxy, tmp_path / "heard")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One portal for commands that touch no archive."""
    folder = tmp_path_factory.mktemp("beside")
    with Proxy(World(20, 1), folder) as proxy:
        yield Project(Archive(folder / "home", proxy.environment()), proxy, folder / "heard")
    assert not (folder / "home").exists(), "no archive is touched"


@pytest.fixture
def with_pages(project: Project) -> Project:
    """One of NetEase's articles stands on three pages."""
    source = next(one for one in load_sites()["netease"].sources if one.name == "guonei")
    entry = f'{{"title":"茶市一日三变","docurl":"{paged.address(1)}","time":"07/03/2015 15:02:45"}}'
    project.proxy.faults[source.urls[0]] = Answer(200, f"data_callback([{entry}])".encode(), "text/html; charset=UTF-8")
    project.proxy.faults.update({paged.address(number): paged.answer(number) for number in (1, 2, 3)})
    return project


def test_a_crawl_fills_feeds_pipelines_and_signals_and_can_be_ended(with_pages: Project, tmp_path: Path) -> None:
    project, feed, mine = with_pages, tmp_path / "out.jsonl", "tests.crawler.commands.listener"
    listening = ("-s", f'EXTENSIONS={{"{mine}.Listener": 1}}', "-a", "_job=6f1", "-o", str(feed))
    pipeline = ("-s", f'ITEM_PIPELINES={{"{mine}.Pipeline": 1}}')
    slow = ("-a", "site.netease.delay=3", "-s", "CLOSESPIDER_PAGECOUNT=3")
    ended = project.scrapy("crawl", "netease", *listening, *slow)
    assert ended.returncode == 0, ended.stderr
    run = project.archive.last_run()
    assert (run["state"], run["exit_code"], run["new"]) == ("stopped", 0, 0)
    assert project.told("closed") == ["closespider_pagecount"]
    assert project.told("scraped") == []
    assert sum(project.proxy.requests.values()) < 12, "what waited for its turn was let go"
    # What is left is due, and the next run fetches it.
    done = project.scrapy("crawl", "netease", *listening, *pipeline)
    assert done.returncode == 3, done.stderr
    run = project.archive.last_run()
    assert (run["sites"], run["state"], run["exit_code"]) == (["netease"], "finished", 3)
    stored = project.archive.articles()
    assert len(stored) == len(project.wanted("netease")) + 1
    items = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert sorted(project.told("pipeline")) == sorted(key for (key,) in project.archive.rows("SELECT id FROM article"))
    assert sorted(item["id"] for item in items) == sorted(set(project.told("pipeline")) - {DROPPED})
    assert sorted(item["id"] for item in items) == sorted(key for key, _ in project.told("scraped"))
    assert project.told("closed") == ["closespider_pagecount", "finished"]
    for item in items:
        assert list(item) == [*FIELDS, "pipeline"]
        assert item["body"] == stored[item["site"], item["native_id"]][2]
    assert [item["body"] for item in items if item["native_id"] == paged.DOCID] == [paged.WHOLE]


def test_what_is_no_site_is_said(beside: Project) -> None:
    listed = beside.started("list")
    assert {"netease", "sohu"} <= set(listed.stdout.split())
    unknown = beside.started("crawl", "nobody")
    assert unknown.returncode == 2
    assert "no site is named nobody" in unknown.stderr


def test_fetch_and_shell(beside: Project) -> None:
    one = next(one for one in beside.wanted("netease") if one.form == "post-news")
    fetched = beside.scrapy("fetch", "--nolog", one.url)
    assert fetched.returncode == 0, fetched.stderr
    assert one.headline in fetched.stdout, "unpacked, as a person reads it"
    forbidden = next(one for one in beside.proxy.world.specials if one.kind == "forbidden")
    asked = f"spider.name, response.css('h1::text').get(), fetch({forbidden.url!r}), response"
    shell = beside.started("shell", "--nolog", one.url, "-c", asked)
    assert shell.returncode == 0, shell.stderr
    assert f"('netease', '{one.headline}', None, None)" in shell.stdout
    assert forbidden.url not in beside.proxy.requests, "robots.txt forbids it"


def test_parse_follows_a_list_to_the_items(beside: Project) -> None:
    address = load_sites()["netease"].sources[0].urls[0]
    parsed = beside.scrapy("parse", "--nolog", "--nocolour", "-d", "2", address)
    assert parsed.returncode == 0, parsed.stderr
    ids = re.findall(r"'native_id': '(\w+)'", parsed.stdout)
    assert len(ids) > 1
    assert set(ids) <= {one.native_id for one in beside.wanted("netease")}
