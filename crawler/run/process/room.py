"""A little room on the disk that a run keeps for its own last word: how it ended is written down on a full disk too."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from archive.settings import Home

_BYTES: Final = 512 * 2**10


def hold_room(home: Home) -> None:
    """Take the room, where there is any. What a killed run took is taken over."""
    with suppress(OSError):
        path = _path(home)
        if not path.exists():
            path.write_bytes(os.urandom(_BYTES))  # what a file system cannot make smaller


def give_room(home: Home) -> None:
    """Give it back."""
    with suppress(OSError):
        _path(home).unlink(missing_ok=True)


def _path(home: Home) -> Path:
    return home.path / "room"
