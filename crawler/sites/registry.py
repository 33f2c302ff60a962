"""The registry: every module of this room that holds a `SITE`, and those that the user names."""

import importlib
import os
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from archive.errors import UsageError
from crawler.pages.template.site import Site, Source
from crawler.sites.check import faults
from crawler.sites.declared.loading import Missing, load_file


@frozen
class _Registry:
    """The sites by name, and each list's site and source by the addresses that are polled."""

    sites: dict[str, Site]
    sources: dict[str, tuple[Site, Source]]


def load_sites() -> dict[str, Site]:
    """Every site by name: those of this folder in the order of their file names, then those of `JIANBAO_SITES`.

    `JIANBAO_SITES` names a folder of more site files, which is read once. They are Python and run with the crawler's
    rights: name only a folder that nobody else can write to. One whose site is another edition of one that is there
    (`is_edition`) takes its place. Raises `UsageError` with a line for everything that is
    wrong with the files there (`crawler.sites.check`).
    """
    return _registry(os.environ.get("JIANBAO_SITES") or "").sites


def find_source(url: str) -> tuple[Site, Source] | None:
    """The site and the source that poll this very address, or None."""
    return _registry(os.environ.get("JIANBAO_SITES") or "").sources.get(url)


@cache
def _registry(folder: str) -> _Registry:
    sites: dict[str, Site] = {}
    for module in _own():
        site = getattr(module, "SITE", None)
        if isinstance(site, Site):
            sites[site.name] = site
    if folder in _LOADING:
        raise UsageError("a site file asks for the sites while they are loaded; let it import the portal's own module")
    _LOADING.add(folder)
    try:
        lines = []
        for file in _files(folder):
            site, found = read_site(file, sites.values())
            lines += [f"JIANBAO_SITES: {file}{'' if line.startswith('cannot') else ':'} {line}" for line in found]
            if site is not None and not found:
                sites[site.name] = site
    finally:
        _LOADING.discard(folder)
    if lines:
        raise UsageError("\n".join(lines))
    return _Registry(sites, _by_address(sites.values()))


_LOADING: Final[set[str]] = set()
"""The folders whose files are being loaded."""


def read_site(file: Path, others: Iterable[Site] = ()) -> tuple[Site | None, list[str]]:
    """The site of a file, None where it holds none, and what is wrong with it, a line each. `others`: the sites that
    are there besides. The file is run."""
    loaded = load_file(file)
    lines = list(loaded.errors)
    site = getattr(loaded.module, "SITE", None)
    if isinstance(site, Site):
        others = [other for other in others if not is_edition(site, other)]
        lines += faults(site, others, whole=not lines)
        if any(other.name == site.name for other in others):
            lines.append(f"there is already a site named {site.name!r}; give it another name")
        return site, lines
    if site is None and not lines:
        lines.append("it ends without SITE = Site(…); a file that is only for others to import begins with _")
    elif not isinstance(site, Missing | None):
        lines.append(f"SITE is a {type(site).__name__}; it is a Site(…)")
    return None, lines


def is_edition(site: Site, other: Site) -> bool:
    """Whether a site is another one made anew, with a template more (`attrs.evolve(other, templates=…)`)."""
    return site is not other and site.name == other.name and site.target is other.target


def _by_address(sites: Iterable[Site]) -> dict[str, tuple[Site, Source]]:
    """Several sources may post to one address; which of them an answer is for need not be known, if all read alike."""
    found: dict[str, tuple[Site, Source]] = {}
    for site in sites:
        for source in site.sources:
            for url in source.urls:
                _, first = found.setdefault(url, (site, source))
                if (first.parse, first.encoding) != (source.parse, source.encoding):
                    raise UsageError(
                        f"{site.name}: the sources {first.name!r} and {source.name!r} ask the same address, {url}, but"
                        " read its answer in two ways; give both one `parse` and one `encoding`"
                    )
    return found


def _own() -> Iterator[ModuleType]:
    package = __name__.rpartition(".")[0]
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        yield importlib.import_module(f"{package}.{info.name}")


def _files(folder: str) -> list[Path]:
    if not folder:
        return []
    if not Path(folder).is_dir():
        raise UsageError(f"JIANBAO_SITES: {folder} is not a folder")
    return sorted(Path(folder).glob("[!_]*.py"))


def find_site(url: str) -> Site | None:
    """The site whose hosts cover the address, or None. A malformed address has none."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    dotted = f".{host}"
    for site in load_sites().values():
        for suffix in site.hosts:
            if dotted.endswith(f".{suffix}"):
                return site
    return None
