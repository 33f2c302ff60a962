"""Articles, some at a time, against their revisions, their captures and their row of the duplicate index: all that
follows from other rows is made once more and compared."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from archive.dedup.fingerprints import digest as text_number
from archive.dedup.propose.passages import LEAST, without
from archive.dedup.propose.sampling import take_sample
from archive.dedup.propose.signature import as_bytes, signature
from archive.dedup.tables import DedupText
from archive.ingest.observations import PART
from archive.ingest.prepare import text_digest
from archive.store.models import Article, Capture, Revision
from archive.text import version
from archive.text.fold import fold_many
from archive.watch.presence import looks
from archive.watch.states import events, state_after
from crawler.upkeep.verify.finding import REBUILD, Finding, Repair

BATCH: Final = 200
"""Articles that are read at a time, each batch in a transaction of its own: a long one would keep SQLite's log from
being emptied."""

_COLUMNS: Final = (
    *(Article.id, Article.site, Article.native_id, Article.headline, Article.body, Article.flags, Article.state),
    *(Article.first_captured_at, Article.last_captured_at, Article.revision, Article.cluster_id),
)


def check(connection: Connection, behind: int) -> tuple[list[Finding], int, int]:
    """What is wrong with the next articles whose numbers are higher than `behind`; the last of them, 0 where there is
    none, and how many they are."""
    rows = connection.execute(select(*_COLUMNS).where(Article.id > behind).order_by(Article.id).limit(BATCH)).all()
    if not rows:
        return [], 0, 0
    ids = [row.id for row in rows]
    found = [
        *_histories(connection, rows, ids),
        *_states(connection, rows),
        *_indexed(connection, rows, ids),
    ]
    return found, ids[-1], len(ids)


def _histories(connection: Connection, rows: Sequence[Any], ids: list[int]) -> Iterator[Finding]:
    """The revisions: numbered, each with its text, the present one the article's; and the times of what was seen."""
    revisions: defaultdict[int, list[Any]] = defaultdict(list)
    query = select(
        *(Revision.article_id, Revision.number, Revision.capture_id, Revision.captured_at),
        *(Revision.headline, Revision.body, Revision.digest, Revision.cause),
    )
    for one in connection.execute(query.where(Revision.article_id.in_(ids)).order_by(Revision.number)):
        revisions[one.article_id].append(one)
    captures: defaultdict[int, dict[int, Any]] = defaultdict(dict)
    shown = select(Capture.id, Capture.article_id, Capture.captured_at, Capture.text_digest)
    for seen in connection.execute(shown.where(Capture.article_id.in_(ids), Capture.text_digest.is_not(None))):
        captures[seen.article_id or 0][seen.id] = seen
    for row in rows:
        yield from _history(row, revisions[row.id], captures[row.id])


def _history(row: Any, revisions: Sequence[Any], captures: dict[int, Any]) -> Iterator[Finding]:
    numbers = [one.number for one in revisions]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        yield _finding(row, "revision", f"its revisions are numbered {numbers or 'not at all'}", cure=REBUILD)
        return
    if row.revision != numbers[-1]:
        told = f"it is said to be revision {row.revision}, and has {numbers[-1]}"
        yield _finding(row, "revision", told, Repair.RECOUNT, {"revision": (row.revision, numbers[-1])})
    texts = [(one.headline, one.body) for one in revisions[:-1]] + [(row.headline, row.body)]
    last = {one.capture_id: one.number for one in revisions}  # a page that is read anew shows its newest reading
    for one, (headline, body) in zip(revisions, texts, strict=True):
        if body is None or text_digest(headline, body) != one.digest.removeprefix(PART):
            yield _finding(
                row, "revision", f"the text of revision {one.number} is not that of its digest", cure=REBUILD
            )
        capture = captures.get(one.capture_id)
        is_read = capture is not None and (last[one.capture_id] != one.number or capture.text_digest == one.digest)
        if one.capture_id is not None and not is_read:
            fault = f"revision {one.number} began with capture {one.capture_id}, which shows another text"
            yield _finding(row, "revision", fault, cure=REBUILD)
    if revisions[-1].body is not None:
        yield _finding(row, "revision", "its present text stands twice", cure=REBUILD)
    yield from _times(row, revisions, captures)


def _times(row: Any, revisions: Sequence[Any], captures: dict[int, Any]) -> Iterator[Finding]:
    """First and last seen: by the captures, and by what we were told and did not see (`archive.ingest.revising`)."""
    shown = {one.text_digest for one in captures.values()}
    times = [one.captured_at for one in captures.values()]
    told = [one for one in revisions if one.capture_id is None and one.cause != "person"]
    times += [one.captured_at for one in told if one.digest not in shown]
    if not times:
        return
    values = {"first_captured_at": min(times), "last_captured_at": max(times)}
    pairs = {name: (getattr(row, name), value) for name, value in values.items()}
    if wrong := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
        fault = f"its captures say otherwise: {', '.join(wrong)}"
        yield _finding(row, "times", fault, Repair.RECOUNT, wrong)


def _states(connection: Connection, rows: Sequence[Any]) -> Iterator[Finding]:
    found = looks(connection, {row.id: (row.site, row.native_id) for row in rows})
    for row in rows:
        state = str(state_after(events(found[row.id])))
        if state != row.state:
            fault = f"it is said to be {row.state}, and its captures say {state}"
            yield _finding(row, "state", fault, Repair.RECOUNT, {"state": (row.state, state)})


def _indexed(connection: Connection, rows: Sequence[Any], ids: list[int]) -> Iterator[Finding]:
    """The row of the duplicate index: of the text as far as it counts."""
    query = select(DedupText.__table__).where(DedupText.article_id.in_(ids))
    stored = {row.article_id: row for row in connection.execute(query)}
    known = [row for row in rows if row.id in stored]
    bodies = [without(row.body, stored[row.id].left_out or ()) for row in known]
    for row, codes in zip(known, fold_many(bodies), strict=True):
        its = stored[row.id]
        if its.left_out and len(codes) < LEAST:
            codes = codes[:0]
        sample = take_sample(codes)
        wanted = {
            "digest": text_number(codes),
            "length": len(codes),
            "sampled": len(sample.kept),
            "last": sample.last,
            "version": version.VERSION,
            "signature": as_bytes(signature(codes)),
        }
        wrong = [name for name, value in wanted.items() if getattr(its, name) != value]
        if wrong:
            fault = f"its row of the duplicate index is of another text: {', '.join(wrong)}"
            yield _finding(row, "dedup_text", fault, Repair.RELINK)
    for row in rows:
        if row.id not in stored:
            yield _finding(row, "dedup_text", "it has no row in the duplicate index", Repair.RELINK)


def _finding(
    row: Any,
    kind: str,
    fault: str,
    repair: Repair | None = None,
    values: dict[str, Any] | None = None,
    *,
    cure: str = "",
) -> Finding:
    key = ("article", row.id, values) if repair is Repair.RECOUNT else row.id
    return Finding(kind=kind, place=f"article {row.id}", fault=fault, repair=repair, cure=cure, key=key)
