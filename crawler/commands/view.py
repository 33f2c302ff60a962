"""`scrapy view`, with the manners of a crawl."""

from scrapy.commands.view import Command as ScrapyView

from crawler.commands.aside import Aside


class Command(Aside, ScrapyView):
    """See `Aside`."""
