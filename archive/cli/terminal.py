"""What goes to a terminal: stored texts, and what files say, are other people's."""

import click

from archive.text.harmless import harmless

__all__ = ["echo", "harmless"]


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text, `harmless`. JSON stays the same value."""
    click.echo(harmless(text), err=err, nl=nl)
