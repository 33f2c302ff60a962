"""`jianbao cluster`: the copies of a story, why they are linked, and what a person decides of them."""

import json
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.cli.people import deciding
from archive.cli.portals import Portals, pass_portals
from archive.cli.related import related_lines, why
from archive.cli.terminal import echo
from archive.dedup.reasons import in_words
from archive.settings import Home

if TYPE_CHECKING:
    from collections.abc import Callable


class _ShowByDefault(click.Group):
    """`jianbao cluster 17` is `jianbao cluster show 17`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@main.group(cls=_ShowByDefault, no_args_is_help=True)
def cluster() -> None:
    """Show the copies of a story, and why they are linked; list doubts; or decide what belongs together.

    `jianbao cluster ID` is short for `jianbao cluster show ID`. ID is an article's number (or site:native_id, or its
    address). What a person decided is kept for good: no crawl and no recluster undoes it, only a person does.

    \b
    Examples:
      jianbao cluster 17
      jianbao cluster merge 17 42
      jianbao cluster split 42
      jianbao cluster pin 17
      jianbao cluster undo 17
      jianbao cluster doubts
    """


@cluster.command()
@click.argument("article", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.pass_obj
@pass_portals
def show(portals: Portals, home: Home, article: str, as_json: bool) -> None:
    """Show every copy of a story, the earliest first, how each was linked, and the words that differ.

    [-so-] stands in the article that the copy is linked to, {+so+} in the copy itself.

    \b
    Example:
      jianbao cluster 17
    """
    from archive.dedup.clusters.describe import describe_cluster
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        told = describe_cluster(connection, find_article(connection, article, portals.resolve))
    echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_page(told)))


def _page(told: dict[str, Any]) -> list[str]:
    copies = "1 article" if told["size"] == 1 else f"{told['size']} copies"
    page = [f"cluster {told['cluster']}: {copies}"]
    for member in told["members"]:
        sign = "*" if member["representative"] else " "
        page.append(f"{sign} {member['id']:>6}  {member['published_at'] or '(no date)'}  {member['site']}")
        page.append(f"          {member['headline'] or '(no headline)'}")
        page.append(f"          {member['url']}")
        if member["link"]:
            page += [f"          {line}" for line in _link(member["link"])]
            page += [f"            {difference}" for difference in member["differences"]]
            page += ["            …"] if member["more_differences"] else []
    if told["size"] > 1:
        page.append(f"* stands for the cluster{' (pinned)' if told['pinned'] else ''}")
    page += related_lines(told["related"])
    for event in told["history"]:
        who = f" by {event['by'] or 'a person'}" if event["by_person"] else ""
        other = "" if event["other_id"] is None else f" {event['other_id']}"
        if event["other_cluster_id"] is not None:
            came = "of" if event["kind"] == "decided_apart" else "from"
            other += f" {came} cluster {event['other_cluster_id']}"
        reason = f": {in_words(event['reason'])}" if event["reason"] else ""
        if event["decision_id"] is not None:
            reason += f", decision {event['decision_id']}" + (f" ({event['note']})" if event["note"] else "")
            undone = event["undone_at"] is not None and event["kind"] != "undone"
            reason += f", undone {event['undone_at']} by {event['undone_by']}" if undone else ""
        page.append(f"{event['at']}  {event['kind']} {event['article_id']}{other}{who}{reason}")
    return page


def _link(link: dict[str, Any]) -> list[str]:
    marks = f" ({', '.join(link['marks'])})" if link["marks"] else ""
    lines = [f"{link['relation']}{marks} of {link['to']}: {_facts(link)}"]
    if link["because"]:
        lines.append(why(link))
    if link["decided"]:
        lines.append("a person said that they are one story")
    return lines


def _facts(link: dict[str, Any]) -> str:
    return f"similarity {link['similarity']:.2f}, covers {link['coverage']:.0%}, sure {link['confidence']:.0%}"


@cluster.command()
@click.argument("articles", nargs=-1, required=True, metavar="ID ID…")
@click.option("--note", metavar="TEXT", help="Why; `jianbao cluster show` tells it.")
@click.pass_obj
@pass_portals
def merge(portals: Portals, home: Home, articles: tuple[str, ...], note: str | None) -> None:
    """Join the clusters of two articles or more: they carry the same story.

    \b
    Example:
      jianbao cluster merge 17 42
    """
    from archive.dedup.clusters import decisions

    _decide(portals, home, articles, note, decisions.merge)


@cluster.command()
@click.argument("articles", nargs=-1, required=True, metavar="ID…")
@click.option("--note", metavar="TEXT", help="Why; `jianbao cluster show` tells it.")
@click.pass_obj
@pass_portals
def split(portals: Portals, home: Home, articles: tuple[str, ...], note: str | None) -> None:
    """Take articles out of their cluster: they carry another story than the rest. They stay with each other.

    \b
    Example:
      jianbao cluster split 42
    """
    from archive.dedup.clusters import decisions

    _decide(portals, home, articles, note, decisions.split)


@cluster.command()
@click.argument("articles", nargs=-1, required=True, metavar="ID ID…")
@click.option("--note", metavar="TEXT", help="Why; `jianbao cluster show` tells it.")
@click.pass_obj
@pass_portals
def apart(portals: Portals, home: Home, articles: tuple[str, ...], note: str | None) -> None:
    """Say that the clusters of two articles or more are different stories: nothing that comes later unites them.

    It is the other answer to a doubt; `jianbao cluster merge` takes it back. Of several each is apart from each.

    \b
    Example:
      jianbao cluster apart 17 42
    """
    from archive.dedup.clusters import decisions

    with deciding(home, portals) as said:
        ids = [said.find(article) for article in articles]
        new = decisions.apart(said.connection, ids, by=said.by, note=_note(note), now=said.now)
    echo(f"kept apart: {', '.join(map(str, sorted(set(ids))))}" if new else "nothing changed: they were apart already")


@cluster.command()
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only doubts about an article of this site.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="The most doubts."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a doubt and line.")
@click.pass_obj
def doubts(home: Home, sites: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List the stories that are neither clearly one nor clearly two, for a person to decide.

    Those that matter most come first: large stories, then what is nearest to one story, then the newest. Two stories
    are one doubt, shown by their nearest pair of articles: [-so-] stands in the first of them, {+so+} in the second.
    Each doubt has two answers, the commands below it; what is decided is listed no more.

    \b
    Examples:
      jianbao cluster doubts
      jianbao cluster doubts --site netease --limit 5
    """
    from archive.dedup.clusters.doubts import open_doubts
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        found = open_doubts(connection, sites=sites, limit=limit)
    for doubt in found.shown:
        echo(json.dumps(doubt, ensure_ascii=False) if as_json else "\n".join(_doubt(doubt)))
    of = f" of {found.total}" if found.total > len(found.shown) else ""
    echo(f"{len(found.shown)}{of} doubts" if found.shown else "no doubts", err=True)


