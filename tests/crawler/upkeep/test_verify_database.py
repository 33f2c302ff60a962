"""The database held against itself on both databases: each kind of fault found by itself, mended where it can be."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, select, text, update

from archive.dedup.propose import index
from archive.dedup.tables import DedupRun
from archive.query.search import Asked, search
from archive.settings import Home
from archive.store.db import open_engine, reading, writing
from archive.store.finding import names
from archive.store.models import Article
from crawler.upkeep.verify.repair import Mender
from tests.archive.make import DAY, article, captured, store, told
from tests.crawler.upkeep.small import Small

COPY = "河堤上的水塔在夜里亮起了灯，工人们沿着河岸检查管道。\n他们记下每一处水位，天亮以前回到了站里。"
OTHER = "山里的茶园今年收成很好，采茶的人从四月一直忙到了六月。\n新茶已经运到城里，价钱比去年略低。"


@pytest.fixture
def both(engine: Engine, database_url: str, tmp_path: Path) -> Small:
    """An archive on either database: two articles with one text, a third, one that vanished, one that was revised."""
    store(
        engine,
        captured(article("a:1", COPY), 0, warc_file=None),
        captured(article("a:2", COPY), 1, warc_file=None),
        captured(article("a:3", OTHER), 2, warc_file=None),
    )
    store(engine, captured(article("a:3", OTHER + "\n后来又下了一场雨。"), 5, warc_file=None))
    gone = captured(None, 30, url="https://clip.example/a:3", site="clip", native_id="a:3", warc_file=None)
    store(engine, gone)
    store(engine, told(article("a:4", "只有一行字的短消息，说的是别的事情。"), DAY))
    inside = make_url(database_url).get_backend_name() == "sqlite"
    folder = Path(str(make_url(database_url).database)).parent if inside else tmp_path / "home"
    return Small(Home(path=folder, database=database_url), engine)


LEASED = """INSERT INTO frontier (site, native_id, url, state, due_at, leased_by, attempts)
    VALUES ('clip', 'x', 'https://clip.example/x', 'leased', '2025-01-01 00:00:00', 'run-9', 0)"""
FAULTS = [
    ("UPDATE article SET revision = 7 WHERE id = 3", "revision", True),
    ("UPDATE article SET body = body || '！' WHERE id = 4", "revision", False),
    ("UPDATE revision SET body = '别的' WHERE body IS NOT NULL", "revision", False),
    ("UPDATE revision SET number = number + 1 WHERE article_id = 1", "revision", False),
    ("UPDATE capture SET text_digest = 'x' WHERE id = 1", "revision", False),
    ("UPDATE article SET last_captured_at = first_captured_at WHERE id = 3", "times", True),
    ("UPDATE article SET state = 'live' WHERE id = 3", "state", True),
    ("DELETE FROM dedup_text WHERE article_id = 4", "dedup_text", True),
    ("UPDATE dedup_text SET digest = digest + 1 WHERE article_id = 3", "dedup_text", True),
    ("UPDATE dedup_text SET length = length - 1 WHERE article_id = 2", "dedup_text", True),
    ("DELETE FROM dedup_fresh WHERE article_id = 3", "dedup_index", True),
    ("INSERT INTO dedup_fresh (hash, article_id) VALUES (1, 99)", "dangling", True),
    ("INSERT INTO dedup_passage (hash, article_id, story) VALUES (1, 99, 1)", "dangling", True),
    ("UPDATE dedup_state SET value = 0", "count", True),
    ("UPDATE article SET cluster_id = 2 WHERE id = 2", "story", True),
    ("UPDATE article SET cluster_id = NULL WHERE id = 4", "story", True),
    ("UPDATE article SET cluster_id = 1 WHERE id = 3", "story", True),
    ("UPDATE cluster SET size = 5", "story", True),
    ("UPDATE cluster SET representative_id = 4", "story", True),
    ("UPDATE cluster SET pinned = NOT pinned", "story", True),
    ("DELETE FROM cluster", "story", True),
    ("DELETE FROM link", "story", True),
    ("INSERT INTO cluster (id, representative_id, size, pinned) VALUES (4, 4, 2, FALSE)", "story", True),
    ("DELETE FROM change WHERE article_id = 3 AND kind = 'new'", "change", False),
    ("UPDATE change SET article_id = 88 WHERE kind = 'missing'", "change", False),
    ("UPDATE capture SET repeats_id = 77 WHERE id = 4", "revisit_astray", False),
    ("UPDATE capture SET repeats_id = 3 WHERE id = 4", "revisit_astray", False),
    (LEASED, "lease", True),
]


def test_each_fault_that_can_be_mended_is_found_and_mended(both: Small) -> None:
    """One after the other on one archive, which is well again in between."""
    assert both.findings() == []
    for fault, kind, mendable in FAULTS:
        if not mendable:
            continue
        both.execute(fault)
        found = both.findings()
        assert kind in {one.kind for one in found}, fault
        assert all("\n" not in one.line and one.repair is not None for one in found)
        mender = Mender(home=both.home, engine=both.engine)
        mender.mend(found)
        assert (both.findings(), mender.faults) == ([], []), fault


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if not fault[2]])
def test_what_nothing_else_in_the_database_tells_is_for_a_rebuild(both: Small, fault: tuple[str, str, bool]) -> None:
    both.execute(fault[0])
    found = [one for one in both.findings() if one.kind == fault[1]]
    assert found
    assert all(one.repair is None and "jianbao rebuild" in one.line for one in found)


def test_the_full_text_is_compared_token_by_token(both: Small) -> None:
    """An index that has another text, lacks one, or holds one of an article that is not there."""
    if both.engine.dialect.name == "sqlite":
        both.execute("INSERT INTO article_text (rowid, headline, body) VALUES (77, 'aa', 'bb cc')")
        both.execute("INSERT INTO article_text (rowid, headline, body) VALUES (3, '', 'zz')")
    else:
        both.execute("UPDATE article_text SET written = ' zz ' WHERE article_id = 3")
        both.execute("DELETE FROM article_text WHERE article_id = 1")
        both.execute("UPDATE article_text_headline SET written = ' zz ' WHERE article_id = 2")
    found = both.findings()
    assert {one.kind for one in found} <= {"fulltext", "dangling"}
    assert "article 3" in {one.place for one in found}
    if both.engine.dialect.name == "postgresql":
        assert {"article 1", "article 2"} <= {one.place for one in found}
    Mender(home=both.home, engine=both.engine).mend(found)
    assert both.findings() == []


def test_the_names_that_search_finds_by_are_compared(both: Small) -> None:
    """An index that lacks an article, has another source of one, or holds one that is not there."""
    if both.engine.dialect.name == "sqlite":
        gone = "INSERT INTO article_text_names (article_text_names, rowid, source, account, author, flag) "
        with writing(both.engine) as connection:
            row = connection.execute(select(Article.__table__).where(Article.id == 1)).mappings().one()
            values = dict(zip("sabf", names.entry(row), strict=True))
            connection.execute(text(gone + "VALUES ('delete', 1, :s, :a, :b, :f)"), values)
        both.execute("INSERT INTO article_text_names (rowid, source) VALUES (77, 'aa')")
    else:
        both.execute("DELETE FROM article_text_names WHERE article_id = 1")
    both.execute("UPDATE article SET source_name = '新华社' WHERE id = 3")
    found = both.findings()
    assert {(one.kind, one.place) for one in found} - {("dangling", "article_text_names")} == {
        ("names", "article 1"),
        ("names", "article 3"),
    }
    assert ("dangling" in {one.kind for one in found}) == (both.engine.dialect.name == "sqlite")
    Mender(home=both.home, engine=both.engine).mend(found)
    assert both.findings() == []
    with reading(both.engine) as connection:
        assert [hit.id for hit in search(connection, Asked("source:新华社", every_copy=True)).hits] == [3]


def test_an_index_of_the_database_that_lacks_a_row(both: Small) -> None:
    if both.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's own indexes are amcheck's, which is not always there")
    # The index is declared to be another one than it is: what it holds no longer fits the table.
    with both.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(article_id)', '(captured_at)') "
            "WHERE name = 'ix_capture_article_id'"
        )
        raw.execute("PRAGMA writable_schema = RESET")
        connection.invalidate()
    both.engine.dispose()
    found = both.findings()
    assert {one.kind for one in found} == {"database_damaged"}
    assert all(one.repair is not None for one in found)
    Mender(home=both.home, engine=both.engine).mend(found)
    assert both.findings() == []


def test_what_a_repair_would_write_is_not_written_over_what_came_since(both: Small) -> None:
    both.execute("UPDATE article SET revision = 7 WHERE id = 3")
    found = both.findings()
    both.execute("UPDATE article SET revision = 2 WHERE id = 3")
    Mender(home=both.home, engine=both.engine).mend(found)
    assert both.rows("SELECT revision FROM article WHERE id = 3") == [(2,)]


def test_a_run_that_goes_on_may_hold_leases(both: Small) -> None:
    both.execute(
        "INSERT INTO crawl_run (id, kind, sites, started_at, state, listed, fetched, new, duplicate, doubtful, failed) "
        "VALUES (9, 'crawl', '[]', '2025-01-01 00:00:00', 'running', 0, 0, 0, 0, 0, 0)"
    )
    both.execute(LEASED)
    assert both.findings() == []


AMCHECK = (
    "SET LOCAL allow_system_table_mods = on",
    """INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 999999, 'amcheck', 10, oid, true, '1' FROM pg_namespace WHERE nspname = 'public'""",
    """CREATE FUNCTION bt_index_check(one oid, heapallindexed boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF one = 'pk_article'::regclass THEN RAISE EXCEPTION 'item order' USING ERRCODE = 'XX002'; END IF; END $$""",
)


@pytest.mark.own_database
def test_amcheck_is_asked_where_it_is_there(postgres_url: str, tmp_path: Path) -> None:
    """The server that tests run has no amcheck: functions of its names stand in, one of which finds damage."""
    from crawler.upkeep.verify.pages import NO_AMCHECK

    engine = open_engine(postgres_url)
    both = Small(Home(path=tmp_path, database=postgres_url), engine)
    check = both.verification()
    assert list(check.run()) == []
    assert check.notes == [NO_AMCHECK]
    with engine.connect() as connection, connection.begin():
        for statement in AMCHECK:
            connection.execute(text(statement))
    [found] = both.findings()
    assert (found.kind, found.place, found.key) == ("database_damaged", "pk_article", "pk_article")
    assert "item order" in found.fault
    mender = Mender(home=both.home, engine=engine)
    assert (mender.mend([found]), mender.faults) == (1, [])
    engine.dispose()


def test_a_text_all_of_whose_shingles_are_capped_is_well_indexed(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What as many stories hold as a shingle may have leads to no more of them; that is no fault of the index."""
    monkeypatch.setattr("archive.dedup.propose.index.CAP", 2)
    small = Small(Home(path=tmp_path, database=sqlite_url), sqlite_engine)
    store(sqlite_engine, *(told(article(f"a:{n}", f"{COPY}\n{n}月{n}日", headline=f"第{n}期")) for n in range(1, 8)))
    small.execute("DELETE FROM link")
    assert "dedup_index" not in small.kinds()


def test_a_filter_that_hides_what_its_run_holds_is_made_anew(both: Small) -> None:
    with writing(both.engine) as connection:
        index.seal(connection)
    assert both.findings() == []
    with writing(both.engine) as connection:
        size = len(connection.scalars(select(DedupRun.words)).one())
        connection.execute(update(DedupRun).values(words=bytes(size)))
    [found] = both.findings()
    assert (found.kind, found.place) == ("dedup_index", "run 1 of the index")
    mender = Mender(home=both.home, engine=both.engine)
    assert (mender.mend([found]), mender.faults, both.findings()) == (1, [], [])
