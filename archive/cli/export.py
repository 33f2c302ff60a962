"""`jianbao export`: the archive for other programs."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.cli.progress import counting_each
from archive.errors import UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from archive.export.chain.anew import Going
    from archive.export.chain.seal import Sealed
    from archive.export.package import Style

NAMES = ("articles", "revisions", "stories", "links", "captures", "changes")


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
    help="The form.",
)
@click.option("--compress", type=click.Choice(["zst", "gz"]), help="Pack the files.")
@click.option("--excel", is_flag=True, help="CSV as Excel opens it, with guarded formulas.")
@click.option("--full", is_flag=True, help="All that there is. Without --to: a new snapshot beside the batches.")
@click.option("--begin-anew", "anew", is_flag=True, help="Seal all that there is, and remove every batch before it.")
@click.option("--dry-run", is_flag=True, help="Only say what --begin-anew would remove.")
@click.option("--query", metavar="QUERY|ID", help="The hits of a search, or of a query id; it gets a query id.")
@click.option("--since-batch", type=click.IntRange(0), metavar="N", help="Copy the sealed batches after batch N.")
@click.option("--dataset", "datasets", type=click.Choice(NAMES), multiple=True, help="These datasets alone.")
@click.option("--to", metavar="DIR|-", help="Write there, beside the chain of batches; - is standard output.")
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object.")
@click.pass_obj
def export(
    home: Home,
    form: str,
    compress: str | None,
    excel: bool,
    full: bool,
    anew: bool,
    dry_run: bool,
    query: str | None,
    since_batch: int | None,
    datasets: tuple[str, ...],
    to: str | None,
    as_json: bool,
) -> None:
    """Seal what has changed as the next batch: files for other programs that are never rewritten.

    Batches stand in export/batches/ of the home, export/index.json names them all. Applied in order they give the
    archive: docs/export.md shows how. Where nothing has changed, nothing is sealed. With --to, all that there is (or
    the hits of --query, or sealed batches) is written elsewhere, and the chain stays as it is.

    Sealed batches still have what was erased since (jianbao withdraw --erase). --begin-anew seals one batch of all that
    is there now and removes those before it, the snapshot, and the files of queries that found what is withdrawn.

    \b
    Examples:
      jianbao export
      jianbao export --full --to /srv/news --format parquet
      jianbao export --query '稀土 site:netease' --to - | head
      jianbao export --since-batch 41 --to /media/stick
      jianbao export --begin-anew --dry-run
    """
    from archive.export.package import Style

    if excel and form != "csv":
        raise UsageError("--excel is for --format csv")
    if sum((full, anew, query is not None, since_batch is not None)) > 1:
        raise UsageError("--full, --begin-anew, --query and --since-batch exclude each other")
    if anew and to is not None:
        raise UsageError("--begin-anew is for the archive's own batches; leave --to out")
    if dry_run and not anew:
        raise UsageError("--dry-run is for --begin-anew; every other export removes nothing")
    style = Style(form=form, compress=compress, excel=excel)  # type: ignore[arg-type]
    if since_batch is not None:
        told, line = _copied(home, since_batch, to, datasets)
    elif anew:
        told, line = _begun_anew(home, style, datasets, dry_run=dry_run)
    elif full and to is None:
        told, line = _snapshot(home, style, datasets)
    elif query is not None or to is not None:
        told, line = _apart(home, style, query, to, datasets)
    else:
        told, line = _sealed(home, style, datasets)
    # Standard output is the rows' then.
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else line, err=to == "-")


def _sealed(home: Home, style: "Style", datasets: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    from archive.export.chain.seal import Sealing
    from archive.store.db import opened

    _refuse_some(datasets, "a batch")
    with opened(home.database) as engine, counting_each() as progress:
        done = Sealing(engine, home.export, style, _now, _waiting, progress).run()
    told, line = _told(home, done)
    if done.snapshot is not None:
        line += f"\nsnapshot of batch {done.snapshot} in {home.export / 'snapshot'}"
    return told, line


def _told(home: Home, done: "Sealed") -> tuple[dict[str, Any], str]:
    batch, head = done.batch, done.head
    told = {"batch": batch.number if batch else None, "head": head.number, "digest": head.digest}
    told["snapshot"] = done.snapshot
    if batch is None:
        return {**told, "rows": {}}, f"nothing has changed since batch {head.number}"
    rows = {name.split(".")[0]: about["rows"] for name, about in batch.files.items() if "rows" in about}
    what = ", ".join(f"{count:,} {name}" for name, count in rows.items()) or "no rows"
    return {**told, "whole": batch.whole, "rows": rows}, f"batch {batch.number}: {what} in {home.export / 'batches'}"


def _begun_anew(home: Home, style: "Style", datasets: tuple[str, ...], *, dry_run: bool) -> tuple[dict[str, Any], str]:
    from archive.export.chain.anew import going
    from archive.export.chain.batches import batches
    from archive.export.chain.seal import Sealing
    from archive.store.db import opened, reading

    _refuse_some(datasets, "a batch")
    with opened(home.database) as engine:
        if dry_run:
            with reading(engine) as connection:
                known = batches(connection)
                goes = going(connection, home.export, known)
            told = {"batch": len(known) + 1, "dry_run": True, "removed": goes.told()}
            return told, f"would seal batch {len(known) + 1}, of all that there is\nwould remove {_going(goes)}"
        with counting_each() as progress:
            done, goes = Sealing(engine, home.export, style, _now, _waiting, progress).begin_anew()
    told, line = _told(home, done)
    return {**told, "removed": goes.told()}, f"{line}\nremoved {_going(goes)}"


def _going(goes: "Going") -> str:
    parts = [f"{len(goes.batches)} batches"]
    parts += [f"the snapshot of batch {number}" for number in goes.snapshots]
    parts += [f"the files of query {query_id}" for query_id in goes.queries]
    return f"{', '.join(parts)}: {goes.size:,} bytes"


def _snapshot(home: Home, style: "Style", datasets: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    from archive.export.chain.seal import Sealing
    from archive.store.db import opened

    _refuse_some(datasets, "a snapshot")
    with opened(home.database) as engine, counting_each() as progress:
        number = Sealing(engine, home.export, style, _now, _waiting, progress).snapshot()
    return {"snapshot": number}, f"snapshot of batch {number} in {home.export / 'snapshot'}"


def _copied(home: Home, since: int, to: str | None, datasets: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    from archive.export.apart import copy_batches
    from archive.export.chain.batches import batches
    from archive.export.chain.folder import writing_in
    from archive.store.db import opened, reading

    _refuse_some(datasets, "a sealed batch")
    if to is None or to == "-":
        raise UsageError("--since-batch copies folders; say where with --to DIR")
    target = Path(to)
    if target.resolve() == home.export.resolve():
        raise UsageError(f"{target} is where the batches are; name another folder")
    with opened(home.database) as engine, reading(engine) as connection, writing_in(target):
        copied = copy_batches(connection, home.export, batches(connection), since, target)
    numbers = [batch.number for batch in copied]
    line = f"{len(numbers)} batches after {since} in {target / 'batches'}"
    return {"batches": numbers, "path": str(target)}, line


def _apart(
    home: Home, style: "Style", query: str | None, to: str | None, datasets: tuple[str, ...]
) -> tuple[dict[str, Any], str]:
    from archive.export.apart import write_package, write_stream
    from archive.export.chain.folder import writing_in
    from archive.store.db import opened, reading

    told: dict[str, Any] = {}
    names = datasets or (("articles",) if query is not None or to == "-" else NAMES)
    if to == "-" and len(names) > 1:
        raise UsageError("standard output takes one dataset; name one with --dataset, or a folder with --to")
    with opened(home.database) as engine:
        query_id = None if query is None else _frozen(engine, query, home.settings.who)
        with reading(engine) as connection, counting_each() as progress:
            articles = None if query_id is None else _hits(connection, query_id)
            told = {} if query_id is None else {"query": {"id": query_id, "text": query, "hits": len(articles or ())}}
            if to == "-":
                file = sys.stdout.buffer
                written = write_stream(connection, file, names[0], style, progress, articles=articles)
                file.flush()
                return {**told, "rows": {names[0]: written}}, f"{written:,} {names[0]}"
            folder = Path(to) if to is not None else home.export / "queries" / str(query_id)
            with writing_in(folder):
                package = write_package(
                    connection, folder, names, style, _now(), progress, articles=articles, query=told.get("query")
                )
    rows = {one["name"]: one["rows"] for one in package.manifest["resources"]}
    told |= {"path": str(folder), "digest": package.digest, "rows": rows}
    what = ", ".join(f"{count:,} {name}" for name, count in rows.items()) or "no rows"
    return told, f"{what} in {folder}" + (f" (query {query_id})" if query_id else "")


def _frozen(engine: "Engine", query: str, by: str) -> str:
    """The query's id: a search that has none yet is frozen. Raises `NotFound` where an id is none that there is."""
    from archive.errors import NotFound
    from archive.query.search import Asked, freeze, thaw
    from archive.store.db import reading, writing

    with reading(engine) as connection:
        try:
            thaw(connection, query)
        except NotFound:
            if re.fullmatch("q[0-9a-f]{12}", query):
                raise
        else:
            return query
    with writing(engine) as connection:
        return freeze(connection, Asked(query), by=by, now=_now())


def _hits(connection: "Connection", query_id: str) -> list[int]:
    from sqlalchemy import select

    from archive.store.finding.searches import QueryHit

    statement = select(QueryHit.article_id).where(QueryHit.query_id == query_id).order_by(QueryHit.place)
    return list(connection.scalars(statement))


def _refuse_some(datasets: tuple[str, ...], what: str) -> None:
    if datasets:
        raise UsageError(f"{what} has all datasets; --dataset is for --to and --query")


def _waiting() -> None:
    click.echo("another export is at work; waiting for it to end", err=True)


def _now() -> datetime:
    return datetime.now(UTC)
