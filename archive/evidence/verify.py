"""A package held against its own manifest, by nothing but itself: every byte that was changed, every file that was
added or removed.

Who writes the whole package anew, digests included, is not found by this: only by a digest that was noted elsewhere,
or by a time stamp.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from archive.evidence.opened import File, Finding, Opened, opened
from archive.evidence.package import DIGEST, MANIFEST, canonical, digest_file

LARGEST: Final = 256 * 2**20
"""Bytes of a manifest."""
_SMALL: Final = 2**20


@define
class Verified:
    """`files`: those of the package, by name. `manifest`: its bytes, `told`: what it says; `digest`: its SHA-256 in
    hex, by which the package can be known again. `token`: the time stamp, None where there is none."""

    files: Mapping[str, File]
    findings: list[Finding] = field(factory=list)
    manifest: bytes = b""
    told: Mapping[str, Any] = field(factory=dict)
    digest: str = ""
    token: bytes | None = None

    def note(self, path: str, what: str) -> None:
        """Something is not as it was written."""
        self.findings.append(Finding(path, what))


def verify(path: Path) -> Verified:
    """Hold a package against itself. Raises `UsageError` where it cannot be read."""
    package = opened(path)
    found = Verified(package.files, list(package.findings))
    if package.files or not package.findings:
        _manifest(package, found)
        for finding in _against_manifest(package, found):
            found.findings.append(finding)
    return found


def _manifest(package: Opened, found: Verified) -> None:
    """Read the manifest, and hold it against its digest."""
    manifest, digest = (_read(package, name, most, found) for name, most in ((MANIFEST, LARGEST), (DIGEST, _SMALL)))
    told = _json(manifest)
    if manifest is not None and (not isinstance(told, dict) or not isinstance(told.get("resources"), list)):
        found.note(MANIFEST, "it is no manifest")
    elif manifest is not None:
        found.manifest, found.told = manifest, told
        found.digest = package.files[MANIFEST].sha256()[0]
        if canonical(told) != manifest:
            found.note(MANIFEST, "it is not written as we write it")
    if digest is not None:
        found.token = _token(digest, found)
        if manifest is not None and digest != digest_file(manifest, found.token):
            found.note(DIGEST, f"it is not that of {MANIFEST}: one of the two was changed")


def _token(digest: bytes, found: Verified) -> bytes | None:
    told = _json(digest)
    stamp = told.get("timestamp") if isinstance(told, dict) else None
    if stamp is None:
        return None
    try:
        return base64.b64decode(stamp["token"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        found.note(DIGEST, "its time stamp cannot be read")
        return None


def _against_manifest(package: Opened, found: Verified) -> Iterator[Finding]:
    listed: dict[str, Mapping[str, Any]] = {}
    for resource in found.told.get("resources", ()):
        name = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name in listed or name in (MANIFEST, DIGEST):
            yield Finding(MANIFEST, "it names a file twice, or none")
        else:
            listed[name] = resource
    for name in sorted(listed.keys() - package.files.keys()):
        yield Finding(name, "it is missing")
    for name, file in sorted(package.files.items()):
        digest, intact = file.sha256()
        if not intact:
            yield Finding(name, "it is not what its container says: its bytes were changed")
        if name in (MANIFEST, DIGEST) or not found.told:
            continue
        resource = listed.get(name, {})
        if not resource:
            yield Finding(name, "it was added: the manifest does not know it")
        elif resource.get("bytes") != file.size or resource.get("hash") != f"sha256:{digest}":
            yield Finding(name, "it was changed: its bytes are not those of the manifest")


def _read(package: Opened, name: str, most: int, found: Verified) -> bytes | None:
    file = package.files.get(name)
    if file is None:
        found.note(name, "it is missing")
        return None
    data = file.read(most)
    if data is None:
        found.note(name, f"it has more than {most:,} bytes")
    return data


def _json(data: bytes | None) -> Any:
    try:
        return json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None
