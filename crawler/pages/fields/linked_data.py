"""A page's JSON-LD object of an article, and what of it is evidence."""

import json
from collections.abc import Iterable
from typing import Any, Final

from crawler.pages.fields.names import is_name
from crawler.pages.html.parse import Element

_LD_LIMIT: Final = 200_000


def read_linked_data(scripts: Iterable[Element]) -> dict[str, Any]:
    """The JSON-LD object of an article among a page's scripts, or {}. Broken JSON and other objects are passed over."""
    for script in scripts:
        if "ld+json" not in (script.get("type") or ""):
            continue
        text = script.text or ""
        if not text or len(text) > _LD_LIMIT:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found = _article_in(data)
        if found:
            return found
    return {}


def _article_in(data: Any) -> dict[str, Any]:
    queue = [data]
    for _ in range(200):
        if not queue:
            break
        value = queue.pop(0)
        if isinstance(value, list):
            queue += value[:50]
        elif isinstance(value, dict):
            if "datePublished" in value or "headline" in value or "pubDate" in value:
                return value
            queue += [inner for key, inner in value.items() if key in ("@graph", "mainEntity", "mainEntityOfPage")]
    return {}


def linked_authors(linked: dict[str, Any]) -> tuple[str, ...]:
    """The persons whom the JSON-LD object names, where they have a person's name; most portals put their own there."""
    authors = linked.get("author")
    rows = authors if isinstance(authors, list) else [authors]
    names = [row.get("name") for row in rows[:12] if isinstance(row, dict) and row.get("@type") == "Person"]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and is_name(name)))
