"""`jianbao cdx`: every capture once, with its place; only what is new is read, and the index is as if made at once."""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import AlreadyRunning
from archive.people.withdrawals import restore, withdraw
from archive.store.db import writing
from crawler.cli import main
from crawler.run.locks import lock_home
from crawler.upkeep.cdx import part
from crawler.upkeep.cdx.run import folder_of, index
from crawler.upkeep.erase.run import erase_all
from crawler.warc.cdx.sort import sorted_lines
from crawler.warc.marker import mark, unmark
from crawler.warc.reader import read_record
from crawler.warc.writer import Position, Repeats
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import Odd, record, url

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def lines(small: Small) -> list[tuple[str, str, dict[str, Any]]]:
    """The index: keys, times, and what stands behind them."""
    found = []
    for line in (folder_of(small.home) / "index.cdxj").read_text("ascii").splitlines():
        key, at, told = line.split(" ", 2)
        found.append((key, at, json.loads(told)))
    return found


def made_at_once(small: Small) -> bytes:
    """The index as a first run makes it."""
    for path in sorted(folder_of(small.home).rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
    index(small.home, small.engine)
    return (folder_of(small.home) / "index.cdxj").read_bytes()


def repeat(small: Small, number: int, place: Position, later: int) -> Position:
    """Another look at an article, which found what was there before."""
    before = Repeats(url=url(number), at=BEGIN.replace(minute=number), digest=place.digest)
    (made,) = small.write(exchange(number, later=later, repeats=before))
    return made


def test_every_capture_stands_there_with_its_place(small: Small, places: list[Position]) -> None:
    again = repeat(small, 1, places[1], later=30)
    done = index(small.home, small.engine)
    assert (done.lines, done.records > done.lines, done.broken, done.unplaced) == (len(places) + 1, True, 0, 0)
    found = lines(small)
    raw = (folder_of(small.home) / "index.cdxj").read_bytes().splitlines(keepends=True)
    assert raw == sorted(raw)
    for number, place in [*enumerate(places), (1, again)]:
        (told,) = [one for *_, one in found if (one["filename"], one["offset"]) == (place.file, str(place.offset))]
        assert (told["url"], told["status"], told["length"]) == (url(number), "200", str(place.length))
        assert told["digest"] == place.digest.removeprefix("sha1:")
        assert read_record(small.path(place), place.file, int(told["offset"]), int(told["length"])).raw is not None
    keys = {key for key, *_ in found}
    assert "cn,example,news)/2025/1.html" in keys
    mimes = [told["mime"] for key, _, told in found if key.endswith("/1.html")]
    assert mimes == ["text/html", "warc/revisit"]
    assert [at for key, at, _ in found if key.endswith("/1.html")] == ["20251101000100", "20251101003100"]


def test_a_look_that_found_nothing_changed_leads_to_the_page(small: Small, places: list[Position]) -> None:
    """A replay program would send a browser the 304 of the record, and show nothing."""
    before = Repeats(url=url(2), at=BEGIN.replace(minute=2), digest=places[2].digest)
    small.write(evolve(exchange(2, later=40, repeats=before), status=304, payload=b"", headers=()))
    lost = Repeats(url=url(9), at=BEGIN, digest="sha1:NOWHERE")
    (alone,) = small.write(evolve(exchange(9, repeats=lost), status=304, payload=b"", headers=()))
    index(small.home, small.engine)
    first, again = [one for one in lines(small) if one[2]["url"] == url(2)]
    assert (first[1], again[1]) == ("20251101000200", "20251101004200")
    assert first[2] == again[2]
    (kept,) = [told for *_, told in lines(small) if told["url"] == url(9)]
    assert (kept["mime"], kept["status"], kept["offset"]) == ("warc/revisit", "304", str(alone.offset))


def test_only_what_is_new_is_read_and_the_whole_is_as_if_made_at_once(
    small: Small, places: list[Position], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = index(small.home, small.engine)
    asked: list[tuple[str, int]] = []
    read = part.read_records

    def heard(path: Path, name: str, *, start: int, end: int) -> Iterator[Any]:
        asked.append((name, start))
        return read(path, name, start=start, end=end)

    monkeypatch.setattr(part, "read_records", heard)
    assert index(small.home, small.engine).records == 0
    assert asked == []
    (more,) = small.write(exchange(77))
    # A crawl goes on writing the file of its day.
    grown = small.path(places[0])
    size = grown.stat().st_size
    grown.write_bytes(grown.read_bytes() + small.path(more).read_bytes())
    done = index(small.home, small.engine)
    assert sorted(asked) == sorted([(grown.name, size), (more.file, 0)])
    assert done.lines == first.lines + 2
    together = (folder_of(small.home) / "index.cdxj").read_bytes()
    assert together == made_at_once(small)


def test_a_file_written_anew_is_read_anew(small: Small, places: list[Position]) -> None:
    index(small.home, small.engine)
    path = small.path(places[0])
    path.write_bytes(gzip.compress(record(900)) + gzip.compress(record(901)) + path.read_bytes())
    index(small.home, small.engine)
    assert {f"cn,example,news)/2025/{number}.html" for number in (900, 901)} <= {key for key, *_ in lines(small)}
    together = (folder_of(small.home) / "index.cdxj").read_bytes()
    assert together == made_at_once(small)
    path.unlink()
    done = index(small.home, small.engine)
    assert (done.lines, done.missing) == (0, 1)


def test_a_record_that_is_being_written_is_read_when_it_is_whole(small: Small) -> None:
    whole = gzip.compress(record(70)) + gzip.compress(record(71))
    path = small.home.warc / "other.warc.gz"
    for cut in (len(whole) - 1, len(whole) - 40, len(gzip.compress(record(70))) + 1, 3):
        marker = mark(path)
        path.write_bytes(whole[:cut])
        index(small.home, small.engine)
        path.write_bytes(whole)
        unmark(marker)
        index(small.home, small.engine)
        assert {"cn,example,news)/2025/70.html", "cn,example,news)/2025/71.html"} <= {key for key, *_ in lines(small)}
        path.unlink()


def test_what_is_withdrawn_is_in_no_index(small: Small, places: list[Position]) -> None:
    again = repeat(small, 1, places[1], later=30)
    small.take_in()
    with writing(small.engine) as connection:
        withdraw(connection, 1, "法院判决", by="林", now=NOW)
    (key,) = {row[0] for row in small.rows("SELECT url FROM article WHERE id = 1")}
    done = index(small.home, small.engine)
    mine = [told["url"] for *_, told in lines(small) if told["url"] == key]
    assert (done.hidden > 0, mine) == (True, [])
    with writing(small.engine) as connection:
        restore(connection, 1, by="林", now=NOW)
    assert index(small.home, small.engine).hidden == 0
    assert again.file in {told["filename"] for *_, told in lines(small)}
    erase_all(small.home, small.engine, [1], "法院判决", by="林", now=NOW)
    assert index(small.home, small.engine).hidden == 0
    assert [told["url"] for *_, told in lines(small) if told["url"] == key] == []
    for _, _, told in lines(small):
        path = small.home.warc / told["filename"]
        assert read_record(path, path.name, int(told["offset"]), int(told["length"])).raw is not None


def test_what_cannot_be_indexed_is_told(small: Small) -> None:
    (small.home.warc / "whole.warc.gz").write_bytes(gzip.compress(record(80) + record(81)))
    (small.home.warc / "none.warc.gz").write_bytes(b"not at all")
    torn = gzip.compress(record(82))
    (small.home.warc / "torn.warc.gz").write_bytes(torn[:-30])
    odd = Odd(http=(("Content-Type", 'text/html"; \x1b[31m\n'),), address="https://a.cn/\x01 b")
    (small.home.warc / "odd.warc.gz").write_bytes(gzip.compress(record(83, odd)))
    (small.home.warc / "empty.warc.gz").write_bytes(b"")
    done = CliRunner().invoke(main, ["--home", str(small.home.path), "cdx"], catch_exceptions=False)
    assert "2 records share their gzip member with others" in done.stderr
    assert "none.warc.gz is no WARC file" in done.stderr
    (line,) = [told for *_, told in lines(small) if told["filename"] == "odd.warc.gz"]
    assert line["mime"] == "unk"
    assert b"\x1b" not in (folder_of(small.home) / "index.cdxj").read_bytes()
    told = json.loads(CliRunner().invoke(main, ["--home", str(small.home.path), "cdx", "--json"]).stdout)
    assert (told["records"], told["lines"]) == (0, len(lines(small)))


def test_the_old_index_stands_until_the_new_one_is_whole(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    index(small.home, small.engine)
    before = (folder_of(small.home) / "index.cdxj").read_bytes()
    small.write(exchange(77))

    def fails(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("crawler.upkeep.cdx.run.merged", fails)
    with pytest.raises(KeyboardInterrupt):
        index(small.home, small.engine)
    assert (folder_of(small.home) / "index.cdxj").read_bytes() == before
    assert list(folder_of(small.home).rglob(".*")) == []
    monkeypatch.undo()
    index(small.home, small.engine)
    assert (folder_of(small.home) / "index.cdxj").read_bytes() == made_at_once(small)
    lock = lock_home(small.home, "cdx")
    with pytest.raises(AlreadyRunning):
        index(small.home, small.engine)
    lock.release()


@given(st.lists(st.text("abc", max_size=3).map("{}\n".format)), st.integers(1, 40))
def test_lines_are_sorted_whatever_their_number(
    tmp_path_factory: pytest.TempPathFactory, unsorted: list[str], most: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert list(sorted_lines(unsorted, folder, most=most)) == sorted(set(unsorted))
    assert list(folder.glob(".run-*")) == []


def test_more_files_than_may_be_open_at_once(tmp_path: Path) -> None:
    given = [f"{number:05d}\n" for number in range(3000)]
    random.Random(1).shuffle(given)
    assert list(sorted_lines(given, tmp_path, most=60)) == sorted(given)
    assert list(tmp_path.iterdir()) == []
