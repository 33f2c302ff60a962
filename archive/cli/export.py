"""`jianbao export`: the archive for other programs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import main
from archive.settings import Home

if TYPE_CHECKING:
    from archive.export.writers import Form


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
    help="The form.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="[default: export/ in the home]",
)
@click.option("--all", "every_article", is_flag=True, help="The copies too, not one article a story.")
@click.pass_obj
def export(home: Home, form: "Form", folder: Path | None, every_article: bool) -> None:
    """Write the articles to a file: articles.jsonl, articles.csv or articles.parquet, with a description beside it.

    The fields have the same names in every form, and in SQL; docs/data.md lists them. A story is written once, by its
    representative. The file takes its name only when it is whole, so a reader never meets half of one.

    \b
    Examples:
      jianbao export --format parquet --to /srv/news
      jianbao export --all
    """
    from archive.cli.progress import counting
    from archive.export.run import export as run
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection, counting("articles") as progress:
        done = run(
            connection,
            folder or home.export,
            form,
            every_article=every_article,
            now=datetime.now(UTC),
            progress=progress,
        )
    click.echo(f"{done.articles} articles in {done.path}")
