"""What the archive does that may be cut short at any moment, each as a deed: prepared once, done undisturbed once, and
then disturbed as often as wanted. A disturbed deed is done again, and must end as the undisturbed one did.

A process is killed after so much of its own processor time, by the kernel (SIGPROF, which nobody handles, ends it at
once and wherever it is, as SIGKILL does): a slow machine kills as late as a quick one, and no second process is needed.
"""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from archive.store import schema
from archive.store.db import connect
from crawler.demo.proxy import Proxy
from crawler.demo.world import ids
from crawler.demo.world.edits import EDITS
from crawler.demo.world.truth import World
from tests.crawler.run.run import Archive
from tests.crawler.warm import MIGRATED
from tests.portal.stage import Stage

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
KILLED = -27  # SIGPROF
KILL = "import signal\nsignal.setitimer(signal.ITIMER_PROF, {0:.6f})\n"
LIMIT = (
    "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"
)
COST = (
    "import atexit, resource\n"
    "def cost():\n"
    "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "    with open({0!r}, 'w') as file: file.write(str(used.ru_utime + used.ru_stime))\n"
    "atexit.register(cost)\n"
)
AT = (
    "from datetime import datetime\n"
    "import crawler.run.runner as r\n"
    "from tests.portal.stage import SITES, few_lists\n"
    "from crawler.sites.registry import load_sites\n"
    "for name in SITES:\n"
    "    object.__setattr__(load_sites()[name], 'sources', few_lists(load_sites()[name].sources))\n"
    "moment, began, real = datetime.fromisoformat({0!r}), datetime.now(), r.crawl\n"
    "r.crawl = lambda *a, **k: real(*a, **k, now=lambda: moment + (datetime.now() - began))\n"
)
BEFORE = "0013"
"""The schema of an archive from before observations, looks and alarms."""
SMALL_STEPS = "import crawler.run.load as w\nw.BATCH, w.LOOKED_UP = 3, 3\n"
SMALL_BATCHES = "from crawler.upkeep.reextract import choose, run\nrun.TOGETHER = choose.PAGE = 3\n"
WORSE = (
    "from attrs import evolve\n"
    "from crawler.sites.{0} import SITE as OURS\n"
    "SITE = evolve(OURS, templates=tuple(evolve(one, rules=()) for one in OURS.templates[1:]))\n"
)
"""A site file as it was before somebody mended it: it lacks a template, and knows no clutter."""

_CONTENTS = {
    "article": "SELECT site, native_id, url, headline, body, authors, images, flags, revision, state FROM article",
    "revision": """SELECT a.site, a.native_id, r.number, r.headline, r.body, r.digest, r.cause FROM revision r
        JOIN article a ON a.id = r.article_id""",
    "change": """SELECT a.site, a.native_id, c.kind, c.cause FROM change c JOIN article a ON a.id = c.article_id
        WHERE c.kind <> 'clustered'""",
    "story": """SELECT a.site, a.native_id, b.site, b.native_id FROM article a JOIN article b
        ON b.cluster_id = a.cluster_id""",
    "sighting": "SELECT site, source, native_id, url FROM sighting",
    "frontier": "SELECT site, native_id, url, state, outcome FROM frontier",
    "recheck": "SELECT a.site, a.native_id, r.url FROM recheck r JOIN article a ON a.id = r.article_id",
}


def contents(home: Path) -> dict[str, Counter[Any]]:
    """What a reader finds in an archive, without the numbers and the moments that it has."""
    with closing(sqlite3.connect(home / "archive.db")) as connection:
        return {name: Counter(connection.execute(query).fetchall()) for name, query in _CONTENTS.items()}


@define
class Deed:
    """`words`: the command. `scene`: brings the portal where it is then. `at`: what the clock shows when its first
    process begins, None for the real one. Each that follows begins a minute later: else what a slow one put off to its
    own last second would not be due yet. `before`: Python that its process runs first. `prepared`: the home that it
    begins with, None for none. `codes`: how it may end undisturbed. `cost`: its seconds of processor time, undisturbed;
    `wanted`: what the archive holds then. `mends`: what it begins with is not whole."""

    name: str
    words: list[str]
    archive: Archive
    scene: Callable[[], None] = lambda: None
    at: datetime | None = None
    before: str = ""
    prepared: Path | None = None
    codes: tuple[int, ...] = (0, 3)
    mends: bool = False
    cost: float = 0.0
    wanted: dict[str, Counter[Any]] = field(factory=dict)
    _begun: int = 0

    def lay_out(self, home: Path) -> Archive:
        """A fresh archive to do it on."""
        self.scene()
        self._begun = 0
        shutil.rmtree(home, ignore_errors=True)
        if self.prepared is not None:
            shutil.copytree(self.prepared, home)
        return evolve(self.archive, home=home)

    def do(self, archive: Archive, before: str = "") -> int:
        """Do it; how its process ended."""
        if self.at is not None:
            before += AT.format((self.at + self._begun * MINUTE).astimezone(UTC).isoformat())
        self._begun += 1
        done = archive.run(*self.words, before=before + self.before)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def measure(self, home: Path) -> None:
        """Do it undisturbed, and remember how that was."""
        archive = self.lay_out(home)
        place = home.parent / "cost"
        assert self.do(archive, COST.format(str(place))) in self.codes
        self.cost = float(place.read_text())
        self.wanted = contents(home)
        verified(archive)

    def disturb(self, home: Path, faults: list[str]) -> int:
        """Do it with one fault after the other, then in peace, and hold what comes of it against what should; how many
        of the faults stopped it."""
        archive = self.lay_out(home)
        stopped = 0
        for fault in faults:
            code = self.do(archive, fault)
            stopped += code not in self.codes
            if (home / "archive.db").exists() and not self.mends:
                verified(archive)
        # A crawl's second run asks for what the first put off, since the killed one had asked for it.
        for _ in range(2 if self.words[0] == "crawl" else 1):
            assert self.do(archive) in self.codes
        verified(archive)
        assert_same(contents(home), self.wanted)
        assert not list(home.glob("warc/*.open"))
        return stopped


