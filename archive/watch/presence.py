"""What captures change about the states of articles: looks out of the archive, events into the change log."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, literal, select, update

from archive.store.changes import entry
from archive.store.keys import key_in, keys_given, keys_in
from archive.store.models import Article, Capture
from archive.watch.states import Event, Look, events, state_after

Key = tuple[str, str]
"""Site and native id."""

GONE: Final = "gone"
"""The outcome of a capture that shows that an article is no more."""


def gone_key(capture: Mapping[str, Any]) -> Key | None:
    """The article that a capture's row shows to be no more; None where it shows nothing of the kind."""
    site, native_id = capture["site"], capture["native_id"]
    # That one page of several is no more says nothing of the article.
    told = capture["outcome"] == GONE and capture["part"] is None
    return (site, native_id) if told and site and native_id else None


def was_gone(connection: Connection, keys: Collection[Key]) -> set[Key]:
    """Those of which some capture showed that they were no more."""
    if not keys:
        return set()
    dialect = connection.dialect.name
    found = connection.execute(_gone(dialect), keys_given(dialect, _OF_CAPTURE, keys))
    return {(row.site or "", row.native_id or "") for row in found}


def looks(connection: Connection, articles: Mapping[int, Key]) -> dict[int, list[Look]]:
    """Every look at each of these articles, by its number."""
    found: defaultdict[int, list[Look]] = defaultdict(list)
    for article_id, at, capture_id in connection.execute(_SEEN, {"articles": sorted(articles)}):
        found[article_id or 0].append(Look(at, True, capture_id))
    for article_id, its in looks_in_vain(connection, articles).items():
        found[article_id] += its
    return found


def looks_in_vain(connection: Connection, articles: Mapping[int, Key]) -> dict[int, list[Look]]:
    """The looks that showed that an article is no more, by its number."""
    found: defaultdict[int, list[Look]] = defaultdict(list)
    by_key = {key: article_id for article_id, key in articles.items()}
    dialect = connection.dialect.name
    given = keys_given(dialect, _OF_CAPTURE, by_key)
    for site, native_id, at, capture_id in connection.execute(_gone(dialect), given):
        found[by_key[site or "", native_id or ""]].append(Look(at, False, capture_id))
    return found


def note_states(
    connection: Connection, fresh: Mapping[int, Key], keys: Collection[Key], now: datetime
) -> list[dict[str, Any]]:
    """Bring the states of these articles up to date, and give the rows of the change log for what is new about them.

    `fresh`: the captures that came in just now, stored already, and the article of each. What they tell is what all
    looks tell and the others did not; an older capture that comes in late may so date an event more closely, or add
    one.
    """
    if not keys:
        return []
    rows = connection.execute(
        select(Article.id, Article.site, Article.native_id, Article.state).where(
            key_in(connection, (Article.site, Article.native_id), keys)
        )
    ).all()
    articles = {row.id: (row.site, row.native_id) for row in rows}
    if not articles:
        return []
    found = looks(connection, articles)
    changes: list[dict[str, Any]] = []
    changed = []
    for row in sorted(rows, key=lambda row: row.id):
        now_known = events(found[row.id])
        before = events(look for look in found[row.id] if look.capture_id not in fresh)
        changes += [_row(row.id, event, now) for event in now_known if event not in before]
        if (state := state_after(now_known)) != row.state:
            changed.append({"key": row.id, "to": str(state)})
    if changed:
        connection.execute(update(_T).where(_T.c.id == bindparam("key")).values(state=bindparam("to")), changed)
    return changes


def _row(article_id: int, event: Event, now: datetime) -> dict[str, Any]:
    return {
        **entry(article_id, str(event.state), now),
        "after_at": event.after.at if event.after is not None else None,
        "before_at": event.before.at,
        "after_capture_id": event.after.capture_id if event.after is not None else None,
        "before_capture_id": event.before.capture_id,
    }


def is_gone() -> ColumnElement[bool]:
    """A condition with the outcome as a literal: the partial index `ix_capture_gone` is used for that only."""
    return and_(Capture.outcome == literal(GONE, literal_execute=True), Capture.part.is_(None))


_T: Any = Article.__table__
_OF_CAPTURE: Final = (Capture.site, Capture.native_id)
_SEEN: Final = select(Capture.article_id, Capture.captured_at, Capture.id).where(
    Capture.article_id.in_(bindparam("articles", expanding=True)), Capture.text_digest.is_not(None)
)


@cache
def _gone(dialect: str) -> Select[str | None, str | None, datetime, int]:
    """The captures that show that these articles are no more."""
    columns = (Capture.site, Capture.native_id, Capture.captured_at, Capture.id)
    return select(*columns).where(is_gone(), keys_in(dialect, _OF_CAPTURE))
