"""Records are found in a file of any shape, and a broken one costs itself."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.load.forms import shapes
from archive.load.forms.shapes import Piece, pieces

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), min_size=1, max_size=5)


def read(data: bytes, **bounds: int) -> list[Piece]:
    return list(pieces(io.BufferedReader(io.BytesIO(data)), **bounds))  # type: ignore[arg-type]


def values(found: list[Piece]) -> list[Any]:
    return [json.loads(piece.content) for piece in found]


@given(RECORDS, st.sampled_from([None, 0, 1, 4]), st.booleans(), st.integers(1, 50))
def test_every_object_of_an_array_in_any_layout(
    records: list[dict[str, Any]], indent: int | None, escape: bool, chunk: int
) -> None:
    data = json.dumps(records, indent=indent, ensure_ascii=escape).encode("utf-8", "surrogatepass")
    before, shapes._CHUNK = shapes._CHUNK, chunk  # type: ignore[misc]
    try:
        found = read(data)
    finally:
        shapes._CHUNK = before  # type: ignore[misc]
    assert values(found) == records
    assert all(data[piece.offset : piece.offset + len(piece.content)] == piece.content for piece in found)


@given(RECORDS)
def test_every_line(records: list[dict[str, Any]]) -> None:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert values(read(data)) == records


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for begin in (b"", b"[", b"{\n", b'{"a": [\n'):
        read(begin + data)


def test_a_broken_record_of_an_array_costs_itself() -> None:
    data = b'[\n{"a": 1},\n{"a": "x},\n{"a": 2},\nNaN,\n{"a" 3},\n{"a": 4}\n]'
    assert [(piece.content, piece.reason) for piece in read(data)] == [
        (b'{"a": 1}', ""),
        (b"", "not JSON: a text does not end"),
        (b'{"a": 2}', ""),
        (b"", "not JSON"),
        (b'{"a" 3}', ""),
        (b'{"a": 4}', ""),
    ]


def test_an_object_that_does_not_end_is_said() -> None:
    found = read(b'[{"a": 1},\n{"a": {"b"')
    assert [(piece.content, piece.reason, piece.offset) for piece in found] == [
        (b'{"a": 1}', "", 1),
        (b"", "the file ends inside the record", 11),
    ]


def test_a_record_that_is_too_long_is_left_out() -> None:
    found = read(b'[{"a": 1}, {"a": "' + b"x" * 1_000_000 + b'"}, {"a": 2}]', most=1000)
    assert [piece.reason for piece in found] == ["", "longer than 1000 bytes", ""]


@pytest.mark.slow
@pytest.mark.parametrize("indent", [None, 2])
def test_memory_is_flat(indent: int | None) -> None:
    record = json.dumps({"url": "https://news.example.cn/1", "body": "正文" * 500}, indent=indent).encode()

    class File(io.RawIOBase):
        """Six megabytes that stand nowhere."""

        left = 6 * 2**20 // len(record)
        rest = b"["

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            while self.left and len(self.rest) < len(buffer):
                self.rest += record + b",\n"
                self.left -= 1
            part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    tracemalloc.start()
    try:
        count = sum(1 for _ in pieces(io.BufferedReader(File())))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 6 * 2**20 // len(record)
    assert peak < 2 * 2**20
