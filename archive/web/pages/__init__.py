"""The pages, a module each; `archive/web/__init__.py` says how one is added."""

from types import ModuleType
from typing import Final

from archive.web.pages import article, front, search, static, token

EVERY: Final[tuple[ModuleType, ...]] = (front, search, article, token, static)
"""In the order of the navigation."""
