"""Who published a story first: by what the copies state, by what we saw, and by whom they name; and where these
contradict each other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from attrs import asdict, frozen
from sqlalchemy import Connection, Select, bindparam, func, select

from archive.query.stories.copies import Copy, chunks, copies, size_of
from archive.store.keys import keys_given, keys_in
from archive.store.models import Capture, CrawlRun, Sighting
from archive.text.fold import fold
from archive.times import show_time


@frozen(kw_only=True)
class Sight:
    """When we first saw a copy: `how` is `sighting` (a list named it, `source`), `capture` (its page, `capture_id`) or
    `import` (a file told of it)."""

    copy: Copy
    at: datetime
    how: str
    source: str | None = None
    capture_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The article, and when and how it was seen."""
        return {
            "article": self.copy.as_json(),
            "seen_at": show_time(self.at),
            "how": self.how,
            "source": self.source,
            "capture_id": self.capture_id,
        }


@frozen(kw_only=True)
class Named:
    """A medium or an account that copies name as their source. `by`: those copies; `own`: those that it published
    itself, as far as the archive has them (their account has that name)."""

    name: str
    by: tuple[int, ...]
    own: tuple[int, ...]


@frozen(kw_only=True)
class Contradiction:
    """What does not fit together. `code` names the kind (docs/duplicates.md), `articles` are concerned, `says` tells it
    in words."""

    code: str
    articles: tuple[int, ...]
    says: str


@frozen(kw_only=True)
class Firsts:
    """The three firsts of a story; each is None where no copy tells it.

    `copies`: so many were looked at, of `size`. `sights`: when each copy was first seen, the earliest first;
    `seen_with`: the copies that the same run saw first, whose order tells nothing. `sources`: everybody who is named,
    the most named first.
    """

    cluster: int
    copies: int
    size: int
    stated: Copy | None
    seen: Sight | None
    named: Named | None
    sights: tuple[Sight, ...]
    seen_with: tuple[int, ...]
    sources: tuple[Named, ...]
    contradictions: tuple[Contradiction, ...]

    def as_json(self) -> dict[str, Any]:
        """As `jianbao firsts --json` prints it."""
        return {
            "cluster": self.cluster,
            "copies": self.copies,
            "size": self.size,
            "stated": self.stated and self.stated.as_json(),
            "seen": self.seen and self.seen.as_json(),
            "named": self.named and asdict(self.named),
            "sights": [one.as_json() for one in self.sights],
            "seen_with": list(self.seen_with),
            "sources": [asdict(one) for one in self.sources],
            "contradictions": [asdict(one) for one in self.contradictions],
        }


_OF_SIGHTING: Final = (Sighting.site, Sighting.native_id)
_EARLIEST: Final = (
    select(Capture.article_id, func.min(Capture.captured_at).label("at"))
    .where(Capture.article_id.in_(bindparam("articles", expanding=True)))
    .group_by(Capture.article_id)
    .subquery()
)
_CAPTURED: Final = (
    select(Capture.article_id, Capture.captured_at, func.min(Capture.id))
    .join(_EARLIEST, (_EARLIEST.c.article_id == Capture.article_id) & (_EARLIEST.c.at == Capture.captured_at))
    .group_by(Capture.article_id, Capture.captured_at)
)
_RUN: Final = (
    select(CrawlRun.started_at, CrawlRun.finished_at)
    .join(Capture, Capture.run_id == CrawlRun.id)
    .where(Capture.article_id == bindparam("article"))
    .order_by(Capture.captured_at, Capture.id)
    .limit(1)
)


@cache
def _sightings(dialect: str) -> Select[str, str, str, datetime]:
    """Where these articles were listed."""
    columns = (Sighting.site, Sighting.native_id, Sighting.source, Sighting.first_seen_at)
    return select(*columns).where(keys_in(dialect, _OF_SIGHTING))


def firsts(connection: Connection, cluster_id: int, *, every: Sequence[Copy] = ()) -> Firsts:
    """The three firsts of a story. `every`: its copies, for who has them already. Raises `NotFound`."""
    every = every or copies(connection, cluster_id)
    sights = _sights(connection, every)
    sources = _sources(every)
    stated = next((one for one in every if one.published_at is not None), None)
    return Firsts(
        cluster=cluster_id,
        copies=len(every),
        size=size_of(connection, every),
        stated=stated,
        seen=sights[0] if sights else None,
        named=sources[0] if sources else None,
        sights=tuple(sights),
        seen_with=tuple(_same_run(connection, sights)),
        sources=tuple(sources),
        contradictions=tuple(_contradictions(every, stated, sights, sources)),
    )


