"""`jianbao recluster`: the whole archive anew."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.dedup.reasons import in_words
from archive.errors import UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from archive.bulk.articles import Tables
    from archive.dedup.recluster.run import Outcome

_TOLD = 10
"""So many articles of a part are named."""
_UNLINKED = "no two of the articles that they would be linked by were compared"


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="DuckDB works on this machine, Spark (jianbao[spark], Java 17) on any number.",
)
@click.option(
    "--from",
    "parquet",
    type=click.Path(path_type=Path, exists=True),
    metavar="PARQUET",
    help="For Spark: articles.parquet of a full export, where Spark finds it. Made anew without this.",
)
@click.option(
    "--pages", "pages", metavar="DIR", help="Instead of the archive: the pages of jianbao bulk, a path or an address."
)
@click.option("--to", "to", metavar="DIR", help="With --pages: where clusters.parquet and links.parquet are written.")
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="For Spark: its master.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="For DuckDB: processes.  [all cores]")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def recluster(
    home: Home,
    dry_run: bool,
    engine_name: str,
    parquet: Path | None,
    pages: str | None,
    to: str | None,
    master: str,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Group the whole archive anew by today's rules, and report what that changes.

    Crawl and import group as articles come in, by the rules of their day; this compares every article with every other
    one that it may be related to. A cluster that mixes stories falls apart, and the report says why. What people
    decided (jianbao cluster merge, split, apart, pin) stays as it is.

    --pages groups the articles of pages that jianbao bulk pages has read, without an archive: by the same rules, to the
    stories that they would come to in one. clusters.parquet names for each article the first of its story,
    links.parquet how articles are related. Of an article on several pages only the newest page is looked at.

    \b
    Examples:
      jianbao recluster --dry-run
      jianbao recluster --engine spark --from /srv/news/articles.parquet --master spark://host:7077
      jianbao recluster --engine spark --pages s3://news/pages --to s3://news/stories
    """
    if pages is not None or to is not None:
        if pages is None or to is None or parquet is not None or dry_run:
            raise UsageError("--pages DIR wants --to DIR, and neither --from nor --dry-run")
        _without_archive(pages, to, engine_name, master, jobs or os.cpu_count() or 1, as_json=as_json)
        return
    from archive.dedup.recluster.run import apply
    from archive.store.db import opened

    if engine_name == "duckdb" and parquet is not None:
        raise UsageError("--from is for --engine spark; DuckDB reads the archive itself")
    with opened(home.database) as engine:
        if engine_name == "duckdb":
            outcome = _on_duckdb(engine, jobs or os.cpu_count() or 1)
        else:
            outcome = _on_spark(engine, parquet, master)
        changed = None if dry_run else apply(engine, outcome, now=datetime.now(UTC))
    told = outcome.as_json()
    if as_json:
        click.echo(json.dumps({**told, "applied": not dry_run}, ensure_ascii=False))
        return
    _tell(told, dry_run=dry_run)
    if changed is not None:
        click.echo(f"noted {changed} changes")


def _tell(told: dict[str, Any], *, dry_run: bool) -> None:
    click.echo(f"{told['articles']} articles, {told['pairs']} pairs compared, {told['links']} links")
    click.echo(f"{told['clusters']} clusters; {told['changed']} articles {'would change' if dry_run else 'changed'}")
    for move in told["moves"]:
        click.echo(f"  {move['article']}: from cluster {move['from']} to {move['to']}")
    if told["changed"] > len(told["moves"]):
        click.echo(f"  and {told['changed'] - len(told['moves'])} more")
    if told["split"]:
        parts = "1 part" if told["split"] == 1 else f"{told['split']} parts"
        click.echo(f"{parts} {'would leave' if dry_run else 'left'} a cluster that mixed stories")
    for split in told["splits"]:
        which = ", ".join(str(key) for key in split["articles"][:_TOLD])
        rest = len(split["articles"]) - _TOLD
        more = f" and {rest} more" if rest > 0 else ""
        click.echo(
            f"  cluster {split['from']}: {which}{more} to {split['to']}: {in_words(split['reason']) or _UNLINKED}"
        )
    if told["split"] > len(told["splits"]):
        click.echo(f"  and {told['split'] - len(told['splits'])} more")


def _without_archive(pages: str, to: str, engine_name: str, master: str, jobs: int, *, as_json: bool) -> None:
    from attrs import asdict

    from archive.bulk.grouped import CLUSTERS, LINKS, group
    from archive.bulk.places import place

    folder, target = place(pages), place(to)

    def make(sources: "Sequence[str]", scratch: "Engine") -> "Tables":
        if engine_name == "spark":
            from archive.bulk.spark import SparkTables

            return SparkTables(folder, sources, master)
        from archive.bulk.duck import DuckTables

        return DuckTables(folder, sources, scratch, jobs)

    told = group(folder, make, target)
    if as_json:
        click.echo(json.dumps(asdict(told)))
        return
    click.echo(f"{told.articles} articles, {told.pairs} pairs compared, {told.links} links, {told.clusters} clusters")
    if told.paged:
        click.echo(f"{told.paged} articles are on several pages, of which one was looked at")
    click.echo(f"{target.inside(CLUSTERS).url}\n{target.inside(LINKS).url}")


def _on_duckdb(engine: "Engine", jobs: int) -> "Outcome":
    from archive.dedup.recluster.duck import DuckEngine
    from archive.dedup.recluster.run import recluster as run

    return run(engine, DuckEngine(engine, jobs=jobs))


def _on_spark(engine: "Engine", parquet: Path | None, master: str) -> "Outcome":
    from tempfile import TemporaryDirectory

    from archive.dedup.propose import furniture
    from archive.dedup.recluster.run import recluster as run
    from archive.dedup.recluster.spark import SparkEngine, exported
    from archive.export.apart import write_package
    from archive.export.package import Style
    from archive.spark import start
    from archive.store.db import reading

    with TemporaryDirectory(prefix="jianbao-recluster-") as folder:
        with reading(engine) as connection:
            known = furniture.everything(connection)
            if parquet is None:
                parquet = Path(folder) / "articles.parquet"
                write_package(connection, parquet.parent, ["articles"], Style(form="parquet"), datetime.now(UTC))
        spark = start("jianbao recluster", master)
        try:
            return run(engine, SparkEngine(spark, exported(spark, parquet), furniture=known))
        finally:
            spark.stop()
