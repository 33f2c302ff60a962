"""The draft as a file in this project's own style, with what it is unsure of as comments."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.pages.template.site import Site
from crawler.upkeep.draft.clutter import Drafted
from crawler.upkeep.draft.draft import Draft
from crawler.upkeep.draft.fields import FieldDraft

_WIDTH: Final = 118
_READERS: Final = ("attribute", "json_ld", "meta", "tail", "text", "title")
_HEAD: Final = """{doc}

{imports}

# This file is a draft, made from {count} saved pages. Nothing uses it. What it is unsure of stands behind `unsure:`;
# settle that, and take the comments away. `jianbao site check` tries it on pages.
"""
_TARGET: Final = '''

def target(url: str) -> Target | None:
    """What an address names, by its form alone."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
{named}
    return None
'''
_BY_PATH: Final = """    if found := ARTICLE.match(parts.path):
        return Target(kind="article", native_id=found["id"], url=f"{scheme}://{{host}}{{parts.path}}")
    if parts.path in ("", "/"):
        return Target(kind="list", native_id="", url=f"{scheme}://{{host}}/")"""
_BY_QUERY: Final = """    number = parse_qs(parts.query).get("{query}", [""])[0]
    if number and ARTICLE.match(parts.path):
        return Target(kind="article", native_id=number, url=f"{scheme}://{{host}}{{parts.path}}?{query}={{number}}")
    if parts.path in ("", "/"):
        return Target(kind="list", native_id="", url=f"{scheme}://{{host}}/")"""


def site_file(draft: Draft, page: str, count: int) -> str:
    """The text of the file. `page`: what the test page beside it is called, for `seen_on`; `count`: of how many pages
    it was drafted."""
    template = "".join(_template(draft, page))
    if draft.known is not None:
        return _of_known(draft, template, count)
    addresses = draft.addresses
    head = _HEAD.format(
        doc=f'"""{_in_docstring(draft.title)} ({_in_docstring(addresses.hosts[0])})."""',
        imports=_imports(draft, template),
        count=count,
    )
    named = (_BY_QUERY if addresses.query else _BY_PATH).format(scheme=addresses.scheme, query=addresses.query)
    notes = "".join(map(_note, addresses.unsure))
    address = f"{addresses.scheme}://{addresses.host}/"
    return (
        f"{head}\n{notes}ARTICLE = re.compile({_literal(addresses.pattern)})\n"
        + _TARGET.format(named=named)
        + f"\n\n{template}\n"
        + "SITE = Site(\n"
        + f"    name={_quoted(draft.name)},\n    title={_quoted(draft.title)},\n"
        + f"    hosts={_tuple(addresses.hosts)},\n    target=target,\n"
        + _note("the front page is a guess: which lists name the new articles? A JSON answer that it loads is best", 4)
        + f'    sources=(Source(name="front", urls=({_quoted(address)},), parse=html_links),),\n'
        + "    templates=(TEMPLATE,),\n)\n"
    )


def _of_known(draft: Draft, template: str, count: int) -> str:
    """A template for a site that is there: the file holds the site with the template before the others."""
    known = draft.known
    if known is None:
        raise AssertionError("a new portal")
    head = _HEAD.format(doc=f'"""A template for {known.title}."""', imports=_imports(draft, template), count=count)
    shared = ""
    if draft.shared:
        names = ", ".join(_quoted(rule.id) for rule in draft.shared)
        listed = f"_SHARED = ({names})"
        if len(listed) > _WIDTH:
            listed = "_SHARED = (\n" + "".join(f"    {_quoted(rule.id)},\n" for rule in draft.shared) + ")"
        shared = (
            f"\n# The portal's own rules, which its other templates share.\n{listed}\n"
            "_RULES = {rule.id: rule for template in PORTAL.templates for rule in template.rules}\n"
        )
    portal = "" if _module(known) else f"PORTAL = load_sites()[{_quoted(known.name)}]\n"
    return f"{head}\n{portal}{shared}\n{template}\nSITE = evolve(PORTAL, templates=(TEMPLATE, *PORTAL.templates))\n"


def _imports(draft: Draft, template: str) -> str:
    used = [name for name in _READERS if re.search(rf"\b{name}\(", template)]
    lines = []
    if draft.known is None:
        split = "parse_qs, urlsplit" if draft.addresses.query else "urlsplit"
        lines += ["import re", f"from urllib.parse import {split}", ""]
    else:
        lines += ["from attrs import evolve", ""]
    if "Rule(" in template:
        lines.append("from crawler.pages.rules.engine import Rule")
    if used:
        lines.append(f"from crawler.pages.template.readers import {', '.join(used)}")
    if draft.known is None:
        lines.append("from crawler.pages.template.site import Site, Source, Target")
    lines.append("from crawler.pages.template.template import Template")
    if draft.known is None:
        lines.append("from crawler.sites.lists import html_links")
    elif module := _module(draft.known):
        lines.append(f"from {module} import SITE as PORTAL")
    else:
        lines.append("from crawler.sites.registry import load_sites")
    return "\n".join(lines)


def _module(known: Site) -> str:
    """The module of this project that holds the site; "" for one of the user's own files."""
    module = known.target.__module__
    return module if module.startswith("crawler.sites.") else ""


def _template(draft: Draft, page: str) -> Iterator[str]:
    yield from (_note(line) for line in draft.unsure)
    yield f"TEMPLATE = Template(\n    name={_quoted(draft.template_name)},\n    body={_tuple(draft.body.selectors)},\n"
    if draft.signs:
        yield f"    signs={_tuple(draft.signs)},\n"
    yield "    fields=(\n"
    for field in draft.fields:
        yield from _field(field)
    yield "    ),\n"
    if draft.rules or draft.shared:
        yield "    rules=(\n" if draft.rules else "    rules=tuple(_RULES[name] for name in _SHARED),\n"
        for one in draft.rules:
            yield from _rule(one, page)
        if draft.rules:
            yield "        *(_RULES[name] for name in _SHARED),\n    ),\n" if draft.shared else "    ),\n"
    yield ")\n\n"


def _field(field: FieldDraft) -> Iterator[str]:
    yield from (_note(f"{field.name}: {line}", 8) for line in field.unsure)
    for made in field.readers:
        line = f'        ("{field.name}", {made.code}),\n'
        if len(line) <= _WIDTH + 3:
            yield line
        else:
            yield f'        (\n            "{field.name}",\n            {made.code},\n        ),\n'


def _rule(one: Drafted, page: str) -> Iterator[str]:
    rule = one.rule
    if one.unsure:
        yield _note(one.unsure, 8)
    yield f"        Rule(\n            id={_quoted(rule.id)},\n"
    yield f"            why={_quoted(_why(one))},\n            seen_on=({_quoted(f'own/{page}')},),\n"
    if rule.selector:
        yield f"            selector={_quoted(rule.selector)},\n"
    if rule.pattern:
        yield f"            pattern={_literal(rule.pattern)},\n"
    if rule.needs:
        yield f"            needs={_tuple(rule.needs)},\n"
    if rule.linked:
        yield f"            linked={rule.linked},\n"
    if rule.where != "any":
        yield f"            where={_quoted(rule.where)},\n"
    if rule.rest:
        yield "            rest=True,\n"
    yield "        ),\n"


def _why(one: Drafted) -> str:
    times = f"on {one.pages} of the pages that it was drafted from" if one.pages > 1 else "on one page"
    rule = one.rule
    if rule.rest:
        return f"The line above what follows the text {times}."
    if rule.linked:
        return f"Links {'above' if rule.where == 'head' else 'below'} the text, in its own element, {times}."
    if rule.regex is not None and rule.regex.groupindex:
        return f"The template's own line of {', '.join(rule.regex.groupindex)}, {times}."
    return f"It stands in the text's element {times} and is no text."


def _note(line: str, indent: int = 0) -> str:
    """A comment, broken at the width of a line."""
    words = f"unsure: {_plain(line)}".split(" ")
    rows, row = [], "#"
    for word in words:
        if len(row) + len(word) + 1 > _WIDTH - indent and row != "#":
            rows.append(row)
            row = "#"
        row += f" {word}"
    return "".join(f"{' ' * indent}{one[:_WIDTH]}\n" for one in (*rows, row))


def _plain(text: str) -> str:
    """Without what would end a comment, or do something to a terminal: pages are other people's."""
    return "".join(character if character.isprintable() else " " for character in text)


def _in_docstring(text: str) -> str:
    return _plain(text).replace("\\", "/").replace('"', "'")


def _quoted(text: str) -> str:
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in text else shown


def _literal(pattern: str) -> str:
    """A pattern as a raw string, where it can be one."""
    plain = pattern.isprintable() and '"' not in pattern and not pattern.endswith("\\")
    if plain:
        return f'r"{pattern}"' if "\\" in pattern else f'"{pattern}"'
    return repr(pattern)


def _tuple(values: Sequence[str]) -> str:
    return f"({', '.join(map(_quoted, values))}{',' if len(values) == 1 else ''})"
