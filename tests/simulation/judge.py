"""The archive's history held against the portal's own record: what was asked of it, found, missed, and wrongly found.

What must be found is what lived longer than one scheduled gap: the time between the two looks that the schedule's table
puts around it, and the half hour of cron's. What befell the portal or the way to it (`Trouble`) makes a gap longer.
What is found must be true however short it lived.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve, field, frozen
from sqlalchemy import select

from archive.query.changes import history
from archive.store.db import open_engine, reading
from archive.store.models import Article, Revision
from crawler.demo.world.edits import EDITS
from crawler.demo.world.publications import Publication
from crawler.run.schedule.timing import LOOKS, MISSING
from crawler.run.trouble.retry import GONE_WAITS
from tests.simulation.scene import BOX, has_box
from tests.simulation.script import BEGIN, HALF, HOUR, Deed, Key, Script

SLACK: Final = timedelta(minutes=1)
"""A run takes some seconds."""
KINDS: Final = ("published", *EDITS, "missing", "vanished", "removed", "returned", "extractor")


@frozen(kw_only=True)
class Told:
    """What the archive says happened. `text`: of a revision, headline and body; `kinds`: how it types it."""

    kind: str
    after: datetime | None
    before: datetime
    told_at: datetime
    cause: str = ""
    text: tuple[str | None, str] = (None, "")
    kinds: frozenset[str] = frozenset()


@define
class Count:
    """Of one kind. `dated`: of those found, so many between two looks that are one gap apart. `held_up`: so many of the
    others while the network, the host or the template was away, so that nobody could look."""

    asked: int = 0
    found: int = 0
    dated: int = 0
    held_up: int = 0
    missed: list[str] = field(factory=list)
    wrong: list[str] = field(factory=list)


@define
class Verdict:
    """See the module."""

    counts: dict[str, Count] = field(factory=lambda: {kind: Count() for kind in KINDS})

    @property
    def dated(self) -> float:
        """The share of what was found that is dated within one gap, of all that nothing held up."""
        found = sum(one.found - one.held_up for one in self.counts.values())
        return sum(one.dated for one in self.counts.values()) / found if found else 1.0

    @property
    def problems(self) -> list[str]:
        """Everything missed or wrong, and a share that is too low."""
        every = [problem for one in self.counts.values() for problem in (*one.missed, *one.wrong)]
        return every + ([f"only {self.dated:.1%} is dated within one gap"] if self.dated < 0.95 else [])


@define
class _Life:
    """One article as the portal had it: its deeds, and what it showed from when to when."""

    deeds: list[Deed]
    article: Publication = field(init=False)
    _stages: list[tuple[datetime, Publication | None]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        [first] = [one.article for one in self.deeds if one.kind == "published" and one.article is not None]
        self.article = present = first
        self._stages = []
        for deed in self.deeds:
            present = deed.article or present
            if deed.kind != "moved":
                self._stages.append((deed.at, None if deed.kind == "gone" else present))

    def shown(self, moment: datetime) -> Publication | None:
        """What its page showed then, None where it was away or not there yet."""
        return next((shown for at, shown in reversed(self._stages) if at <= moment), None)

    def until(self, at: datetime, end: datetime) -> datetime:
        """When what began then was over."""
        return next((later for later, _ in self._stages if later > at), end)

    def was_away(self, moment: datetime) -> bool:
        """Whether it was deleted then."""
        return moment >= self.article.published_at and self.shown(moment) is None


def judge(script: Script, database: Path) -> Verdict:
    """Hold the archive in that file against the script."""
    verdict = Verdict()
    lives: dict[Key, list[Deed]] = {}
    for deed in script.deeds:
        lives.setdefault(deed.key, []).append(deed)
    told = dict(_archive(database))
    for key in told.keys() - lives.keys():
        verdict.counts["published"].wrong.append(f"{key}: the portal has no such article")
    for key, deeds in lives.items():
        _Judge(script, _Life(deeds), told.get(key, []), verdict.counts).judge()
    return verdict


def _archive(database: Path) -> Iterator[tuple[Key, list[Told]]]:
    engine = open_engine(f"sqlite:///{database}")
    with reading(engine) as connection:
        for row in connection.execute(select(Article.id, Article.site, Article.native_id)).all():
            texts = {
                one.number: (one.headline, one.body)
                for one in connection.execute(
                    select(Revision.number, Revision.headline, Revision.body).where(Revision.article_id == row.id)
                )
            }
            present = connection.execute(select(Article.headline, Article.body).where(Article.id == row.id)).one()
            told = [_told(one, texts, (present.headline, present.body)) for one in history(connection, row.id)]
            yield (row.site, row.native_id), told
    engine.dispose()


def _told(
    one: dict[str, Any], texts: dict[int, tuple[str | None, str | None]], present: tuple[str | None, str]
) -> Told:
    headline, body = texts.get(one.get("number", 0), (None, None))
    after, before = (None if at is None else datetime.fromisoformat(at) for at in (one["after_at"], one["before_at"]))
    assert before is not None
    told_at = datetime.fromisoformat(one["told_at"]) if one.get("told_at") else before
    return Told(
        kind=one["kind"],
        after=after,
        before=before,
        told_at=told_at,
        cause=one.get("cause") or "",
        text=present if body is None else (headline, body),
        kinds=frozenset(str(edit["kind"]) for edit in one.get("edits", ())),
    )


@define
class _Judge:
    """Of one article."""

    script: Script
    life: _Life
    told: list[Told]
    counts: dict[str, Count]
    _matched: set[tuple[datetime, str]] = field(factory=set)

    def judge(self) -> None:
        for one in self.told:
            self._is_true(one)
        for deed in self.life.deeds:
            if deed.kind != "moved":
                self._must_be_found(deed)

    # What is told must be true

    def _is_true(self, one: Told) -> None:
        wrong = {"new": self._new, "revised": self._revised}.get(one.kind, self._state)(one)
        kind = "published" if one.kind == "new" else "extractor" if one.cause == "extractor" else one.kind
        if wrong:
            count = self.counts["wording" if kind == "revised" else kind]
            count.wrong.append(f"{self.life.article.url}: {wrong}: {evolve(one, text=(None, ''))}")

    def _new(self, one: Told) -> str:
        shown = self.life.shown(one.before)
        if shown is None or not self._is_text(one, shown):
            return "the first text is none that the page showed"
        self._find("published", [deed for deed in self.life.deeds if deed.kind == "published"], one)
        # What was edited before anybody looked is found with the first look.
        for deed in self.life.deeds:
            if deed.kind in EDITS and deed.at <= one.before:
                self._find(deed.kind, [deed], one)
        return ""

    def _revised(self, one: Told) -> str:
        shown = self.life.shown(one.before)
        if shown is None or not self._is_text(one, shown):
            return "the text is none that the page showed"
        if one.cause == "extractor":
            self.counts["extractor"].found += 1
            self.counts["extractor"].dated += 1
            return "" if has_box(self.life.article) else "our rules did not change anything about this page"
        deeds = [deed for deed in self._between(one) if deed.kind in EDITS]
        if not deeds or one.cause != "publisher":
            return "nobody edited it then"
        for deed in deeds:
            self._find(deed.kind, [deed], one)
        if len(deeds) == 1 and one.kinds != {deeds[0].kind}:
            return f"it was {deeds[0].kind}, and is told as {sorted(one.kinds)}"
        return ""

    def _state(self, one: Told) -> str:
        kind = "returned" if one.kind == "returned" else "gone"
        deeds = [deed for deed in self._between(one) if deed.kind == kind]
        if not deeds:
            return f"it was not {kind} then"
        if (kind == "gone") != self.life.was_away(one.told_at):
            return "the page showed something else"
        self._find(one.kind, deeds[-1:], one)
        return ""

    def _find(self, kind: str, deeds: Sequence[Deed], one: Told) -> None:
        count = self.counts[kind]
        for deed in deeds:
            self._matched.add((deed.at, kind))
            count.found += 1
            after = one.after or (deed.at if kind == "published" else self.life.article.published_at)
            gap = self._gap(deed) + HALF + SLACK
            is_dated = one.before - max(after, BEGIN - HALF) <= gap
            count.dated += is_dated
            count.held_up += not is_dated and self._wait(deed) > gap

    def _between(self, one: Told) -> list[Deed]:
        after = one.after or BEGIN - timedelta(days=9)
        return [deed for deed in self.life.deeds if after < deed.at <= one.before]

    def _is_text(self, one: Told, shown: Publication) -> bool:
        texts = [shown.body]
        if has_box(shown) and one.before < self.script.template.end:
            texts.append(f"{shown.body}\n{BOX}")
        return one.text[0] == shown.headline and one.text[1] in texts

    # What lived longer than a gap must be told

    def _must_be_found(self, deed: Deed) -> None:
        lived = self.life.until(deed.at, self.script.end) - max(deed.at, BEGIN)
        wait = self._wait(deed)
        if deed.kind == "gone":
            # What nobody had seen, nobody misses.
            if not any(one.before < deed.at for one in self.told):
                return
            self._ask(deed, "missing", lived > wait)
            self._ask(deed, "vanished", lived > wait + timedelta(days=1) + HOUR)
            self._ask(deed, "removed", lived > wait + timedelta(days=14) + HOUR)
        elif deed.kind == "returned":
            # Of what nobody saw to be away, nobody sees the return.
            away = [one for one in self.life.deeds if one.kind == "gone" and one.at < deed.at]
            self._ask(deed, deed.kind, (away[-1].at, "missing") in self._matched and lived > wait)
        else:
            self._ask(deed, deed.kind, lived > wait)

    def _ask(self, deed: Deed, kind: str, must: bool) -> None:
        count = self.counts[kind]
        count.asked += must
        if must and (deed.at, kind) not in self._matched:
            count.missed.append(f"{deed.at:%d %H:%M} {kind} of {self.life.article.url} is missed")

    def _gap(self, deed: Deed) -> timedelta:
        """The time between the two scheduled looks around a deed."""
        if deed.kind == "published":
            return timedelta(0)
        table: Sequence[timedelta] = LOOKS
        start = self.life.article.published_at
        if self._was_gone_at_first(deed):
            table = tuple(accumulate(GONE_WAITS))
        elif deed.kind == "returned":
            table, start = MISSING, self._missed_before(deed)
        table = (timedelta(0), *table)
        age = max(deed.at - start, timedelta(0))
        return next((late - early for early, late in pairwise(table) if age < late), timedelta(days=365))

    def _was_gone_at_first(self, deed: Deed) -> bool:
        """Whether an article was away before anybody had seen it: then it is asked for as what is no more is."""
        unseen = not any(one.before < deed.at for one in self.told)
        return unseen and any(one.kind == "gone" and one.at < deed.at for one in self.life.deeds)

    def _missed_before(self, deed: Deed) -> datetime:
        missed = [one.before for one in self.told if one.kind == "missing" and one.before < deed.at]
        return max(missed, default=deed.at)

    def _wait(self, deed: Deed) -> timedelta:
        """So long something must have lived to be found."""
        wait = self._gap(deed) + HALF + SLACK
        site = self.life.article.site
        troubles = [self.script.network]
        if site == "netease":
            troubles.append(self.script.captcha)
        if self.life.article.form == "post-dy":
            troubles.append(self.script.template)
        for trouble in sorted(troubles, key=lambda one: one.begin):
            if trouble.begin <= deed.at + wait and deed.at < trouble.end + (trouble.end - trouble.begin) / 4 + HOUR:
                wait = max(wait, (trouble.end - deed.at) * 1.3 + 2 * HOUR)
        return wait
