"""The forms of an export: each holds the same, exactly, in bytes that repeat, and in little memory."""

import csv
import gzip
import io
import json
import sys
import tracemalloc
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.errors import UsageError
from archive.export.datasets import ARTICLES, DATASETS, FORMAT, Field, batch_fields
from archive.export.writers import FORMS, Form, Packing, file_name, writer
from archive.export.writers.tables import EXCEL_CELL
from archive.store.db import reading
from tests.archive.export.world import fill

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

csv.field_size_limit(10_000_000)

Rows = Iterable[Mapping[str, Any]]


def written(rows: Rows, form: Form, fields: Mapping[str, Field], **options: Any) -> bytes:
    file = io.BytesIO()
    to = writer(file, form, fields, **options)
    for row in rows:
        to.write(row)
    to.finish()
    assert not file.closed
    return file.getvalue()


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def unpacked(data: bytes, compress: Packing | None) -> bytes:
    return data if compress is None else gzip.decompress(data) if compress == "gz" else zstd.decompress(data)


def of_cell(text: str, field: Field) -> Any:
    """What a cell of CSV holds, by the rules of docs/data.md."""
    if text == "" and field.null:
        return None
    if field.kind in ("integer", "number", "boolean", "texts", "integers", "images", "edits", "signature"):
        return json.loads(text)
    return text


def of_parquet(value: Any, field: Field) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds" if field.kind == "instant" else "seconds")
    return value


def test_every_form_of_every_dataset_holds_the_rows(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.export.writers.parquet.ROW_GROUP", 2)
    fill(sqlite_engine)
    with reading(sqlite_engine) as connection:
        for dataset in DATASETS.values():
            rows = list(dataset.rows(connection, None))
            assert lines(written(rows, "jsonl", dataset.fields)) == rows
            cells = table(written(rows, "csv", dataset.fields))
            assert [
                {name: of_cell(row[name], field) for name, field in dataset.fields.items()} for row in cells
            ] == rows
            found = pq.read_table(io.BytesIO(written(rows, "parquet", dataset.fields)))
            assert found.schema.metadata[b"jianbao_format"] == FORMAT.encode()
            assert found.column_names == list(dataset.fields)
            assert [
                {name: of_parquet(value, dataset.fields[name]) for name, value in row.items()}
                for row in found.to_pylist()
            ] == rows


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("compress", [None, "zst", "gz"])
def test_bytes_repeat_and_unpack(sqlite_engine: Engine, form: Form, compress: Packing | None) -> None:
    fill(sqlite_engine)
    fields = batch_fields(ARTICLES)
    with reading(sqlite_engine) as connection:
        rows = [{"op": "upsert", "cause": None, **row} for row in ARTICLES.rows(connection, None)]
    gone = {**dict.fromkeys(fields), "op": "withdraw", "cause": "person", "id": 7, "site": "s9", "native_id": "a:1"}
    data = written([*rows, gone], form, fields, compress=compress)
    assert data == written([*rows, gone], form, fields, compress=compress)
    if form == "parquet":
        assert pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0).compression == (
            "GZIP" if compress == "gz" else "ZSTD"
        )
    else:
        assert unpacked(data, compress) == written([*rows, gone], form, fields)


def test_an_empty_dataset_is_a_whole_file() -> None:
    assert written([], "jsonl", ARTICLES.fields) == b""
    assert written([], "csv", ARTICLES.fields) == (",".join(ARTICLES.fields) + "\n").encode()
    assert pq.read_table(io.BytesIO(written([], "parquet", ARTICLES.fields))).column_names == list(ARTICLES.fields)
    for compress in ("gz", "zst"):
        assert unpacked(written([], "jsonl", ARTICLES.fields, compress=compress), compress) == b""  # type: ignore[arg-type]


def test_names_of_files() -> None:
    assert file_name("links", "csv") == "links.csv"
    assert file_name("articles", "jsonl", "zst") == "articles.jsonl.zst"
    assert file_name("articles", "parquet", "gz") == "articles.parquet"


TEXT = {"text": Field("text", "")}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)))
def test_any_text_comes_back(texts: list[str]) -> None:
    rows = [{"text": one} for one in texts]
    assert [json.loads(line) for line in written(rows, "jsonl", TEXT).split(b"\n")[:-1]] == rows
    assert table(written(rows, "csv", TEXT)) == rows
    assert pq.read_table(io.BytesIO(written(rows, "parquet", TEXT))).to_pylist() == rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠x", "－1", "＋1"])
def test_excel_computes_nothing_and_knows_the_encoding(text: str) -> None:
    data = written([{"text": text}], "csv", TEXT, excel=True)
    assert data.startswith(b"\xef\xbb\xbftext\n")
    assert table(data[3:]) == [{"text": f"'{text}"}]
    assert table(written([{"text": text}], "csv", TEXT)) == [{"text": text}]


@pytest.mark.parametrize(("text", "kept"), [("字" * 40_000, 32_766), ("𠮷" * 40_000, 16_383), ("a" * 32_767, 32_767)])
def test_a_cell_is_no_longer_than_excel_holds(text: str, kept: int) -> None:
    [row] = table(written([{"text": text}], "csv", TEXT, excel=True)[3:])
    assert len(row["text"].encode("utf-16-le")) // 2 <= EXCEL_CELL
    assert row["text"] == (text if kept == len(text) else text[:kept] + "…")


def test_numbers_are_no_formulas() -> None:
    fields = {"number": Field("number", "")}
    assert table(written([{"number": -0.5}], "csv", fields, excel=True)[3:]) == [{"number": "-0.5"}]


def test_parquet_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"install jianbao\[parquet\]"):
        written([], "parquet", ARTICLES.fields)


def test_an_unknown_form() -> None:
    with pytest.raises(UsageError, match="xml"):
        written([], "xml", ARTICLES.fields)  # type: ignore[arg-type]


class Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def __init__(self) -> None:
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size


@pytest.mark.parametrize(
    ("form", "compress"), [("jsonl", None), ("jsonl", "zst"), ("csv", None), ("csv", "gz"), ("parquet", None)]
)
def test_memory_stays_flat(form: Form, compress: Packing | None) -> None:
    """60 MB of text are written while no more than a few rows of it are held."""
    body = "很长的文字。" * 5_000

    def write(rows: int) -> int:
        to = Nowhere()
        one = writer(to, form, TEXT, compress=compress)  # type: ignore[arg-type]
        for number in range(rows):
            one.write({"text": f"{number}{body}"})
        one.finish()
        return to.size

    write(300)  # what is imported and cached once does not count
    tracemalloc.start()
    size = write(700)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert compress or form == "parquet" or size > 60_000_000
    assert peak < 25_000_000
