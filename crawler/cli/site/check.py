"""`jianbao site check`: a site file tried on saved pages."""

import json
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from archive.cli.terminal import echo
from archive.errors import DoubtfulRun, UsageError
from crawler.cli.site import site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.pages.template.site import Site
    from crawler.upkeep.trial.trial import PageTrial, Trial

_LONGEST = 36


@site.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pages",
    "folders",
    required=True,
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Saved pages: a folder, a manifest (pages.jsonl), a WARC file or a page; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/add-a-site.md).")
def check(file: Path, folders: tuple[Path, ...], as_json: bool) -> None:
    """Try the site file FILE on saved pages, without putting it into use.

    Of each page: its outcome and template, how many fields have a value, how long the body is, how far the witness
    (another program) reads the same text in the body's element, which share of what it reads on the whole page the
    body has, and what is not as expected. Then what of the file was of no use: templates that no page fits, fields
    that are never filled, selectors and patterns that never match. A page's address, and what it is expected to say,
    stand in NAME.json beside NAME.html, as `jianbao extract` prints them.

    Ends with 0 where all is well, 2 where the file itself is wrong (a line for each thing), 3 where a page is not read
    as it should be, a template fits no page, or a field is never filled.

    \b
    Examples:
      jianbao site check qingzhou.py --pages saved/
      jianbao site check qingzhou.py --pages pages.jsonl --json
    """
    from crawler.upkeep.trial.samples import read_samples
    from crawler.upkeep.trial.trial import try_site

    tried, settled = sound_site(file)
    trial = try_site(tried, read_samples(folders), settled)
    if as_json:
        echo(json.dumps(as_row(trial), ensure_ascii=False, indent=2))
    else:
        show(trial)
    if not trial.is_sound:
        raise DoubtfulRun(_summary(trial))


def sound_site(file: Path) -> "tuple[Site, frozenset[str]]":
    """The site of a file, and the names of its templates that are in use already, by another file. Raises `UsageError`
    with a line for everything that is wrong with it."""
    from crawler.sites import registry

    used = os.environ.get("JIANBAO_SITES")
    folders = {Path(registry.__file__).parent, *([Path(used).resolve()] if used else [])}
    others = list(registry.load_sites().values())
    site, lines = registry.read_site(file, others)
    settled: set[str] = set()
    same = next((other for other in others if site is not None and other.name == site.name), None)
    if same is not None and file.resolve().parent in folders:  # it is that one
        site, lines = registry.read_site(file, [other for other in others if other is not same])
    elif same is not None:
        settled.update(one.name for one in same.templates)
    if lines or site is None:
        raise UsageError("\n".join(f"{file}{'' if line.startswith('cannot') else ':'} {line}" for line in lines))
    return site, frozenset(settled)


def as_row(trial: "Trial") -> dict[str, Any]:
    """The trial as one JSON object."""
    return {
        "sound": trial.is_sound,
        "pages": [{**attrs.asdict(page), "doubtful": page.is_doubtful} for page in trial.pages],
        "unused_templates": list(trial.unused),
        "unfilled_fields": [{"template": template, "field": field} for template, field in trial.unfilled],
        "unmatched": [{"template": template, "in": at, "selector": what} for template, at, what in trial.unmatched],
    }


def show(trial: "Trial") -> None:
    """The trial for people: a table of the pages, then what was of no use."""
    rows = [("  page", "outcome", "template", "fields", "body", "agrees", "has"), *map(_row, trial.pages)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row, page in zip(rows, (None, *trial.pages), strict=True):
        echo("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())
        for line in page.differs if page is not None else ():
            echo(f"    {line}")
        if page is not None and page.detail:
            echo(f"    {page.detail}")
    _list("templates that no page fits", trial.unused)
    _list("fields that are never filled", [f"{field} ({template})" for template, field in trial.unfilled])
    _list(
        "selectors and patterns that never match", [f"{what}   in {at} ({name})" for name, at, what in trial.unmatched]
    )


def _list(title: str, lines: "Sequence[str]") -> None:
    if lines:
        echo(f"\n{title}:")
        for line in lines:
            echo(f"  {line}")


def _row(page: "PageTrial") -> tuple[str, ...]:
    mark = "! " if page.is_doubtful else "  "
    name = page.name if len(page.name) <= _LONGEST else f"…{page.name[-_LONGEST:]}"
    agreed, held = (("-" if share is None else f"{share:.2f}") for share in (page.agreement, page.held))
    return (
        mark + name,
        page.outcome,
        page.template or "-",
        str(len(page.filled)),
        str(page.length),
        agreed,
        held,
    )


def _width(text: str) -> int:
    """The columns that a terminal gives it."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _summary(trial: "Trial") -> str:
    doubtful = sum(page.is_doubtful for page in trial.pages)
    parts = [f"{doubtful} of {len(trial.pages)} pages are not read as they should be"] if doubtful else []
    parts += [f"{len(trial.unused)} templates fit no page"] if trial.unused else []
    parts += [f"{len(trial.unfilled)} fields are never filled"] if trial.unfilled else []
    return "; ".join(parts) or "no page was there to try"
