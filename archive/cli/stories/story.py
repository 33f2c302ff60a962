"""`jianbao firsts` and `jianbao edits`: who was first with a story, and what each copy changed."""

import json

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.stories.shown import facts, tell_what_is_left_out, title
from archive.cli.terminal import echo
from archive.cli.watch.changes import show_edits
from archive.settings import Home

MOST = 20


@main.command()
@click.argument("article", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
@pass_portals
def firsts(portals: Portals, home: Home, article: str, as_json: bool) -> None:
    """Tell who was first with a story: by the times that its copies state, by our first sight, and by whom they name.

    Where the three contradict each other it is told why. ID is any article of the story: the number that search prints,
    or site:native_id, or an address.

    \b
    Examples:
      jianbao firsts 17
      jianbao firsts https://www.sohu.com/a/749000001_121000001 --json
    """
    from archive.query.lookup import find_article
    from archive.query.stories.copies import story_of
    from archive.query.stories.firsts import firsts as find
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        cluster = story_of(connection, find_article(connection, article, portals.resolve))
        told = find(connection, cluster).as_json()
    if as_json:
        echo(json.dumps(told, ensure_ascii=False))
        return
    stated, seen, named = told["stated"], told["seen"], told["named"]
    echo(f"first by stated time, of {told['copies']}:")
    echo("\n".join((title(stated), facts(stated))) if stated else "        no copy states a time")
    echo("first that we saw:")
    how = {
        "sighting": f"on the list {seen['source']}",
        "capture": f"capture:{seen['capture_id']}",
        "import": "in a file",
    }
    echo(title(seen["article"]))
    echo(facts(seen["article"], f"seen {seen['seen_at']} {how[seen['how']]}"))
    if told["seen_with"]:
        alike = ", ".join(map(str, told["seen_with"][:MOST]))
        echo(f"        the same run saw {alike} first, too: their order tells nothing")
    echo("first by whom the copies name:")
    own = ", ".join(map(str, named["own"])) if named else ""
    echo(
        f"        {named['name']}, named by {len(named['by'])}; its own: {own or 'not in the archive'}"
        if named
        else "        no copy names a source"
    )
    for one in told["contradictions"]:
        echo(f"! {one['says']}")
    tell_what_is_left_out(told["copies"], told["size"])


@main.command()
@click.argument("article", metavar="ID")
@click.option("--against", metavar="ID", help="Hold the copies against this one, not against the earliest.")
@click.option("--by-weight", is_flag=True, help="What changed most comes first, not what was published first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
@pass_portals
def edits(portals: Portals, home: Home, article: str, against: str | None, by_weight: bool, as_json: bool) -> None:
    """Tell what each copy of a story changed against the copy with the earliest stated time.

    Changes are typed and weighed as those between revisions: headline, number, name, date, paragraphs left out or
    added, wording, punctuation (docs/changes.md). ID is any article of the story.

    \b
    Examples:
      jianbao edits 17
      jianbao edits 17 --by-weight --against 23
    """
    from archive.query.lookup import find_article
    from archive.query.stories.copies import story_of
    from archive.query.stories.edited import edits as find
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        cluster = story_of(connection, find_article(connection, article, portals.resolve))
        base = None if against is None else find_article(connection, against, portals.resolve)
        told = find(connection, cluster, against=base).as_json()
    if by_weight:
        told["copies"].sort(key=lambda one: -one["weight"])
    if as_json:
        echo(json.dumps(told, ensure_ascii=False))
        return
    echo(title(told["against"]))
    echo(facts(told["against"], "held against"))
    for one in told["copies"]:
        kinds = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in one["counts"].items())
        echo(title(one))
        echo(facts(one, f"carries {one['coverage']:.0%}", kinds or "nothing changed"))
        show_edits(one["edits"])
    if not told["copies"]:
        echo("        has no copies")
    tell_what_is_left_out(len(told["copies"]) + 1, told["size"])
