"""`jianbao bisect`: where a sentence first stood, and when it vanished."""

import json
from typing import Any, Final

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.stories.shown import between, facts, tell_what_is_left_out, title
from archive.cli.terminal import echo
from archive.settings import Home

_VERDICTS: Final = {
    "stands": "it stands in article {article}",
    "edited out": "it stood in article {article}, and was edited out",
    "gone": "it stands in article {article}, which is no more at its site",
    "elsewhere": "it never stood in article {article} as far as we looked, but in copies of its story",
    "never": "it never stood there: none of {revisions} texts of {copies} copies of the story has it",
}


@main.command()
@click.argument("article", metavar="ID")
@click.argument("sentence", metavar="SENTENCE")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
@pass_portals
def bisect(portals: Portals, home: Home, article: str, sentence: str, as_json: bool) -> None:
    """Tell where a sentence of an article first stood, and when it vanished.

    It is followed through the revisions of the article and of all copies of its story. What happened, happened between
    two captures, which are named: `jianbao diff capture:N capture:M` shows them. Script, width and signs make no
    difference. ID is the number that search prints, or site:native_id, or an address.

    \b
    Examples:
      jianbao bisect 17 大桥总投资6.2亿元
      jianbao bisect sohu:a:434365209 "附近居民表示" --json
    """
    from archive.query.lookup import find_article
    from archive.query.stories.sentence import bisect as follow
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        told = follow(connection, find_article(connection, article, portals.resolve), sentence).as_json()
    if as_json:
        echo(json.dumps(told, ensure_ascii=False))
        return
    echo(_VERDICTS[told["verdict"]].format(**told))
    for number, one in enumerate(told["stood"]):
        echo(title(one["article"]))
        echo(facts(one["article"], "here it first stood" if number == 0 else None))
        echo("        " + _appeared(one))
        if one["ended"] is not None:
            cause = f" by {one['ended_cause']}" if one["ended_cause"] not in (None, "publisher") else ""
            what = f"edited out in revision {one['last_revision'] + 1}" if one["how"] == "edited out" else "gone"
            echo(f"        {what}{cause} {between(one['ended'])}")
    tell_what_is_left_out(told["copies"], told["size"])


def _appeared(one: dict[str, Any]) -> str:
    if one["cause"] is None:
        return f"there from the beginning: {between(one['appeared'])}"
    cause = "" if one["cause"] == "publisher" else f" by {one['cause']}"
    return f"came in with revision {one['first_revision']}{cause} {between(one['appeared'])}"
