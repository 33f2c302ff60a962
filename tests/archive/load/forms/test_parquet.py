"""Parquet: every kind of value, what is left unread, and files that lie."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archive.errors import UsageError
from archive.load.forms import parquet
from archive.load.forms.form import opened
from archive.load.forms.parquet import _Part, plain, work
from archive.load.forms.piece import Piece
from archive.load.names import AS_THEY_ARE, Renamed
from archive.workers import Ceiling

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

URLS = [f"https://x.cn/{n}" for n in range(5)]
BODIES = [f"第{n}段。" for n in range(5)]


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def read(path: Path, renamed: Renamed = AS_THEY_ARE) -> tuple[list[Piece], dict[str, tuple[int, str]]]:
    with opened(path, renamed, None) as form:
        return list(form.pieces()), form.unread


def test_rows_group_by_group(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"url": URLS, "body": BODIES}, row_group_size=2)
    pieces, unread = read(path)
    assert [(piece.number, piece.content) for piece in pieces] == [
        (n, {"url": url, "body": body}) for n, (url, body) in enumerate(zip(URLS, BODIES, strict=True), 1)
    ]
    assert unread == {}
    assert {piece.unit for piece in pieces} == {"row"}
    assert {piece.offset for piece in pieces} == {None}


def test_columns_that_are_none_of_ours_are_not_read_but_counted(tmp_path: Path) -> None:
    embedding = [[float(n)] * 3 for n in range(5)]
    columns = {"url": URLS, "nr": BODIES, "klass": [None, "财经", None, "体育", ""], "embedding": embedding}
    path = write(tmp_path / "a.parquet", columns)
    pieces, unread = read(path, Renamed.of(["body=nr"]))
    assert [piece.content for piece in pieces][1] == {"url": URLS[1], "nr": BODIES[1]}
    assert unread == {"klass": (3, "财经"), "embedding": (5, "[0.0, 0.0, 0.0]")}


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        (
            pa.scalar(datetime(2025, 10, 31, 8, tzinfo=UTC).replace(tzinfo=None), pa.timestamp("us")),
            "2025-10-31T08:00:00",
        ),
        (
            pa.scalar(datetime(2025, 10, 31, tzinfo=UTC), pa.timestamp("ms", "Asia/Shanghai")),
            "2025-10-31T08:00:00+08:00",
        ),
        (pa.scalar(1761868800_000_000_001, pa.timestamp("ns")), "2025-10-31T00:00:00"),
        (pa.scalar(2**62, pa.timestamp("us")), "unreadable timestamp[us]"),
        (pa.scalar(date(2025, 10, 31)), "2025-10-31"),
        (pa.scalar(Decimal("12.00")), 12),
        (pa.scalar(Decimal("12.50")), 12.5),
        (pa.scalar(float("nan")), None),
        (pa.scalar("北京".encode()), "北京"),
        (pa.scalar(b"\xff"), "\ufffd"),
        (pa.scalar(["甲", "乙"]), ["甲", "乙"]),
        (pa.scalar({"name": "甲"}), {"name": "甲"}),
        (pa.scalar([("name", "甲")], pa.map_(pa.string(), pa.string())), [["name", "甲"]]),
        (pa.scalar("['甲', '乙']"), ["甲", "乙"]),
        (pa.scalar("甲").cast(pa.dictionary(pa.int32(), pa.string())), "甲"),
        (pa.scalar(True), True),
        (pa.scalar(None), None),
    ],
)
def test_values(tmp_path: Path, value: Any, read_as: Any) -> None:
    path = write(tmp_path / "a.parquet", {"url": URLS[:1], "body": BODIES[:1], "date": pa.array([value], value.type)})
    (piece,), _ = read(path)
    assert piece.content.get("date") == read_as  # type: ignore[union-attr]


def test_a_value_within_a_value_is_read_to_a_depth() -> None:
    deep: Any = "甲"
    for _ in range(200):
        deep = [deep]
    assert str(plain(deep)).count("[") == 41


def test_a_cell_that_is_too_long_costs_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_RECORD", 1_000)
    path = write(tmp_path / "a.parquet", {"url": URLS[:3], "body": [BODIES[0], "长" * 1_000, BODIES[2]]})
    rows = work(_Part(str(path), ("url", "body"), 0, 0))
    assert [size > 1_000 for _, size in rows] == [False, True, False]
    assert rows[1][0] == {}, "it is not handed over"


def test_a_process_that_begins_anew_goes_on_at_the_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"url": URLS * 200, "body": BODIES * 200})
    for skip in (0, 400, 200, 200, 800):
        rows = work(_Part(str(path), ("url",), 0, skip))
        assert len(rows) == 200
        assert rows[0][0]["url"] == URLS[0]
    assert work(_Part(str(path), ("url",), 0, 1_000)) == []


def test_a_row_group_that_is_damaged_costs_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet", {"url": URLS * 200, "body": [f"{n}{n**9}段" for n in range(1_000)]}, row_group_size=250
    )
    place = pq.ParquetFile(path).metadata.row_group(1).column(1).data_page_offset
    data = bytearray(path.read_bytes())
    data[place : place + 60] = b"\xff" * 60
    path.write_bytes(data)
    pieces, _ = read(path)
    (broken,) = [piece for piece in pieces if piece.reason]
    assert broken.reason.startswith("row group 2 breaks off: ")
    assert [piece.number for piece in pieces if not piece.reason] == [*range(1, 251), *range(501, 1_001)]


@pytest.mark.parametrize("keep", [4, 100, -1, -8, -30])
def test_a_file_that_is_cut_off(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path / "a.parquet", {"url": URLS, "body": BODIES})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UsageError, match=r"cannot read .*a\.parquet: "):
        read(path)


def test_a_header_that_lies(tmp_path: Path) -> None:
    """Whatever byte of the footer is another one, the file is read, or refused, or breaks off; nothing else."""
    path = write(tmp_path / "a.parquet", {"url": URLS, "body": BODIES}, compression="none")
    good = path.read_bytes()
    size = int.from_bytes(good[-8:-4], "little")
    for at in range(len(good) - 8 - size, len(good) - 8, max(1, size // 10)):
        lying = bytearray(good)
        lying[at] ^= 0x7F
        path.write_bytes(lying)
        try:
            pieces, _ = read(path)
        except UsageError:
            continue
        assert len(pieces) <= 30


@pytest.mark.skipif(sys.platform != "linux", reason="no ceiling elsewhere")
def test_a_file_that_unpacks_to_more_than_memory_may_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "CEILING", Ceiling(seconds=120, megabytes=300))
    big = pa.array(["x" * 2**20]).take(pa.array([0] * 420))
    path = tmp_path / "a.parquet"
    table = pa.table({"url": ["u"] * 420, "body": big})
    pq.write_table(
        table, path, compression="zstd", use_dictionary=False, data_page_size=2**31 - 1, write_batch_size=420
    )
    assert path.stat().st_size < 2**20
    pieces, _ = read(path)
    assert [piece.content for piece in pieces] == [b""]
    assert pieces[0].reason.startswith("row group 1 breaks off: ")


def test_without_pyarrow_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.parquet", {"url": URLS, "body": BODIES})
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"install jianbao\[parquet\]"):
        read(path)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"url": URLS, "nr": BODIES},
            "no column of .* is known as the text; name it: --map body=NAME; its columns are url, nr",
        ),
        ({"body": BODIES}, "no column of .* is known as the address"),
        ({"u": URLS, "body": BODIES}, "its columns are u, body"),
    ],
)
def test_columns_of_which_no_article_can_be_made(tmp_path: Path, columns: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(write(tmp_path / "a.parquet", columns))


def test_packed_as_a_whole_it_is_refused(tmp_path: Path) -> None:
    import gzip

    path = write(tmp_path / "a.parquet", {"url": URLS, "body": BODIES})
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(UsageError, match="packed by gzip; unpack it first"):
        read(packed)
