"""Erasing: an article's text and records are gone from everywhere, others' are whole, whatever ends it midway."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from archive.errors import NotFound, UsageError
from archive.people import correcting, notes, tags
from archive.query.article import article_row
from archive.query.search import Asked, search
from archive.store.db import open_engine, reading, writing
from archive.store.models import Capture
from archive.text.fold import fold
from crawler.cli import main
from crawler.upkeep.erase import run, warcs
from crawler.upkeep.erase.run import erasable, erase_all
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import Repeats
from tests.crawler.upkeep.conftest import PAGES
from tests.crawler.upkeep.small import Small, exchange, make
from tests.crawler.warc.odd import url

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHY = "法院判决"


@pytest.fixture(params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Small]:
    """The small archive, once in SQLite and once in PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("small_sqlite")
        return
    url = request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    yield make(url, tmp_path, engine, PAGES)[0]
    engine.dispose()


def command(small: Small, *words: str) -> Any:
    return CliRunner().invoke(main, ["--home", str(small.home.path), "--database", small.home.database, *words])


def erase(small: Small, *ids: int) -> None:
    erase_all(small.home, small.engine, ids, WHY, by="林", now=NOW)


def number_of(small: Small, number: int) -> int:
    """The number of the article that the invented page `number` shows."""
    with reading(small.engine) as connection:
        found = connection.scalar(select(Capture.article_id).where(Capture.url == url(number)).limit(1))
    assert found is not None
    return found


def body_of(small: Small, key: int) -> str:
    with reading(small.engine) as connection:
        return str(article_row(connection, key)["body"])


def answers(small: Small) -> dict[str, int]:
    """How many records with a payload there are of each address, over all files."""
    found: dict[str, int] = {}
    for path in sorted(small.home.warc.glob("*.warc.gz")):
        for one in read_records(path, path.name, check=True):
            assert isinstance(one, Record)
            assert one.faults == ()
            if one.raw is not None:
                found[one.raw.url] = found.get(one.raw.url, 0) + 1
    return found


