"""`jianbao sql`: read-only SQL over views made for people."""

import csv
import io
import json
import sys
from typing import Any, Final

import click

from archive.cli import main
from archive.cli.terminal import echo, table
from archive.errors import UsageError
from archive.settings import Home

_MOST: Final = 200_000


@main.command()
@click.argument("query", required=False, metavar="[QUERY|-]")
@click.option("--csv", "as_csv", is_flag=True, help="CSV, as `jianbao export` writes it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row and line.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000_000), default=1000, show_default=True, metavar="N", help="The most rows."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 86_400),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that it may take.",
)
@click.pass_obj
def sql(home: Home, query: str | None, as_csv: bool, as_json: bool, limit: int, timeout: float) -> None:
    """Ask the archive in SQL: one SELECT over the views articles, stories, copies, revisions, doubts.

    Nothing can be written, and nothing but the views is read; what is withdrawn is not in them. Without a query the
    views are listed with their columns; docs/data.md says what each holds. - reads the query from standard input.

    \b
    Examples:
      jianbao sql
      jianbao sql "SELECT site, count(*) AS number FROM articles GROUP BY site ORDER BY number DESC"
      jianbao sql --csv --limit 100000 "SELECT * FROM copies" >copies.csv
    """
    from archive.query.sql.run import columns, run
    from archive.store.db import opened

    if as_csv and as_json:
        raise UsageError("give --csv or --json, not both")
    if query == "-":
        query = sys.stdin.read(_MOST)
    with opened(home.database) as engine:
        if query is None:
            for name, names in columns(engine).items():
                echo(json.dumps({"view": name, "columns": names}) if as_json else f"{name:<10} {', '.join(names)}")
            return
        answer = run(engine, query, limit=limit, seconds=timeout)
    if as_json:
        for row in answer.rows:
            echo(json.dumps(dict(zip(answer.columns, row, strict=True)), ensure_ascii=False))
    elif as_csv:
        from archive.export.writers import cell

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([cell(value) for value in one] for one in answer.rows)
        click.echo(text.getvalue(), nl=False)
    else:
        table(answer.columns, [[_plain(value) for value in row] for row in answer.rows])
    more = "; there are more: --limit" if answer.more else ""
    echo(f"{len(answer.rows)} rows{more}", err=True)


def _plain(value: Any) -> Any:
    """A value as a table has it: a text stays as it is, since no spreadsheet reads it; so does a number."""
    from archive.export.writers import cell

    return value if value is None or isinstance(value, (str, int)) else cell(value)
