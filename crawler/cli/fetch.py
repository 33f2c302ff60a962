"""`jianbao fetch`: archive these addresses now."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.cli.progress import counting
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home
from crawler.cli.logs import log_lines, log_nothing

if TYPE_CHECKING:
    from crawler.run.run import Run
    from crawler.spiders.named import Named


@main.command()
@click.argument("addresses", nargs=-1, required=True, metavar="URL…|-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an address and line.")
@click.option("-v", "--verbose", is_flag=True, help="A line for every step.")
@click.pass_obj
def fetch(home: Home, addresses: tuple[str, ...], as_json: bool, verbose: bool) -> None:
    """Archive these addresses now; with -, those that standard input names, one a line.

    An article of a known site is read by the site's templates, and is looked at again where the archive has it; any
    other page on the public internet is read as a page of nobody's template. robots.txt and the delay of each host are
    kept, whatever else is crawling at the time. A line for each address says what came of it: its outcome
    (docs/outcomes.md), and the article. An object of --json has url, outcome, article_id, capture_id, captured_at and
    detail.

    \b
    Examples:
      jianbao fetch https://www.163.com/news/article/KC1AB12300018990.html
      jianbao fetch - < addresses.txt

    Exit code 3: some addresses gave nothing, or something doubtful. 2: none of them is an address that may be fetched.
    """
    from crawler.run.runner import fetch as run_fetch
    from crawler.spiders.named import Named

    if verbose:
        log_lines("text", logging.INFO)
    else:
        log_nothing("text")
    named, refused = _named(_given(addresses))
    _leave_out_erased(home, named, refused)
    if not named:
        first = next(iter(refused.items()), None)
        raise UsageError(f"not fetched: {first[0][:200]}: {first[1]}" if first else "no address is named")
    asked = {id(one): one for one in named.values()}.values()
    runs: list[Run] = []
    with counting("pages") as tell:
        ended = run_fetch(
            home,
            _spiders(list(asked)),
            verbose=False,
            on_begin=lambda run: _begin(run, runs, refused),
            on_change=lambda run: tell(run.counts.fetched + run.counts.rechecked),
        )
    for one in (Named(url=url, cause="refused", why=why) for url, why in refused.items()):
        _tell(_told(one, one.url, None), as_json)
    captures = _captures(home, runs[0].run_id, asked)
    for url, one in named.items():
        _tell(_told(one, url, captures.get(one.final or "")), as_json)
    if ended is not None:
        raise ended


def _begin(run: "Run", runs: "list[Run]", refused: dict[str, str]) -> None:
    from archive.store.problems import Problem

    runs.append(run)
    for url, why in refused.items():
        run.note_problem(Problem(kind="failed", cause="refused", url=url[:500], detail=why))


def _given(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        if address != "-":
            yield address.strip()
        elif sys.stdin is not None:
            lines = (line.decode("utf-8", "replace").strip() for line in sys.stdin.buffer)
            yield from (line for line in lines if line and not line.startswith("#"))


def _named(given: Iterable[str]) -> "tuple[dict[str, Named], dict[str, str]]":
    """What is to be asked for, by the address as it was given, and why others are not. Two addresses of an article are
    asked for once; a host's name is asked for as the DNS has it (新桥 as xn--efv33d)."""
    from w3lib.url import safe_url_string

    from crawler.capture.role import identity
    from crawler.guard import why_not_public
    from crawler.spiders.named import Named

    named: dict[str, Named] = {}
    refused: dict[str, str] = {}
    once: dict[Any, Named] = {}
    for url in given:
        if why := why_not_public(url):
            refused[url] = why
            continue
        found = identity(url)
        one = Named(url=safe_url_string(url))
        if found is not None:
            one = Named(url=found.canonical_url or url, site=found.site, native_id=found.native_id)
        named[url] = once.setdefault((one.site, one.native_id) if found is not None else url, one)
    return named, refused


def _leave_out_erased(home: Home, named: "dict[str, Named]", refused: dict[str, str]) -> None:
    """What a person had erased is not asked for again."""
    from archive.errors import DatabaseUnavailable, NotFound, SchemaMismatch
    from archive.people.present import standing
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading
    from crawler.capture.role import resolve

    try:
        with opened(home.database) as engine, reading(engine) as connection:
            for url, one in list(named.items()):
                with suppress(NotFound):
                    key = find_article(connection, one.url, resolve, withdrawn=True)
                    withdrawal = standing(connection, key)
                    if withdrawal is not None and withdrawal["erased_at"] is not None:
                        del named[url]
                        refused[url] = f"article {key} was erased by a person, and is not fetched again"
    except (DatabaseUnavailable, SchemaMismatch):
        return  # there is no archive yet, or the run says what is wrong with it


def _spiders(asked: "list[Named]") -> dict[Any, dict[str, Any]]:
    """A spider for each known site, and one for all other hosts."""
    from crawler.run.trouble.retry import host_of
    from crawler.sites.registry import find_site
    from crawler.spiders.named import spider_of

    groups: dict[str, list[Named]] = {}
    sites = {}
    for one in asked:
        site = find_site(one.url)
        name = site.name if site is not None else ""
        sites[name] = site
        groups.setdefault(name, []).append(one)
    spiders = {}
    for name, some in groups.items():
        site = sites[name]
        hosts = site.hosts if site is not None else {host_of(one.url).removeprefix("www.") for one in some}
        spiders[spider_of(name or "elsewhere", site, sorted(hosts))] = {"named": some}
    return spiders


def _captures(home: Home, run_id: int, asked: "Iterable[Named]") -> dict[str, dict[str, Any]]:
    """The last capture of the run of each address that answered."""
    from sqlalchemy import select

    from archive.store.db import opened, reading
    from archive.store.models import Capture
    from archive.text.clean import clean_line

    columns = (Capture.id, Capture.article_id, Capture.outcome, Capture.detail, Capture.captured_at)
    found: dict[str, dict[str, Any]] = {}
    with opened(home.database) as engine, reading(engine) as connection:
        for one in asked:
            query = select(*columns).where(Capture.run_id == run_id, Capture.url == (clean_line(one.final) or ""))
            row = connection.execute(query.order_by(Capture.id.desc()).limit(1)).mappings().first()
            if one.final and row is not None:
                found[one.final] = dict(row)
    return found


def _told(one: "Named", url: str, capture: dict[str, Any] | None) -> dict[str, Any]:
    from archive.times import show_time

    outcome = str(one.cause) or ("kept" if one.final else "no_answer")
    if capture is not None and not one.cause:
        outcome = capture["outcome"]
    return {
        "url": url,
        "outcome": outcome,
        "article_id": capture["article_id"] if capture else None,
        "capture_id": capture["id"] if capture else None,
        "captured_at": show_time(capture["captured_at"]) if capture else None,
        "detail": one.why or (capture["detail"] if capture else None),
    }


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        echo(json.dumps(told, ensure_ascii=False))
        return
    article = f"  jianbao show {told['article_id']}" if told["article_id"] else ""
    detail = f"  ({told['detail']})" if told["detail"] else ""
    echo(f"{told['outcome']:<16} {told['url']}{article}{detail}")
    sys.stdout.flush()
