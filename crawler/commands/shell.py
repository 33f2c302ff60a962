"""`scrapy shell`, with the manners of a crawl."""

from scrapy.commands.shell import Command as ScrapyShell

from crawler.commands.aside import Aside


class Command(Aside, ScrapyShell):
    """See `Aside`."""