def held(small: Small, words: str) -> list[str]:
    """The files of the home that hold these words as they stand, or packed in a record."""
    import gzip

    found = []
    for path in sorted(small.home.path.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.name.endswith(".gz") else data
            found += [path.name] if words.encode() in data else []
    return found


def test_an_article_is_gone_from_the_database_and_the_files(small: Small) -> None:
    key, other = number_of(small, 1), number_of(small, 2)
    line = body_of(small, key).split("\n")[0]
    kept = body_of(small, other)
    with writing(small.engine) as connection:
        said: dict[str, Any] = {"by": "林", "now": NOW}
        correcting.correct(connection, key, "headline", "改正的题", **said)
        tags.add(connection, key, "环保", **said)
        notes.add(connection, key, line, **said)
    small.write(exchange(1, [line, "后来又添的一段话，说的是别的事情。"], later=9))
    small.take_in()
    before = answers(small)
    with reading(small.engine) as connection:
        [plan] = erasable(connection, [key])
    assert (len(plan.captures), sum(map(len, plan.records.values()))) == (2, 2)
    erase(small, key)
    assert answers(small) == {address: count for address, count in before.items() if address != url(1)}
    assert held(small, "后来又添的一段话") == []
    assert small.findings() == []
    assert body_of(small, other) == kept
    with reading(small.engine) as connection:
        with pytest.raises(NotFound, match=f"article {key} was withdrawn and erased by 林.*{WHY}$"):
            article_row(connection, key)
        assert search(connection, Asked(text=fold(line)[:4])).total < len(before)
    shown = "SELECT headline, body, CAST(blocks AS TEXT) FROM article"
    assert small.rows(f"{shown} WHERE id = {key}") == [(None, "", "[]")]
    assert {row[0] for row in small.rows(f"SELECT outcome FROM capture WHERE article_id = {key}")} == {"withdrawn"}
    for table in ("correction", "tag", "note", "recheck"):
        assert small.rows(f"SELECT * FROM {table} WHERE article_id = {key}") == []
    erase(small, key)  # once more: nothing is left to do
    assert small.findings() == []


def test_what_is_erased_does_not_come_back(small: Small, tmp_path: Path) -> None:
    key = number_of(small, 1)
    copy = tmp_path / "copy.warc.gz"
    shutil.copy(next(small.home.warc.glob("*.warc.gz")), copy)
    erase(small, key)
    small.take_in(copy)  # the very records
    small.write(exchange(1, ["同一个地址，另一段足够长的正文，后来才抓到的。"] * 3, later=9))
    small.take_in()
    assert small.rows(f"SELECT body, revision FROM article WHERE id = {key}") == [("", 1)]
    # Nothing of it is read, and the records that came in go with the next time.
    erase(small, key)
    assert url(1) not in answers(small)
    assert small.findings() == []


@pytest.mark.parametrize("step", ["before the rows", "within them", "before the old files go", "while they go"])
def test_ended_midway_nothing_is_lost_and_the_next_time_ends_it(
    small: Small, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    key = number_of(small, 1)
    before, others = answers(small), {n: body_of(small, number_of(small, n)) for n in (0, 2, 3)}
    calls = {"sweep": 0}

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    def second_sweep(*given: Any) -> None:
        calls["sweep"] += 1
        if calls["sweep"] == 2:
            raise Killed
        warcs.sweep(*given)

    if step == "before the rows":
        monkeypatch.setattr(run, "erase", killed)
    elif step == "within them":
        monkeypatch.setattr(run, "_rename", killed)
    elif step == "before the old files go":
        monkeypatch.setattr(run, "sweep", second_sweep)
    else:
        unlink = Path.unlink

        def dies(path: Path, **more: Any) -> None:
            if path.name.endswith(".warc.gz"):
                raise Killed
            unlink(path, **more)

        monkeypatch.setattr(Path, "unlink", dies)
    with pytest.raises(Killed):
        erase(small, key)
    monkeypatch.undo()
    assert {n: body_of(small, number_of(small, n)) for n in others} == others
    named = {name for (name,) in small.rows("SELECT DISTINCT warc_file FROM capture WHERE warc_file IS NOT NULL")}
    assert all((small.home.warc / name).is_file() for name in named)
    erase(small, key)
    assert answers(small) == {address: count for address, count in before.items() if address != url(1)}
    assert small.findings() == []
    assert {n: body_of(small, number_of(small, n)) for n in others} == others


def test_what_is_erased_is_not_fetched_by_name(small: Small) -> None:
    erase(small, number_of(small, 1))
    done = command(small, "fetch", url(1))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "was erased by a person, and is not fetched again" in str(done.stderr)


def test_the_command_says_what_would_go_and_goes(small: Small) -> None:
    key = str(number_of(small, 1))

    def run_it(*words: str) -> Any:
        return command(small, "withdraw", *words)

    assert run_it("--erase", key).exit_code == 2
    assert run_it("--undo", key, "--reason", "x").exit_code == 2
    told = f"article {key}: its text, 1 captures, 1 records ("
    assert run_it("--erase", "--dry-run", key).stdout.startswith(f"would erase {told}")
    assert body_of(small, int(key))
    assert run_it(key, "--reason", WHY).stdout == f"article {key} withdrawn\n"
    assert run_it("--undo", key).stdout == f"article {key} shown again\n"
    exported = command(small, "export")
    assert exported.exit_code == 0, exported.output
    done = run_it("--erase", key, "--reason", WHY)
    assert done.stdout.startswith(f"erased {told}")
    assert done.stdout.endswith("stays in its batches until `jianbao export --begin-anew` removes them\n")
    assert "that cannot be taken back" in run_it("--undo", key).stderr


def test_looks_without_a_payload_go_with_it(small: Small) -> None:
    key = number_of(small, 1)
    [(digest, at)] = small.rows(f"SELECT digest, captured_at FROM capture WHERE article_id = {key}")
    del at
    small.write(exchange(1, later=9, repeats=Repeats(url=url(1), at=exchange(1).fetched_at, digest=digest)))
    small.take_in()
    erase(small, key)
    assert url(1) not in answers(small)
    assert small.findings() == []


def test_a_file_that_is_not_the_archives_is_left_alone(small: Small, tmp_path: Path) -> None:
    path = next(small.home.warc.glob("*.warc.gz"))
    away = tmp_path / "away.warc.gz"
    shutil.copy(path, away)
    small.execute("UPDATE capture SET warc_file = :name", name=str(away))
    data = away.read_bytes()
    with pytest.raises(UsageError, match="which is not in the archive's folder"):
        erase(small, number_of(small, 1))
    assert away.read_bytes() == data
    assert body_of(small, number_of(small, 1))
