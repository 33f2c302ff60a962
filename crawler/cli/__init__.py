"""The whole `jianbao` command: the archive's commands and those that fetch and extract."""

from archive.cli import Group
from archive.cli import main as _reading
from crawler.cli import (  # noqa: F401 - each adds its commands
    crawl,
    demo,
    explain,
    extract,
    fetch,
    import_,
    settings,
    site,
)
from crawler.cli.evidence import cdx, evidence, pack  # noqa: F401
from crawler.cli.portals import PORTALS
from crawler.cli.upkeep import (  # noqa: F401
    backup,
    doctor,
    health,
    rebuild,
    reextract,
    verify,
    withdraw,
)

main = Group(
    name=_reading.name,
    commands=_reading.commands,
    params=_reading.params,
    callback=_reading.callback,
    help=_reading.help,
    context_settings={**_reading.context_settings, "obj": PORTALS},
)