def verified(archive: Archive) -> None:
    """`jianbao verify` is clean. What is of another schema, or none yet, is not whole, and says so."""
    done = archive.run("verify", "--json")
    assert done.returncode in (0, 4, 5), done.stdout
    assert "Traceback" not in done.stderr


def assert_same(found: dict[str, Counter[Any]], wanted: dict[str, Counter[Any]]) -> None:
    """Table by table, so that a failure says what differs."""
    for name, rows in wanted.items():
        assert found[name] - rows == Counter(), name
        assert rows - found[name] == Counter(), name


def kills(cost: float, chance: random.Random, count: int) -> list[str]:
    """So many kills of a deed that takes so many seconds of processor time: each at a random moment of its own part of
    it, the early ones first, since what was killed has less to do the next time."""
    parts = (0.8 * (number + chance.random()) / count for number in range(count))
    return [KILL.format(max(0.001, cost * part)) for part in parts]


@contextmanager
def deeds(folder: Path) -> Iterator[list[Deed]]:
    """Every deed, measured: a first crawl, one that looks again, an import, a repair, a migration, a rebuild, a
    reading of old captures by new rules."""
    stage = Stage(6, 3, datetime(2025, 11, 1, tzinfo=ids.BEIJING))
    (folder / "portal").mkdir(parents=True)
    with Proxy(World(0, 1), folder / "portal") as proxy:
        proxy.etags = True
        base = Archive(folder / "base", proxy.environment() | {"JIANBAO_WITNESS": "off", MIGRATED: "yes"})

        def scene() -> Callable[[], None]:
            portal = stage.portal()
            return lambda: setattr(proxy, "portal", portal)

        words = ["crawl", "netease", "sohu"]
        stage.go_to(stage.begin + HOUR)
        first = Deed("crawl", words, base, scene(), stage.begin + HOUR)
        first.measure(folder / "first")
        keys = [(one.site, one.native_id) for one in stage.published]
        stage.go_to(stage.begin + 3 * HOUR)
        stage.edit(keys[0], "headline", EDITS["headline"])
        stage.edit(keys[1], "paragraph_added", EDITS["paragraph_added"])
        stage.delete(keys[2])
        again = Deed("looking again", words, base, scene(), stage.begin + 4 * HOUR, prepared=folder / "first")
        again.measure(folder / "again")
        yield [first, again, *_offline(folder, base)]


def _offline(folder: Path, base: Archive) -> list[Deed]:
    """The deeds that need no portal."""
    files = sorted(map(str, (folder / "again" / "warc").glob("*.warc.gz")))
    made = [Deed("import", ["import", *files], base, before=SMALL_STEPS)]
    shutil.copytree(folder / "again", folder / "broken")
    with closing(sqlite3.connect(folder / "broken" / "archive.db")) as connection:
        connection.execute("INSERT INTO article_text (article_text) VALUES ('delete-all')")
        connection.execute("DELETE FROM dedup_text")
        connection.execute("DELETE FROM cluster")
        connection.commit()
    made.append(Deed("repair", ["verify", "--repair"], base, prepared=folder / "broken", mends=True))
    # The first crawl's: what looked again has records that an archive of that time could not have.
    shutil.copytree(folder / "first", folder / "old")
    engine = connect(f"sqlite:///{folder / 'old' / 'archive.db'}")
    schema.downgrade(engine, BEFORE)
    engine.dispose()
    made.append(Deed("migration", ["db", "upgrade"], base, prepared=folder / "old"))
    made.append(Deed("rebuild", ["rebuild", "--discard-old", "--jobs", "1"], base, prepared=folder / "again"))
    (folder / "sites").mkdir()
    for name in ("netease", "sohu"):
        (folder / "sites" / f"{name}_before.py").write_text(WORSE.format(name))
    worse = evolve(base, home=folder / "worse")
    done = worse.run("import", *files, JIANBAO_SITES=str(folder / "sites"))
    assert done.returncode in (0, 3), done.stderr
    words = ["reextract", "--jobs", "1"]
    made.append(Deed("reextract", words, base, before=SMALL_BATCHES, prepared=worse.home))
    for one in made:
        one.measure(folder / one.name)
    return made
