"""`scrapy fetch`, with the manners of a crawl."""

from scrapy.commands.fetch import Command as ScrapyFetch

from crawler.commands.aside import Aside


class Command(Aside, ScrapyFetch):
    """See `Aside`."""
