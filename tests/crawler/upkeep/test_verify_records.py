"""Records against rows and rows against records: whatever is wrong with either is found, and nothing else."""

import shutil
from pathlib import Path

import pytest

from crawler.warc.marker import mark
from crawler.warc.writer import Position, Repeats
from tests.crawler.upkeep.small import Small, exchange, forge, spoil
from tests.crawler.warc.odd import Odd, file, record

Places = list[Position]


def test_nothing_is_found_where_all_is_well(small: Small) -> None:
    check = small.verification()
    assert list(check.run()) == []
    # A warcinfo record, and a request and a response for each page.
    assert (check.files, check.records, check.notes) == (1, 9, [])
    assert check.bytes == sum(path.stat().st_size for path in small.home.warc.iterdir())


def test_a_damaged_record_names_its_capture(small: Small, places: Places) -> None:
    spoil(small.path(places[1]), places[1].offset + places[1].length // 2)
    found = small.findings()
    assert {one.kind for one in found} == {"record_broken"}
    assert [one.place for one in found] == [
        f"{places[1].file}, byte {places[1].offset}",
        f"capture 2 ({places[1].file}, byte {places[1].offset})",
    ]
    assert all("backup" in one.line for one in found)


def test_a_record_whose_bytes_were_exchanged_is_found_by_its_digests(small: Small, places: Places) -> None:
    """Whole gzip, right length: only the digests know."""
    last = places[-1]
    forge(small.path(last), last, "水塔".encode(), "水墙".encode())
    assert small.kinds() == ["digest_wrong", "row_without_record"]
    told = next(one for one in small.findings() if one.kind == "digest_wrong")
    assert "WARC-Block-Digest" in told.fault
    assert "WARC-Payload-Digest" in told.fault


def test_a_damaged_request_is_found_though_no_row_names_it(small: Small, places: Places) -> None:
    spoil(small.path(places[2]), places[2].offset - 12)
    assert small.kinds() == ["record_broken"]


@pytest.mark.parametrize("cut", [1, 200])
def test_a_file_that_is_shorter_than_its_rows_say(small: Small, places: Places, cut: int) -> None:
    path = small.path(places[-1])
    with path.open("r+b") as stream:
        stream.truncate(places[-1].offset + places[-1].length - cut)
    assert "record_broken" in small.kinds()
    with path.open("r+b") as stream:
        stream.truncate(places[-1].offset)
    [told] = small.findings()
    assert told.place.startswith("capture 4 ")
    # The same where a killed run has left its marker.
    mark(path).close()
    assert [one.kind for one in small.findings()] == ["row_without_record"]


def test_a_file_that_is_not_there(small: Small, places: Places) -> None:
    small.path(places[0]).rename(small.home.path / "elsewhere")
    [told] = small.findings()
    assert (told.kind, told.place) == ("file_missing", places[0].file)
    assert "4 captures" in told.fault
    assert "jianbao import" in told.line


def test_a_record_that_no_row_names(small: Small) -> None:
    [place] = small.write(exchange(9))
    [told] = small.findings()
    assert (told.kind, told.place) == ("record_without_row", f"{place.file}, byte {place.offset}")
    small.take_in()
    assert small.findings() == []


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ("warc_offset = warc_offset + 7", "row_without_record", "no record begins there"),
        ("warc_offset = 0", "row_without_record", "warcinfo"),
        ("url = 'https://news.example.cn/other.html'", "row_without_record", "the record there is of"),
        ("digest = 'sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'", "row_without_record", "payload is another"),
        ("size = size + 1", "row_differs", "size"),
        ("status = 404", "row_differs", "status"),
        ("warc_length = warc_length - 1", "row_differs", "warc_length"),
        ("captured_at = '2025-10-01 00:00:00.000000'", "row_differs", "captured_at"),
        ("repeats_id = 1", "row_differs", "repeats_id"),
    ],
)
def test_a_row_that_is_not_its_records(small: Small, change: str, kind: str, says: str) -> None:
    small.execute(f"UPDATE capture SET {change} WHERE id = 2")
    found = [one for one in small.findings() if one.place.startswith("capture 2 ")]
    assert kind in {one.kind for one in found}
    assert any(says in one.fault for one in found)


def test_what_a_run_is_writing_is_no_finding(small: Small) -> None:
    """A marker stands beside the file: its records are on their way."""
    [place] = small.write(exchange(9), settled=False)
    check = small.verification()
    assert list(check.run()) == []
    assert check.files == 2
    # A torn end is the next crawl's to cut off.
    with small.path(place).open("ab") as stream:
        stream.write(b"\x1f\x8b\x08\0torn")
    assert small.findings() == []
    # Without the marker both are found.
    small.path(place).with_name(place.file + ".open").unlink()
    assert small.kinds() == ["record_broken", "record_without_row"]


def test_a_revisit_record_leads_to_its_original(small: Small, places: Places) -> None:
    original = Repeats(url=exchange(1).url, at=exchange(1).fetched_at, digest=places[1].digest)
    small.write(exchange(1, later=60, repeats=original))
    small.take_in()
    assert small.findings() == []
    assert small.rows("SELECT repeats_id FROM capture WHERE repeats_id IS NOT NULL") == [(2,)]
    small.execute("UPDATE capture SET repeats_id = NULL WHERE repeats_id = 2")
    assert small.kinds() == ["row_differs"]


def test_an_imported_file_is_held_against_its_rows_alone(small: Small, tmp_path: Path) -> None:
    """What was broken or odd when it was imported stays so, and is no fault of the archive's."""
    lie = Odd(fields=(("WARC-Payload-Digest", "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),))
    dateless = Odd(drop=("WARC-Date",))
    path = file(tmp_path / "other.warc.gz", record(20, lie), record(21), record(22, dateless), record(23))
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x1f\x8b\x08\0torn")
    small.take_in(path)
    check = small.verification()
    assert list(check.run()) == []
    assert any("byte" in note for note in check.notes)
    # The same records in a second file make no second captures, and are not missed.
    shutil.copy(path, small.home.warc / "copy.warc.gz")
    assert small.findings() == []
    # One that changes afterwards is found.
    at = len(whole) - 40
    spoil(path, at)
    assert "record_broken" in small.kinds()


def test_a_row_of_a_record_that_nobody_could_read_says_nothing_of_it(small: Small) -> None:
    small.execute("UPDATE capture SET size = 0, detail = 'left aside: two processes that read it ended' WHERE id = 2")
    assert small.findings() == []


def test_a_file_of_records_without_members_of_their_own(small: Small, tmp_path: Path) -> None:
    path = file(tmp_path / "plain.warc", record(30), record(31))
    small.take_in(path)
    assert small.findings() == []
