"""What happened to articles: one article's history, and what changed in the archive since a time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import asdict, frozen
from sqlalchemy import Connection, bindparam, func, select

from archive.ingest.observations import PART
from archive.query.article import MAX_ROWS, article_row
from archive.query.stories.copied import beside_the_first
from archive.query.visible import visible
from archive.store.models import Article, Capture, Change, Revision
from archive.times import show_times
from archive.watch.kinds import Edit, Kind, weight
from archive.watch.presence import looks_in_vain
from archive.watch.revised import Text, revised
from archive.watch.states import STATE_WEIGHTS, Event, Look, State, events

STATES: Final = tuple(str(state) for state in State if state is not State.LIVE)
KINDS: Final = (*map(str, Kind), *STATES)
"""What can be asked for."""
CAUSES: Final = ("publisher", "import", "person", "extractor")
"""Of revisions; the last one is told only where it is asked for."""
_PAGE: Final = 200


@frozen(kw_only=True)
class Wanted:
    """Which changes are asked for, those of all kinds and sites where none is named. `added`, `removed`: a word that
    the text has more often than before, or less often; "" for any. `causes`: of revisions; what our own rules
    changed is told only where it is asked for. `before`: only changes of a lower number, those that come after it in
    the list. `least`: only changes of this number or a higher one. `copies`: copies, too, that came in and say what
    the copy of their story with the earliest stated time does not; `added` and `removed` are then what the copy has
    more often than that one, or less often."""

    since: datetime
    until: datetime | None = None
    kinds: Collection[str] = ()
    sites: Collection[str] = ()
    added: str = ""
    removed: str = ""
    causes: Collection[str] = CAUSES[:-1]
    before: int | None = None
    least: int | None = None
    copies: bool = False


def history(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """All that is known to have happened to an article, oldest first: `kind` (`new`, `revised` or a state), `after_at`
    and `before_at` (between which it happened), `after_capture_id` and `before_capture_id`; of a revision its `number`,
    `cause`, `weight` and `edits`. Raises `NotFound`."""
    return happened(connection, article_row(connection, article_id))


def happened(connection: Connection, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of an article whose row (`article_row`) is there already."""
    showed = sorted(
        connection.execute(_SHOWED, {"article": row["id"]}).all(), key=lambda one: (one.captured_at, one.id)
    )
    seen = [Look(one.captured_at, True, one.id) for one in showed]
    missed = looks_in_vain(connection, {row["id"]: (row["site"], row["native_id"])})
    found = [*_revised(connection, row, showed), *map(_state, events([*seen, *missed.get(row["id"], ())]))]
    found.sort(key=lambda one: one.get("told_at") or one["before_at"])
    return [show_times(one) for one in found]


def _state(event: Event) -> dict[str, Any]:
    return {
        "kind": str(event.state),
        "after_at": event.after.at if event.after is not None else None,
        "before_at": event.before.at,
        "after_capture_id": event.after.capture_id if event.after is not None else None,
        "before_capture_id": event.before.capture_id,
        "told_at": event.by.at,
    }


def _revised(connection: Connection, row: Any, showed: Sequence[Any]) -> Iterator[dict[str, Any]]:
    # The first page of several alone does not tell what stood on the others.
    captures = [one for one in showed if not one.text_digest.startswith(PART)] or showed
    before: Text | None = None
    theirs: Text | None = None  # the last one that no person made: what a publisher changed is held against that
    last: Any = None
    for revision in connection.execute(_REVISIONS, {"article": row["id"]}):
        text = _text(revision, row)
        earlier = [one for one in captures if one.captured_at < revision.captured_at]
        after = earlier[-1] if earlier and last is not None and earlier[-1].captured_at >= last.captured_at else None
        told: dict[str, Any] = {
            "kind": "new" if before is None else "revised",
            "number": revision.number,
            "cause": revision.cause,
            "after_at": after.captured_at if after is not None else last.captured_at if last is not None else None,
            "before_at": revision.captured_at,
            "after_capture_id": after.id if after is not None else last.capture_id if last is not None else None,
            "before_capture_id": revision.capture_id,
        }
        if revision.cause == "person":
            told |= {"after_at": revision.captured_at, "after_capture_id": None}
        if before is not None:
            told |= _typed(_edits(before if revision.cause == "person" else theirs or before, text))
        yield told
        before = text
        if revision.cause != "person":
            theirs, last = text, revision


_SHOWED: Final = select(Capture.captured_at, Capture.id, Capture.text_digest).where(
    Capture.article_id == bindparam("article"), Capture.text_digest.is_not(None)
)
_REVISIONS: Final = (
    select(
        *(Revision.number, Revision.captured_at, Revision.capture_id),
        *(Revision.cause, Revision.headline, Revision.body),
    )
    .where(Revision.article_id == bindparam("article"))
    .order_by(Revision.number)
    .limit(MAX_ROWS)
)


def _text(revision: Any, article: Any) -> Text:
    """A revision's text; the present one's stands in the article's row."""
    if revision.body is None:
        return article["headline"], article["body"]
    return revision.headline, revision.body


def _edits(before: Text, after: Text) -> list[Edit]:
    from archive.watch.edits import edits  # with what compares texts

    return edits(before, after)


