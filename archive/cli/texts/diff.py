"""`jianbao diff`: how two texts differ, for a person who reads Chinese."""

import json
import sys
from contextlib import ExitStack, closing
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.settings import Home

if TYPE_CHECKING:
    from archive.query.diff.pieces import Piece
    from archive.query.texts import NamedText
    from archive.raw import ExplainedPage, Place, RawPages

_SIGNS: Final = {"changed": "~", "removed": "-", "added": "+", "moved": ">"}


@main.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: what is compared, and the pieces of both texts."
)
@click.pass_obj
@pass_portals
def diff(portals: Portals, home: Home, first: str, second: str, as_json: bool) -> None:
    """Show how two texts differ: paragraph by paragraph, and inside a paragraph word by word.

    A and B are articles (the number that search prints, site:native_id, an address), revisions (17@2) or captures
    (capture:33: what the stored page says by today's rules). - is a paragraph that A alone has, + one that B alone has,
    > one that moved, ~ one that changed, ≈ one that changed in script, width and signs alone; numbers and words are
    shown whole. Without a terminal what is gone stands in [-…-], what is new in {+…+}.

    \b
    Examples:
      jianbao diff 17@1 17
      jianbao diff 17 23
      jianbao diff capture:33 capture:41 --json
    """
    from archive.query.texts import compare
    from archive.store.db import opened, reading

    with ExitStack() as stack, opened(home.database) as engine, reading(engine) as connection:

        @cache
        def pages() -> "RawPages":
            return stack.enter_context(closing(portals.raw_pages(home)))

        def read(place: "Place") -> "ExplainedPage":
            return pages().explained(place)

        found = compare(connection, first, second, portals.resolve, read)
    if as_json:
        echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    _print(found.old, found.new, found.pieces)


def _print(old: "NamedText", new: "NamedText", pieces: "tuple[Piece, ...]") -> None:
    colours = sys.stdout.isatty()
    echo(click.style(f"--- {old.name}  {old.url}", dim=colours))
    echo(click.style(f"+++ {new.name}  {new.url}", dim=colours))
    if not pieces:
        echo("the texts are the same")
    for is_same, some in groupby(pieces, lambda piece: piece.kind == "same"):
        its = list(some)
        if is_same:
            number = len(its)
            echo(click.style(f"  … {number} paragraph{'s' if number > 1 else ''} the same", dim=colours))
            continue
        for piece in its:
            lines = "".join(_marked(run.tag, run.text, colours) for run in piece.runs).split("\n")
            where = f"(was paragraph {(piece.before or 0) + 1}) " if piece.kind == "moved" else ""
            where = where or ("(headline) " if piece.part == "headline" else "")
            sign = "≈" if piece.kind == "changed" and piece.slight else _SIGNS[piece.kind]
            echo(f"{sign} {where}" + "\n  ".join(lines))


def _marked(tag: str, text: str, colours: bool) -> str:
    if tag == "equal":
        return text
    if colours:
        return click.style(text, fg="red" if tag == "delete" else "green", strikethrough=tag == "delete" or None)
    return f"[-{text}-]" if tag == "delete" else f"{{+{text}+}}"
