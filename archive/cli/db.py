"""`jianbao db`: the database's schema."""

from datetime import UTC, datetime

import click

from archive.cli import main
from archive.settings import Home


@main.group()
def db() -> None:
    """See, check, upgrade and copy the database.

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


@db.command()
@click.argument("url")
@click.option("--dry-run", is_flag=True, help="Say what would be copied, and whether URL can take it; write nothing.")
@click.pass_obj
def copy(home: Home, url: str, dry_run: bool) -> None:
    """Copy the archive's database to URL, from SQLite to PostgreSQL or back.

    All tables go over with their numbers, as they are at one instant; what is written meanwhile is not in the copy, so
    stop the crawls first. Each table is counted and compared when it is there; search indexes are made anew. WARC files
    and the rest of the home stay where they are.

    Until it is whole the copy is no archive: every command refuses it. One that was stopped or killed goes on where it
    was, by the same command. URL must name a database that is empty, or holds such an unfinished copy. Its password may
    stand in PGPASSWORD or ~/.pgpass.

    \b
    Examples:
      jianbao db copy postgresql://clip@db/news
      jianbao --database postgresql://clip@db/news db copy sqlite:////srv/news/archive.db
    """
    from archive.cli.progress import steps
    from archive.copying.run import copy as run
    from archive.copying.run import planned, target_of
    from archive.store import db as archive_db

    with archive_db.opened(home.database) as source, target_of(url, create=not dry_run) as target:
        if dry_run:
            counts = planned(source, target)
            for name, count in counts.items():
                click.echo(f"{name:<20} {count:>12,}")
            click.echo(f"{sum(counts.values()):,} rows of {len(counts)} tables would be copied; nothing was")
            return
        if target is None:
            raise AssertionError
        with steps() as progress:
            done = run(source, target, progress)
        place = archive_db.show_url(target.url)
    kept = f", {done.kept} of them by an earlier run" if done.kept else ""
    click.echo(f"{sum(done.rows.values()):,} rows of {len(done.rows)} tables copied and compared{kept}")
    if done.nul:
        click.echo(f"{done.nul:,} texts held NUL characters, which PostgreSQL does not take; they were left out")
    click.echo(f"{place} is the same archive now; use it with --database or the setting `database`")
