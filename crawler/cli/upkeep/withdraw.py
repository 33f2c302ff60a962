"""`jianbao withdraw`: an article is taken out of every door."""

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
@click.option("--undo", is_flag=True, help="Show them again.")
@click.pass_obj
@pass_portals
def withdraw(portals: Portals, home: Home, articles: tuple[str, ...], reason: str | None, undo: bool) -> None:
    """Hide articles in every door: search, show, cluster, match, export, changes, statistics.

    Who names one is told that it was withdrawn, when, by whom and why. Its text and its raw pages are kept, and a crawl
    goes on looking at it, so that --undo shows it as it is then.

    \b
    Examples:
      jianbao withdraw 17 --reason "个人隐私，应当事人要求"
      jianbao withdraw --undo 17
    """
    from archive.people import withdrawals

    if undo == (reason is not None):
        raise UsageError("say why with --reason TEXT, or take it back with --undo")
    with deciding(home, portals) as said:
        ids = [said.find(article, withdrawn=True) for article in articles]
        if reason is not None:
            changed = [
                key for key in ids if withdrawals.withdraw(said.connection, key, reason, by=said.by, now=said.now)
            ]
        else:
            changed = [key for key in ids if withdrawals.restore(said.connection, key, by=said.by, now=said.now)]
    done, as_before = ("shown again", "is shown already") if undo else ("withdrawn", "is withdrawn already")
    for key in dict.fromkeys(ids):
        echo(f"article {key} {done if key in changed else as_before}")
