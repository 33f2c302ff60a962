"""CSV (RFC 4180) in UTF-8, a line feed after each row: exactly as it is for programs, or as Excel opens it."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from archive.export.datasets import Field
from archive.export.writers.packing import Sink

# A spreadsheet takes a cell that begins so for a formula, some in full width too. What we write was written by
# strangers (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EXCEL_CELL: Final = 32_767
"""Characters of UTF-16 in a cell of Excel; of a longer one it puts the rest into the rows below."""
_CUT: Final = "…"


def exact(value: Any) -> str:
    """A value as a cell: null as nothing, lists as JSON, true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return orjson.dumps(value).decode()
    return str(value)


def cell(value: Any) -> str:
    """A value as a cell that a spreadsheet may open: `'` before a text that it would compute."""
    text = exact(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def excel_cell(value: Any) -> str:
    """A value as a cell that Excel holds."""
    text = cell(value)
    # Most are short; a character is two of UTF-16 at most.
    if len(text) <= EXCEL_CELL // 2 or len(text.encode("utf-16-le")) // 2 <= EXCEL_CELL:
        return text
    return text.encode("utf-16-le")[: 2 * (EXCEL_CELL - 1)].decode("utf-16-le", "ignore") + _CUT


def _quoted(text: str) -> str:
    """A cell as it stands in the file. The standard library's writer looks at every character in turn, and so takes six
    times as long for a text."""
    if '"' in text:
        text = text.replace('"', '""')
    elif "," not in text and "\n" not in text and "\r" not in text:
        return text
    return f'"{text}"'


class Csv:
    """See `archive.export.writers.Writer`. The first row names the fields."""

    mark = b""
    cell = staticmethod(exact)

    def __init__(self, sink: Sink, fields: Mapping[str, Field]) -> None:
        self._sink = sink
        self._fields = tuple(fields)
        # A row of one empty cell is no empty line.
        self._alone = '""' if len(self._fields) == 1 else ""
        sink.write(self.mark)
        sink.write((",".join(map(_quoted, self._fields)) + "\n").encode())

    def write(self, row: Mapping[str, Any]) -> None:
        """See `archive.export.writers.Writer`."""
        made = self.cell
        line = ",".join([_quoted(made(row[name])) for name in self._fields])
        self._sink.write(f"{line or self._alone}\n".encode())

    def finish(self) -> None:
        """See `archive.export.writers.Writer`."""
        self._sink.close()


class ExcelCsv(Csv):
    """With a byte order mark, by which Excel knows UTF-8; nothing in it is computed, nor longer than a cell."""

    mark = b"\xef\xbb\xbf"
    cell = staticmethod(excel_cell)
