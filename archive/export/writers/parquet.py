"""Parquet: times are timestamps in UTC, lists are lists; what a page showed of a time stays a text."""

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, Final

from archive.errors import UsageError
from archive.export.datasets import FORMAT, Field, Kind
from archive.export.writers.packing import Packing

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP: Final = 2_000
"""Rows of a row group, which is what the writer holds in memory."""
GROUP_TEXT: Final = 4 * 2**20
"""Characters of its texts: a group ends with them, too."""
_CODECS: Final = {"zst": "zstd", "gz": "gzip"}
_TIMES: Final = ("second", "instant")


def types() -> "dict[Kind, pa.DataType]":
    """What each kind is in Arrow."""
    import pyarrow as pa

    text, time = pa.string(), pa.timestamp("us", tz="UTC")
    return {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "text": text,
        "shown": text,
        "second": time,
        "instant": time,
        "texts": pa.list_(text),
        "integers": pa.list_(pa.int64()),
        "images": pa.list_(pa.struct([("url", text), ("caption", text)])),
        "edits": pa.list_(pa.struct([("kind", text), ("before", text), ("after", text)])),
        "signature": pa.list_(pa.uint32()),
        "json": text,
    }


class Parquet:
    """See `archive.export.writers.Writer`. Raises `UsageError` where pyarrow is not there."""

    def __init__(self, file: IO[bytes], fields: Mapping[str, Field], compress: Packing) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise UsageError("Parquet needs pyarrow; install jianbao[parquet]") from error
        self._arrow = pa
        of_kind = types()
        self._fields = {name: (of_kind[field.kind], field.kind in _TIMES) for name, field in fields.items()}
        self._schema = pa.schema(
            [(name, kind) for name, (kind, _) in self._fields.items()], metadata={"jianbao_format": FORMAT}
        )
        # Most values occur once, and zstd sees the others: dictionaries would take twice the time, and more room.
        self._writer = pq.ParquetWriter(file, self._schema, compression=_CODECS[compress], use_dictionary=False)
        self._waiting: list[Mapping[str, Any]] = []
        self._text = 0

    def write(self, row: Mapping[str, Any]) -> None:
        """See `archive.export.writers.Writer`."""
        self._waiting.append(row)
        self._text += sum([len(value) for value in row.values() if type(value) is str])
        if len(self._waiting) == ROW_GROUP or self._text >= GROUP_TEXT:
            self._flush()

    def finish(self) -> None:
        """See `archive.export.writers.Writer`."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            columns = [self._column(name, *of) for name, of in self._fields.items()]
            self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
            self._waiting, self._text = [], 0

    def _column(self, name: str, kind: Any, time: bool) -> Any:
        values = [row[name] for row in self._waiting]
        if time:  # Arrow reads all texts of a column at once
            return self._arrow.array(values, self._arrow.string()).cast(kind)
        return self._arrow.array(values, kind)
