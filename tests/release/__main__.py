"""`python -m tests.release` (`make release-check`): is this tree to be released? Each check says what it found; exit
code 1 where one failed. `python -m tests.release packages` is the part of it that CI runs: sdist and wheel, in a fresh
environment, outside the tree."""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

import click

from tests.make_docs import PAGES
from tests.release import packages

ROOT = packages.ROOT
DOCTEST = """
import doctest, sys
failed, tried = doctest.testfile(sys.argv[1], module_relative=False, optionflags=doctest.ELLIPSIS)
sys.exit(failed > 0 or tried < 20)
"""


class Failed(Exception):
    """A check did not hold; the message says why."""


def version() -> str:
    """The version of pyproject.toml, which is the only place that has one."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if not re.fullmatch(r"\d+\.\d+\.\d+", found):
        raise Failed(f"{found} is no version of Semantic Versioning")
    return found


def git(*words: str) -> str:
    """What git says."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def last_tag() -> str | None:
    """The last release's tag."""
    tags = git("tag", "--list", "v*", "--sort=-version:refname").split()
    return tags[0] if tags else None


def check_version() -> str:
    """The version is a new one, and compose.yaml names it."""
    now = version()
    if changed := git("status", "--porcelain").splitlines():
        raise Failed(f"not committed: {', '.join(line[3:] for line in changed[:5])}; commit that, or take it away")
    if f"v{now}" in git("tag", "--list").split():
        raise Failed(f"v{now} is released already; raise the version in pyproject.toml and compose.yaml")
    if f"image: jianbao:{now}\n" not in (ROOT / "compose.yaml").read_text("utf-8"):
        raise Failed(f"compose.yaml names another version; write `image: jianbao:{now}`")
    return f"{now}, after {last_tag() or 'none'}"


def check_changelog() -> str:
    """CHANGELOG.md has a section for it, with a date, and nothing above it."""
    text, now = (ROOT / "CHANGELOG.md").read_text("utf-8"), version()
    sections = re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", text, re.MULTILINE)
    head, body = sections[0]
    if head.startswith("Unreleased"):
        if body.strip():
            raise Failed(f"CHANGELOG.md: what stands under Unreleased goes under `## {now} - YYYY-MM-DD`")
        head, body = sections[1]
    if not re.fullmatch(rf"{re.escape(now)} - \d{{4}}-\d\d-\d\d", head):
        raise Failed(f"CHANGELOG.md: the first section is {head!r}, not `{now} - YYYY-MM-DD`")
    return head


def check_docs() -> str:
    """What follows from the code, the list of public names among it, is what the code says."""
    stale = [name for name, make in PAGES.items() if (ROOT / "docs" / name).read_text("utf-8") != make()]
    if stale:
        raise Failed(f"out of date: {', '.join(stale)}; run `make docs`")
    return ", ".join(PAGES)


def check_frozen() -> str:
    """No schema of the export that was released has changed, nor has a migration."""
    tag = last_tag()
    if tag is None:
        return "nothing was released yet"
    folders = ("archive/export/schemas", "migrations/versions")
    frozen = [name for name in git("ls-tree", "-r", "--name-only", tag, *folders).splitlines() if name]
    there = {name: (ROOT / name).read_text("utf-8") for name in frozen if (ROOT / name).is_file()}
    changed = [name for name in frozen if there.get(name) != git("show", f"{tag}:{name}")]
    if changed:
        raise Failed(
            f"changed since {tag}: {', '.join(changed)}; put back what was released (git checkout {tag} -- FILE), and "
            "write what is new into a file of its own"
        )
    return f"{len(frozen)} files are as in {tag}"


def check_packages() -> str:
    """sdist and wheel hold what they should; both build the same; the wheel works in an empty environment, outside the
    tree; what the sdist unpacks to passes tests."""
    with tempfile.TemporaryDirectory(prefix="jianbao-release-") as name:
        folder = Path(name)
        sdist, wheel = packages.build(folder)
        if lacking := packages.lacking(sdist):
            raise Failed(f"the sdist lacks {', '.join(sorted(lacking)[:10])}: MANIFEST.in")
        if foreign := packages.foreign(sdist) | packages.unlike(wheel):
            raise Failed(f"too much or too little is packed: {', '.join(sorted(foreign)[:10])}")
        with tarfile.open(sdist) as archive:
            archive.extractall(folder / "unpacked", filter="data")
        [source] = (folder / "unpacked").iterdir()
        again = packages.build(folder / "again", source)
        if packages.in_wheel(again[1]) != packages.in_wheel(wheel):
            raise Failed("the wheel that is built from the sdist is another one")
        tests = ["tests/jianbao", "tests/test_house.py", "tests/release/test_deploy.py", "-m", "not slow"]
        run(folder, source, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
        _try_wheel(folder, wheel, source)
        return f"{sdist.name}, {wheel.name}: demo, examples of docs/api.md"


def _try_wheel(folder: Path, wheel: Path, source: Path) -> None:
    """In an environment with nothing but the wheel and what it needs."""
    bin_ = folder / "empty" / "bin"
    venv.create(folder / "empty", with_pip=True)
    outside = folder / "outside"
    outside.mkdir()
    pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"))
    run(folder, outside, str(bin_ / "python"), *pip, str(wheel))
    run(folder, outside, str(bin_ / "jianbao"), "--version")
    run(folder, outside, str(bin_ / "python"), "-m", "jianbao", "--help")
    run(folder, outside, str(bin_ / "jianbao"), "demo", "--articles", "60")
    run(folder, outside, str(bin_ / "python"), "-I", "-c", DOCTEST, str(source / "docs" / "api.md"))
    extras = ("postgres", "parquet", "web")
    run(folder, outside, str(bin_ / "python"), *pip, f"{wheel}[{','.join(extras)}]")
    used = "import psycopg, pyarrow.parquet, starlette; from archive.web.app import build"
    run(folder, outside, str(bin_ / "python"), "-I", "-c", used)


def run(folder: Path, where: Path, *command: str) -> None:
    """Run a command there, with nothing of this tree in its way; raises `Failed` with its last words."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", **_network()}
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)[:200]}: exit code {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}")


def _network() -> dict[str, str]:
    """How this machine reaches the package index."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}


CHECKS: dict[str, Callable[[], str]] = {
    "version": check_version,
    "changelog": check_changelog,
    "docs": check_docs,
    "frozen": check_frozen,
    "packages": check_packages,
}
LONG: dict[str, str] = {"packages": "both are built twice, and tried in an empty environment: some minutes …"}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CHECKS)))
def main(names: tuple[str, ...]) -> None:
    """Whether this tree is to be released."""
    failed = False
    for name in names or CHECKS:
        if name in LONG:
            click.echo(f"… {name}: {LONG[name]}")
        try:
            click.echo(f"✓ {name}: {CHECKS[name]()}")
        except Failed as error:
            click.echo(f"✗ {name}: {error}")
            failed = True
    if not names:
        rest = "mend what is marked ✗ and run it again" if failed else f"to be released: git tag -s v{version()}"
        click.echo(f"{rest} (CONTRIBUTING.md, A release)")
    sys.exit(failed)


if __name__ == "__main__":
    main()
