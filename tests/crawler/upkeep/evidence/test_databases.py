"""The index, packages and evidence on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from archive.evidence.verify import verify
from archive.people.withdrawals import withdraw
from archive.store.db import writing
from crawler.capture.raw.pages import StoredPages, read_explained
from crawler.cli import main
from crawler.upkeep.evidence.contents import contents
from tests.crawler.upkeep.small import make
from tests.crawler.warc.odd import url


def test_they_are_the_same(database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoredPages, "explained", lambda self, place: read_explained(self._home, place))
    small, _ = make(database_url, tmp_path, engine, 3)
    home = small.home.path
    with writing(engine) as connection:
        withdraw(connection, 2, "法院判决", by="林", now=datetime(2026, 1, 1, tzinfo=UTC))

    def run(*words: str) -> str:
        done = CliRunner().invoke(
            main, ["--home", str(home), "--database", database_url, *words], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return done.stdout + done.stderr

    assert "1 captures are left out" in run("cdx")
    assert "2 captures, 0 records of 1 files were new" in run("cdx")
    pages = "2 articles, 2 captures, 2"
    assert pages in run("pack", "水塔", "--all", "--to", str(tmp_path / "a.wacz"))
    assert pages in run("evidence", "1", url(2), "--to", str(tmp_path / "case"))
    for name in ("a.wacz", "case"):
        found = verify(tmp_path / name)
        assert [*found.findings, *contents(found.files)] == []
    assert "[EB/OL]. （2025-10-30）[" in run("cite", "1")
