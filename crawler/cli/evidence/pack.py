"""`jianbao pack`: articles as a WACZ file."""

from pathlib import Path

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="QUERY|ID…")
@click.option(
    "--to",
    "target",
    metavar="FILE.wacz",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.",
)
@click.option("--all", "every_copy", is_flag=True, help="Of a query: every copy, not one article a story.")
@click.option("--query-id", metavar="ID", help="The frozen hits of a saved, exported or cited search.")
@click.option("--title", metavar="TEXT", help="What the file calls itself.  [default: the query]")
@click.pass_obj
@pass_portals
def pack(
    portals: Portals,
    home: Home,
    words: tuple[str, ...],
    target: Path,
    every_copy: bool,
    query_id: str | None,
    title: str | None,
) -> None:
    """Pack articles with their captured pages, for programs that replay archives (WACZ), such as ReplayWeb.page.

    Where every word is an article's number, site:native_id or address, these articles are packed; else the hits of the
    query (a number that is to be searched for stands in quotation marks). The file has every capture of each article,
    the records as they stand in the archive, with what they repeat; an index; and a page for each text, with the clean
    text. Images and style sheets are not in it, since the crawler fetches none. The file is there whole or not at all;
    the same articles of the same archive give the same bytes.

    \b
    Examples:
      jianbao pack 17 42 --to news.wacz
      jianbao pack 稀土 出口 --all --to rare-earth.wacz
      jianbao pack --query-id q0123456789ab --to cited.wacz
    """
    from archive.store.db import opened, reading
    from crawler.cli.evidence.named import named
    from crawler.upkeep.pack.run import pack as run

    if target.suffix != ".wacz":
        raise UsageError(f"{target} does not end in .wacz, by which programs know such a file")
    if not words and query_id is None:
        raise UsageError("name articles, or write a query; '' packs all")
    with opened(home.database) as engine, reading(engine) as connection:
        articles = named(connection, words, portals.resolve, every_copy=every_copy, query_id=query_id)
        done = run(connection, home, articles, target, title=title or " ".join(words) or f"query {query_id}")
    echo(f"{target}: {done.articles:,} articles, {done.captures:,} captures, {done.pages:,} pages")
    if done.without:
        echo(f"  {done.without:,} articles were taken in without a page", err=True)
    for one in done.missing[:10]:
        echo(f"  capture {one['capture']} is not in it: {one['why']}", err=True)
    if done.missing_count > 10:
        echo(f"  {done.missing_count - 10:,} more are not in it", err=True)
