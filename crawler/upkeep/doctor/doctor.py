"""All checks, in the order in which one depends on another."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, make_url

from archive.errors import JianbaoError, UsageError
from archive.settings import Home
from archive.store.db import open_engine
from crawler.sites.registry import load_sites
from crawler.upkeep.doctor import database, folder, machine
from crawler.upkeep.doctor.check import Check, of_error, skipped, well
from crawler.upkeep.doctor.network import Network


def examine(home: Home, broken: UsageError | None, *, offline: bool) -> Iterator[Check]:
    """Everything. `broken`: what is wrong with the settings, of which the others are in force then. `offline`: nothing
    is asked of the network."""
    yield from machine.checks(home)
    yield of_error("settings", broken) if broken is not None else well("settings", "they make sense")
    yield from folder.checks(home)
    engines: list[Engine] = []
    with ExitStack() as stack:
        yield from database.checks(home, engines)
        for engine in engines:
            stack.callback(engine.dispose)
        try:
            sites = list(load_sites().values())
            yield well("sites", ", ".join(site.name for site in sites))
        except JianbaoError as error:
            yield of_error("sites", error)
            return
        if not engines and not home.path.exists() and not offline:  # nobody asks anything yet
            turns = stack.enter_context(TemporaryDirectory())
            engines.append(open_engine(f"sqlite:///{turns}/turns.db", create=True))
            stack.callback(engines[0].dispose)
        if offline:
            yield skipped("network", "left out (--offline)")
        elif not engines:
            yield skipped("network", "the turns of hosts stand in the database, which cannot be used")
        elif not _is_ours(home):
            yield skipped("network", "the turns of hosts stand in the database, which this user may only read")
        else:
            yield from Network(home, engines[0], sites).checks()


def _is_ours(home: Home) -> bool:
    url = make_url(home.database)
    return url.get_backend_name() != "sqlite" or not home.path.exists() or os.access(str(url.database), os.W_OK)
