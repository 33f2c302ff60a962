"""What the portal's own record of the demo archive says of stories: the plain answers that the archive's are held
against."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Any

from archive.query.stories.copies import coverage
from archive.text.fold import fold
from archive.times import BEIJING
from archive.watch.edits import edits
from crawler.demo.world.publications import Publication
from tests.portal.days import RUNS, Demo, Key

MINUTE = ("content", "sohu-mobile")
"""Forms whose pages show no seconds."""
UNDATED = ("jingwei",)
FALSIFIED = {"hengtuo": "恒拓体育直播"}
"""Whom a mirror names as its source."""


def key_of(one: Publication) -> Key:
    """What names an article everywhere."""
    return one.site, one.native_id


def stated(one: Publication) -> datetime | None:
    """The time that its page shows."""
    if one.form in UNDATED:
        return None
    return one.published_at.replace(second=0) if one.form in MINUTE else one.published_at


def source(one: Publication) -> str | None:
    """Whom its page names as its source."""
    return one.source_name if one.site in ("netease", "sohu") else FALSIFIED.get(one.site)


def now(demo: Demo, one: Publication) -> Publication:
    """An article as it was at last."""
    return demo.edited.get(key_of(one), one)


def text(one: Publication) -> tuple[str, str]:
    """Headline and body."""
    return one.headline, one.body


def story(demo: Demo, number: int) -> list[Publication]:
    """The copies of a story as they were at last, in the order of their stated times, undated ones last."""
    its = [now(demo, one) for one in demo.world.publications if one.story == number]
    return sorted(its, key=lambda one: (stated(one) is None, stated(one) or RUNS[0]))


def stories(demo: Demo) -> Iterator[list[Publication]]:
    """Every story, as `story` has it."""
    yield from (story(demo, number) for number in dict.fromkeys(one.story for one in demo.world.publications))


def lost(demo: Demo) -> dict[Key, dict[Key, float]]:
    """What is away at the end, each with the copies that live and the share of its text that they carry."""
    away = demo.gone(RUNS[-1])
    by_key = {key_of(one): one for one in demo.world.publications}
    return {
        key: {
            key_of(one): coverage(now(demo, by_key[key]).body, one.body)
            for one in story(demo, by_key[key].story)
            if key_of(one) not in away
        }
        for key in away
    }


def changed(demo: Demo, first: Publication, copy: Publication) -> list[tuple[str, str, str]]:
    """What a copy has otherwise: kind, before, after."""
    return [(str(edit.kind), edit.before, edit.after) for edit in edits(text(first), text(copy))]


def flows(demo: Demo, by: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Who reprinted whom, by (from, to, month or None)."""
    found: dict[tuple[Any, ...], list[tuple[int, float, float, str]]] = defaultdict(list)
    for its in stories(demo):
        dated = [one for one in its if stated(one) is not None]
        for one in dated[1:]:
            at, first_at = stated(one), stated(dated[0])
            assert at is not None
            assert first_at is not None
            month = f"{at.astimezone(BEIJING):%Y-%m}"
            names = [
                (each.account_name or source(each) or each.site) if by == "source" else each.site
                for each in (dated[0], one)
            ]
            lag = (at - first_at).total_seconds() / 3600
            whole = coverage(dated[0].body, one.body)
            found[*names, month if by == "month" else None].append((one.story, lag, whole, month))
    return {
        key: {
            "copies": len(rows),
            "stories": len({number for number, *_ in rows}),
            "median_lag_hours": round(median(lag for _, lag, _, _ in rows), 2),
            "median_coverage": round(median(whole for _, _, whole, _ in rows), 3),
            "months": {month: [row[3] for row in rows].count(month) for month in sorted({row[3] for row in rows})},
        }
        for key, rows in found.items()
    }


def has(one: Publication, sentence: str) -> bool:
    """Whether a sentence stands in it, whatever the script."""
    return fold(sentence) in fold(f"{one.headline}\n{one.body}")


def edit_kinds(one: Publication, demo: Demo) -> set[str]:
    """The kinds of edits that the portal made of an article."""
    return {deed.kind for deed in demo.deeds if (deed.site, deed.native_id) == key_of(one)}


def count(one: Publication, word: str) -> int:
    """How often a word stands in it, whatever the script."""
    return fold(f"{one.headline}\n{one.body}").count(fold(word))
