"""Extractors to measure against, behind one shape: a page's text in, body and fields out. All are optional."""

import importlib
import re
from collections.abc import Callable
from typing import Any

from benchmarks.pages import Answer, BenchPage

Extractor = Callable[[BenchPage], Answer]
"""Peers get the text decoded for them, and that costs them nothing."""


def load_peers() -> tuple[dict[str, Extractor], list[str]]:
    """The peers that are installed, by name, and those that are not."""
    found: dict[str, Extractor] = {}
    missing: list[str] = []
    for module, make in (
        ("trafilatura", _trafilatura),
        ("readability", _readability),
        ("newspaper", _newspaper),
        ("gne", _gne),
    ):
        try:
            found |= make(importlib.import_module(module))
        except ImportError:
            missing.append(module)
    return found, missing


def _trafilatura(module: Any) -> dict[str, Extractor]:
    def make(**options: Any) -> Extractor:
        def run(page: BenchPage) -> Answer:
            # deduplicate=True would be global state: the same page gives other text on the fourth call.
            found = module.bare_extraction(
                page.text, url=page.url, include_comments=False, with_metadata=True, **options
            )
            if found is None:
                return Answer()
            return Answer(
                body=found.text or "",
                headline=found.title or "",
                published_at=found.date or "",
                source_name=found.sitename or "",
                authors=tuple((found.author or "").split("; ")) if found.author else (),
            )

        return run

    return {
        "trafilatura": make(),
        "trafilatura fast": make(fast=True),
        "trafilatura precision": make(favor_precision=True),
        "trafilatura recall": make(favor_recall=True),
    }


def _readability(module: Any) -> dict[str, Extractor]:
    from lxml import html

    def run(page: BenchPage) -> Answer:
        document = module.Document(page.text, url=page.url)
        summary = document.summary()
        return Answer(body=str(html.fromstring(summary).text_content()), headline=document.short_title())

    return {"readability-lxml": run}


def _newspaper(module: Any) -> dict[str, Extractor]:
    def run(page: BenchPage) -> Answer:
        article = module.Article(page.url, language="zh", fetch_images=False)
        article.download(input_html=page.text)
        article.parse()
        moment = article.publish_date
        return Answer(
            body=article.text,
            headline=article.title,
            published_at=moment.isoformat() if moment else "",
            authors=tuple(article.authors),
        )

    return {"newspaper4k": run}


def _gne(module: Any) -> dict[str, Extractor]:
    extractor = module.GeneralNewsExtractor()

    def run(page: BenchPage) -> Answer:
        # GNE hands the text to lxml, which refuses a declared encoding in a string.
        found = extractor.extract(re.sub(r"^\s*<\?xml[^>]*>", "", page.text), host=page.url)
        return Answer(
            body=found["content"],
            headline=found["title"],
            published_at=found["publish_time"],
            authors=(found["author"],) if found["author"] else (),
        )

    return {"GNE": run}
