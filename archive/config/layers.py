"""Where settings come from, in the order in which they count: the option `--set`, the environment, HOME/jianbao.toml,
the default. A site's own value counts where nothing that comes before it says otherwise for all."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from archive.config.declared import DECLARED, OF_A_SITE, Settings
from archive.errors import UsageError

FILE: Final = "jianbao.toml"
_MOST_BYTES: Final = 2**20


@define
class _Layer:
    """What one place says. `general`: by name; `sites`: by site and name; each with where it stands, in words."""

    general: dict[str, tuple[Any, str]] = field(factory=dict)
    sites: dict[str, dict[str, tuple[Any, str]]] = field(factory=dict)


def read_settings(home: Path, options: Iterable[str] = (), database: str | None = None) -> Settings:
    """What is in force for the archive in `home`. `options`: of `--set`, each NAME=VALUE or site.SITE.NAME=VALUE;
    `database`: of `--database`.

    Raises `UsageError`: a setting that there is not, a value that makes no sense, a file that cannot be read.
    """
    values: dict[str, Any] = {}
    sites: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    # From what counts least to what counts most.
    for layer in (_of_file(home), _of_environment(), _of_options(options, database)):
        for name, (value, origin) in layer.general.items():
            values[name], origins[name] = value, origin
            for site, own in sites.items():
                if own.pop(name, None) is not None:
                    del origins[f"site.{site}.{name}"]
        for site, own_values in layer.sites.items():
            for name, (value, origin) in own_values.items():
                sites.setdefault(site, {})[name] = value
                origins[f"site.{site}.{name}"] = origin
    return Settings(**values, of_sites={site: own for site, own in sites.items() if own}, origins=origins)


def _of_environment() -> _Layer:
    layer = _Layer()
    for name, one in DECLARED.items():
        variable = one.metadata["env"]
        if value := os.environ.get(variable):
            layer.general[name] = _read(name, value, variable), variable
    return layer


def _of_options(options: Iterable[str], database: str | None) -> _Layer:
    layer = _Layer()
    for option in options:
        key, equals, value = option.partition("=")
        site, name = _parted(key.strip())
        if not equals:
            raise UsageError(f"--set {option}: write NAME=VALUE, for instance --set delay=2")
        _check_name(name, site, f"--set {option}")
        _put(layer, site, name, value.strip(), f"--set {key.strip()}", "--set")
    if database:
        _put(layer, "", "database", database, "--database", "--database")
    return layer


def _parted(key: str) -> tuple[str, str]:
    """The site and the setting of a key: `site.sohu.delay`, `delay`."""
    first, _, rest = key.partition(".")
    site, dot, name = rest.rpartition(".")
    return (site, name) if first == "site" and dot and site else ("", key)


def _of_file(home: Path) -> _Layer:
    layer = _Layer()
    path = home / FILE
    for site, table in _tables(path, _content(path)):
        place = f"{path}: [site.{site}]" if site else f"{path}: [general]"
        for name, value in table.items():
            _check_name(name, site, place)
            read = _put(layer, site, name, value, f"{place} {name}", FILE)
            if DECLARED[name].metadata["place"]:
                layer.general[name] = str(home / read), FILE
    return layer


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES or not path.is_file():
            raise UsageError(f"{path} is no settings file; docs/settings.md shows one")
        content = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; let this user read it (chmod, chown)") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    return _parsed(path, content)


def _parsed(path: Path, content: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}; docs/settings.md shows how to write it") from error


def _tables(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of a settings file: "" for the general one, else the site's name."""
    for key, table in content.items():
        if key == "general" and isinstance(table, dict):
            yield "", table
        elif key == "site" and isinstance(table, dict):
            for site, own in table.items():
                if not isinstance(own, dict):
                    raise UsageError(f"{path}: [site] holds {site}; write a table for each site: [site.NAME]")
                yield site, own
        elif key in DECLARED or not isinstance(table, dict):
            # Said even of a name that there is not: where it stands is wrong first.
            raise UsageError(f"{path}: {key} stands in no table; put it below a line [general]")
        else:
            raise UsageError(f"{path}: there is no table [{key}]; there are [general] and [site.NAME]")


def _check_name(name: str, site: str, place: str) -> None:
    if name in DECLARED and (not site or name in OF_A_SITE):
        return
    if name in DECLARED:
        raise UsageError(f"{place}: {name} is not a site's own; a site may have {', '.join(OF_A_SITE)}")
    import difflib

    known = OF_A_SITE if site else tuple(DECLARED)
    near = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise UsageError(f"{place}: there is no setting {name!r}; {meant}")


def _put(layer: _Layer, site: str, name: str, value: Any, place: str, origin: str) -> Any:
    read = _read(name, value, place)
    where = layer.sites.setdefault(site, {}) if site else layer.general
    where[name] = read, origin
    return read


def _read(name: str, value: Any, place: str) -> Any:
    try:
        return DECLARED[name].metadata["kind"](value)
    except ValueError as error:
        raise UsageError(f"{place} {error}") from error
