"""`jianbao db`: the database's schema."""

from datetime import UTC, datetime

import click

from archive.cli import main
from archive.settings import Home


@main.group()
def db() -> None:
    """See, check and upgrade the database.

    `jianbao crawl` and `jianbao import` set up an empty database by themselves. After an update of Jianbao a database
    may be older than the program: then `jianbao db upgrade` brings it up to date. Take a copy before.
    """


@db.command()
@click.pass_obj
def upgrade(home: Home) -> None:
    """Bring the database up to this version's schema and text rules; set it up where there is none.

    An update that changed how texts are folded, hashed or cut into words makes all that was computed from them anew:
    full text, duplicate index, links, clusters and signatures. That takes about as long as an import of all articles.

    All steps happen in one transaction: it ends as it was, or upgraded. Safe to stop, to run twice, and from two places
    at once. Others can read meanwhile, not write.

    \b
    Example:
      jianbao --database postgresql://clip@db/news db upgrade
    """
    from archive.cli.progress import steps
    from archive.ingest.reindex import upgrade as run
    from archive.store import db as archive_db

    engine = archive_db.connect(home.database, create=True)
    try:
        with steps() as progress:
            done = run(engine, now=datetime.now(UTC), progress=progress)
    finally:
        engine.dispose()
    click.echo(
        f"schema {done.after}, as before"
        if done.before == done.after
        else f"schema {done.before or 'none'} -> {done.after}"
    )
    if done.articles is not None:
        click.echo(f"{done.articles} articles indexed anew")


@db.command()
@click.pass_obj
def current(home: Home) -> None:
    """Print the revision of the database's schema, or `none`.

    \b
    Example:
      jianbao db current
    """
    from archive.store import db as archive_db

    engine = archive_db.connect(home.database)
    try:
        click.echo(archive_db.current(engine) or "none")
    finally:
        engine.dispose()


@db.command()
@click.option("--quick", is_flag=True, help="Do not read the whole SQLite file for damage.")
@click.pass_obj
def check(home: Home, quick: bool) -> None:
    """Say whether the database can be reached, is whole, and fits this version; exit code 4 or 5 where not.

    An SQLite file is read from end to end, which takes a while for a large one; a PostgreSQL server looks after its
    pages itself.

    \b
    Example:
      jianbao db check || jianbao db upgrade
    """
    from archive.store import db as archive_db

    with archive_db.opened(home.database) as engine:
        if not quick:
            archive_db.check_pages(engine)
        click.echo(f"{archive_db.show_url(engine.url)}: schema {archive_db.current(engine)}, as this version needs")
