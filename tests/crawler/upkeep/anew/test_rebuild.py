"""The archive made anew beside the old one: equal to it, whatever it holds; and what becomes of damage."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Table, insert, make_url, select, text, update

from archive.dedup import tables
from archive.dedup.clusters import decisions
from archive.errors import AlreadyRunning, DatabaseUnavailable, StorageError
from archive.export.chain import Batch
from archive.export.chain.seal import Sealing
from archive.export.package import Style
from archive.people import correcting, notes, tags, withdrawals
from archive.query.search import Asked, saved, search
from archive.settings import Home
from archive.store.db import opened, reading, writing
from archive.store.models import Alarm, Article, Capture, CrawlRun, Revision
from archive.store.records import Item
from crawler.run.locks import lock_home
from crawler.upkeep.erase.run import erase_all
from crawler.upkeep.rebuild import beside, run
from crawler.upkeep.rebuild.carry import carried
from crawler.upkeep.rebuild.run import Rebuild, Report, plan
from crawler.warc.writer import Repeats
from tests.archive.export.following import follow, present
from tests.archive.make import article
from tests.crawler.run.run import Archive
from tests.crawler.upkeep.anew.clip import DAY, HOUR, WIDE, Clip, Inline, address, make, page, told

ALL: Sequence[Table] = [*carried(), *(model.__table__ for model in (Article, Capture, Revision, CrawlRun))]


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No processes."""
    monkeypatch.setattr(run, "Extraction", Inline)
    monkeypatch.setattr(run, "Rereading", Inline)


def fill(clip: Clip) -> None:
    """Edits, deletions, a return, reprints, decisions, imports, waiting pages, unchanged looks, our own mending."""
    clip.capture(*((address(n), page(n), n) for n in range(1, 7)))
    clip.capture((address(1), page(1, 1), 20), (address(11), page(1), 21), (address(3), page(3, unknown=True), 21))
    [digest] = [row[1] for row in clip.rows(Capture, "id", "digest") if row[0] == 2]
    clip.capture((address(2), b"", 22), repeats=Repeats(url=address(2), at=DAY + 2 * HOUR, digest=digest))
    clip.capture((address(4), b"", 23), (address(4), b"", 48), (address(5), b"", 24), status=404)
    clip.capture((address(5), page(5), 30), (address(9), page(9, unknown=True), 30))
    other = article(
        "x:1", body="\n".join(f"别处的第{n}段话，说的是山里的茶园和春天的雨。" for n in range(9)), site="other"
    )
    told(clip.engine, Item(capture=None, article=other, captured_at=DAY))
    told(
        clip.engine,
        Item(capture=None, article=evolve(other, body=f"{other.body}\n后来又添了一段。"), captured_at=DAY + HOUR),
    )
    told(clip.engine, Item(capture=None, article=evolve(other, native_id="x:2", url="https://other.example/2")))
    clip.rules(WIDE)
    clip.reextract()
    with writing(clip.engine) as connection:
        ids = dict(connection.execute(select(Article.native_id, Article.id)).all())
        decisions.merge(connection, [ids["2"], ids["6"]], by="林", now=DAY)
        decisions.split(connection, [ids["x:2"]], by="林", now=DAY)
        said: dict[str, Any] = {"by": "林", "now": DAY + 60 * HOUR}
        correcting.correct(connection, ids["1"], "headline", "改正的题", **said)
        correcting.correct(connection, ids["3"], "editor", "秦文海", **said)
        correcting.correct(connection, ids["x:1"], "body", "改正的一段话，说的是山里的茶园。", **said)
        number = correcting.correct(connection, ids["5"], "headline", "不对的题", **said)
        correcting.undo(connection, ids["5"], number, **said)
        tags.add(connection, ids["1"], "环保", **said)
        notes.add(connection, ids["2"], "同一通稿", story=True, **said)
        withdrawals.withdraw(connection, ids["6"], "个人隐私", **said)
        saved.add(connection, "茶", Asked("茶园 OR 茶市"), by="林", now=DAY + 60 * HOUR)
        alarm = {"site": "clip", "measure": "doubtful", "scope": "", "usual": "2 %", "now": "9 %", "examples": [1]}
        closed = {"run_id": 1, "next_command": "jianbao runs", "closed_at": DAY, "closed_why": "well"}
        connection.execute(insert(Alarm).values(**alarm, **closed, raised_at=DAY, told_at=DAY))


