"""The forms of a citation by their names."""

from collections.abc import Callable
from typing import Final

from archive.cite.forms import bibtex, csl_json, ris
from archive.cite.gbt7714 import gbt7714
from archive.cite.source import Source

STYLES: Final[dict[str, Callable[[Source], str]]] = {
    "gbt7714": gbt7714,
    "bibtex": bibtex,
    "csl-json": csl_json,
    "ris": ris,
}
"""What makes a citation's text."""
TYPES: Final = {
    "gbt7714": ("text/plain; charset=utf-8", "txt"),
    "bibtex": ("application/x-bibtex; charset=utf-8", "bib"),
    "csl-json": ("application/vnd.citationstyles.csl+json", "json"),
    "ris": ("application/x-research-info-systems; charset=utf-8", "ris"),
}
"""The media type of each, and the end of its file's name."""
