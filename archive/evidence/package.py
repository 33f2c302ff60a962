"""A package: files in a folder of its own, a manifest with the digest of each, and a digest of the manifest.

It is a WACZ file (WACZ 1.1.1) or the same as a folder. The manifest is `datapackage.json`, its digest stands in
`datapackage-digest.json`; both are written in one way only, so that no byte of them can change unseen.
"""

import base64
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import define

from archive.errors import AlreadyRunning, StorageError, UsageError
from archive.evidence import container
from archive.evidence.whole import replacing, sync_folder

MANIFEST: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"
WACZ: Final = ".wacz"
_VERSION: Final = "1.1.1"


def canonical(value: Any) -> bytes:
    """JSON in one way: keys in order, two blanks a level, UTF-8, a line end behind it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def digest_file(manifest: bytes, token: bytes | None = None) -> bytes:
    """What `datapackage-digest.json` holds. `token`: a time stamp over the manifest (RFC 3161)."""
    told: dict[str, Any] = {"path": MANIFEST, "hash": f"sha256:{hashlib.sha256(manifest).hexdigest()}"}
    if token is not None:
        told["timestamp"] = {
            "hash": f"sha256:{hashlib.sha256(token).hexdigest()}",
            "token": base64.b64encode(token).decode(),
        }
    return canonical(told)


@define
class Staging:
    """A package that is being made. `folder`: where its files are written, in folders of one level."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where a file of the package is written. `name`: as `container.NAME` has it."""
        if container.NAME.fullmatch(name) is None:
            raise ValueError(name)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    def names(self) -> list[str]:
        """The files that are there, in their order."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())

    def seal(self, about: Mapping[str, Any]) -> bytes:
        """Write the manifest over all that is there. `about`: what it says besides. Its bytes."""
        resources = [_resource(self.folder, name) for name in self.names()]
        manifest = canonical({"profile": "data-package", "wacz_version": _VERSION, "resources": resources, **about})
        self.path(MANIFEST).write_bytes(manifest)
        self.path(DIGEST).write_bytes(digest_file(manifest))
        return manifest

    def stamp(self, manifest: bytes, token: bytes) -> None:
        """Put a time stamp beside the manifest's digest."""
        self.path(DIGEST).write_bytes(digest_file(manifest, token))


def _resource(folder: Path, name: str) -> dict[str, Any]:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    plain = name.replace("/", "-").replace(".", "-").replace("_", "-")
    return {"name": plain, "path": name, "hash": f"sha256:{digest}", "bytes": (folder / name).stat().st_size}


@contextmanager
def making(target: Path) -> Iterator[Staging]:
    """A package that is at `target` at the end of the block, whole: a WACZ file where the name ends so, else a folder.
    Where the block fails nothing is there, and a file that was there stays.

    Raises `UsageError` where a folder of that name is there, `StorageError`, and `AlreadyRunning`.
    """
    if target.suffix != WACZ and (target.exists() or target.is_symlink()):
        raise UsageError(f"{target} is there already; name a folder that is not, or a {WACZ} file")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    folder = target.with_name(f".{target.name}.making")
    with _locked(folder):
        staging = Staging(folder / "package")
        try:
            shutil.rmtree(staging.folder, ignore_errors=True)
            staging.folder.mkdir()
            yield staging
            _place(staging, target)
        except OSError as error:
            raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error


def _place(staging: Staging, target: Path) -> None:
    if target.suffix == WACZ:
        with replacing(target) as file:
            container.write(file, staging.folder, staging.names())
        return
    for path in [*staging.folder.rglob("*"), staging.folder]:
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    staging.folder.rename(target)
    sync_folder(target.parent)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise StorageError(f"{folder.parent} cannot be written: {error.strerror or error}") from error
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise AlreadyRunning(f"{folder} is being written already; wait for it to end, or stop it") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(opened)


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Objects as JSON, one a line."""
    with path.open("wb") as file:
        for row in rows:
            told = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            file.write(told.encode("utf-8", "backslashreplace") + b"\n")
