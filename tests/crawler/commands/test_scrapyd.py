"""The project as an egg: built as scrapyd-deploy builds it, and imported and asked as scrapyd's runner does it.

scrapyd itself is not needed for that: its runner puts the egg on the path, takes the settings' module from the egg's
entry points, and runs Scrapy's command line (scrapyd 1.6, runner.py)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawler.run.run import ROOT

pytestmark = pytest.mark.slow
RUNNER = """
import os, sys
from importlib.metadata import distributions
sys.path.insert(0, sys.argv.pop(1))
[egg] = distributions(path=sys.path[:1])
[settings] = egg.entry_points.select(group="scrapy", name="settings")
os.environ["SCRAPY_SETTINGS_MODULE"] = settings.module
if sys.argv[1] == "check":
    import crawler
    from archive.store.db import open_engine
    from archive.store.schema import current, revisions
    from crawler.capture.version import extractor_version
    assert crawler.__file__.startswith(sys.path[0]), crawler.__file__
    engine = open_engine("sqlite:///archive.db", create=True)
    print(current(engine) == revisions()[-1], len(extractor_version()))
    sys.exit()
from scrapy.cmdline import execute
execute()
"""


@pytest.fixture(scope="module")
def egg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The egg of this tree."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("archive", "crawler", "jianbao", "migrations"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "scrapy.cfg"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "setup.py", "-q", "clean", "-a", "bdist_egg", "-d", "eggs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [made] = (folder / "eggs").glob("*.egg")
    return made


def runner(egg: Path, folder: Path, *words: str) -> str:
    """What scrapyd's runner gives for a command of Scrapy's."""
    command = [sys.executable, "-P", "-c", RUNNER, str(egg), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_scrapyd_lists_the_spiders_of_the_egg(egg: Path, tmp_path: Path) -> None:
    assert runner(egg, tmp_path, "list").split() == ["netease", "sohu"]


def test_an_archive_can_be_made_from_the_egg(egg: Path, tmp_path: Path) -> None:
    """alembic wants its migrations in a folder, and there is none in an egg."""
    assert runner(egg, tmp_path, "check") == "True 12\n"
