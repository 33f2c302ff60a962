"""`jianbao match`: is this text in the archive?"""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.related import shortened, why
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive.dedup.matching import Query

MAX_LINE = 16 * 2**20  # bytes
MAX_FILE = 64 * 2**20
DIFFERENCES: Final = 6
"""So many differences are shown of each article that a text was compared with; JSON has more."""


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE…")
@click.option(
    "--batch", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.jsonl", help="One text a line, as JSON."
)
@click.option("--url", metavar="URL", help="The address of the HTML file, which says how its text is cut out.")
@click.option("--explain", is_flag=True, help="Tell a person why, of every article that a text was compared with.")
@click.option("--json", "as_json", is_flag=True, help="With --explain too, one JSON object a text and line.")
@click.pass_obj
@pass_portals
def match(
    portals: Portals,
    home: Home,
    files: tuple[Path, ...],
    batch: Path | None,
    url: str | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Say whether texts are in the archive, as what, and how sure. Nothing is stored.

    FILE is plain text, an HTML page (with --url), or JSON Lines with id, body and published_at (.jsonl, .jsonl.gz).
    One JSON object a text and line comes out: id, and matches, the closest first, each with id (the article's id at its
    site, or in the file that it was imported from), article (its number here), url, relation, reason (the rule that
    decided), because (what that rule says), marks, similarity, coverage (of the text, by the article), other_coverage,
    confidence and evidence. With --explain it is told in lines for a person, and of the articles that are apart as
    well; --explain --json has those under apart. Of a text of which nothing counts, reason and because say so.

    \b
    Examples:
      jianbao match clipping.txt
      jianbao match clipping.txt --explain
      jianbao match page.html --url https://www.163.com/dy/article/ABC.html
      jianbao match --batch texts.jsonl.gz >matches.jsonl
    """
    from archive.dedup.matching import match as find
    from archive.store.db import opened, reading

    if not files and batch is None:
        raise UsageError("name a FILE, or a --batch of texts")
    with opened(home.database) as engine, reading(engine) as connection:
        for answer in find(connection, _queries(portals, files, batch, url), explain=explain):
            told = answer.as_json()
            echo("\n".join(_explained(told)) if explain and not as_json else json.dumps(told, ensure_ascii=False))


def _explained(told: dict[str, Any]) -> list[str]:
    """An answer as a person reads it."""
    numbers = f"{len(told['matches'])} related, {len(told['apart'])} compared and apart"
    nothing = told["because"] if "reason" in told else "nothing in the archive is like it"
    lines = [f"{told['id']}: {numbers if told['matches'] or told['apart'] else nothing}"]
    for one in (*told["matches"], *told["apart"]):
        marks = f" ({', '.join(one['marks'])})" if one.get("marks") else ""
        covered = f"covered to {one['coverage']:.0%}, covers {one['other_coverage']:.0%}"
        sure = f", sure {one['confidence']:.0%}" if "confidence" in one else ""
        lines.append(f"  {one['relation'] or 'apart'}{marks}: article {one['article']} ({one['site']}:{one['id']})")
        lines.append(f"    {one['headline'] or one['url']}")
        lines.append(f"    {why(one)}")
        lines.append(f"    {covered}{sure}")
        if passage := one["evidence"].get("passage"):
            lines.append(f"    “{shortened(passage)}”")
        for kind, ours, theirs in one["evidence"].get("differences", [])[:DIFFERENCES]:
            lines.append(f"      {kind}: [-{theirs}-]{{+{ours}+}}")
    return lines


def _queries(portals: Portals, files: tuple[Path, ...], batch: Path | None, url: str | None) -> "Iterator[Query]":
    from archive.dedup.matching import Query

    for path in (*files, *([batch] if batch else [])):
        if path == batch or path.name.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
            yield from _lines(path)
            continue
        data = _read(path)
        if url is not None or path.suffix.lower() in (".html", ".htm"):
            if url is None:
                raise UsageError(f"{path} is a page: say its address with --url")
            body, published_at = portals.read_page(data, url)
            yield Query(id=path.name, body=body, published_at=published_at)
        else:
            yield Query(id=path.name, body=data.decode("utf-8-sig", "replace"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_FILE:
        raise UsageError(f"{path} is larger than {MAX_FILE >> 20} MB; give many texts with --batch")
    return data


def _lines(path: Path) -> "Iterator[Query]":
    from archive.dedup.matching import Query
    from archive.times import parse_time

    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if not line.strip():
                    continue
                place = f"{path}: line {number}"
                if len(line) > MAX_LINE:
                    raise UsageError(f"{place} is longer than {MAX_LINE >> 20} MB")
                try:
                    record = json.loads(line)
                    body = record["body"]
                    told = record.get("published_at")
                    published_at = parse_time(told)[0] if told else None
                    if not isinstance(body, str):
                        raise TypeError("body is not text")
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                    raise UsageError(f"{place} is not an object with id, body and published_at: {error}") from error
                headline = record.get("headline")
                yield Query(
                    id=str(record.get("id", number)),
                    body=body,
                    published_at=published_at,
                    headline=headline if isinstance(headline, str) else None,
                )
    except (OSError, EOFError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
