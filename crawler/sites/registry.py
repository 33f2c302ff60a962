"""The registry: every module of this room that holds a `SITE`, and those that the user names."""

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from attrs import frozen

from archive.errors import UsageError
from crawler.pages.template.site import Site, Source


@frozen
class _Registry:
    """The sites by name, and each list's site and source by the addresses that are polled."""

    sites: dict[str, Site]
    sources: dict[str, tuple[Site, Source]]


def load_sites() -> dict[str, Site]:
    """Every site by name: those of this folder in the order of their file names, then those of `JIANBAO_SITES`.

    `JIANBAO_SITES` names a folder of more site files, which is read once. They are Python and run with the crawler's
    rights: name only a folder that nobody else can write to. Raises `UsageError` where a file there cannot be loaded or
    a name is taken.
    """
    return _registry(os.environ.get("JIANBAO_SITES") or "").sites


def find_source(url: str) -> tuple[Site, Source] | None:
    """The site and the source that poll this very address, or None."""
    return _registry(os.environ.get("JIANBAO_SITES") or "").sources.get(url)


@cache
def _registry(folder: str) -> _Registry:
    sites: dict[str, Site] = {}
    for module in (*_own(), *_extra(folder)):
        site = getattr(module, "SITE", None)
        if not isinstance(site, Site):
            continue
        if site.name in sites:
            raise UsageError(f"{module.__file__}: there is already a site named {site.name!r}; give it another name")
        sites[site.name] = site
    return _Registry(sites, _by_address(sites.values()))


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


def _extra(folder: str) -> Iterator[ModuleType]:
    if not folder:
        return
    if not Path(folder).is_dir():
        raise UsageError(f"JIANBAO_SITES: {folder} is not a folder")
    for file in sorted(Path(folder).glob("[!_]*.py")):
        spec = importlib.util.spec_from_file_location(f"jianbao_site_{file.stem}", file)
        if spec is None or spec.loader is None:
            raise UsageError(f"JIANBAO_SITES: {file} is no Python file")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # whatever a site file raises, the message names the file
            raise UsageError(f"JIANBAO_SITES: {file} cannot be loaded: {type(error).__name__}: {error}") from error
        yield module


def find_site(url: str) -> Site | None:
    """The site whose hosts cover the address, or None. A malformed address has none."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    for site in load_sites().values():
        if any(host == suffix or host.endswith("." + suffix) for suffix in site.hosts):
            return site
    return None
