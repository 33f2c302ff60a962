"""What a bulk run has to do: which WARC files are meant, which of their parts are there, and hold."""

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from archive.bulk.folder import Manifest, Part, Rules, part_name, read_manifest, read_part
from archive.bulk.places import (
    PART,
    Facts,
    Place,
    facts,
    is_address,
    matching,
    names_in,
    on_disk,
    place,
    remove,
    sha256,
)
from archive.errors import UsageError
from archive.load.paths import chosen
from crawler.bulk.part import Job

_NAMES: Final = (".warc", ".warc.gz", ".wet", ".wet.gz")


@define
class Plan:
    """`jobs`: the files to be read. `kept`: the parts that hold. `manifest`: as it is until all are there; its `faults`
    name the files that cannot be had."""

    manifest: Manifest
    jobs: list[Job] = field(factory=list)
    kept: list[Part] = field(factory=list)


def sources(words: Iterable[str]) -> list[Place]:
    """The WARC files that are meant, each once: those that are named, in their order; of a folder and of a pattern,
    also in an address, those in it by their names. Raises `UsageError`."""
    found: dict[str, Place] = {}
    for word in words:
        if not is_address(word) and (Path(word).exists() or glob.has_magic(word)):
            named = chosen([word]).files
            some = [place(str(path)) for path in named if str(path) == word or path.name.lower().endswith(_NAMES)]
        elif is_address(word) and glob.has_magic(word):
            some = [one for one in matching(word) if one.name.lower().endswith(_NAMES)]
        else:
            some = [place(word)]
        if not some:
            raise UsageError(f"{word} names no WARC file: {', '.join(_NAMES)}")
        found.update((one.url, one) for one in some)
    return list(found.values())


def plan(folder: Place, files: Sequence[Place], rules: Rules, *, redo: bool) -> Plan:
    """What is to be done that `folder` holds a part of each of these files, beside those that it has. Raises
    `UsageError`: the folder is another one's, or holds what other rules or other files made, and `redo` does not say
    that this is to be made again."""
    stands = read_manifest(folder)
    if stands is not None and stands.rules != rules:
        _may_redo(folder, stands, files, rules, redo=redo)
    names = _without_remains(folder)
    before = [url for url in (stands.sources if stands is not None else ()) if part_name(url) in names]
    every = tuple(dict.fromkeys([*before, *(one.url for one in files)]))
    made = Plan(Manifest(rules=rules, sources=every, whole=False))
    for one in files:
        _look(made, folder, one, there=part_name(one.url) in names, redo=redo)
    asked = {one.url for one in files}
    made.kept += [read_part(folder.inside(part_name(url))) for url in before if url not in asked]
    return made


def _may_redo(folder: Place, stands: Manifest, files: Sequence[Place], rules: Rules, *, redo: bool) -> None:
    if not redo:
        raise UsageError(
            f"{folder.url} was made by other rules ({stands.rules}; now {rules}); make it anew with --redo, or name "
            "another folder"
        )
    if left := set(stands.sources) - {one.url for one in files}:
        raise UsageError(
            f"{folder.url} has parts of {len(left)} other files, made by other rules ({min(left)}, …); name them too, "
            "or another folder"
        )


def _without_remains(folder: Place) -> set[str]:
    """The names in the folder; what a killed run left half written is removed."""
    names = names_in(folder)
    for name in names:
        if name.startswith(".") and name.endswith(PART):
            remove(folder.inside(name))
    return set(names)


def _look(made: Plan, folder: Place, one: Place, *, there: bool, redo: bool) -> None:
    """Put a file among those that are to be read, or its part among those that hold."""
    part = _part(folder, one, redo=redo) if there else None
    try:
        found = facts(one)
    except UsageError as error:
        if part is not None and part.rules == made.manifest.rules:
            made.kept.append(part)  # what it was made of is gone; the part is whole
        else:
            made.manifest.faults[one.url] = str(error)
        return
    if part is not None and part.rules == made.manifest.rules and _holds(part, one, found):
        made.kept.append(part)
        return
    if part is not None and not redo:
        why = "has changed since" if part.rules == made.manifest.rules else "was read by other rules then"
        raise UsageError(
            f"{folder.url} has a part of {one.url}, which {why}; make it anew with --redo, or name another folder"
        )
    made.jobs.append(Job(source=one, facts=found, rules=made.manifest.rules))


def _part(folder: Place, one: Place, *, redo: bool) -> Part | None:
    try:
        return read_part(folder.inside(part_name(one.url)))
    except UsageError:
        if redo:
            return None
        raise


def _holds(part: Part, one: Place, found: Facts) -> bool:
    """Whether a part was made of this very file; where only its time is another one, its bytes are looked at."""
    if part.is_of(found):
        return True
    if part.size != found.size:
        return False
    with on_disk(one) as path:
        return sha256(path) == part.sha256
