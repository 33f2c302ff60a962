"""Any sequence of deeds, by people and machines, against what people said pair by pair."""

import random
from itertools import combinations, product

import pytest
from attrs import define, field
from sqlalchemy import Engine

from archive.ingest import reindex
from tests.archive.dedup.clusters.deeds import (
    article,
    found,
    merge,
    pin,
    recluster_all,
    reindex_all,
    revise,
    split,
    standing,
)
from tests.archive.dedup.copies import scanned, spin, store, text

DEEDS = "copy copy revise revise revise split split merge pin recluster reindex".split()


@define
class _Model:
    """What people said, article by article: the pairs that are apart, those that are joined, and the times of pins."""

    apart: set[frozenset[str]] = field(factory=set)
    joined: set[frozenset[str]] = field(factory=set)
    pinned: dict[str, int] = field(factory=dict)

    def check(self, groups: set[frozenset[str]], stands: set[str]) -> None:
        assert all(any(pair <= group for group in groups) for pair in self.joined)
        for group in groups:
            assert not [pair for pair in self.apart if pair <= group]
            pins = [(when, name) for name, when in self.pinned.items() if name in group]
            if len(group) > 1 and pins:
                assert max(pins)[1] in stands


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_no_machine_undoes_what_a_person_decided(engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Any sequence of copies, revisions, decisions, reclusters and reindexes, against the decisions pair by pair."""
    rng = random.Random(seed)
    short = [text(number, 150) for number in (40, 41)]
    texts = [body for one in short for body in (one, spin(one), scanned(one, 1), one + "\n（完）")]
    model, names = _Model(), [f"n{number}" for number in range(8)]
    store(engine, *(article(name, rng.choice(texts)) for name in names))
    for step in range(30):
        groups = found(engine)
        several = sorted(sorted(group) for group in groups if len(group) > 1)
        deed = rng.choice(DEEDS)
        if deed == "copy":
            names.append(f"n{len(names)}")
            store(engine, article(names[-1], rng.choice(texts)))
        elif deed == "revise":
            for name in rng.sample(names, rng.choice([1, 1, 3])):
                revise(engine, name, rng.choice(texts), days=2 + step)
        elif deed == "split" and several:
            group = rng.choice(several)
            leaving = rng.sample(group, rng.randint(1, len(group) - 1))
            split(engine, *leaving)
            rest = set(group).difference(leaving)
            model.apart |= {frozenset(pair) for pair in product(leaving, rest)}
            model.joined -= model.apart
            model.joined |= {frozenset(pair) for pair in combinations(leaving, 2)}
            assert any(set(leaving) <= one for one in found(engine))
        elif deed == "merge" and len(groups) > 1:
            one, other = rng.sample(sorted(map(sorted, groups)), 2)
            pair = rng.choice(one), rng.choice(other)
            merge(engine, *pair)
            model.joined.add(frozenset(pair))
            model.apart = {pair for pair in model.apart if not pair <= {*one, *other}}
            assert frozenset({*one, *other}) in found(engine)
        elif deed == "pin" and several:
            group = rng.choice(several)
            model.pinned = {name: when for name, when in model.pinned.items() if name not in group}
            model.pinned[rng.choice(group)] = step
            pin(engine, max(model.pinned, key=lambda name: model.pinned[name]), days=step)
        elif deed == "recluster":
            recluster_all(engine)
        elif deed == "reindex":
            monkeypatch.setattr(reindex, "BATCH", 1)
            reindex_all(engine)
            groups = found(engine)
            monkeypatch.setattr(reindex, "BATCH", 200)
            reindex_all(engine)
            assert found(engine) == groups
        model.check(found(engine), standing(engine))
