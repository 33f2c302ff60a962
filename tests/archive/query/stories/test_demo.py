"""Survivors, sentences, firsts, edits and flows of the demo archive, row for row as the portal's record has them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, select

from archive.query.changes import Wanted, changes
from archive.query.stories.edited import edits
from archive.query.stories.firsts import firsts
from archive.query.stories.flows import By, flows
from archive.query.stories.sentence import bisect
from archive.query.stories.survivors import survivors
from archive.store.db import opened, reading
from archive.store.models import Article
from tests.portal import record
from tests.portal.days import FIRST, RUNS, Demo, Key

pytestmark = pytest.mark.slow

A_RUN = timedelta(minutes=5)


@pytest.fixture(scope="module")
def connection(demo_archive: Demo) -> Iterator[Connection]:
    with opened(demo_archive.database) as engine, reading(engine) as connection:
        yield connection


@pytest.fixture(scope="module")
def ids(connection: Connection) -> dict[Key, int]:
    return {(row.site, row.native_id): row.id for row in connection.execute(select(Article.__table__))}


@pytest.fixture(scope="module")
def stories(connection: Connection) -> dict[Key, int]:
    return {(row.site, row.native_id): row.cluster_id for row in connection.execute(select(Article.__table__))}


def is_around(moment: datetime, after: datetime | None, before: datetime) -> bool:
    """Whether an interval is between the runs before and after a moment."""
    last = max(run for run in RUNS if run < moment)
    first = min(run for run in RUNS if run > moment)
    return after is not None and last <= after <= last + A_RUN and first <= before <= first + A_RUN


def key(copy: Any) -> Key:
    return copy.site, copy.native_id


def test_survivors(demo_archive: Demo, connection: Connection) -> None:
    found = list(survivors(connection))
    assert {key(one.copy): {key(copy.copy): copy.coverage for copy in one.survivors} for one in found} == record.lost(
        demo_archive
    )
    assert all(is_around(FIRST, one.gone.after_at, one.gone.before_at) for one in found)
    assert [one.gone.before_at for one in found] == sorted((one.gone.before_at for one in found), reverse=True)
    assert all(one.living == len(one.survivors) for one in found)
    # Of these stories no copy was edited, and each carries every paragraph in its own words.
    assert [line for one in found for copy in one.survivors for line in copy.lacks] == []
    assert {one.nowhere for one in found if one.survivors} == {()}
    assert [(one.saved, one.nowhere) for one in found if not one.survivors] == [(0.0, None)]


def test_survivors_of_a_site_and_a_time(demo_archive: Demo, connection: Connection) -> None:
    away = demo_archive.gone(RUNS[-1])
    for site in ("netease", "sohu", "bendi"):
        found = {key(one.copy) for one in survivors(connection, sites=[site])}
        assert found == {one for one in away if one[0] == site}
    asked = {"then": (FIRST, FIRST), "before": (None, RUNS[0]), "after": (RUNS[2], None)}
    found = {
        name: {key(one.copy) for one in survivors(connection, since=since, until=until)}
        for name, (since, until) in asked.items()
    }
    assert found == {"then": away, "before": set(), "after": set()}


def test_firsts(demo_archive: Demo, connection: Connection, ids: dict[Key, int], stories: dict[Key, int]) -> None:
    for its in record.stories(demo_archive):
        told = firsts(connection, stories[record.key_of(its[0])])
        first = its[0]
        at = record.stated(first)
        assert told.copies == len(its)
        assert told.stated is not None
        assert (key(told.stated), told.stated.published_at) == (record.key_of(first), at)
        # Lists named all of them in the first run.
        assert told.seen is not None
        assert RUNS[0] <= told.seen.at <= RUNS[0] + A_RUN
        assert told.seen.how == "sighting"
        assert {told.seen.copy.id, *told.seen_with} == {ids[record.key_of(one)] for one in its}
        names: dict[str, set[Key]] = {}
        for one in its:
            if record.source(one):
                names.setdefault(record.source(one) or "", set()).add(record.key_of(one))
        own = {name: {record.key_of(one) for one in its if one.account_name == name} for name in names}
        assert {one.name: set(one.by) for one in told.sources} == {
            name: {ids[one] for one in by} for name, by in names.items()
        }
        assert {one.name: set(one.own) for one in told.sources} == {
            name: {ids[one] for one in by} for name, by in own.items()
        }
        most = max((len(by - own[name]) for name, by in names.items()), default=0)
        assert (told.named is None) == (not names)
        if told.named is not None:
            assert len(names[told.named.name] - own[told.named.name]) == most
        assert at is not None
        later = {ids[record.key_of(one)] for one in its if (time := record.stated(one)) and time > RUNS[0] + A_RUN}
        expected = {("seen_before_its_time", one) for one in later}
        if at > RUNS[0] + A_RUN and len(its) > 1:
            expected.add(("seen_before_the_first", ids[record.key_of(first)]))
        for name, by in names.items():
            if record.key_of(first) in by - own[name]:
                expected.add(("first_names_another", ids[record.key_of(first)]))
        assert {(one.code, one.articles[0]) for one in told.contradictions} == expected


def test_edits(demo_archive: Demo, connection: Connection, stories: dict[Key, int]) -> None:
    for its in record.stories(demo_archive):
        told = edits(connection, stories[record.key_of(its[0])])
        assert key(told.against) == record.key_of(its[0])
        assert {
            key(one.copy): [(str(edit.kind), edit.before, edit.after) for edit in one.edits] for one in told.copies
        } == {record.key_of(one): record.changed(demo_archive, its[0], one) for one in its[1:]}
        theirs = record.edit_kinds(its[0], demo_archive)
        for copy, one in zip(told.copies, its[1:], strict=True):
            # What the portal did to a copy, or to the one it is held against, and no more; some have another headline.
            if one.relation in ("verbatim", "account_copy"):
                did = record.edit_kinds(one, demo_archive) | theirs
                mirrored = {"paragraph_added": "paragraph_removed", "paragraph_removed": "paragraph_added"}
                assert set(copy.counts) <= {"headline", *did, *(mirrored.get(kind, kind) for kind in theirs)}
        weights = [one.weight for one in told.copies]
        assert all(
            (weight == 0) == (not set(one.counts) - {"punctuation"})
            for one, weight in zip(told.copies, weights, strict=True)
        )


def test_edits_against_another_copy(
    demo_archive: Demo, connection: Connection, ids: dict[Key, int], stories: dict[Key, int]
) -> None:
    its = next(one for one in record.stories(demo_archive) if len(one) > 3)
    last = its[-1]
    told = edits(connection, stories[record.key_of(last)], against=ids[record.key_of(last)])
    assert {key(one.copy): [edit.before for edit in one.edits] for one in told.copies} == {
        record.key_of(one): [before for _, before, _ in record.changed(demo_archive, last, one)] for one in its[:-1]
    }


@pytest.mark.parametrize("by", [*By])
def test_flows(demo_archive: Demo, connection: Connection, by: By) -> None:
    found = [one.as_json() for one in flows(connection, by=by)]
    names = ("copies", "stories", "median_lag_hours", "median_coverage", "months")
    rows = {(one["from"], one["to"], one["month"]): {name: one[name] for name in names} for one in found}
    assert rows == record.flows(demo_archive, str(by))
    assert len(rows) == len(found)


def test_flows_of_a_time(demo_archive: Demo, connection: Connection) -> None:
    [middle] = {datetime(2020, 1, 1, tzinfo=RUNS[0].tzinfo)}
    parts = [
        flows(connection, by=By.MONTH, since=since, until=until) for since, until in ((None, middle), (middle, None))
    ]
    assert [one.month for one in parts[0]] == sorted((one.month or "" for one in parts[0]), reverse=True)
    together = {(one.from_, one.to, one.month): one.copies for part in parts for one in part}
    assert together == {key: row["copies"] for key, row in record.flows(demo_archive, "month").items()}


def test_changes_across_copies(demo_archive: Demo, connection: Connection) -> None:
    every = Wanted(since=datetime(2020, 1, 1, tzinfo=RUNS[0].tzinfo), copies=True)
    found = [one for one in changes(connection, every) if one["kind"] == "copied"]
    copied = {
        record.key_of(one): record.changed(demo_archive, its[0], one)
        for its in record.stories(demo_archive)
        for one in its[1:]
    }
    assert {
        (one["site"], one["native_id"]): [(edit["kind"], edit["before"], edit["after"]) for edit in one["edits"]]
        for one in found
    } == {key: edits for key, edits in copied.items() if edits}
    # A word that a copy has otherwise than the first of its story: a synonym of a spun one.
    for word in ("公司", "企业", "研究", "钻研"):
        for name in ("added", "removed"):
            asked = evolve(every, **{name: word})
            told = {(one["site"], one["native_id"]) for one in changes(connection, asked) if one["kind"] == "copied"}
            assert told == {
                record.key_of(one)
                for its in record.stories(demo_archive)
                for one in its[1:]
                if (record.count(one, word) - record.count(its[0], word)) * (1 if name == "added" else -1) > 0
            }
    assert not [one for one in changes(connection, evolve(every, copies=False)) if one["kind"] == "copied"]


def test_a_sentence_is_followed_back(demo_archive: Demo, connection: Connection, ids: dict[Key, int]) -> None:
    away = demo_archive.gone(RUNS[-1])
    touched = {(deed.site, deed.native_id) for deed in demo_archive.deeds}
    for number, one in enumerate(demo_archive.world.publications):
        if record.key_of(one) not in touched and number % 6:
            continue
        after = record.now(demo_archive, one)
        before_lines, after_lines = one.body.split("\n"), after.body.split("\n")
        asked = {line for line in {*before_lines, *after_lines, one.headline, after.headline} if len(line) > 12}
        if after == one:
            asked = set(sorted(asked)[:2])
        for sentence in asked:
            told = bisect(connection, ids[record.key_of(one)], sentence)
            had, has = record.has(one, sentence), record.has(after, sentence)
            gone = record.key_of(one) in away
            assert told.verdict == ("gone" if gone and has else "stands" if has else "edited out" if had else "never")
            every = record.story(demo_archive, one.story)
            holders = {
                record.key_of(copy)
                for copy in every
                if record.has(copy, sentence) or record.has(_before(demo_archive, copy), sentence)
            }
            assert {key(stood.copy) for stood in told.stood} == holders
            [own] = [stood for stood in told.stood if key(stood.copy) == record.key_of(one)]
            assert own.cause == (None if had else "publisher")
            if not had:
                assert is_around(FIRST, own.appeared.after_at, own.appeared.before_at)
            if not has or gone:
                assert own.ended is not None
                assert is_around(FIRST, own.ended.after_at, own.ended.before_at)
                assert own.how == ("edited out" if not has else "gone")
            dated = [copy for copy in every if record.key_of(copy) in holders and record.stated(copy)]
            if had and len(dated) == len(holders):
                assert key(told.stood[0].copy) == record.key_of(dated[0])
    told = bisect(connection, 1, "从来没有人写过的一句话")
    assert (told.verdict, told.stood) == ("never", ())
    assert told.copies >= 1


def _before(demo: Demo, copy: Any) -> Any:
    return next(one for one in demo.world.publications if record.key_of(one) == record.key_of(copy))
