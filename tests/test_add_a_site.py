"""docs/add-a-site.md is true: its file is loaded from a folder, extracts its page and crawls its list."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.portal.proxy import Proxy
from tests.portal.server import text

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "add-a-site.md"
URL = "https://www.qingzhou.example/a/20251103/88231.html"
BLOCK = re.compile(r"^```(?:python|json|html) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The named blocks of the page, each also as a file; the site file in a folder of its own."""
    found = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    (tmp_path / "sites").mkdir()
    for name, content in found.items():
        (tmp_path / ("sites" if name.endswith(".py") else "") / name).write_text(content, "utf-8")
    return found


def jianbao(*words: str, sites: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user would."""
    settings = {**os.environ, "JIANBAO_SITES": str(sites), **environment}
    command = [str(Path(sys.executable).with_name("jianbao")), *words]
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120, check=False)


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
    done = jianbao("crawl", "qingzhou", sites=tmp_path / "sites", **environment)
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