def _typed(found: Sequence[Edit]) -> dict[str, Any]:
    return {"weight": weight(found), "edits": [asdict(edit) for edit in found]}


def changes(connection: Connection, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The changes that are wanted, the newest first: columns of the change log (`at` as `noticed_at`) and of the
    article, with the `weight`, the `edits` and the number (`revision`) of a revision as far as both of its texts are
    kept. Of a copy (`kind` is `copied`) these tell what it has otherwise than the article `against`."""
    bounds = _bounds(connection, wanted)
    if bounds is None:
        return
    first, last = bounds
    kinds = [*(STATES if not wanted.kinds else [kind for kind in wanted.kinds if kind in STATES])]
    if not wanted.kinds or set(wanted.kinds) - set(STATES):
        kinds += ["revised", *(["new"] if wanted.copies else [])]
    columns = (Change.__table__, Article.site, Article.native_id, Article.url, Article.headline)
    while first <= last:
        query = (
            select(*columns)
            .join(Article, Article.id == Change.article_id)
            .where(Change.id.between(first, last), Change.kind.in_(kinds), visible())
            .order_by(Change.id.desc())
            .limit(_PAGE)
        )
        rows = connection.execute(query).mappings().all()
        for row in rows:
            asked = row["kind"] in STATES or (row["cause"] or "publisher") in wanted.causes
            if asked and (not wanted.sites or row["site"] in wanted.sites):
                told = _change(connection, row, wanted)
                if told is not None:
                    yield told
        last = rows[-1]["id"] - 1 if len(rows) == _PAGE else first - 1


def _bounds(connection: Connection, wanted: Wanted) -> tuple[int, int] | None:
    """The numbers of the first and the last change of the span. By two looks each: of changes of one instant no index
    knows the order of the numbers on both databases."""
    at = select(Change.at)
    newest = at if wanted.until is None else at.where(Change.at < wanted.until)
    first_at = connection.scalar(at.where(Change.at >= wanted.since).order_by(Change.at).limit(1))
    last_at = connection.scalar(newest.order_by(Change.at.desc()).limit(1))
    if first_at is None or last_at is None:
        return None
    first = connection.scalar(select(func.min(Change.id)).where(Change.at == first_at)) or 0
    last = connection.scalar(select(func.max(Change.id)).where(Change.at == last_at)) or 0
    return max(first, wanted.least or first), last if wanted.before is None else min(last, wanted.before - 1)


def reach(connection: Connection, wanted: Wanted, looked: int) -> int | None:
    """The number of the last change that is looked at, where so many of the log are; None where that are all."""
    bounds = _bounds(connection, wanted)
    if bounds is None:
        return None
    query = select(Change.id).where(Change.id.between(*bounds)).order_by(Change.id.desc())
    return connection.scalar(query.offset(looked).limit(1))


def _change(connection: Connection, row: Any, wanted: Wanted) -> dict[str, Any] | None:
    """A change as it is told; None where it is not wanted after all."""
    told = {name: row[name] for name in _SHOWN} | {"noticed_at": row["at"], "against": None}
    if row["kind"] == "new":
        return _copied(connection, told, wanted)
    if row["kind"] != "revised":
        return (
            None
            if wanted.added or wanted.removed
            else {**show_times(told), "revision": None, "weight": STATE_WEIGHTS[row["kind"]], "edits": []}
        )
    its = revised(connection, [row]).get(row["id"])
    if its is None:
        return (
            None
            if wanted.kinds or wanted.added or wanted.removed
            else {**show_times(told), "revision": None, "weight": 0, "edits": []}
        )
    found = _asked((its.before, its.after), wanted)
    return None if found is None else {**show_times(told), "revision": its.number, **_typed(found)}


def _copied(connection: Connection, told: dict[str, Any], wanted: Wanted) -> dict[str, Any] | None:
    """A copy that came in, held against the first of its story; None where it says the same."""
    beside = beside_the_first(connection, told["article_id"])
    found = _asked(beside[1:], wanted) if beside is not None else None
    if beside is None or not found:
        return None
    return {**show_times(told), "kind": "copied", "against": beside[0].id, "revision": None, **_typed(found)}


def _asked(texts: Sequence[Text], wanted: Wanted) -> list[Edit] | None:
    """What differs between two texts; None where it is not what is wanted."""
    if not _has_word(texts, wanted):
        return None
    found = _edits(*texts)
    return found if not wanted.kinds or {str(edit.kind) for edit in found} & set(wanted.kinds) else None


_SHOWN: Final = (
    "id",
    "article_id",
    "site",
    "native_id",
    "url",
    "headline",
    "kind",
    "cause",
    "after_at",
    "before_at",
    "after_capture_id",
    "before_capture_id",
)


def _has_word(texts: Sequence[Text], wanted: Wanted) -> bool:
    from archive.text.fold import fold

    before, after = (fold(f"{headline or ''}\n{body}") for headline, body in texts)

    def more(word: str, here: str, there: str) -> bool:
        return not word or here.count(fold(word)) > there.count(fold(word))

    return more(wanted.added, after, before) and more(wanted.removed, before, after)
