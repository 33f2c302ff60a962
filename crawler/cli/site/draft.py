"""`jianbao site draft`: a site file, or a portal's template, drafted from pages."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.terminal import echo
from archive.errors import NotFound, StorageError, UsageError
from archive.settings import Home
from crawler.cli.site import site
from crawler.cli.site.check import as_row, show

if TYPE_CHECKING:
    from crawler.upkeep.draft.result import Result


@site.command()
@click.argument("what", nargs=-1, metavar="[FILE|URL]…")
@click.option("--template", metavar="NAME", help="A template that stopped fitting: take its stored pages.")
@click.option("--name", default="", metavar="NAME", help="What a new portal's site is to be called.")
@click.option(
    "-o",
    "--to",
    "folder",
    default=".",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the files are written; none that is there is written over.  [default: this folder]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/add-a-site.md).")
@click.pass_obj
def draft(home: Home, what: tuple[str, ...], template: str | None, name: str, folder: Path, as_json: bool) -> None:
    """Draft a site file from pages of one template: five or more are best.

    Three files are written: the site file, a test page in the portal's markup with invented text, and what it is
    expected to say. Nothing is put into use: what the draft is unsure of stands in it as comments and is printed.
    Settle that, try it with `jianbao site check`, and only then move it to where the sites are.

    Of a portal that is there already, a template for it is drafted. With --template its stored pages are taken: those
    that the template does not read soundly any more, and what the archive knows of the same articles from before.

    FILE: a page, a folder of pages, a manifest (pages.jsonl) or a WARC file. A page's address stands in NAME.json
    beside NAME.html, or in the page itself. URL: a page to fetch, as a crawl would, robots.txt and delays obeyed.

    \b
    Examples:
      jianbao site draft saved/ -o drafts/
      jianbao site draft https://www.qingzhou.example/a/{88231,88240,88252,88260,88301} -o drafts/
      jianbao site draft --template netease-post -o drafts/
    """
    from crawler.sites.check import NAME

    _check_folder(folder)
    if name and not NAME.fullmatch(name):
        raise UsageError(f"--name {name!r}: a site's name is lower case letters, digits, - and _")
    if (template is None) == (not what):
        raise UsageError("give the pages to draft from, or --template NAME")
    result = _from_archive(home, template) if template is not None else _from_pages(home, what, name)
    written = _write(folder, result.files)
    if as_json:
        echo(json.dumps(_row(result, written), ensure_ascii=False, indent=2))
    else:
        _tell(result, written)


def _from_pages(home: Home, what: tuple[str, ...], name: str) -> "Result":
    from crawler.upkeep.draft.result import draft_site
    from crawler.upkeep.trial.samples import read_samples

    urls = list(dict.fromkeys(one for one in what if one.startswith(("http://", "https://"))))
    samples = read_samples(Path(one) for one in what if one not in urls)
    if urls:
        from crawler.upkeep.draft.seen.fetched import fetch_pages

        fetched, missing = fetch_pages(home, urls)
        samples += fetched
        for url, why in missing.items():
            echo(f"{url}: {why}; left out", err=True)
    return draft_site([(sample, None) for sample in samples], name=name)


def _from_archive(home: Home, template: str) -> "Result":
    from archive.store.db import opened, reading
    from crawler.sites.registry import load_sites
    from crawler.upkeep.draft.result import draft_site
    from crawler.upkeep.draft.seen.stored import stored_pages

    owner = next((one for one in load_sites().values() if template in {t.name for t in one.templates}), None)
    if owner is None:
        names = ", ".join(sorted({t.name for one in load_sites().values() for t in one.templates}))
        raise NotFound(f"no template is named {template}; there are {names}")
    with opened(home.database) as engine, reading(engine) as connection:
        stored = stored_pages(home, connection, owner, template)
    return draft_site(stored.now, template=template, stored=stored)


def _check_folder(folder: Path) -> None:
    """Refuses to write to where site files are used."""
    from crawler.sites import registry

    used = {Path(registry.__file__).parent, *(Path(one).resolve() for one in (os.environ.get("JIANBAO_SITES"),) if one)}
    if folder.resolve() in used:
        raise UsageError(f"{folder}: its site files are in use, and a draft is not to be; name another folder with -o")


def _write(folder: Path, files: dict[str, str]) -> list[str]:
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise UsageError(f"{folder / there[0]} is there already; move it away, or name another folder with -o")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror or error}") from error
    return [str(folder / name) for name in files]


def _row(result: "Result", written: list[str]) -> dict[str, Any]:
    draft = result.draft
    return {
        "site": draft.name,
        "template": draft.template_name,
        "pages": len(result.trial.pages),
        "guided": result.guided,
        "files": written,
        "body": list(draft.body.selectors),
        "fields": [{"field": one.name, "readers": [made.code for made in one.readers]} for one in draft.fields],
        "rules": [
            {"id": one.rule.id, "selector": one.rule.selector, "pattern": one.rule.pattern, "pages": one.pages}
            for one in draft.rules
        ],
        "unsure": list(result.unsure),
        "trial": as_row(result.trial),
    }


def _tell(result: "Result", written: list[str]) -> None:
    draft = result.draft
    guided = f", of which {result.guided} are known from before" if result.guided else ""
    echo(f"{draft.template_name}, drafted from {len(result.trial.pages)} pages{guided}")
    echo(f"  {'body':15}{', '.join(draft.body.selectors)}")
    for one in draft.fields:
        echo(f"  {one.name:15}{', '.join(made.code for made in one.readers)}")
    for drafted in draft.rules:
        echo(f"  {'stripped':15}{drafted.rule.selector or drafted.rule.pattern or 'lists of links'}")
    echo("")
    show(result.trial)
    if result.unsure:
        echo("\nunsure:")
        for line in result.unsure:
            echo(f"  {line}")
    echo("")
    for name in written:
        echo(f"wrote {name}")
