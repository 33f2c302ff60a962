"""Of which pages the witness is asked: all, a sample that is always the same, none."""

from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.store.db import open_engine, reading
from archive.store.models import Capture
from crawler.capture.hearing import LOW_CONFIDENCE, SAMPLE, Heard, Hearing, is_heard
from crawler.cli import main
from crawler.pages.page import Outcome, Page
from crawler.warc.writer import WarcFolder
from tests.crawler.pages.stored import PORTALS, expected
from tests.crawler.warc.test_writer import exchange


@given(st.text())
def test_all_and_none(url: str) -> None:
    assert is_heard("all", url)
    assert not is_heard("off", url)
    assert is_heard("sample", url) is is_heard("sample", url)


def test_a_sample_is_one_in_twenty() -> None:
    heard = sum(is_heard("sample", f"https://www.sohu.com/a/{number}_1") for number in range(20_000))
    assert 0.9 * 20_000 / SAMPLE < heard < 1.1 * 20_000 / SAMPLE


@given(st.text(), st.sampled_from(["all", "enough", "sample", "off"]))
def test_of_a_template_that_was_heard_enough_a_sample_is_heard(url: str, hearing: Hearing) -> None:
    page = Page(url=url, outcome=Outcome.ARTICLE, template="clip-story")
    assert Heard(hearing).wants(page) is is_heard(hearing, url)
    enough = Heard(hearing, frozenset({"clip-story"}))
    assert enough.wants(page) is is_heard("sample" if hearing == "enough" else hearing, url)
    assert enough.wants(evolve(page, template="clip-new")) is is_heard(hearing, url)
    assert enough.wants(evolve(page, confidence=LOW_CONFIDENCE)) is is_heard(hearing, url)


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "heard"), [("all", True), ("off", False)])
def test_the_setting_is_heard(setting: str, heard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = expected(PORTALS)["netease-post-news"]["url"]
    folder = WarcFolder(path=tmp_path / "w", max_bytes=10**9, info={})
    folder.write(exchange(url=url, payload=(PORTALS / "netease-post-news.html").read_bytes()))
    folder.close()
    (file,) = (tmp_path / "w").glob("*.warc.gz")
    monkeypatch.setenv("JIANBAO_WITNESS", setting)
    done = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "import", str(file)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'archive.db'}")
    with reading(engine) as connection:
        agreement, outcome = connection.execute(select(Capture.agreement, Capture.outcome)).one()
    engine.dispose()
    assert outcome == Outcome.ARTICLE
    assert (agreement is not None) is heard
