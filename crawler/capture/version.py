"""Which rules read a page: a name for this program's extraction, which is another one whenever anything of it is.

A number that people raise would be forgotten once, and a stale archive would pass as read. So the name is a digest of
all that decides how a record is read: our code from the record to the article, the site files that the user names, and
the versions of the libraries that read. A comment that changes costs one more reading, in which nothing changes.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import archive
import crawler

_ROOMS: Final = ("pages", "sites", "capture", "warc")
_SHARED: Final = ("times.py", "identity.py", "flags.py", "text/clean.py", "ingest/prepare.py")
_LIBRARIES: Final = ("lxml", "endec", "chompjs", "brotli", "w3lib", "trafilatura")


def extractor_version() -> str:
    """Twelve hex digits. Names the rules of this process: of the code that is on the disk, and of `JIANBAO_SITES`."""
    return _version(os.environ.get("JIANBAO_SITES") or "")


@cache
def _version(folder: str) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {_installed(name)}\n".encode())
    code, shared = files(crawler), files(archive)
    own = [*(file for room in _ROOMS for file in _modules(code / room)), *(shared / name for name in _SHARED)]
    for file in [*sorted(own, key=str), *sorted(Path(folder).glob("[!_]*.py") if folder else ())]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _modules(folder: Traversable) -> Iterator[Traversable]:
    """Every module below a folder, which may stand in an egg."""
    for one in folder.iterdir():
        if one.is_dir():
            yield from _modules(one)
        elif one.name.endswith(".py"):
            yield one


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
