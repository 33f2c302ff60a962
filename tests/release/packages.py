"""The sdist and the wheel, built from a copy of what git has, and what ought to be in them."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("archive", "crawler", "jianbao", "migrations")
BUILD = "from setuptools import build_meta; build_meta.build_sdist('dist'); build_meta.build_wheel('dist')"


def tracked() -> list[str]:
    """The files of the project: what git has, or, in an unpacked sdist, what that says it has."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        return sorted(name for name in listed if (ROOT / name).is_file())
    lines = (ROOT / "jianbao.egg-info" / "SOURCES.txt").read_text("utf-8").splitlines()
    return sorted(name for name in lines if ".egg-info/" not in name)


def build(folder: Path, source: Path | None = None) -> tuple[Path, Path]:
    """Build both in a folder of their own; the sdist and the wheel. `source`: an unpacked sdist, else the project."""
    tree = folder / "tree"
    if source is not None:
        shutil.copytree(source, tree)
    else:
        for name in tracked():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    [sdist], [wheel] = (tree / "dist").glob("*.tar.gz"), (tree / "dist").glob("*.whl")
    return sdist, wheel


def in_sdist(sdist: Path) -> set[str]:
    """The files of an sdist, by their names in the project."""
    with tarfile.open(sdist) as archive:
        return {one.name.partition("/")[2] for one in archive.getmembers() if one.isfile()}


def in_wheel(wheel: Path) -> set[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def lacking(sdist: Path) -> set[str]:
    """What the project has and its sdist does not."""
    return set(tracked()) - in_sdist(sdist)


def foreign(sdist: Path) -> set[str]:
    """What an sdist has and the project does not, but for what is made with it."""
    made = {"PKG-INFO", "setup.cfg"}
    return {name for name in in_sdist(sdist) - set(tracked()) - made if not name.startswith("jianbao.egg-info/")}


def unlike(wheel: Path) -> set[str]:
    """What a wheel has and the packages do not, or the other way round."""
    ours = {name for name in tracked() if name.startswith(tuple(f"{one}/" for one in PACKAGES))}
    return {name for name in in_wheel(wheel) ^ ours if ".dist-info/" not in name}
