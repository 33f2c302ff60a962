"""Writes the pages of docs/ that follow from the code: `python -m tests.make_docs` (or `make docs`).

`tests/test_docs.py` fails while one of them is not what this module would write.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tests.jianbao.public import public

if TYPE_CHECKING:
    from archive.export.datasets import Field
    from crawler.pages.rules.engine import Rule

DOCS = Path(__file__).parents[1] / "docs"
SCHEMAS = DOCS.parent / "archive" / "export" / "schemas"
FIELDS_BEGIN = "<!-- written by `make docs` from the datasets -->\n\n"
FIELDS_END = "<!-- to here -->\n"
LONGEST = 160  # characters of a pattern; the code has the rest

TEMPLATES = """## Templates

A site's templates in the order in which they are tried; `body` is where the text stands
([the language](add-a-site.md#selectors)). One that was **never** tried on a real page is written after what other
people's code says of such pages: look at `jianbao explain` before you rely on it, and send us a page.
"""

COMMANDS = """# Commands

Written by `make docs` from the commands' own help; `jianbao COMMAND --help` prints the same.
Exit codes are explained in [exit-codes.md](exit-codes.md), environment variables in [settings.md](settings.md).
"""

RULES = """# Rules

Every visible block of a page is kept or stripped by exactly one rule, and keeps the rule's id; `jianbao explain` shows
it. Written by `make docs` from the rules themselves.

- **why**: the reason that what it takes is no body; `make bench-rules` prints what its absence would cost.
- **selector**: the rule strips every block inside such an element ([the language](add-a-site.md#selectors)).
  **line**: it strips a line that the pattern matches whole; `end`: the pattern takes something off the line's end, and
  the rest stays.
- **where**: `any` place, only in the `head` (before the body's first line) or only in the `tail` (after its last one).
- **fields**: what the stripped block says becomes these fields first.
"""


def commands() -> str:
    """The text of docs/commands.md."""
    from crawler.cli import main

    parts = [COMMANDS]
    for names, command in walk(main):
        context = click.Context(
            command, info_name=" ".join(names), terminal_width=100, **main.context_settings | {"max_content_width": 100}
        )
        parts.append(f"## `{' '.join(names)}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def walk(command: click.Command, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command with its names, and everything below it."""
    names = (*above, command.name or "") if above else ("jianbao",)
    yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, names)


def all_rules() -> dict[str, "Rule"]:
    """Every rule of the general modules and of the site files, by id."""
    import crawler.pages
    import crawler.sites
    from crawler.pages.rules.engine import Rule
    from crawler.pages.template.site import Site
    from crawler.pages.template.template import Template

    found: dict[str, Rule] = {}

    def take(value: object) -> None:
        if isinstance(value, Rule):
            found.setdefault(value.id, value)
        elif isinstance(value, Template):
            take(value.rules)
        elif isinstance(value, Site):
            take(value.templates)
        elif isinstance(value, tuple | list | frozenset):
            for part in value:
                take(part)

    for package in (crawler.pages, crawler.sites):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            for value in vars(importlib.import_module(info.name)).values():
                take(value)
    return found


def rules() -> str:
    """The text of docs/rules.md."""
    rows = ["| rule | why | what it matches | where | fields |", "|---|---|---|---|---|"]
    for name, rule in sorted(all_rules().items()):
        matches = [f"selector {_code(rule.selector)}"] if rule.selector else []
        if rule.pattern:
            matches.append(f"{rule.part} {_code(rule.pattern)}")
        if rule.linked:
            matches.append(f"at least {rule.linked:.0%} of it in links")
        fields = sorted({rule.field} - {""} | set(rule.regex.groupindex if rule.regex else ()))
        notes = [
            *fields,
            *([f"flag `{rule.flag}`"] if rule.flag else []),
            *(["stays in the body"] if rule.keeps else []),
        ]
        notes += ["strips all that follows"] if rule.rest else []
        rows.append(f"| `{name}` | {rule.why} | {'; '.join(matches)} | {rule.where} | {', '.join(notes)} |")
    return RULES + "\n" + "\n".join(rows) + "\n\n" + TEMPLATES + "\n" + "\n".join(_templates()) + "\n"


def _templates() -> list[str]:
    from crawler.sites.registry import load_sites

    rows = ["| template | body | tried on real pages |", "|---|---|---|"]
    for site in load_sites().values():
        places: dict[str, list[str]] = {}
        for template in site.templates:
            places.setdefault(template.name, []).extend(template.body)
        unproven = {template.name for template in site.templates if template.unproven}
        rows += [
            f"| `{name}` | {_code(', '.join(body))} | {'**never**' if name in unproven else 'yes'} |"
            for name, body in places.items()
        ]
    return rows


def _code(text: str) -> str:
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    fence = "``" if "`" in text else "`"
    return fence + text.replace("|", "\\|").replace("\n", " ") + fence


def fields() -> str:
    """The part of docs/data.md that lists the fields of every dataset of the export."""
    from archive.export.datasets import DATASETS, OPS

    parts = ["In a batch every row begins with:\n", _FIELD_HEAD, *map(_of_field, OPS, OPS.values()), ""]
    for dataset in DATASETS.values():
        parts.append(f"#### Dataset {dataset.name}\n\n{dataset.title}. Key: {', '.join(map(_of_key, dataset.key))}.\n")
        parts += [_FIELD_HEAD, *map(_of_field, dataset.fields, dataset.fields.values()), ""]
    return "\n".join(parts)


_FIELD_HEAD = "| field | kind | what it says |\n|---|---|---|"


def _of_field(name: str, field: "Field") -> str:
    return f"| `{name}` | {field.kind}{' or null' if field.null else ''} | {field.says} |"


def _of_key(name: str) -> str:
    return f"`{name}`"


def schemas() -> Iterator[tuple[Path, str]]:
    """The JSON Schemas of today's version of the export."""
    from archive.export.datasets import DATASETS, FORMAT
    from archive.export.described.schema import json_schema

    for dataset in DATASETS.values():
        text = json.dumps(json_schema(dataset), ensure_ascii=False, indent=1) + "\n"
        yield SCHEMAS / FORMAT / f"{dataset.name}.json", text


PAGES = {"api.txt": public, "commands.md": commands, "rules.md": rules}


def main() -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), "utf-8")
        print(f"docs/{name}")
    page = DOCS / "data.md"
    before, begin, rest = page.read_text("utf-8").partition(FIELDS_BEGIN)
    page.write_text(before + begin + fields() + FIELDS_END + rest.partition(FIELDS_END)[2], "utf-8")
    print("docs/data.md, its fields")
    for path, text in schemas():
        # A version that was given to others stays as it is: another shape is another version.
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(path.name)


if __name__ == "__main__":
    main()
