"""What DuckDB may hold in memory while it finds the pairs of a recluster."""

import pytest

from archive.dedup.recluster import duck


def test_what_duckdb_cannot_do_in_little_memory_it_does_in_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """One list of all is nothing that can wait on disk."""
    import duckdb  # not before tests are run: what stands there then is never taken apart, which DuckDB tells on stderr

    monkeypatch.setattr(duck, "MEMORY", 4)
    every = "SELECT list(range) AS every FROM range(2_000_000)"
    with duck.scratch() as database, duck._little(database):
        with pytest.raises(duckdb.OutOfMemoryException):
            database.execute(f"CREATE TABLE tried AS {every}")
        duck._make(database, "made", every)
        with pytest.raises(duckdb.OutOfMemoryException):  # the next step begins with little again
            database.execute(f"CREATE TABLE tried AS {every}")
        database.execute("SET memory_limit = '128MB'")
        assert database.execute("SELECT len(every) FROM made").fetchone() == (2_000_000,)
        monkeypatch.setattr(duck, "MOST_MEMORY", 8)
        database.execute("SET memory_limit = '4MB'")
        with pytest.raises(duckdb.OutOfMemoryException):
            duck._make(database, "another", every)
    with duck.scratch() as database:
        usual = database.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchone()
        with duck._little(database):
            pass
        now = database.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchone()
        assert now == usual
