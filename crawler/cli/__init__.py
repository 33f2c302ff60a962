"""The whole `jianbao` command: the archive's commands and those that fetch and extract."""

from archive.cli import main
from crawler.cli import crawl, explain, extract, import_, match

__all__ = ["crawl", "explain", "extract", "import_", "main", "match"]
