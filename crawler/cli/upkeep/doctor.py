"""`jianbao doctor`: whether this machine can crawl."""

import json
from typing import TYPE_CHECKING

import click

from archive.cli import BROKEN, main
from archive.cli.terminal import echo
from archive.errors import PersonNeeded

if TYPE_CHECKING:
    from archive.settings import Home


@main.command()
@click.option("--offline", is_flag=True, help="Leave out the network.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check and line.")
@click.pass_context
def doctor(context: click.Context, offline: bool, as_json: bool) -> None:
    """Look for what keeps this machine from crawling, and say what to do: Python, SQLite and packages, settings, disk,
    permissions and owners, locks, what killed runs left, database and schema; then proxy, names, certificates, clock,
    and of each site robots.txt and one list.

    Hosts are asked in their turns, as by a crawl, robots.txt first; nothing that they answer is kept. `health` says how
    the archive is doing, `db check` whether the database is whole, `verify` whether all that it holds is as it should
    be.

    Exit code 10 says that there are faults, each with its cure; 0 that there is none.

    \b
    Examples:
      jianbao doctor
      jianbao doctor --offline --json | jq 'select(.state == "fault")'
    """
    from crawler.upkeep.doctor.check import State
    from crawler.upkeep.doctor.doctor import examine

    home: Home = context.obj
    faults = 0
    for check in examine(home, context.meta.get(BROKEN), offline=offline):
        faults += check.state is State.FAULT
        echo(json.dumps(check.as_json(), ensure_ascii=False) if as_json else check.line)
    if faults:
        raise PersonNeeded("" if as_json else f"{faults} faults; the lines above say what to do")