def _sights(connection: Connection, every: Sequence[Copy]) -> list[Sight]:
    found: defaultdict[int, list[Sight]] = defaultdict(list)
    by_key = {(one.site, one.native_id): one for one in every}
    dialect = connection.dialect.name
    for row in connection.execute(_sightings(dialect), keys_given(dialect, _OF_SIGHTING, by_key)):
        copy = by_key[row.site, row.native_id]
        found[copy.id].append(Sight(copy=copy, at=row.first_seen_at, how="sighting", source=row.source))
    by_id = {one.id: one for one in every}
    for some in chunks(by_id):
        for article_id, at, capture_id in connection.execute(_CAPTURED, {"articles": some}):
            if article_id is not None:
                found[article_id].append(Sight(copy=by_id[article_id], at=at, how="capture", capture_id=capture_id))
    for one in every:
        if not found[one.id]:
            found[one.id].append(Sight(copy=one, at=one.first_captured_at, how="import"))
    return sorted((min(its, key=_when) for its in found.values()), key=_when)


def _when(sight: Sight) -> tuple[datetime, bool, str, int]:
    return sight.at, sight.how != "sighting", sight.source or "", sight.copy.id


def _same_run(connection: Connection, sights: Sequence[Sight]) -> Iterator[int]:
    """The copies that were seen first by the run that saw the first one."""
    run = connection.execute(_RUN, {"article": sights[0].copy.id}).first()
    if run is not None and run.started_at <= sights[0].at:
        for sight in sights[1:]:
            if sight.how != "import" and (run.finished_at is None or sight.at <= run.finished_at):
                yield sight.copy.id


def _sources(every: Sequence[Copy]) -> list[Named]:
    names: dict[str, str] = {}
    by: defaultdict[str, list[Copy]] = defaultdict(list)
    own: defaultdict[str, list[Copy]] = defaultdict(list)
    for one in every:
        if one.source_name:
            by[fold(one.source_name)].append(one)
            names.setdefault(fold(one.source_name), one.source_name)
        if one.account_name:
            own[fold(one.account_name)].append(one)
    # A copy that names itself says less than one that names another.
    ranked = sorted(
        by,
        key=lambda name: (-len([one for one in by[name] if one not in own[name]]), -len(by[name]), by[name][0].by_time),
    )
    return [
        Named(name=names[name], by=tuple(one.id for one in by[name]), own=tuple(one.id for one in own[name]))
        for name in ranked
    ]


def _contradictions(
    every: Sequence[Copy], stated: Copy | None, sights: Sequence[Sight], sources: Sequence[Named]
) -> Iterator[Contradiction]:
    by_id = {one.id: one for one in every}
    for sight in sights:
        one = sight.copy
        if one.published_at is not None and sight.at < one.published_at:
            yield Contradiction(
                code="seen_before_its_time",
                articles=(one.id,),
                says=f"article {one.id} was seen {_shown(sight.at)}, before the time that it states ({_stated(one)})",
            )
    if stated is None or stated.published_at is None:
        return
    earlier = [sight for sight in sights if sight.at < stated.published_at and sight.copy.id != stated.id]
    if earlier:
        yield Contradiction(
            code="seen_before_the_first",
            articles=(stated.id, *(sight.copy.id for sight in earlier)),
            says=f"article {stated.id} states the earliest time ({_stated(stated)}), but "
            f"article {earlier[0].copy.id} was seen {_shown(earlier[0].at)}, before that",
        )
    alike = [one for one in every if one.id != stated.id and _may_be_before(one, stated)]
    if alike:
        yield Contradiction(
            code="stated_alike",
            articles=(stated.id, *(one.id for one in alike)),
            says=f"article {alike[0].id} may be as early as article {stated.id}, by the times that they state "
            f"({_stated(alike[0])}, {_stated(stated)})",
        )
    for source in sources:
        if stated.id in source.by and stated.id not in source.own:
            yield Contradiction(
                code="first_names_another",
                articles=(stated.id, *source.own),
                says=f"article {stated.id} states the earliest time ({_stated(stated)}), "
                f"but names {source.name} as its source",
            )
        its = [by_id[one] for one in source.own if by_id[one].published_at is not None]
        if its:
            own = min(its, key=lambda one: one.by_time)
            copied = [by_id[one] for one in source.by if one not in source.own and by_id[one].by_time < own.by_time]
            if copied:
                yield Contradiction(
                    code="source_is_later",
                    articles=(own.id, *(one.id for one in copied)),
                    says=f"article {copied[0].id} names {source.name} as its source, but states an earlier time "
                    f"({_stated(copied[0])}) than {source.name}'s own article {own.id} ({_stated(own)})",
                )


def _may_be_before(one: Copy, stated: Copy) -> bool:
    """Whether a copy's stated time, as precisely as it was shown, is not after the earliest one."""
    if one.published_at is None or stated.published_at is None:
        return False
    shown = [show_time(copy.published_at, copy.published_precision) or "" for copy in (one, stated)]
    length = min(len(text.partition("+")[0]) for text in shown)
    return shown[0][:length] == shown[1][:length]


def _stated(one: Copy) -> str | None:
    return show_time(one.published_at, one.published_precision)


def _shown(moment: datetime) -> str | None:
    return show_time(moment)
