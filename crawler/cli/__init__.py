"""The whole `jianbao` command: the archive's commands and those that fetch and extract."""

from typing import Final

from archive.cli import MODULES as READING
from archive.cli import Group
from archive.cli import main as _reading
from crawler.cli.portals import PORTALS

MODULES: Final = {
    "crawl": "crawler.cli.crawl",
    "fetch": "crawler.cli.fetch",
    "import": "crawler.cli.import_",
    "bulk": "crawler.cli.bulk",
    "sites": "crawler.cli.crawl",
    "withdraw": "crawler.cli.upkeep.withdraw",
    "pack": "crawler.cli.evidence.pack",
    "evidence": "crawler.cli.evidence.evidence",
    "cdx": "crawler.cli.evidence.cdx",
    "health": "crawler.cli.upkeep.health",
    "doctor": "crawler.cli.upkeep.doctor",
    "verify": "crawler.cli.upkeep.verify",
    "backup": "crawler.cli.upkeep.backup",
    "settings": "crawler.cli.settings",
    "explain": "crawler.cli.explain",
    "extract": "crawler.cli.extract",
    "site": "crawler.cli.site",
    "reextract": "crawler.cli.upkeep.reextract",
    "rebuild": "crawler.cli.upkeep.rebuild",
    "demo": "crawler.cli.demo",
}
"""Where each command of this half stands."""

main = Group(
    name=_reading.name,
    modules=READING | MODULES,
    commands=_reading.commands,
    params=_reading.params,
    callback=_reading.callback,
    help=_reading.help,
    context_settings={**_reading.context_settings, "obj": PORTALS},
)
