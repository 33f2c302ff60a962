"""`jianbao verify` as a person and a script meet it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.warc.writer import Position
from tests.crawler.upkeep.small import Small, exchange, spoil


def verify(small: Small, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(small.home.path), "verify", *words])


def dump(small: Small) -> str:
    """Everything that the database holds, but for what verify itself remembers."""
    with closing(sqlite3.connect(small.home.path / "archive.db")) as connection:
        return "\n".join(line for line in connection.iterdump() if 'INSERT INTO "verified"' not in line)


def test_nothing_is_said_where_all_is_well(small: Small) -> None:
    done = verify(small)
    assert (done.exit_code, done.output) == (0, "")
    told = json.loads(verify(small, "--json").output)
    assert (told["files"], told["records"], told["articles"], told["findings"], told["repaired"]) == (1, 9, 4, [], 0)


def test_findings_are_lines_and_an_exit_code(small: Small, places: list[Position]) -> None:
    spoil(small.path(places[0]), places[0].offset + 100)
    done = verify(small)
    assert done.exit_code == 11
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all("restore it from a backup" in line for line in lines)
    assert done.stderr.startswith("jianbao: 2 findings; ")
    told = json.loads(verify(small, "--json").stdout)
    assert [set(one) for one in told["findings"]] == [{"kind", "place", "fault", "cure", "repairable"}] * 2
    # There is no other copy: a repair changes nothing.
    before = dump(small)
    assert verify(small, "--repair").exit_code == 11
    assert dump(small) == before


def test_what_can_be_mended_is_mended(small: Small, places: list[Position]) -> None:
    [place] = small.write(exchange(9))
    small.execute("UPDATE capture SET warc_offset = 3 WHERE id = 2")
    small.execute("UPDATE article SET state = 'removed' WHERE id = 1")
    small.execute("DELETE FROM dedup_text WHERE article_id = 3")
    small.execute("INSERT INTO article_text (article_text) VALUES ('delete-all')")
    before = dump(small)
    dry = verify(small, "--repair", "--dry-run")
    assert dry.exit_code == 11
    assert {line.rpartition(": to ")[2] for line in dry.stdout.splitlines()} == {
        "reread",
        "recount",
        "relink",
        "fulltext",
    }
    assert dump(small) == before
    done = verify(small, "--repair")
    assert (done.exit_code, done.stderr) == (0, "")
    assert small.rows("SELECT warc_offset FROM capture WHERE id = 2") == [(places[1].offset,)]
    assert small.rows("SELECT count(*) FROM article") == [(5,)]
    assert small.rows(f"SELECT count(*) FROM capture WHERE warc_file = '{place.file}'") == [(1,)]
    assert verify(small).exit_code == 0


def test_words_that_make_no_sense(small: Small) -> None:
    for words in (
        ["--share", "0"],
        ["--share", "2"],
        ["--share", "x/y"],
        ["--dry-run"],
        ["--share", "1/9", "--repair"],
    ):
        assert verify(small, *words).exit_code == 2
    assert verify(small, "--share", "50%").exit_code == 0


def test_while_another_process_holds_the_lock(small: Small, tmp_path: Path) -> None:
    """Looking and copying need no lock; mending does, and says so."""
    with closing(sqlite3.connect(small.home.path / "archive.db", isolation_level=None)) as other:
        other.execute("UPDATE article SET state = 'removed' WHERE id = 1")
        other.execute("BEGIN IMMEDIATE")
        words = ["--home", str(small.home.path), "--database", f"{small.home.database}?timeout=0.1"]
        found = CliRunner().invoke(main, [*words, "verify", "--json"])
        assert [one["kind"] for one in json.loads(found.stdout)["findings"]] == ["state"]
        assert CliRunner().invoke(main, [*words, "backup", str(tmp_path / "away")]).exit_code == 0
        done = CliRunner().invoke(main, [*words, "verify", "--repair"])
        assert done.exit_code == 4
        assert "locked by another process" in done.stderr
        other.execute("ROLLBACK")
    assert verify(small, "--repair").exit_code == 0
