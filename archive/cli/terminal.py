"""What goes to a terminal: stored texts, and what files say, are other people's."""

import re
from typing import Final

import click

# C1 controls, which some terminals obey as they do ESC; marks and overrides of direction, which let a line read as
# another one (CVE-2021-42574); line and paragraph separators.
_OBEYED: Final = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    r"""The text with the controls that a terminal would obey written out, as JSON writes them: `\u202e`."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text, `harmless`. JSON stays the same value."""
    click.echo(harmless(text), err=err, nl=nl)
