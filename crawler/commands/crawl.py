"""`scrapy crawl SITE` does what `jianbao crawl SITE` does: same lock, same run row, same exit code."""

import argparse
import sys
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError as ScrapyUsageError

from archive.errors import JianbaoError
from archive.settings import resolve_home
from archive.times import parse_time
from crawler.run.runner import crawl, quiet_scrapy

_OPTIONS = ("home", "limit", "since", "_job")
_EXTENSIONS = {
    "crawler.closing.CloseRun": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
"""What Scrapy's users expect of a crawl, beside what ours needs."""


class Command(ScrapyCrawl):
    """`-a limit=N`, `-a since=YYYY-MM-DD`, `-a home=DIR` stand for the options of `jianbao`, and
    `-a NAME=VALUE` for `--set`; scrapyd adds `-a _job=ID`. The stored articles are items: for feeds (`-O`), pipelines
    and signals."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one site's spider."""
        if len(args) != 1:
            raise ScrapyUsageError("name one site; `scrapy list` shows them")
        words: dict[str, str] = opts.spargs
        process: Any = self.crawler_process
        if not opts.loglevel:
            quiet_scrapy()
        try:
            since = parse_time(words["since"])[0] if "since" in words else None
            limit = int(words["limit"]) if "limit" in words else None
        except ValueError as error:
            raise ScrapyUsageError(str(error), print_help=False) from error
        try:
            options = [f"{name}={value}" for name, value in words.items() if name not in _OPTIONS]
            home = resolve_home(words.get("home"), options=options)
            process.settings["EXTENSIONS_BASE"].update(_EXTENSIONS, priority="default")
            counts, ended = crawl(home, args, limit=limit, since=since, process=process, items=True)
        except JianbaoError as error:
            ended = error
        else:
            print(counts.summary(), file=sys.stderr)  # noqa: T201 - a command's answer
        if ended is not None:
            print(f"jianbao: {ended}", file=sys.stderr)  # noqa: T201
            self.exitcode = ended.exit_code
