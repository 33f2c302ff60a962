"""The name of a home's crawler. Several may work on one archive: a run's row says which it was, and so which home has
its WARC files. The name stands in the home, and stays when that is moved; a home that is copied needs another one."""

import platform
import re
import secrets
from typing import Final

from archive.settings import Home
from crawler.warc.writer import storage_error

FILE: Final = "crawler"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def crawler_name(home: Home) -> str:
    """What stands in the file `crawler` of the home: letters, digits, `.`, `_` and `-`, at most 60. Where there is none
    of that form, one is made: the machine's name and six random digits. Raises `StorageError`. To be called by who has
    the home's lock."""
    path = home.path / FILE
    try:
        name = path.read_text("ascii").strip() if path.exists() else ""
    except (OSError, UnicodeDecodeError):
        name = ""
    if _NAME.fullmatch(name):
        return name
    machine = re.sub(r"[^a-z0-9]+", "-", platform.node().partition(".")[0].lower()).strip("-")[:40]
    name = f"{machine or 'crawler'}-{secrets.token_hex(3)}"
    try:
        path.write_text(f"{name}\n", "ascii")
    except OSError as error:
        raise storage_error(path, error) from error
    return name
