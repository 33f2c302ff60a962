"""The folder of a bulk run: a part for each WARC file, and `bulk.json`, which says by which rules and in which order.

Each part says in its footer what it was made of, so a part tells by itself whether it holds. `bulk.json` is written
before the first part, and anew when all are there: until then the folder is unfinished.
"""

import json
from hashlib import sha256
from typing import IO, Final

from attrs import asdict, field, frozen

from archive.bulk.places import PART, Facts, Place, exists, names_in, read_bytes, write_whole
from archive.bulk.schema import FORMAT, META
from archive.errors import UsageError
from archive.text import version

MANIFEST: Final = "bulk.json"


@frozen(kw_only=True)
class Rules:
    """By what pages are read. `extractor`: as captures have it. `text`: the version of the text rules. `witness`: of
    which pages the witness is asked."""

    extractor: str
    witness: str
    text: int = version.VERSION

    def __str__(self) -> str:
        return f"extractor {self.extractor}, text rules {self.text}, witness {self.witness}"


@frozen(kw_only=True)
class Part:
    """A part. `source`: the address of its WARC file; `size`, `modified`: as in `Facts`; `sha256`: of all its bytes.
    `rows`: how many it has. `outcomes`, `skipped`: how many pages of each outcome, and other records, by what they are.
    `broken`: records that cannot be read."""

    source: str
    size: int
    modified: str
    sha256: str
    rules: Rules
    rows: int = 0
    broken: int = 0
    outcomes: dict[str, int] = field(factory=dict)
    skipped: dict[str, int] = field(factory=dict)

    @property
    def name(self) -> str:
        """Its file's."""
        return part_name(self.source)

    def is_of(self, found: Facts) -> bool:
        """Whether a file is the one that it was made of, by what its file system says."""
        return (self.size, self.modified) == (found.size, found.modified)


@frozen(kw_only=True)
class Manifest:
    """What `bulk.json` says. `sources`: the WARC files in their order. `whole`: every part is there. `faults`: why a
    file has none, by its address."""

    rules: Rules
    sources: tuple[str, ...]
    whole: bool
    faults: dict[str, str] = field(factory=dict)


def part_name(source: str) -> str:
    """The name of a part's file: that of the WARC file, with a digest of its whole address."""
    name = source.rstrip("/").rpartition("/")[2]
    return f"{name[:60]}-{sha256(source.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}.parquet"


def is_bulk(folder: Place) -> bool:
    """Whether there is a folder of a bulk run. Raises `UsageError` where that cannot be told."""
    return exists(folder.inside(MANIFEST))


def read_manifest(folder: Place) -> Manifest | None:
    """What `bulk.json` says; None where there is no folder yet, or nothing in it. Raises `UsageError` for a folder of
    something else."""
    names = names_in(folder)
    if MANIFEST not in names:
        if any(not name.endswith(PART) for name in names):
            raise UsageError(f"{folder.url} holds something else ({names[0]}, …); name a folder that is empty or new")
        return None
    try:
        found = json.loads(read_bytes(folder.inside(MANIFEST)))
        if found["format"] != FORMAT:
            raise UsageError(
                f"{folder.url} has the form {found['format']}, this program reads {FORMAT}; make it in another folder"
            )
        return Manifest(
            rules=Rules(**found["rules"]),
            sources=tuple(str(one) for one in found["sources"]),
            whole=bool(found["whole"]),
            faults={str(key): str(value) for key, value in found["faults"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{folder.inside(MANIFEST).url} is not the file that was written") from error


def write_manifest(folder: Place, manifest: Manifest) -> None:
    """Write it whole. Raises `StorageError`."""
    told = {"format": FORMAT, **asdict(manifest)}
    data = json.dumps(told, indent=1).encode()  # in ASCII: a file's name may be no UTF-8

    def write(file: IO[bytes]) -> None:
        file.write(data)

    write_whole(folder.inside(MANIFEST), write)


def meta(part: Part) -> bytes:
    """What a part's footer says of it."""
    return json.dumps({"format": FORMAT, **asdict(part)}).encode()


def read_part(file: Place) -> Part:
    """What a part says of itself. Raises `UsageError`."""
    import pyarrow.parquet as pq

    try:
        with file.files.open(file.path, "rb") as opened:
            told = pq.read_metadata(opened)
        found = json.loads((told.metadata or {})[META])
        if found.pop("format") != FORMAT:
            raise ValueError
        part = Part(**{**found, "rules": Rules(**found["rules"])})
    except Exception as error:  # pyarrow's own kinds, and the file system's
        raise UsageError(f"{file.url} is no part that was written whole; remove it, and make it again") from error
    if part.rows != told.num_rows:
        raise UsageError(f"{file.url} has {told.num_rows} rows, and says that it has {part.rows}; make it again")
    return part


def finished(folder: Place) -> Manifest:
    """What the manifest of a folder says whose parts are all there. Raises `UsageError`."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(f"{folder.url} holds no pages; make them with `jianbao bulk pages WARC… --to {folder.url}`")
    if not manifest.whole:
        raise UsageError(f"{folder.url} is unfinished; end it with the same `jianbao bulk pages` that began it")
    if manifest.rules.text != version.VERSION:
        raise UsageError(
            f"{folder.url} has fingerprints of version {manifest.rules.text} of the text rules, this program has "
            f"{version.VERSION}; make it anew with `jianbao bulk pages --redo`"
        )
    return manifest
