"""The pages, a module each; `archive/web/__init__.py` says how one is added."""

from types import ModuleType
from typing import Final

from archive.web.api import pages as api
from archive.web.pages import article, cite, downloads, front, memento, names, saved, search, static, story, token
from archive.web.pages.desk import article as desk
from archive.web.pages.desk import story as decided
from archive.web.pages.texts import diff, explain, match, sentence
from archive.web.pages.watch import alarms, changes, flows, gone, health, runs

EVERY: Final[tuple[ModuleType, ...]] = (
    *(front, search, downloads, article, cite, memento, story, names),
    *(changes, gone, flows, saved, diff, match, explain, sentence),
    *(decided, runs, alarms, health),
    *(api, desk, token, static),
)
"""In the order of the navigation."""
