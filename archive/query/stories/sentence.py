"""Where a sentence first stood and when it vanished, followed through the revisions of all copies of a story."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from attrs import evolve, frozen
from sqlalchemy import Connection, select

from archive.errors import UsageError
from archive.query.article import article_row
from archive.query.stories.copies import GONE, Copy, Interval, chunks, copies, last_gone, size_of, story_of, texts
from archive.store.models import Capture, Revision
from archive.text.fold import fold
from archive.watch.presence import looks

LEAST: Final = 2
"""Folded characters of a sentence that can be looked for."""

Verdict = Literal["stands", "edited out", "gone", "elsewhere", "never"]


@frozen(kw_only=True)
class Stood:
    """A sentence stood in a copy, from revision `first` to `last`.

    `appeared`: when it came; `after_at` is None where the copy had it when we first saw it. `cause`: of the revision
    that brought it (docs/changes.md), None where it was there from the beginning. `ended`: when it went, None where it
    stands; `how`: `edited out` (then `ended_cause` is that revision's) or `gone` (the copy is no more at its site).
    """

    copy: Copy
    first: int
    last: int
    appeared: Interval
    cause: str | None
    ended: Interval | None = None
    how: Literal["edited out", "gone"] | None = None
    ended_cause: str | None = None

    @property
    def since(self) -> datetime:
        """The time that puts copies in order: the stated one of a copy that had the sentence from the beginning, else
        that of the first capture that shows it."""
        return (self.copy.published_at if self.cause is None else None) or self.appeared.before_at

    def as_json(self) -> dict[str, Any]:
        """As `jianbao bisect --json` prints it."""
        return {
            "article": self.copy.as_json(),
            "first_revision": self.first,
            "last_revision": self.last,
            "appeared": self.appeared.as_json(),
            "cause": self.cause,
            "ended": self.ended and self.ended.as_json(),
            "how": self.how,
            "ended_cause": self.ended_cause,
        }


@frozen(kw_only=True)
class Bisected:
    """What is known of a sentence.

    `verdict` of the article that was asked about: it `stands` there, was `edited out`, stands there but the article is
    `gone` from its site, never stood there but `elsewhere` in a copy, or `never` stood in any. `stood`: wherever it
    stood, the earliest first; so the first of them is where it first stood.
    """

    article: int
    cluster: int
    sentence: str
    verdict: Verdict
    copies: int
    size: int
    revisions: int
    stood: tuple[Stood, ...]

    def as_json(self) -> dict[str, Any]:
        """As `jianbao bisect --json` prints it. `copies`, `revisions`: so many were looked at, of `size` copies."""
        return {
            "article": self.article,
            "cluster": self.cluster,
            "sentence": self.sentence,
            "verdict": self.verdict,
            "copies": self.copies,
            "size": self.size,
            "revisions": self.revisions,
            "stood": [one.as_json() for one in self.stood],
        }


@frozen(kw_only=True)
class _Version:
    number: int
    at: datetime
    capture_id: int | None
    cause: str
    has: bool


def bisect(connection: Connection, article_id: int, sentence: str) -> Bisected:
    """Follow a sentence of an article back. It is compared as texts are searched: script, width and signs make no
    difference. Raises `NotFound`, and `UsageError` where there is nothing to look for."""
    wanted = fold(sentence)
    if len(wanted) < LEAST:
        raise UsageError(f"{sentence[:40]!r} has no text to look for; give a sentence, or a few words of one")
    article_row(connection, article_id)
    cluster = story_of(connection, article_id)
    every = {one.id: one for one in copies(connection, cluster, also=article_id)}
    versions = _versions(connection, every, wanted)
    captures = _captures(connection, [key for key, its in versions.items() if any(one.has for one in its)])
    stood = [one for key in captures for one in _spans(every[key], versions[key], captures[key])]
    stood = _with_the_gone(connection, stood)
    stood.sort(key=lambda one: (one.since, one.copy.id))
    return Bisected(
        article=article_id,
        cluster=cluster,
        sentence=sentence,
        verdict=_verdict([one for one in stood if one.copy.id == article_id], elsewhere=bool(stood)),
        copies=len(every),
        size=size_of(connection, list(every.values())),
        revisions=sum(map(len, versions.values())),
        stood=tuple(stood),
    )


def _verdict(its: Sequence[Stood], *, elsewhere: bool) -> Verdict:
    if not its:
        return "elsewhere" if elsewhere else "never"
    return max(its, key=lambda one: one.last).how or "stands"


def _versions(connection: Connection, every: dict[int, Copy], wanted: str) -> dict[int, list[_Version]]:
    """The revisions of each copy, oldest first, and whether each has the sentence."""
    found: defaultdict[int, list[_Version]] = defaultdict(list)
    columns = (Revision.article_id, Revision.number, Revision.captured_at, Revision.capture_id, Revision.cause)
    for some in chunks(every):
        present = texts(connection, some)
        query = select(*columns, Revision.headline, Revision.body).where(Revision.article_id.in_(some))
        for row in connection.execute(query.order_by(Revision.article_id, Revision.number)):
            headline, body = present[row.article_id] if row.body is None else (row.headline, row.body)
            found[row.article_id].append(
                _Version(
                    number=row.number,
                    at=row.captured_at,
                    capture_id=row.capture_id,
                    cause=row.cause,
                    has=wanted in fold(f"{headline or ''}\n{body}"),
                )
            )
    return dict(found)


def _captures(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[tuple[datetime, int]]]:
    """The captures that showed these articles, oldest first."""
    found: dict[int, list[tuple[datetime, int]]] = {one: [] for one in article_ids}
    for some in chunks(article_ids):
        query = select(Capture.article_id, Capture.captured_at, Capture.id).where(
            Capture.article_id.in_(some), Capture.text_digest.is_not(None)
        )
        for article_id, at, capture_id in connection.execute(query):
            found[article_id or 0].append((at, capture_id))
    return {key: sorted(its) for key, its in found.items()}


def _spans(copy: Copy, versions: Sequence[_Version], captures: Sequence[tuple[datetime, int]]) -> Iterator[Stood]:
    """Where the sentence stood in one copy: from each revision that brought it to the last one that had it."""
    before: _Version | None = None
    present: Stood | None = None
    for one in versions:
        if one.has and present is None:
            present = Stood(
                copy=copy,
                first=one.number,
                last=one.number,
                appeared=_between(before, one, captures),
                cause=None if before is None else one.cause,
            )
        elif one.has and present is not None:
            present = evolve(present, last=one.number)
        elif present is not None:
            yield evolve(present, ended=_between(before, one, captures), how="edited out", ended_cause=one.cause)
            present = None
        before = one
    if present is not None:
        yield present


def _between(before: _Version | None, one: _Version, captures: Sequence[tuple[datetime, int]]) -> Interval:
    """When a revision came to be: after the last capture that showed the one of before."""
    known = Interval(after_at=None, before_at=one.at, before_capture_id=one.capture_id)
    if before is None:
        return known
    shown = [(at, capture_id) for at, capture_id in captures if before.at <= at < one.at]
    after_at, after_id = shown[-1] if shown else (before.at, before.capture_id)
    return evolve(known, after_at=after_at, after_capture_id=after_id)


def _with_the_gone(connection: Connection, stood: Sequence[Stood]) -> list[Stood]:
    """What stands in a copy that is no more at its site went with it."""
    away = {one.copy.id: (one.copy.site, one.copy.native_id) for one in stood if one.copy.state in GONE}
    seen = looks(connection, away) if away else {}
    told = []
    for one in stood:
        gone = last_gone(seen[one.copy.id]) if one.ended is None and one.copy.id in seen else None
        told.append(one if gone is None else evolve(one, ended=gone, how="gone"))
    return told
