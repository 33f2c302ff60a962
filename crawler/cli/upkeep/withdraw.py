"""`jianbao withdraw`: an article is taken out of every door; with --erase, out of the archive."""

from datetime import UTC, datetime

import click

from archive.cli import main
from archive.cli.people import deciding
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home


@main.command()
@click.argument("articles", nargs=-1, required=True, metavar="ID…")
@click.option("--reason", metavar="TEXT", help="Why; everybody who asks for the article is told it.")
@click.option("--erase", is_flag=True, help="Erase their text and their raw pages for good.")
@click.option("--dry-run", is_flag=True, help="Only say what --erase would take away.")
@click.option("--undo", is_flag=True, help="Show them again; not what was erased.")
@click.pass_obj
@pass_portals
def withdraw(
    portals: Portals,
    home: Home,
    articles: tuple[str, ...],
    reason: str | None,
    erase: bool,
    dry_run: bool,
    undo: bool,
) -> None:
    """Hide articles in every door: search, show, cluster, match, export, changes, statistics.

    Who names one is told that it was withdrawn, when, by whom and why. Its text and its raw pages are kept, and a crawl
    goes on looking at it, so that --undo shows it as it is then.

    With --erase the text goes out of the database, with what people wrote about it, and the records go out of the WARC
    files, which are written anew without them. That there was an article, at which address, stays; no crawl, import or
    rebuild brings it back. Sealed batches of the export have it until jianbao export --begin-anew; backups and the file
    that a WARC was imported from are yours to erase.

    \b
    Examples:
      jianbao withdraw 17 --reason "个人隐私，应当事人要求"
      jianbao withdraw --undo 17
      jianbao withdraw --erase --dry-run 17
      jianbao withdraw --erase 17 --reason "法院判决"
    """
    if dry_run or erase:
        if undo or (reason is None and not dry_run):
            raise UsageError("--erase takes a --reason TEXT, and cannot be taken back")
        _erase(portals, home, articles, reason or "", dry_run=dry_run)
        return
    if undo == (reason is not None):
        raise UsageError("say why with --reason TEXT, or take it back with --undo")
    _hide(portals, home, articles, reason)


def _hide(portals: Portals, home: Home, articles: tuple[str, ...], reason: str | None) -> None:
    from archive.people import withdrawals

    with deciding(home, portals) as said:
        ids = [said.find(article, withdrawn=True) for article in articles]
        if reason is not None:
            changed = [
                key for key in ids if withdrawals.withdraw(said.connection, key, reason, by=said.by, now=said.now)
            ]
        else:
            changed = [key for key in ids if withdrawals.restore(said.connection, key, by=said.by, now=said.now)]
    done, as_before = (
        ("withdrawn", "is withdrawn already") if reason is not None else ("shown again", "is shown already")
    )
    for key in dict.fromkeys(ids):
        echo(f"article {key} {done if key in changed else as_before}")


def _erase(portals: Portals, home: Home, articles: tuple[str, ...], reason: str, *, dry_run: bool) -> None:
    from archive.export.chain import head
    from archive.people.words import line
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading
    from crawler.upkeep.erase.run import erasable, erase_all

    with opened(home.database) as engine:
        with reading(engine) as connection:
            found = [find_article(connection, article, portals.resolve, withdrawn=True) for article in articles]
            ids = list(dict.fromkeys(found))
            wanted = erasable(connection, ids)
            exported = head(connection) is not None
        if not dry_run:
            wanted = erase_all(
                home, engine, ids, line(reason, "the reason"), by=home.settings.who, now=datetime.now(UTC)
            )
    for one in wanted:
        echo(f"{'would erase' if dry_run else 'erased'} {one.line}")
    if exported:
        echo("what the export has sealed stays in its batches until `jianbao export --begin-anew` removes them")
