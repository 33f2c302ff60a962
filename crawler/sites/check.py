"""What is wrong with a site, before a crawl finds out: types, names, patterns, hosts that are another's.

What a constructor refuses (a selector that cannot be read, an unknown key) `crawler.sites.declared.loading` tells.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from crawler.pages.rules.engine import Rule
from crawler.pages.template.site import Site, Source, Target
from crawler.pages.template.template import Template
from crawler.sites.declared.patterns import unbounded
from crawler.sites.declared.readers import made_with
from crawler.sites.declared.typed import is_sound, is_whole, shown, wrong_types

FIELDS: Final = frozenset(
    "headline original_title published_at modified_at source_name account_name authors editor keywords location"
    " page_id page_url".split()
)
"""What a template's readers and the named groups of rules may fill, besides `flag.<name>` of readers."""

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What sites, their sources and templates are called."""

_RULE_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9_.-]+")
# A name of one part would be a top-level domain with all its sites; what localhost leads to is the guard's business.
_HOST: Final = re.compile(r"localhost|(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NUMBERED: Final = "_0123456789"  # (?P<editor_2>…) is the field editor too


def faults(site: Site, others: Iterable[Site] = (), *, whole: bool = True) -> list[str]:
    """What is wrong with a site, a line each, [] where all is well. `others`: the sites that are there besides.

    `whole`: nothing was taken out of its file because it could not be loaded.
    """
    found = list(wrong_types(site, "SITE"))
    sources, templates = _of_kind(site.sources, Source), _of_kind(site.templates, Template)
    sound_sources = [
        one for one in sources if not _take(found, wrong_types(one, f"source {one.name}")) and is_whole(one)
    ]
    sound_templates = [
        one for one in templates if not _take(found, wrong_types(one, f"template {one.name}")) and is_whole(one)
    ]
    if is_sound(site, "name", "hosts"):
        found += _of_names(site, sound_sources, sound_templates)
        strange = _take(found, _of_hosts(site, others))
        for source in sound_sources:
            found += _of_source(source, () if strange else site.hosts)
    for template in sound_templates:
        found += _of_template(template, whole=whole)
    for name in ("gone", "front"):
        if is_sound(site, name):
            found += _of_pattern(f"SITE: {name}", getattr(site, name))
    return found + (list(_of_target(site)) if is_sound(site, "hosts", "target") else [])


_Part = TypeVar("_Part", Source, Template)


def _of_kind(values: Any, kind: type[_Part]) -> list[_Part]:
    """Those of the values that are of the kind."""
    return [one for one in values if isinstance(one, kind)] if isinstance(values, tuple | list) else []


def _take(found: list[str], lines: Iterable[str]) -> bool:
    """Adds the lines to those that were found; whether there were any."""
    before = len(found)
    found += lines
    return len(found) > before


def _of_names(site: Site, sources: Sequence[Source], templates: Sequence[Template]) -> Iterator[str]:
    if not NAME.fullmatch(site.name):
        yield f"SITE: name is {site.name!r}; it is lower case letters, digits, - and _"
    for kind, names in (
        ("sources", [one.name for one in sources]),
        ("templates", [one.name for one in templates if not one.signs]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"SITE: two {kind} are named {name!r}"
    for name in (*(one.name for one in sources), *(one.name for one in templates)):
        if not NAME.fullmatch(name):
            yield f"SITE: a source or template is named {name!r}; it is lower case letters, digits, - and _"


def _of_hosts(site: Site, others: Iterable[Site]) -> Iterator[str]:
    if not site.hosts:
        yield "SITE: hosts is empty; which addresses are the site's?"
    for host in site.hosts:
        if not _HOST.fullmatch(host):
            yield f"SITE: hosts names {host!r}; a host is like 'news.example', without scheme, port and path"
            continue
        for other in others:
            if other.name == site.name:
                continue
            taken = next((one for one in other.hosts if _within(host, one) or _within(one, host)), None)
            if taken is not None:
                yield f"SITE: hosts names {host!r}, but {taken!r} is the site {other.name}'s"


def _within(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith("." + suffix)


def _of_source(source: Source, hosts: Sequence[str]) -> Iterator[str]:
    called = f"source {source.name}"
    if not source.urls:
        yield f"{called}: urls is empty"
    for url in source.urls:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            yield f"{called}: urls: {url!r} is no address"
            continue
        if parts.scheme not in ("http", "https") or not host:
            yield f"{called}: urls: {url!r} is no address of a page; it begins with https:// or http://"
        elif hosts and not any(_within(host, one) for one in hosts):
            yield f"{called}: urls: {url!r} is of none of the site's hosts, so it is never fetched"
    if source.encoding is not None:
        try:
            codecs.lookup(source.encoding)
        except LookupError:
            yield f"{called}: encoding is {source.encoding!r}, which Python does not know"
    if source.every <= timedelta(0):
        yield f"{called}: every is {source.every}; it is a time that passes"
    if source.expect < 0:
        yield f"{called}: expect is {source.expect}; it is a number of entries"


def _of_template(template: Template, *, whole: bool) -> Iterator[str]:
    called = f"template {template.name}"
    if not template.body and whole:
        yield f"{called}: body is empty; where does the text stand?"
    if not 0 <= template.agreement <= 1:
        yield f"{called}: agreement is {template.agreement}; it is a share, 0 to 1"
    for name, reader in template.fields:
        if name not in FIELDS and not re.fullmatch(r"flag\.[a-z0-9_]+", name):
            yield f"{called}: fields: {_unknown(name)}"
        for pattern in made_with(reader).patterns:
            yield from _of_pattern(f"{called}: {name}", pattern)
    for rule in template.rules:
        if not isinstance(rule, Rule) or not is_sound(rule, "id"):
            continue
        yield from wrong_types(rule, f"{called}: rule {rule.id}")
        yield from _of_rule(f"{called}: rule {rule.id}", rule)


def _of_rule(called: str, rule: Rule) -> Iterator[str]:
    if not _RULE_ID.fullmatch(str(rule.id)):
        yield f"{called}: id is {rule.id!r}; it is <site>.<what>"
    if not (rule.selector or rule.pattern or rule.linked):
        yield f"{called}: it has neither selector nor pattern nor linked, so it takes nothing"
    for name in sorted(rule.regex.groupindex) if rule.regex is not None else ():
        if name.rstrip(_NUMBERED) not in FIELDS:
            yield f"{called}: the group {_unknown(name)}"
    if rule.field and rule.field not in FIELDS:
        yield f"{called}: field: {_unknown(rule.field)}"
    yield from _of_pattern(called, rule.pattern)


def _unknown(name: str) -> str:
    return f"{name!r} is no field; there are {', '.join(sorted(FIELDS))}, and flag.… in `fields`"


def _of_pattern(called: str, pattern: str) -> Iterator[str]:
    try:
        why = unbounded(pattern)
    except (re.error, RecursionError) as error:
        yield f"{called}: the pattern {shown(pattern)} cannot be read: {error}"
        return
    if why:
        yield f"{called}: the pattern {shown(pattern)} is not bounded: {why}"


def _of_target(site: Site) -> Iterator[str]:
    """`target` is called on every link of every list, whatever it is."""
    for host in site.hosts:
        for url in (f"https://{host}/", f"https://{host}", f"http://www.{host}/no/such?page=1#x"):
            try:
                named = site.target(url)
            except Exception as error:  # whatever it raises
                yield f"SITE: target({url!r}) raises {type(error).__name__}: {' '.join(str(error).split())}"
                return
            if named is not None and not isinstance(named, Target):
                yield f"SITE: target({url!r}) gives {shown(named)}; it gives a Target or None"
                return