def _doubt(doubt: dict[str, Any]) -> list[str]:
    lines = []
    for article in doubt["articles"]:
        copies = f"  (of {article['copies']} copies: jianbao cluster {article['id']})" if article["copies"] > 1 else ""
        lines.append(f"{article['id']:>6}  {article['published_at'] or '(no date)'}  {article['site']}{copies}")
        lines.append(f"        {article['headline'] or '(no headline)'}")
    shares = f"of the first {doubt['other_coverage']:.0%}, of the second {doubt['coverage']:.0%}"
    lines.append(f"        {shares} stand in the other; similarity {doubt['similarity']:.2f}")
    lines += [f"        {why(doubt)}"] if doubt["because"] else []
    lines += [f"          {difference}" for difference in doubt["differences"]]
    lines += ["          …"] if doubt["more_differences"] else []
    lines += [f"        and {doubt['pairs'] - 1} more pairs of these two stories"] if doubt["pairs"] > 1 else []
    return [*lines, f"        one story:    {doubt['same']}", f"        two stories:  {doubt['other']}", ""]


@cluster.command()
@click.argument("article", metavar="ID")
@click.option("--note", metavar="TEXT", help="Why; `jianbao cluster show` tells it.")
@click.pass_obj
@pass_portals
def pin(portals: Portals, home: Home, article: str, note: str | None) -> None:
    """Let an article stand for its cluster, whatever comes in later.

    \b
    Example:
      jianbao cluster pin 17
    """
    from archive.dedup.clusters import decisions

    _decide(portals, home, (article,), note, _of_one(decisions.pin))


@cluster.command()
@click.argument("article", metavar="ID")
@click.option("--note", metavar="TEXT", help="Why; `jianbao cluster show` tells it.")
@click.pass_obj
@pass_portals
def unpin(portals: Portals, home: Home, article: str, note: str | None) -> None:
    """Let the rules say again which article stands for a cluster.

    \b
    Example:
      jianbao cluster unpin 17
    """
    from archive.dedup.clusters import decisions

    _decide(portals, home, (article,), note, _of_one(decisions.unpin))


@cluster.command()
@click.argument("article", metavar="ID")
@click.argument("number", type=click.IntRange(min=1), required=False, metavar="[N]")
@click.pass_obj
@pass_portals
def undo(portals: Portals, home: Home, article: str, number: int | None) -> None:
    """Undo what a person decided of a story: the newest decision that stands, or the one with this number.

    `jianbao cluster show` tells the decisions with their numbers. What was decided of the same articles since, stays.

    \b
    Examples:
      jianbao cluster undo 17
      jianbao cluster undo 17 3
    """
    from archive.dedup.clusters import decisions
    from archive.store.changes import log_clustered

    with deciding(home, portals) as said:
        key = said.find(article)
        one, changed = decisions.undo(said.connection, key, number, by=said.by, now=said.now)
        log_clustered(said.connection, sorted(changed), said.now)
    what = f"{one['kind']} {' '.join(map(str, one['articles']))} ({one['by']}, {one['at']})"
    echo(f"undone: decision {one['id']}, {what}; {len(changed)} articles changed")


def _note(note: str | None) -> str | None:
    from archive.people.words import line

    return None if note is None else line(note, "the note")


def _of_one(decide: "Callable[..., set[int]]") -> "Callable[..., set[int]]":
    """A decision on one article, as `_decide` makes it."""
    return lambda connection, ids, **said: decide(connection, ids[0], **said)


def _decide(
    portals: Portals,
    home: Home,
    articles: tuple[str, ...],
    note: str | None,
    decide: "Callable[..., set[int]]",
) -> None:
    from archive.store.changes import log_clustered

    with deciding(home, portals) as said:
        ids = [said.find(article) for article in articles]
        changed = decide(said.connection, ids, by=said.by, note=_note(note), now=said.now)
        log_clustered(said.connection, sorted(changed), said.now)
    echo(f"{len(changed)} articles changed" if changed else "nothing changed")
