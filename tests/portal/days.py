"""The demo archive: a portal of 72 articles that four crawls over three weeks saw change, and its own record of it.

`python -m tests.portal.days FOLDER` makes it: real crawls over real HTTP, at the times of `RUNS`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from crawler.demo.proxy import Proxy
from crawler.demo.server import Portal
from crawler.demo.world.edits import EDITS
from crawler.demo.world.ids import BEIJING
from crawler.demo.world.publications import Publication
from crawler.demo.world.truth import World
from tests.crawler.run.run import ROOT, Archive
from tests.portal.stage import FORMS, Deed

BEGIN: Final = datetime(2025, 11, 20, 19, 0, tzinfo=BEIJING)
"""An hour after the newest article was published."""
RUNS: Final = tuple(BEGIN + timedelta(hours=hours) for hours in (0, 5, 32, 24 * 21))
FIRST, SECOND, THIRD = BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=30), BEGIN + timedelta(days=20)
"""When the portal did what it did."""

Key = tuple[str, str]


@frozen
class Demo:
    """An archive that was crawled from the demo portal. `home`: its folder, not to be written to. `world`: what was
    published at first; `deeds`: what the portal did to it, in order; `edited`: the articles whose text it changed, as
    they were after it."""

    home: Path
    world: World
    deeds: tuple[Deed, ...]
    edited: dict[Key, Publication]

    @property
    def database(self) -> str:
        """Its SQLAlchemy address."""
        return f"sqlite:///{self.home / 'archive.db'}"

    def gone(self, at: datetime) -> set[Key]:
        """Which articles were away at that time."""
        away: set[Key] = set()
        for deed in self.deeds:
            if deed.at <= at and deed.kind in ("gone", "returned"):
                (away.add if deed.kind == "gone" else away.discard)((deed.site, deed.native_id))
        return away


def demo(home: Path, articles: int = 72, seed: int = 1) -> Demo:
    """The truth about the archive that stands, or is to stand, in `home`."""
    world = World(articles, seed)
    deeds, edited = _deeds(world)
    return Demo(home, world, deeds, edited)


def _deeds(world: World) -> tuple[tuple[Deed, ...], dict[Key, Publication]]:
    """An edit of each kind, of an original or a copy; four articles that vanish, three of which have copies that
    live; one of them returns."""
    todays = [one for one in world.publications if one.form in FORMS and len(one.body) > 200]
    copies = {number: len(its) for number, its in world.clusters().items()}
    # Originals of stories with copies, the most copied first; those of one story are never touched twice.
    ranked = sorted(todays, key=lambda one: (-copies[one.story], one.story, one.published_at))
    chosen: dict[int, Publication] = {}
    for one in ranked:
        chosen.setdefault(one.story, one)
    its = list(chosen.values())
    several = [one for one in its if copies[one.story] > 1]
    single = [one for one in its if copies[one.story] == 1]
    edits = [*several[4:7], *single]
    away = [*several[:3], single[-1]]
    deeds, edited = [], {}
    for one, (kind, edit) in zip(edits, EDITS.items(), strict=False):
        edited[one.site, one.native_id] = edit(one)
        deeds.append(Deed(at=FIRST, site=one.site, native_id=one.native_id, kind=kind))
    deeds += [Deed(at=FIRST, site=one.site, native_id=one.native_id, kind="gone") for one in away]
    deeds.append(Deed(at=THIRD, site=away[0].site, native_id=away[0].native_id, kind="returned"))
    return tuple(deeds), edited


def make(folder: Path) -> Demo:
    """Crawls the portal into `folder`/home."""
    its = demo(folder / "home")
    folder.mkdir(parents=True, exist_ok=True)
    with Proxy(its.world, folder) as proxy:
        proxy.etags = True
        archive = Archive(its.home, proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.simulation.crawling", str(its.home), "whole"]
        moments = chain.from_iterable(_turns(its, proxy))
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for moment in moments:
                process.stdin.write(f"{moment.isoformat()}\n")
                process.stdin.flush()
                told = json.loads(process.stdout.readline())
                assert not told["failed"], told
            process.stdin.close()
    return its


def _turns(its: Demo, proxy: Proxy) -> Iterator[tuple[datetime, ...]]:
    """Brings the portal to its state at each run."""
    for moment in RUNS:
        proxy.portal = Portal(_world_at(its, moment))
        yield (moment,)


def _world_at(its: Demo, moment: datetime) -> World:
    away = its.gone(moment)
    edited = {
        (deed.site, deed.native_id)
        for deed in its.deeds
        if deed.at <= moment and (deed.site, deed.native_id) in its.edited and deed.kind in EDITS
    }
    shown = tuple(
        its.edited[key] if (key := (one.site, one.native_id)) in edited else evolve(one)
        for one in its.world.publications
        if (one.site, one.native_id) not in away
    )
    world = World(0, its.world.seed)
    object.__setattr__(world, "publications", shown)
    object.__setattr__(world, "specials", its.world.specials)
    every = (*shown, *its.world.specials)
    object.__setattr__(world, "by_key", {(one.site, one.native_id): one for one in every})
    return world


if __name__ == "__main__":
    made = make(Path(sys.argv[1]))
    print(made.home)
