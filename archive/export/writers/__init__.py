"""The forms of an export. A writer takes one row after the other, as a dataset gives them; memory stays flat, and the
same rows give the same bytes."""

from collections.abc import Mapping
from typing import IO, Any, Final, Literal, Protocol

from archive.errors import UsageError
from archive.export.datasets import Field
from archive.export.writers.lines import JsonLines
from archive.export.writers.packing import Packing, packed
from archive.export.writers.parquet import Parquet
from archive.export.writers.tables import Csv, ExcelCsv, cell

Form = Literal["jsonl", "csv", "parquet"]

FORMS: Final[tuple[Form, ...]] = ("jsonl", "csv", "parquet")
MEDIA: Final[dict[str, str]] = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
"""The media type of each form, RFC 6838's where it has one."""


class Writer(Protocol):
    """Writes the rows of one dataset to an open file."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row: a value for each field."""

    def finish(self) -> None:
        """Write what is left, once; the file that was given stays open."""


def writer(
    file: IO[bytes], form: Form, fields: Mapping[str, Field], *, compress: Packing | None = None, excel: bool = False
) -> Writer:
    """A writer of rows with these fields. `compress`: JSON Lines and CSV become one zstd frame or gzip member; Parquet
    takes it for its own pages, which are zstd without it. `excel`: CSV as Excel opens it. Raises `UsageError` where
    pyarrow is not there for Parquet."""
    if form == "parquet":
        return Parquet(file, fields, compress or "zst")
    if form == "csv":
        return (ExcelCsv if excel else Csv)(packed(file, compress), fields)
    if form == "jsonl":
        return JsonLines(packed(file, compress), fields)
    raise UsageError(f"{form!r} is no form of an export; there are {', '.join(FORMS)}")


def file_name(dataset: str, form: Form, compress: Packing | None = None) -> str:
    """The name of a dataset's file: `articles.jsonl.zst`, `links.csv`, `articles.parquet`."""
    return f"{dataset}.{form}" if compress is None or form == "parquet" else f"{dataset}.{form}.{compress}"


__all__ = ["FORMS", "MEDIA", "Form", "Packing", "Writer", "cell", "file_name", "writer"]
