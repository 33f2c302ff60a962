"""`jianbao tag`, `tags`, `note`: a person's words for articles."""

import json
import sys

import click

from archive.cli import main
from archive.cli.people import deciding
from archive.cli.people.said import note_lines
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home


@main.command()
@click.argument("article", metavar="ID")
@click.argument("words", nargs=-1, required=True, metavar="TAG…")
@click.option("--remove", is_flag=True, help="Take these tags away.")
@click.pass_obj
@pass_portals
def tag(portals: Portals, home: Home, article: str, words: tuple[str, ...], remove: bool) -> None:
    """Give an article tags: words of your own, by which it is found again.

    A tag is one line of at most 60 characters. `jianbao tags` lists those that there are.

    \b
    Examples:
      jianbao tag 17 环保 待核实
      jianbao tag --remove 17 待核实
    """
    from archive.people import tags as of

    with deciding(home, portals) as said:
        key = said.find(article)
        if remove:
            changed = sum(of.remove(said.connection, key, word) for word in words)
        else:
            changed = sum(of.add(said.connection, key, word, by=said.by, now=said.now) for word in words)
        its = of.of(said.connection, key)
    echo(f"article {key}: {'、'.join(one['tag'] for one in its) or 'no tags'}{'' if changed else ' (as before)'}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a tag and line.")
@click.pass_obj
def tags(home: Home, as_json: bool) -> None:
    """List the tags, and how many articles have each, the most used first.

    \b
    Example:
      jianbao tags
    """
    from archive.people.tags import every
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = every(connection)
    for word, count in found:
        echo(json.dumps({"tag": word, "articles": count}, ensure_ascii=False) if as_json else f"{count:>8}  {word}")
    if not found:
        echo("no tags", err=True)


@main.command()
@click.argument("article", metavar="ID")
@click.argument("text", required=False, metavar="TEXT|-")
@click.option("--story", is_flag=True, help="It is about the story, so that every copy shows it.")
@click.option("--remove", type=click.IntRange(min=1), metavar="N", help="Remove the note with this number.")
@click.pass_obj
@pass_portals
def note(portals: Portals, home: Home, article: str, text: str | None, story: bool, remove: int | None) -> None:
    """Write a note on an article, or on its story; without a text, show its notes. - reads it from standard input.

    \b
    Examples:
      jianbao note 17 "第三段的数字与原稿不符"
      jianbao note --story 17 - <note.txt
      jianbao note --remove 3 17
      jianbao note 17
    """
    from archive.people import notes

    if remove is not None and (text is not None or story):
        raise UsageError("--remove N takes the article's ID alone")
    if text == "-":
        text = sys.stdin.read(notes.MOST + 1)
    with deciding(home, portals) as said:
        key = said.find(article)
        if remove is not None:
            notes.remove(said.connection, key, remove)
            echo(f"removed note {remove}")
        elif text is not None:
            number = notes.add(said.connection, key, text, story=story, by=said.by, now=said.now)
            echo(f"note {number} on {'the story of ' if story else ''}article {key}")
        else:
            its = notes.of(said.connection, key)
            echo("\n".join(line for one in its for line in note_lines(one)) if its else f"no notes on article {key}")
