"""A list as a file: the rows that a page shows, in the page's order, as JSON Lines or CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from archive.errors import UsageError
from archive.export.writers import cell

KINDS: Final = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
MOST: Final = 10_000
"""The most rows of a file; the commands of the same names write any number."""


def file(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: str, name: str) -> Response:
    """The rows for who asked for them in the form `jsonl` or `csv`. `columns`: in CSV, in this order; JSON has all
    that a row has. Raises `UsageError` for another form."""
    if form not in KINDS:
        raise UsageError(f"{form[:40]!r} is no form of a file here; there are {' and '.join(KINDS)}")
    text = io.StringIO(newline="")
    if form == "csv":
        table = csv.writer(text, lineterminator="\n")
        table.writerow(columns)
        table.writerows([cell(row[column]) for column in columns] for row in rows)
    else:
        text.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    data = text.getvalue().encode("utf-8", "backslashreplace")
    return Response(
        data,
        headers={
            "content-type": KINDS[form],
            "content-disposition": f'attachment; filename="{name}.{form}"',
            "cache-control": "no-cache",
            "vary": "cookie",
        },
    )
