"""The home: its disk, whose it is, who works on it, and what killed runs left there."""

import fcntl
import os
import pwd
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from archive.settings import Home
from crawler.upkeep.doctor.check import Check, fault, note, of_error, well
from crawler.warc.marker import left_behind, markers
from crawler.warc.writer import storage_error

LEAST: Final = 500 * 10**6
"""With fewer bytes free a disk is as good as full: a day's crawl may need them."""
_PROBE: Final = 256 * 2**10
_MOST: Final = 10_000
SHOWN: Final = 3
"""So many files of somebody else are named."""
_SHARED: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "ceph", "glusterfs"})


def checks(home: Home) -> Iterator[Check]:
    """Everything of the home but its database."""
    if not home.path.exists():
        above = next(one for one in home.path.parents if one.exists())
        if not os.access(above, os.W_OK):
            yield fault(
                "home",
                f"{home.path} is not there, and {above}{_whose(above)} is not to be written to",
                "make it for this user (mkdir, chown), or name another with --home",
            )
        else:
            yield note("home", f"{home.path} is not there yet", "`jianbao crawl` makes it")
        return
    yield from _disk(home)
    yield from _files(home)
    yield from _locks(home)
    yield from _markers(home)


def _disk(home: Home) -> Iterator[Check]:
    try:
        _write(home.path)
    except OSError as error:
        yield of_error("disk", storage_error(home.path, error))
        return
    usage, inodes = shutil.disk_usage(home.path), os.statvfs(home.path)
    if usage.free < LEAST:
        yield fault("disk", f"{usage.free:,} bytes free", "make room, or move the home to a larger disk")
    elif inodes.f_files and inodes.f_favail < 1000:
        yield fault("disk", f"room for {inodes.f_favail} files more", "delete small files, or move the home")
    else:
        yield well("disk", f"{usage.free:,} bytes free of {usage.total:,}")
    kind = _file_system(home.path)
    if kind in _SHARED and make_url(home.database).get_backend_name() == "sqlite":
        yield fault(
            "disk",
            f"the home is on {kind}, where SQLite's locks and logs are not safe",
            "move it to a disk of this machine, or keep the articles in PostgreSQL",
        )


def _write(folder: Path) -> None:
    """Write a little, to the disk, and take it away again. Raises `OSError`."""
    path = folder / f".doctor-{os.getpid()}"
    try:
        with path.open("wb") as file:
            file.write(os.urandom(_PROBE))
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)


def _file_system(path: Path) -> str:
    """The kind of file system that a path is on, by Linux's list of mounts; "" where there is none."""
    best = kind = ""
    try:
        lines = Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, its, *_ = line.split(" ")
        if (str(path) + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best):
            best, kind = point, its
    return kind


def _files(home: Home) -> Iterator[Check]:
    """Every file there must be the home's owner's, and open to whoever crawls."""
    owner = home.path.stat().st_uid
    wrong = 0
    there = [*home.path.iterdir(), *islice(home.warc.glob("*"), _MOST)] if os.access(home.path, os.R_OK) else []
    for path in (home.path, *sorted(there)):
        if path.is_symlink() or (path.is_dir() and path not in (home.path, home.warc)):
            continue
        if path.stat().st_uid == owner and os.access(path, os.R_OK | os.W_OK):
            continue
        wrong += 1
        if wrong <= SHOWN:
            to = " by the one whose home it is" if path.stat().st_uid != owner else ""
            cure = f"chown -R {_name(owner)} {home.path} && chmod -R u+rw {home.path}"
            yield fault("files", f"{path}{_whose(path)} is not to be written to{to}", f"run as one user: {cure}")
    if not wrong:
        yield well("files", f"all of {home.path} belongs to {_name(owner)}")


def _locks(home: Home) -> Iterator[Check]:
    """Who works on the home now. A lock is its process's, and is free the moment that this is gone: none is stale."""
    for path in sorted(home.path.glob("*.lock")):
        try:
            with path.open("rb") as file:
                words = file.read(100).split()
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            number = words[0].decode("ascii", "replace") if words else "?"
            yield note("lock", f"process {number} works here now", "nothing: wait for it to end", path.name)
        except OSError as error:
            cure = "run as one user, or give it to yours (chown)"
            yield fault("lock", f"{path}{_whose(path)} is not to be read: {error.strerror}", cure)


def _markers(home: Home) -> Iterator[Check]:
    left = []
    for marker in markers(home.warc):
        try:
            with left_behind(marker) as found:
                left += [found.path.name] if found is not None else []
        except OSError as error:
            yield of_error("warc", storage_error(marker, error))
    if left:
        yield note(
            "warc",
            f"a killed run left {len(left)} files that were not looked through yet ({left[0]})",
            "`jianbao crawl` does, and takes up what the database has missed",
        )
    else:
        yield well("warc", "nothing is left of a killed run")


def _whose(path: Path) -> str:
    return f", which belongs to {_name(path.stat().st_uid)},"


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
