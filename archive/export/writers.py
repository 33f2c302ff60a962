"""The three forms of an export: JSON Lines, CSV and Parquet. Each writer takes one article after the other."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Protocol

from archive.errors import UsageError
from archive.export.record import FIELDS, FORMAT, as_json
from archive.times import BEIJING

ROW_GROUP = 2_000
"""Articles of a Parquet row group, which is what the writer holds in memory."""
# A spreadsheet takes a cell that begins so for a formula. What we write was written by strangers.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """A value as a cell of CSV: lists and objects as JSON; `'` before a text that a spreadsheet would compute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


class Writer(Protocol):
    """Writes articles to an open file."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one article: its columns, `representative` and `signature`."""

    def finish(self) -> None:
        """Write what is left; the file itself stays open."""


class JsonLines:
    """One JSON object a line, UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, row: Mapping[str, Any]) -> None:
        """See `Writer`."""
        record = json.dumps(as_json(row), ensure_ascii=False, separators=(",", ":"))
        self.file.write(record.encode() + b"\n")

    def finish(self) -> None:
        """See `Writer`."""


class Csv:
    """RFC 4180 in UTF-8, line feeds between rows; lists as JSON; `'` before a text that a spreadsheet would compute."""

    def __init__(self, file: IO[bytes]) -> None:
        self.text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self.rows = csv.writer(self.text, lineterminator="\n")
        self.rows.writerow(FIELDS)

    def write(self, row: Mapping[str, Any]) -> None:
        """See `Writer`."""
        record = as_json(row)
        self.rows.writerow([cell(record[name]) for name in FIELDS])

    def finish(self) -> None:
        """See `Writer`."""
        self.text.detach()


class Parquet:
    """Parquet with zstd; times are timestamps in Beijing time, lists are lists."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise UsageError("Parquet needs pyarrow; install jianbao[parquet]") from error
        self.arrow = pa
        texts = pa.list_(pa.string())
        types = {
            "integer": pa.int64(),
            "number": pa.float64(),
            "text": pa.string(),
            "time": pa.timestamp("us", tz="Asia/Shanghai"),
            "boolean": pa.bool_(),
            "texts": texts,
            "images": pa.list_(pa.struct([("url", pa.string()), ("caption", pa.string())])),
            "signature": pa.list_(pa.uint32()),
        }
        self.schema = pa.schema(
            [(name, types[kind]) for name, kind in FIELDS.items()], metadata={"jianbao_format": str(FORMAT)}
        )
        self.writer = pq.ParquetWriter(file, self.schema, compression="zstd")
        self.waiting: list[dict[str, Any]] = []

    def write(self, row: Mapping[str, Any]) -> None:
        """See `Writer`."""
        self.waiting.append({name: self._value(row[name]) for name in FIELDS})
        if len(self.waiting) == ROW_GROUP:
            self._flush()

    def finish(self) -> None:
        """See `Writer`."""
        self._flush()
        self.writer.close()

    def _flush(self) -> None:
        if self.waiting:
            self.writer.write_table(self.arrow.Table.from_pylist(self.waiting, schema=self.schema))
            self.waiting = []

    @staticmethod
    def _value(value: Any) -> Any:
        return value.astimezone(BEIJING) if isinstance(value, datetime) else value


WRITERS: dict[str, type[JsonLines] | type[Csv] | type[Parquet]] = {"jsonl": JsonLines, "csv": Csv, "parquet": Parquet}
