"""What a person typed, made fit to be stored; or an error that says what is wrong with it."""

from typing import Final

from archive.errors import UsageError
from archive.text.clean import clean_body, clean_line, has_half

MOST: Final = 100_000
"""Characters of a note or a reason."""


def line(text: str, what: str, most: int = 1000) -> str:
    """A text of one line. Raises `UsageError` where it is empty or longer than `most` characters. `what`: for the
    message."""
    cleaned = clean_line(whole(text, what))
    if cleaned is None:
        raise UsageError(f"{what} is empty; write at least one character")
    if len(cleaned) > most:
        raise UsageError(f"{what} has {len(cleaned)} characters; write {most} at most")
    return cleaned


def lines(text: str, what: str) -> str:
    """A text of any number of lines, without the empty ones. Raises `UsageError` as `line` does."""
    cleaned = clean_body(whole(text, what))
    if not cleaned:
        raise UsageError(f"{what} is empty; write at least one character")
    if len(cleaned) > MOST:
        raise UsageError(f"{what} has {len(cleaned)} characters; write {MOST} at most")
    return cleaned


def whole(text: str, what: str) -> str:
    """The text. Raises `UsageError` where it holds half of a character, which is what Python makes of bytes that are
    not of the terminal's encoding: in a page it becomes a mark, but who types can type it again."""
    if has_half(text):
        raise UsageError(f"{what} holds bytes that are no UTF-8; set the terminal to UTF-8, and type it again")
    return text
