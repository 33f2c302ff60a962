"""Which files are meant by names, folders and patterns, in an order that stays."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from archive.errors import UsageError

_ENDINGS: Final = (".warc", ".wet", ".json", ".jsonl", ".ndjson", ".jl", ".csv", ".tsv", ".tab", ".txt", ".parquet")
_PACKED: Final = (".gz", ".zst")
_NUMBER: Final = re.compile(r"(\d+)")


@define
class Chosen:
    """`files`: what is to be taken in, each once. `others`: files of folders that are of no kind that we read."""

    files: list[Path] = field(factory=list)
    others: list[Path] = field(factory=list)


def chosen(words: Sequence[str]) -> Chosen:
    """The files that are meant: those that are named, in their order; of a folder, and of a pattern (`*`, `?`, `[…]`,
    `**` through folders) that names no file itself, those in it by their names, numbers in them as numbers. Hidden
    ones, and links out of a folder to another one, are left out. Raises `UsageError`."""
    found = Chosen()
    seen: set[Path] = set()
    for word in words:
        path = Path(word)
        if path.is_dir():
            inside = sorted(_inside(path), key=_order)
            found.others += [one for one in inside if not is_ours(one)]
            named = [one for one in inside if is_ours(one)]
            if not named:
                raise UsageError(f"{path} holds no file that can be taken in: {', '.join(_ENDINGS)}, or these packed")
        elif path.exists() or not glob.has_magic(word):
            named = [path]
        else:
            named = sorted((Path(one) for one in glob.glob(word, recursive=True)), key=_order)  # noqa: PTH207 - a pattern from the root, too
            named = [one for one in named if one.is_file()]
            if not named:
                raise UsageError(f"no file is named like {word}")
        for one in named:
            if not one.exists():
                raise UsageError(f"there is no file {one}")
            if one.resolve() not in seen:
                seen.add(one.resolve())
                found.files.append(one)
    return found


def is_ours(path: Path) -> bool:
    """Whether a file is called as those are that can be taken in."""
    name = path.name.lower()
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return name.endswith(_ENDINGS)


def _inside(folder: Path) -> Iterator[Path]:
    try:
        for at, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(at, name)
                if not name.startswith((".", "_")) and path.is_file():
                    yield path
    except OSError as error:
        raise UsageError(f"cannot read {error.filename}: {error.strerror}") from error


def _raise(error: OSError) -> None:
    raise error


def _order(path: Path) -> list[tuple[int, str, int]]:
    """So that `part-10` comes behind `part-9`, on every system."""
    parts = _NUMBER.split(str(path))
    return [(1, "", int(part)) if place % 2 else (0, part, 0) for place, part in enumerate(parts)]
