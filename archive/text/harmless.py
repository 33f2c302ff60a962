"""Texts of strangers made harmless where they are shown: controls that a terminal obeys, or that let a line read as
another one, are written out."""

import re
from typing import Final

# C1 controls, which some terminals obey as they do ESC; marks and overrides of direction, which let a line read as
# another one (CVE-2021-42574); line and paragraph separators.
_OBEYED: Final = "\x80-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_IN_TERMINALS: Final = re.compile(f"[{_OBEYED}]")
# Neither XML nor HTML has C0 controls, and UTF-8 no lone surrogates.
_IN_PAGES: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff{_OBEYED}]")


def harmless(text: str) -> str:
    r"""The text with the controls that a terminal would obey written out, as JSON writes them: `\u202e`."""
    return _IN_TERMINALS.sub(_written, text)


def harmless_in_pages(text: str) -> str:
    """The same for HTML, XML and SVG, which hold fewer characters."""
    return _IN_PAGES.sub(_written, text)


def _written(found: "re.Match[str]") -> str:
    return f"\\u{ord(found[0]):04x}"
