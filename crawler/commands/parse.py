"""`scrapy parse`, with the manners of a crawl."""

from scrapy.commands.parse import Command as ScrapyParse

from crawler.commands.aside import Aside


class Command(Aside, ScrapyParse):
    """See `Aside`."""
