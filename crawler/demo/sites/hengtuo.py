"""恒拓阀门: a mirror of the demo portal. Its pages have no template, so the general extraction reads them."""

import re
from urllib.parse import urlsplit

from crawler.pages.template.site import Site, Source, Target
from crawler.sites.lists import html_links

HOST = "www.hengtuo-valve.example"
ARTICLE = re.compile(r"^/xinwen/(\d+)\.html$")


def target(url: str) -> Target | None:
    """An article by its number; the front page is a list."""
    path = urlsplit(url).path
    if found := ARTICLE.match(path):
        return Target(kind="article", native_id=found[1], url=f"https://{HOST}{path}")
    return Target(kind="list", native_id="", url=f"https://{HOST}/") if path in ("", "/") else None


SITE = Site(
    name="hengtuo",
    title="恒拓阀门",
    hosts=(HOST,),
    target=target,
    sources=(Source(name="front", urls=(f"https://{HOST}/",), parse=html_links),),
)