def state(clip: Clip, home: Home | None = None) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that is not computed from texts."""
    with opened((home or clip.home).database) as engine, reading(engine) as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in ALL
        }


def links(clip: Clip) -> set[Any]:
    """Who is linked to whom, and how; which of the two came in later, may be the other way round."""
    columns = (tables.Link.article_id, tables.Link.other_id, tables.Link.relation)
    with opened(clip.home.database) as engine, reading(engine) as connection:
        return {(frozenset(pair), relation) for *pair, relation in connection.execute(select(*columns))}


def seal(clip: Clip) -> Batch | None:
    return Sealing(clip.engine, clip.home.export, Style(), lambda: DAY).run().batch


def rebuild(clip: Clip, **more: Any) -> Report:
    clip.engine.dispose()
    moment = DAY + timedelta(days=99)
    return Rebuild(clip.home, now=lambda: moment, **more).run()


@pytest.mark.own_database
def test_what_was_erased_stays_so(clip: Clip) -> None:
    clip.capture(*((address(n), page(n), n) for n in range(1, 4)))
    erase_all(clip.home, clip.engine, [2], "法院判决", by="林", now=DAY + 60 * HOUR)
    seal(clip)
    before = state(clip)
    assert {row["outcome"] for row in before["capture"]} == {"article", "withdrawn"}
    report = rebuild(clip)
    after = state(clip)
    assert after["crawl_run"].pop()["kind"] == "rebuild"
    for name, rows in before.items():
        assert after[name] == rows, name
    assert (report.tally.lost, report.found) == (0, 0)
    assert clip.findings() == []
    sealed = seal(clip)
    assert sealed is not None
    assert (sealed.number, sealed.whole) == (2, True), "the chain goes on, with all that there is"
    assert follow(clip.home.export) == present(clip.engine)


@pytest.mark.own_database
def test_a_rebuilt_archive_is_the_same(clip: Clip) -> None:
    fill(clip)
    before, linked = state(clip), links(clip)
    assert {row["state"] for row in before["article"]} == {"live", "vanished", "returned"}
    assert {row["cause"] for row in before["revision"]} == {"publisher", "extractor", "import", "person"}
    assert all(before[name] for name in ("cluster_same", "cluster_side", "cluster_event", "frontier", "alarm"))
    assert all(before[name] for name in ("identity", "query", "query_hit", "saved", "saved_hit"))
    report = rebuild(clip)
    after = state(clip)
    assert after["crawl_run"][-1]["kind"] == "rebuild"
    del after["crawl_run"][-1]
    for name, rows in before.items():
        assert after[name] == rows, name
    assert links(clip) == linked
    assert (report.tally.unread, report.tally.mended, report.tally.lost, report.found, report.anew) == (0, 0, 0, 0, 0)
    assert report.kept
    assert clip.findings() == []
    with clip.engine.connect() as connection:
        assert search(connection, Asked("茶市")).total, "the full text is there"
    clip.capture((address(8), page(8), 90))
    numbers = [row[0] for row in clip.rows(Article, "id")]
    assert len(numbers) == len(set(numbers)), "what comes in is numbered behind what was"
    assert clip.reextract().left == {}


@pytest.mark.own_database
def test_what_was_damaged_is_read_from_the_records(clip: Clip) -> None:
    clip.capture(*((address(n), page(n), n) for n in range(1, 5)))
    whole = state(clip)
    with writing(clip.engine) as connection:
        connection.execute(update(Article).where(Article.id == 2).values(body="烂掉的字"))
        connection.execute(text("DELETE FROM revision WHERE article_id = 4"))
        connection.execute(text("DELETE FROM capture WHERE id = 4"))
        connection.execute(text("UPDATE article SET state = 'removed', cluster_id = 1 WHERE id = 3"))
    report = rebuild(clip)
    assert (report.tally.mended, report.found) == (1, 1)
    after = state(clip)
    assert [row["body"] for row in after["article"]] == [row["body"] for row in whole["article"]]
    assert {row["state"] for row in after["article"]} == {"live"}
    assert [row["cluster_id"] for row in after["article"]] == [1, 2, 3, 4]
    assert clip.findings() == []


@pytest.mark.own_database
def test_without_the_old_database(clip: Clip) -> None:
    clip.capture(*((address(n), page(n), n) for n in range(1, 5)))
    whole = [row["body"] for row in state(clip)["article"]]
    url = make_url(clip.home.database)
    if url.get_backend_name() == "sqlite":
        clip.engine.dispose()
        path = Path(str(url.database))
        path.write_bytes(b"no database" * 1000)
        with pytest.raises(DatabaseUnavailable, match="jianbao rebuild --from-warc-only"):
            rebuild(clip)
        assert path.read_bytes().startswith(b"no database"), "it stays until another one is whole"
    report = rebuild(clip, warc_only=True)
    assert (report.articles, report.found) == (4, 4)
    assert [row["body"] for row in state(clip)["article"]] == whole
    assert clip.findings() == []


@pytest.mark.own_database
@pytest.mark.parametrize("where", ["carry", "restore_history", "import_warc"])
def test_ended_anywhere_the_old_archive_stays(clip: Clip, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    clip.capture(*((address(n), page(n), n) for n in range(1, 3)))
    before = state(clip)

    def ended(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, where, ended)
        # A killed process clears nothing up.
        patched.setattr(beside._File, "clear", lambda self: None)
        patched.setattr(beside._Schema, "clear", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            rebuild(clip)
    assert state(clip) == before
    rebuild(clip, discard=True)
    after = state(clip)
    assert after["article"] == before["article"]
    if clip.engine.dialect.name == "sqlite":
        kept = sorted(file.name for file in clip.home.path.glob("archive*") if not file.name.endswith(".lock"))
        assert kept == ["archive.db"], "nothing is left of either"
    else:
        with opened(clip.home.database) as engine, engine.connect() as connection:
            schemas = connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'jianbao%'")).all()
        assert schemas == []


def test_nothing_may_write_meanwhile(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    clip.capture((address(1), page(1), 1), (address(2), page(2), 2))
    lock = lock_home(clip.home, "crawl")
    with pytest.raises(AlreadyRunning):
        rebuild(clip)
    lock.release()
    real = run.import_warc

    def decided(*args: Any, **more: Any) -> Any:
        with opened(clip.home.database) as engine, writing(engine) as connection:
            decisions.merge(connection, [1, 2], by="林", now=DAY)
        return real(*args, **more)

    monkeypatch.setattr(run, "import_warc", decided)
    with pytest.raises(DatabaseUnavailable, match="somebody wrote"):
        rebuild(clip)
    assert state(clip)["cluster_event"][0]["kind"] == "decided_same", "the decision stays"


def test_a_full_disk_is_told_before(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    clip.capture((address(1), page(1), 1))
    planned = plan(clip.home, warc_only=False)
    assert {name: planned[name] for name in ("articles", "captures", "missing_files")} == {
        "articles": 1,
        "captures": 1,
        "missing_files": [],
    }
    if clip.engine.dialect.name == "sqlite":
        usage = type("usage", (), {"free": 1000})
        monkeypatch.setattr(beside.shutil, "disk_usage", lambda path: usage)
        with pytest.raises(StorageError, match="make room"):
            plan(clip.home, warc_only=False)


@pytest.mark.slow
def test_the_command_killed_and_begun_again(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of it once, with processes."""
    clip = make(tmp_path, sqlite_url, monkeypatch)
    clip.capture(*((address(n), page(n), n) for n in range(1, 5)))
    clip.engine.dispose()
    before = state(clip)
    archive = Archive(clip.home.path, {"JIANBAO_SITES": os.environ["JIANBAO_SITES"]})
    killed = archive.run(
        "rebuild",
        before="import os, crawler.upkeep.rebuild.run as r\nr.restore_history = lambda *_: os.kill(os.getpid(), 9)",
    )
    assert killed.returncode == -9
    assert state(clip) == before
    assert (clip.home.path / "archive.db.rebuild").exists()
    done = archive.run("rebuild")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4 articles, 4 captures; 4 records read\nthe old archive is kept: ")
    after = state(clip)
    assert after["crawl_run"].pop()["kind"] == "rebuild"
    assert after == before
    assert not list(clip.home.path.glob("archive.db.rebuild*"))


def test_the_processes_that_read_are_started_once_for_all_files(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        clip.capture((address(number), page(number), number))
        for path in clip.home.warc.glob("*.warc.gz"):
            path.rename(path.with_name(f"{number}-{path.name}")) if not path.name[0].isdigit() else None
    started: list[int] = []

    class Counted(Inline):
        def __init__(self, jobs: int = 1) -> None:
            super().__init__(jobs)
            started.append(jobs)

    monkeypatch.setattr(run, "Extraction", Counted)
    report = rebuild(clip, warc_only=True)
    assert (len(started), report.captures) == (1, 3)
