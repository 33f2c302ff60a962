"""docs/add-a-site.md is true: its pages are drafted from, its file is loaded, checked, extracts its page and crawls."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.demo.proxy import Proxy
from crawler.demo.server import text
from crawler.sites.registry import load_sites, read_site
from tests.crawler.run.run import WARM

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "add-a-site.md"
URL = "https://www.qingzhou.example/a/20251103/88231.html"
BLOCK = re.compile(r"^```(?:python|json|html|text) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINES = re.compile(r'(<p class="editor">[^\n]*\n).*?(<p class="ad">[^\n]*\n)(?:<p><img.*?)?(<p>分享到)', re.DOTALL)
COMMAND = re.compile(r"^jianbao (site (?:draft|check) [^#\n]*?)\s*(?:#.*)?$", re.MULTILINE)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The named blocks of the page, each also as a file; the site file in a folder of its own."""
    found = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    (tmp_path / "sites").mkdir()
    for name, content in found.items():
        (tmp_path / ("sites" if name == "qingzhou.py" else "") / name).write_text(content, "utf-8")
    return found


def save(files: dict[str, str], folder: Path) -> None:
    """The five pages of the walk-through, each with its address beside it: the others are made of the first."""
    folder.mkdir()
    first = {"id": "88231", "day": "2025-11-03", "page": files["article.html"]}
    for one in (first, *json.loads(files["more.json"])):
        page = one.get("page") or _another(files["article.html"], one)
        url = f"https://www.qingzhou.example/a/{one['day'].replace('-', '')}/{one['id']}.html"
        (folder / f"{one['id']}.html").write_text(page, "utf-8")
        (folder / f"{one['id']}.json").write_text(json.dumps({"url": url}), "utf-8")


def _another(page: str, one: dict[str, Any]) -> str:
    body = "".join(f"<p>{line}</p>\n" for line in one["lines"])
    page = LINES.sub(lambda found: found[1] + body + found[2] + found[3], page)
    for old, new in (
        ("渡口的灯换了新的", one["headline"]),
        ("88231", one["id"]),
        ("2025-11-03T09:28:40", f"{one['day']}T{one['time']}"),
        ("2025-11-03 09:28", f"{one['day']} {one['time'][:5]}"),
        ("沈一苇", one["author"]),
        ("罗文", one["editor"]),
    ):
        page = page.replace(old, new)
    return page


def test_the_walk(files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own commands, one after the other: what they print and write stands there, word for word."""
    monkeypatch.chdir(tmp_path)
    save(files, tmp_path / "saved")
    commands = COMMAND.findall(PAGE.read_text("utf-8"))
    draft, check = (
        next(words for words in commands if words.startswith(f"site {name} s")) for name in ("draft", "check")
    )

    def run(words: str) -> Result:
        return CliRunner().invoke(main, words.split())

    done = run(draft)
    assert done.exit_code == 0, done.output
    assert done.stdout == files["report.txt"]
    assert Path("drafts/qingzhou.py").read_text("utf-8") == files["drafted.py"]
    drafted = run("site check drafts/qingzhou.py --pages drafts/")
    assert drafted.exit_code == 0, drafted.output
    done = run(check)
    assert done.exit_code == 0, done.output
    assert done.stdout == files["check.txt"]


def test_the_draft_and_the_finished_file_are_sound(files: dict[str, str], tmp_path: Path) -> None:
    assert {"drafted.py", "qingzhou.py"} < files.keys()
    for name in ("drafted.py", "sites/qingzhou.py"):
        site, lines = read_site(tmp_path / name, load_sites().values())
        assert (lines, site is not None) == ([], True)


def jianbao(*words: str, sites: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command, in a process of its own."""
    settings = {**os.environ, "JIANBAO_SITES": str(sites), **environment}
    return WARM.run(words, "", settings, sites.parent, timeout=120)


def test_the_site_is_named(files: dict[str, str], tmp_path: Path) -> None:
    assert "qingzhou.py" in files
    listed = jianbao("sites", sites=tmp_path / "sites")
    assert "qingzhou\t青舟网\tqingzhou.example\t1 lists" in listed.stdout, listed.stderr


def test_its_page_is_extracted_as_the_page_says(files: dict[str, str], tmp_path: Path) -> None:
    done = jianbao("extract", str(tmp_path / "article.html"), "--url", URL, sites=tmp_path / "sites")
    assert done.returncode == 0, done.stderr
    result, expected = json.loads(done.stdout), json.loads(files["expected.json"])
    assert {name: result[name] for name in expected} == expected


def test_it_is_crawled(files: dict[str, str], tmp_path: Path, start_portal: Callable[..., Proxy]) -> None:
    portal = start_portal(1)
    portal.faults["https://www.qingzhou.example/api/latest.json?page=1"] = text(
        files["latest.json"], "application/json"
    )
    portal.faults[URL] = text(files["article.html"])
    portal.faults["https://www.qingzhou.example/robots.txt"] = text("User-agent: *\nDisallow:\n", "text/plain")
    environment = {**portal.environment(), "JIANBAO_HOME": str(tmp_path / "home")}
    del environment["JIANBAO_SITES"]
    done = jianbao("crawl", "qingzhou", "-v", sites=tmp_path / "sites", **environment)
    assert done.returncode == 0, done.stderr
    assert "listed 1 · fetched 1 · new 1" in done.stdout
    assert URL in portal.requests


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("broken.py", "SITE = Sight()\n", "broken.py cannot be loaded: NameError"),
        (
            "selector.py",
            "from crawler.pages.rules.engine import Rule\nADVERT = Rule(id='qingzhou.ad', selector='div > p')\n",
            "selector.py cannot be loaded: SelectorError: rule qingzhou.ad: no such selector as 'div > p'",
        ),
        ("taken.py", "from crawler.sites.sohu import SITE\n", "there is already a site named 'sohu'"),
    ],
)
def test_a_bad_site_file_is_named_in_one_line(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    done = jianbao("sites", sites=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    done = jianbao("sites", sites=tmp_path / "nowhere")
    assert done.returncode == 2
    assert "JIANBAO_SITES" in done.stderr
