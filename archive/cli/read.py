"""`jianbao show` and `stats`: what a person reads of an archive."""

import json
from typing import Any

import click

from archive.cli import main
from archive.cli.people.said import correction_line, note_lines
from archive.cli.portals import Portals, pass_portals
from archive.cli.related import related_lines
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home

MOST_SHOWN = 20
"""The most lines of one part of `jianbao stats`; --json has all."""


@main.command()
@click.argument("article", metavar="ID")
@click.option("--format", "to", type=click.Choice(["text", "markdown", "html"]), help="Only the article, rendered.")
@click.option("--revision", type=click.IntRange(min=1), metavar="N", help="Only the text of that revision.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.pass_obj
@pass_portals
def show(portals: Portals, home: Home, article: str, to: str | None, revision: int | None, as_json: bool) -> None:
    """Show one article: its fields, its text, where it was seen, and where its raw pages are.

    ID is the number that search prints, or site:native_id, or any address of the article, its mobile one too. `jianbao
    explain` shows what was stripped from its page, `jianbao cluster` its copies.

    \b
    Examples:
      jianbao show 17
      jianbao show sohu:a:434365209 --format markdown
      jianbao show https://www.163.com/dy/article/ABC.html --json
    """
    from archive.query.article import article_row, describe, revision_text
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading

    if revision is not None and (to or as_json):
        raise UsageError("--revision shows a text alone; leave --format and --json away")
    with opened(home.database) as engine, reading(engine) as connection:
        article_id = find_article(connection, article, portals.resolve)
        if revision is not None:
            headline, body = revision_text(connection, article_id, revision)
            echo(f"{headline}\n\n{body}" if headline else body)
        elif to is not None:
            echo(_rendered(article_row(connection, article_id), to), nl=False)
        else:
            described = describe(connection, article_id)
            echo(json.dumps(described, ensure_ascii=False, indent=2) if as_json else _page(described))


def _rendered(row: dict[str, Any], to: Any) -> str:
    from archive.query.render import blocks_of, render

    return render(blocks_of(row), to, headline=row["headline"], base=row["url"])


def _page(described: dict[str, Any]) -> str:
    """An article as a person reads it."""
    lines = [click.style(described["headline"] or "(no headline)", bold=True)]
    names = {
        "original_title": "原题",
        "source_name": "来源",
        "account_name": "账号",
        "authors": "作者",
        "editor": "责任编辑",
        "location": "地点",
        "keywords": "关键词",
        "flags": "标记",
    }
    facts = [f"{described['published_at'] or 'no date'}", f"{described['site']}:{described['native_id']}"]
    for name, label in names.items():
        if value := described[name]:
            facts.append(f"{label} {'、'.join(value) if isinstance(value, list) else value}")
    lines.append(click.style(" · ".join(facts), dim=True))
    lines += [click.style(described["url"], dim=True), "", described["body"], ""]
    for image in described["images"]:
        lines.append(f"[图] {image['url']} {image['caption']}".rstrip())
    numbers = [f"article {described['id']}", f"revision {described['revision']}"]
    if described["state"] != "live":
        happened = [
            f"{word} {described[name]}"
            for word, name in (("after", "state_after"), ("before", "state_before"))
            if described[name]
        ]
        numbers.append(f"{described['state']} ({' and '.join(happened)})" if happened else described["state"])
    if described["copies"] > 1:
        which = "the representative" if described["representative"] else "a copy"
        numbers.append(f"{which} of {described['copies']}: jianbao cluster {described['id']}")
    lines.append(" · ".join(numbers))
    for revised in described["revisions"][:-1]:
        lines.append(
            f"  before {described['revisions'][revised['number']]['captured_at']} another text: "
            f"jianbao show {described['id']} --revision {revised['number']}"
        )
    for sighting in described["sightings"]:
        lines.append(
            f"  listed by {sighting['source']} {sighting['times_seen']} times since {sighting['first_seen_at']}: "
            f"{sighting['title'] or ''}".rstrip()
        )
    for capture in described["captures"]:
        place = f"{capture['warc_file']}:{capture['warc_offset']}" if capture["warc_file"] else "no WARC record"
        lines.append(f"  captured {capture['captured_at']} from {capture['url']} in {place}")
    lines += [f"  {line}" for line in _said(described)]
    lines += [f"  {line}" for line in related_lines(described["related"])]
    return "\n".join(lines)


def _said(described: dict[str, Any]) -> list[str]:
    """What people said of an article."""
    lines = [f"tags: {'、'.join(one['tag'] for one in described['tags'])}"] if described["tags"] else []
    lines += [line for one in described["notes"] for line in note_lines(one)]
    return lines + [correction_line(one) for one in described["corrections"] if one["ended_at"] is None]


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def stats(home: Home, as_json: bool) -> None:
    """Count what the archive holds: articles, stories, copies, captures by outcome, articles by site and template.

    \b
    Example:
      jianbao stats --json
    """
    from archive.query.statistics import statistics
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = statistics(connection)
    if as_json:
        echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, value in found.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            if value:
                echo(label)
                for key, number in list(value.items())[:MOST_SHOWN]:
                    echo(f"  {number:>10,}  {key or '(none)'}")
                if len(value) > MOST_SHOWN:
                    echo(f"  {sum(list(value.values())[MOST_SHOWN:]):>10,}  in {len(value) - MOST_SHOWN} others")
        else:
            echo(f"{value:>12,}  {label}" if isinstance(value, int) else f"{value or '-':>12}  {label}")
