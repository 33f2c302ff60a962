"""The validator of py-wacz finds nothing to say of our packages, and pywb's library reads their index."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.capture.raw.pages import StoredPages, read_explained
from crawler.cli import main
from crawler.warc.writer import Position, Repeats
from tests.crawler.upkeep.conftest import _made, places, small, small_sqlite  # noqa: F401 - fixtures
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import url
from tests.interop import run

pytestmark = pytest.mark.slow


def test_the_validator_takes_our_packages(small: Small, places: list[Position], tmp_path: Path) -> None:  # noqa: F811
    same = Repeats(url=url(1), at=BEGIN.replace(minute=1), digest=places[1].digest)
    small.write(exchange(1, later=30, repeats=same))
    small.take_in()
    target = tmp_path / "news.wacz"
    done = CliRunner().invoke(main, ["--home", str(small.home.path), "pack", "水塔", "--all", "--to", str(target)])
    assert done.exit_code == 0, done.output
    said = run("replay", "wacz", "validate", "-f", target)
    assert "Validation succeeded, the passed WACZ is valid" in said


def test_it_takes_evidence_too(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(StoredPages, "explained", lambda self, place: read_explained(self._home, place))
    target = tmp_path / "case.wacz"
    done = CliRunner().invoke(main, ["--home", str(small.home.path), "evidence", "1", "2", "--to", str(target)])
    assert done.exit_code == 0, done.output
    said = run("replay", "wacz", "validate", "-f", target)
    assert "Validation succeeded, the passed WACZ is valid" in said
