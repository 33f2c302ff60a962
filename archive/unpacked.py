"""Where a package's files stand. scrapyd imports a project from a zipped egg; alembic wants a folder of migrations."""

import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile


def folder_of(package: ModuleType) -> Path:
    """The folder of a package's files; where it was imported from an egg, a copy that goes away with this process."""
    folder = Path(package.__file__ or "").parent
    if folder.is_dir():
        return folder
    egg = next(one for one in folder.parents if one.is_file())
    return Path(_unpacked(egg).name) / folder.relative_to(egg)


@cache
def _unpacked(egg: Path) -> "tempfile.TemporaryDirectory[str]":
    folder = tempfile.TemporaryDirectory(prefix="jianbao-egg-")
    with ZipFile(egg) as files:
        files.extractall(folder.name)
    return folder
