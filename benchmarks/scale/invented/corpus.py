"""Invented articles in any number, with the kinds of copies that real archives have.

The same seed gives the same article of a number, whatever comes before it: nothing is kept, so memory is flat. Stories
are the demo world's (`crawler.demo.world`). A copy is of an earlier article, mostly of the last days, and what it
copies may be a copy: so a few stories are printed very often, as real ones are.

Of a hundred articles sixty are new stories and four notices of a template, which are alike and no copies. As in the
demo world three of four copies say the same; the others are changed in the ways that ../shared/dedup labels.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from benchmarks.scale.invented import copies
from benchmarks.scale.invented.notices import NOTICES
from crawler.demo.world import words
from crawler.demo.world.articles import Cast, Story, story

_SHARES: Final[dict[str, int]] = {
    "story": 600,
    "notice": 40,
    "verbatim": 180,
    "headline": 50,
    "spaced": 20,
    "cluttered": 30,
    "cut": 14,
    "excerpt": 8,
    "edited": 14,
    "spun": 12,
    "traditional": 12,
    "read aloud": 4,
    "garbled": 2,
    "misprinted": 2,
    "reordered": 3,
    "rounded up": 5,
    "combined": 4,
}
"""How many of a thousand articles are of a kind. `headline`: verbatim, under another one."""
_CHANGES: Final[dict[str, copies.Change]] = {
    "verbatim": copies.verbatim,
    "headline": copies.verbatim,
    "spaced": copies.spaced,
    "cluttered": copies.cluttered,
    "cut": copies.cut,
    "excerpt": copies.excerpt,
    "edited": copies.edited,
    "spun": copies.spun,
    "traditional": copies.traditional,
    "read aloud": copies.read_aloud,
    "garbled": copies.garbled,
    "misprinted": copies.misprinted,
    "reordered": copies.reordered,
    "rounded up": copies.rounded_up,
    "combined": copies.combined,
}
COPIES: Final = frozenset(_CHANGES)
"""The kinds that tell what an earlier article tells."""
_SITES: Final = 60
_NEAR: Final = 2_000
"""Four of five copies are of one of so many articles before them."""
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(seconds=61)
_DECK: Final = tuple(kind for kind, share in _SHARES.items() for _ in range(share))


@frozen
class Outline:
    """What an article is. `number`: from 1. `bases`: the articles whose stories it tells, its own number if it is
    new."""

    number: int
    kind: str
    bases: tuple[int, ...]


@frozen
class Made(Outline):
    """An article with its record, as an import reads it."""

    record: dict[str, Any]


def outline(seed: int, number: int) -> Outline:
    """What the article of that number is, without its text."""
    kind, bases, _ = _outlined(seed, number)
    return Outline(number, kind, bases)


def make(seed: int, number: int) -> Made:
    """The article of that number."""
    kind, bases, dice = _outlined(seed, number)
    cast = Cast(dice, dice.choice(words.TOPICS))
    headline, text = _told(seed, bases[0])
    if kind in _CHANGES:
        site = dice.randrange(_SITES)
        others = [_told(seed, one)[1] for one in bases[1:]]
        spare = _story(seed, -number).text if kind in ("excerpt", "edited", "cluttered") else ""
        text = _CHANGES[kind](copies.Source(text, others, spare, *_around(site)), dice).strip() or text
        if kind in ("headline", "excerpt", "rounded up"):
            headline = cast.say("{city}{term2}[见闻|观察|一日]：{project}{verb}")
    else:
        site = min(dice.randrange(_SITES), dice.randrange(_SITES))
    record = {
        "url": f"https://www.portal{site}.example/news/{number}.html",
        "headline": headline,
        "body": text,
        "published_at": (_BEGIN + number * _STEP).isoformat(),
        "source_name": words.PAPERS[dice.randrange(len(words.PAPERS))],
        "authors": [cast.name()] if dice.random() < 0.3 else [],
    }
    return Made(number, kind, bases, record)


def articles(seed: int, numbers: Iterable[int]) -> Iterator[Made]:
    """The articles of these numbers, one after the other."""
    return (make(seed, number) for number in numbers)


def write(path: Path, seed: int, numbers: Iterable[int]) -> None:
    """Their records as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for one in articles(seed, numbers):
            file.write(json.dumps(one.record, ensure_ascii=False) + "\n")


def _planned(seed: int, number: int) -> tuple[str, int, random.Random]:
    """The kind of an article, the first article of its story, and the dice that decide the rest."""
    dice = random.Random(f"{seed}/{number}")
    kind = dice.choice(_DECK) if number > 1 else "story"
    if kind not in _CHANGES:
        return kind, number, dice
    copied = dice.randint(1, number - 1) if dice.random() < 0.2 else number - dice.randint(1, min(_NEAR, number - 1))
    return kind, _planned(seed, copied)[1], dice


def _outlined(seed: int, number: int) -> tuple[str, tuple[int, ...], random.Random]:
    """Kind, bases, and the dice that decide the rest."""
    kind, base, dice = _planned(seed, number)
    if kind != "rounded up":
        return kind, (base,), dice
    more = [_planned(seed, dice.randint(1, number - 1))[1] for _ in range(dice.choice((3, 3, 8)))]
    return kind, (base, *more), dice


def _told(seed: int, base: int) -> tuple[str, str]:
    """Headline and text of a story or a notice."""
    kind, _, dice = _planned(seed, base)
    if kind == "notice":
        cast = Cast(dice, dice.choice(words.TOPICS))
        return cast.say("{city}{month}{day}公告"), cast.say(dice.choice(NOTICES))
    told = _story(seed, base)
    return told.headline, told.text


def _story(seed: int, number: int) -> Story:
    made: Story = story.__wrapped__(seed, number)  # the cache would keep them all
    return made


def _around(site: int) -> tuple[str, str]:
    """What a site prints above and below each text that it takes over."""
    dice = random.Random(site)
    name = words.PAPERS[site % len(words.PAPERS)]
    head = f"您当前的位置 : 首页 > {dice.choice(words.TOPICS)} > 正文"
    foot = (
        f"返回{name}，查看更多\n责任编辑：{dice.choice(words.EDITORS)}\n"
        f"声明：本文由入驻{name}的作者撰写，观点仅代表作者本人，不代表{name}立场，如有侵权请在三十日内与本网联系。"
    )
    return head, foot
