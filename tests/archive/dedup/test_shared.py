"""On the real texts beside the checkout: the five seeds are five stories, and what is made of one stays one."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from archive.store.db import reading
from tests.archive.dedup.copies import cut, groups, record, spin, store, transcode


@pytest.fixture
def seeds(shared: Path) -> dict[str, str]:
    """The five seeds' bodies, by their number."""
    folder = shared / "seeds"
    if not (folder / "gold.json").exists():
        pytest.skip("../shared/seeds is not here")
    bodies = {}
    for name, gold in json.loads((folder / "gold.json").read_text()).items():
        if not name.endswith(".txt"):
            continue
        lines = (folder / name).read_text().splitlines()
        kept = [line.strip() for first, last in gold["body"] for line in lines[first - 1 : last]]
        bodies[name[:3]] = "\n".join(line for line in kept if line)
    return bodies


@pytest.mark.shared
def test_the_seeds_are_five_stories_and_their_twins_stay_with_them(engine: Engine, seeds: dict[str, str]) -> None:
    undated = {"published_at": None, "published_precision": None}
    store(engine, *(record(body, name, site="seeds", **undated) for name, body in seeds.items()))
    with reading(engine) as connection:
        assert len(groups(connection)) == 5
    for name, body in seeds.items():
        twins = {"t": transcode(body), "s": spin(body), "c": cut(body, 0.6), "a": transcode(spin(cut(body, 0.7)))}
        store(engine, *(record(twin, name + kind, site="twins", **undated) for kind, twin in twins.items()))
    with reading(engine) as connection:
        assert groups(connection) == {frozenset({name, *(name + kind for kind in "tsca")}) for name in seeds}
