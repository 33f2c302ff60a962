"""The frontier: which addresses are to be fetched, by whom, and what became of them. Every function takes a connection
inside the caller's transaction, so that a claim's result commits together with the capture.

States: `due` (fetch when `due_at` has come), `leased` (a run has it until `leased_until`), `done`, `gone` (the site
says it is no more), `failed` (given up after `MAX_ATTEMPTS`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import ColumnElement, Connection, and_, bindparam, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive.store.models import Frontier

LEASE = timedelta(minutes=15)
MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=24)

_T: Any = Frontier.__table__


@frozen(kw_only=True)
class Claim:
    """One address that this run may fetch."""

    id: int
    site: str
    native_id: str
    url: str
    attempts: int


@frozen(kw_only=True)
class Settled:
    """A publication that was stored, and by which address it is fetched. `state`: `done` or `gone`."""

    site: str
    native_id: str
    url: str
    state: str
    outcome: str


def insert(connection: Connection, table: Any) -> Any:
    """An INSERT of the connection's own dialect, which knows `ON CONFLICT`."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def offer(connection: Connection, site: str, targets: Iterable[tuple[str, str]], now: datetime) -> None:
    """Make (native id, address) pairs due that the frontier does not have yet."""
    rows = [
        {"site": site, "native_id": native_id, "url": url, "state": "due", "due_at": now, "attempts": 0}
        # In the order of the ids: two crawlers that offer the same list then never wait for each other in a circle.
        for native_id, url in sorted(targets)
    ]
    if rows:
        connection.execute(insert(connection, _T).on_conflict_do_nothing(), rows)


def claim(connection: Connection, site: str, worker: str, limit: int, now: datetime) -> list[Claim]:
    """Lease up to `limit` addresses of a site that are due, or whose lease has run out; the longest due first."""
    kinds = (
        and_(_in_state("due"), _T.c.due_at <= now),
        and_(_in_state("leased"), _T.c.leased_until < now),
    )
    ready: list[Any] = []
    # One statement for each kind: each is answered by an index of its own, an OR of both by reading the whole site.
    # Either may hold the ones that are longest due. On PostgreSQL what is found and not taken is locked until the
    # caller's transaction ends, which is at once.
    for kind in kinds:
        found = (
            select(_T.c.id, _T.c.site, _T.c.native_id, _T.c.url, _T.c.attempts, _T.c.due_at)
            .where(_T.c.site == site, kind)
            .order_by(_T.c.due_at, _T.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ready += connection.execute(found)
    ready.sort(key=lambda row: (row.due_at, row.id))
    claims = [
        Claim(id=row.id, site=row.site, native_id=row.native_id, url=row.url, attempts=row.attempts)
        for row in ready[:limit]
    ]
    if claims:
        connection.execute(
            update(_T)
            .where(_T.c.id == bindparam("key"))
            .values(state="leased", leased_by=worker, leased_until=now + LEASE),
            [{"key": found.id} for found in claims],
        )
    return claims


def waiting(connection: Connection, site: str, native_id: str) -> Claim | None:
    """The row of a publication that is due or leased, whoever has it, as a claim; None where there is none."""
    query = select(_T.c.id, _T.c.site, _T.c.native_id, _T.c.url, _T.c.attempts).where(
        _T.c.site == site, _T.c.native_id == native_id, _T.c.state.in_(("due", "leased"))
    )
    row = connection.execute(query).mappings().one_or_none()
    return Claim(**row) if row is not None else None


def settle(connection: Connection, site: str, native_id: str, state: str, outcome: str) -> None:
    """An address is `done`, `gone` or `failed`; its lease ends."""
    connection.execute(
        update(_T)
        .where(_T.c.site == site, _T.c.native_id == native_id)
        .values(state=state, outcome=outcome, leased_by=None, leased_until=None, attempts=_T.c.attempts + 1)
    )


def note(connection: Connection, settled: Iterable[Settled], now: datetime) -> None:
    """Write down what became of publications that nobody claimed, where the frontier does not have them yet."""
    rows = {(one.site, one.native_id): {**asdict(one), "due_at": now, "attempts": 0} for one in settled}
    if rows:
        connection.execute(insert(connection, _T).on_conflict_do_nothing(), [rows[key] for key in sorted(rows)])


def try_again(connection: Connection, found: Claim, outcome: str, now: datetime) -> bool:
    """Make an address due again, later each time; False where it is given up instead."""
    attempts = found.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        settle(connection, found.site, found.native_id, "failed", outcome)
        return False
    wait = min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY)
    connection.execute(
        update(_T)
        .where(_T.c.id == found.id)
        .values(state="due", outcome=outcome, due_at=now + wait, attempts=attempts, leased_by=None, leased_until=None)
    )
    return True


def release(connection: Connection, workers: Sequence[str]) -> int:
    """Give back what these workers have leased and not settled; how many addresses that were."""
    result = connection.execute(
        update(_T)
        .where(_in_state("leased"), _T.c.leased_by.in_(workers))
        .values(state="due", leased_by=None, leased_until=None)
    )
    return int(result.rowcount)


def _in_state(state: str) -> ColumnElement[bool]:
    """A condition with the state as a literal: the partial indexes of `Frontier` are used for that only."""
    return _T.c.state == literal(state, literal_execute=True)  # type: ignore[no-any-return]
