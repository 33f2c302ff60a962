"""The frontier: which addresses are to be fetched, by whom, and what became of them. Every function takes a connection
inside the caller's transaction, so that a claim's result commits together with the capture.

A queue a host, as in URLFrontier (crawler-commons/url-frontier): `claim` gets addresses of several queues with a lease;
the delay between two of a queue, and until when it is blocked, stand in `crawler.run.politeness.hosts`. Each lease of
an address has a number, one higher than the one before: the fencing token. Whoever settles an address shows the number
of his lease; where the address was leased anew since, he is late, and nothing of it is changed.

States: `due` (fetch when `due_at` has come), `leased` (a run has it until `leased_until`), `done`, `gone` (the site
says it is no more), `barred` (robots.txt forbids it; looked at again when that changes, or at `due_at`), `failed`
(given up). What follows from a try in vain stands in `crawler.run.trouble.retry`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import asdict, evolve, frozen
from sqlalchemy import ColumnElement, Connection, and_, bindparam, literal, or_, select, update

from archive.store.models import Frontier
from crawler.run.reading.asked import Claim
from crawler.run.trouble.retry import AGAIN, LAST_WAIT, Decision, decide, host_of

LEASE: Final = timedelta(minutes=15)
BARRED: Final = timedelta(days=30)
"""So long an address waits that robots.txt forbids, where robots.txt stays as it is."""

_T: Any = Frontier.__table__
_CLAIM = (_T.c.id, _T.c.site, _T.c.native_id, _T.c.url, _T.c.attempts, _T.c.outcome, _T.c.lease)
_FREE: Final = {"leased_by": None, "leased_until": None}


@frozen(kw_only=True)
class Settled:
    """A publication that was stored, and by which address it is fetched. `state`: `done` or `gone`."""

    site: str
    native_id: str
    url: str
    state: str
    outcome: str


def insert(dialect: str, table: Any) -> Any:
    """An INSERT of this dialect, which knows `ON CONFLICT`."""
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # large

    return postgresql.insert(table)


def offer(connection: Connection, site: str, targets: Iterable[tuple[str, str]], now: datetime) -> None:
    """Make (native id, address) pairs due that the frontier does not have yet."""
    rows = [
        {
            "site": site,
            "native_id": native_id,
            "url": url,
            "host": host_of(url),
            "state": "due",
            "due_at": now,
            "attempts": 0,
        }
        # In the order of the ids: two crawlers that offer the same list then never wait for each other in a circle.
        for native_id, url in sorted(targets)
    ]
    if rows:
        connection.execute(insert(connection.dialect.name, _T).on_conflict_do_nothing(), rows)


def queues(connection: Connection, site: str, after: str = "") -> Iterator[str]:
    """The hosts of a site that have addresses waiting, each found by the index alone: those behind `after` in the order
    of their names, then the others."""
    for behind, until in ((after, None), (None, after)):
        host = behind
        while True:
            query = select(_T.c.host).where(in_state("due"), _T.c.site == site)
            if host is not None:
                query = query.where(_T.c.host > host)
            found = connection.execute(query.order_by(_T.c.host).limit(1)).scalar_one_or_none()
            if found is None or (until is not None and found > until):
                break
            host = found
            yield host


def claim(
    connection: Connection,
    site: str,
    worker: str,
    limit: int,
    now: datetime,
    *,
    blocked: Callable[[str], bool] = lambda host: False,
    after: str = "",
) -> list[Claim]:
    """Lease up to `limit` addresses of a site that are due, or whose lease has run out: of the queues of its hosts in
    equal parts, in each the longest due first.

    `blocked`: whether nothing of a host is to be had now. `after`: the host behind which to begin, so that of very many
    hosts each comes to its turn. What this worker has leased itself it keeps, however long that takes.
    """
    ready = [row for row in _expired(connection, site, worker, limit, now) if not blocked(row.host)]
    hosts: list[str] = []
    for host in queues(connection, site, after):
        if len(hosts) >= limit:
            break
        if not blocked(host):
            hosts.append(host)
    taken: dict[str, list[Any]] = {}
    room = limit
    while hosts and room > 0:
        share, left = divmod(room, len(hosts))
        more = []
        for number, host in enumerate(hosts):
            most = share + (number < left)
            found = _waiting(connection, site, host, taken.get(host, []), most, now) if most else []
            taken.setdefault(host, []).extend(found)
            room -= len(found)
            if len(found) == most:
                more.append(host)
        hosts = more
    ready += [row for rows in taken.values() for row in rows]
    ready.sort(key=lambda row: (row.due_at, row.id))
    return _lease(connection, [_claim(row) for row in ready[:limit]], worker, now)


def _expired(connection: Connection, site: str, worker: str, limit: int, now: datetime) -> Sequence[Any]:
    """What others have leased and did not settle in time."""
    # On PostgreSQL what is found and not taken is locked until the caller's transaction ends, which is at once.
    run_out = (in_state("leased"), _T.c.site == site, _T.c.leased_until < now, _T.c.leased_by != worker)
    query = select(*_CLAIM, _T.c.due_at, _T.c.host).where(*run_out)
    return connection.execute(query.order_by(_T.c.due_at, _T.c.id).limit(limit).with_for_update(skip_locked=True)).all()


def _waiting(
    connection: Connection, site: str, host: str, taken: Sequence[Any], most: int, now: datetime
) -> Sequence[Any]:
    """The next addresses of a queue, behind those that are taken already."""
    query = select(*_CLAIM, _T.c.due_at).where(
        in_state("due"), _T.c.site == site, _T.c.host == host, _T.c.due_at <= now
    )
    if taken:
        query = query.where(_T.c.id.not_in([row.id for row in taken]))
    return connection.execute(query.order_by(_T.c.due_at, _T.c.id).limit(most).with_for_update(skip_locked=True)).all()


def _claim(row: Any) -> Claim:
    return Claim(
        id=row.id,
        site=row.site,
        native_id=row.native_id,
        url=row.url,
        attempts=row.attempts,
        lease=row.lease,
        again=row.outcome is not None,
    )


def _lease(connection: Connection, found: Sequence[Claim], worker: str, now: datetime) -> list[Claim]:
    """Lease addresses whose rows the caller's transaction has locked: as claims by their new numbers."""
    if found:
        connection.execute(
            update(_T)
            .where(_T.c.id == bindparam("key"))
            .values(state="leased", leased_by=worker, leased_until=now + LEASE, lease=_T.c.lease + 1),
            [{"key": one.id} for one in found],
        )
    return [evolve(one, lease=one.lease + 1) for one in found]


def _ours(found: Claim) -> tuple[ColumnElement[bool], ...]:
    """The row of a claim, as long as nobody has leased it anew."""
    return _T.c.id == found.id, _T.c.lease == found.lease


def take(connection: Connection, site: str, native_id: str, url: str, worker: str, now: datetime) -> Claim | None:
    """Lease one address, whatever its state; None where another worker has it."""
    offer(connection, site, [(native_id, url)], now)
    query = select(*_CLAIM).where(_T.c.site == site, _T.c.native_id == native_id)
    free = or_(_T.c.state != "leased", _T.c.leased_until < now)
    row = connection.execute(query.where(free).with_for_update(skip_locked=True)).one_or_none()
    return _lease(connection, [_claim(row)], worker, now)[0] if row is not None else None


def hold(connection: Connection, found: Claim, worker: str, now: datetime) -> None:
    """Keep an address with this worker until its run ends: what becomes of it is not decided yet."""
    kept = {"state": "leased", "leased_by": worker, "leased_until": now + LEASE}
    connection.execute(update(_T).where(*_ours(found)).values(**kept))


def renew(connection: Connection, worker: str, now: datetime) -> None:
    """Keep what a worker has leased: it lives. What another transaction has its hands on, this run is just settling."""
    ours = select(_T.c.id).where(in_state("leased"), _T.c.leased_by == worker).with_for_update(skip_locked=True)
    connection.execute(update(_T).where(_T.c.id.in_(ours)).values(leased_until=now + LEASE))


def waiting(connection: Connection, site: str, native_id: str) -> Claim | None:
    """The row of a publication that is due or leased, whoever has it, as a claim; None where there is none."""
    query = select(*_CLAIM).where(_T.c.site == site, _T.c.native_id == native_id, _T.c.state.in_(("due", "leased")))
    row = connection.execute(query).one_or_none()
    return _claim(row) if row is not None else None


def settle(connection: Connection, found: Claim, state: str, outcome: str, *, due_at: datetime | None = None) -> bool:
    """An address is `done`, `gone` or `failed`; its lease ends. False, and nothing is changed, where that is another's
    by now. `due_at`: when one that is `gone`, or fits no template, may be asked again."""
    given = {"key": found.id, "its": found.lease, "state": state, "outcome": outcome}
    if due_at is not None:
        given["due_at"] = due_at
    return bool(connection.execute(_SETTLED, given).rowcount)


def settle_all(connection: Connection, found: Sequence[tuple[Claim, str, str]]) -> set[int]:
    """`settle` of several addresses with their states and outcomes, in one statement; the ids of those whose lease is
    another's by now."""
    if not found:
        return set()
    # In the order of the ids, as `offer`.
    ordered = sorted(found, key=lambda one: one[0].id)
    given = [{"key": one.id, "its": one.lease, "state": state, "outcome": outcome} for one, state, outcome in ordered]
    if connection.execute(_SETTLED, given).rowcount == len(given):
        return set()
    query = select(_T.c.id, _T.c.lease).where(_T.c.id.in_([one["key"] for one in given]))
    leases: dict[int, int] = {row.id: row.lease for row in connection.execute(query)}
    return {one.id for one, _, _ in ordered if leases.get(one.id) != one.lease}


_SETTLED: Final = (
    update(_T)
    .where(_T.c.id == bindparam("key"), _T.c.lease == bindparam("its"))
    .values(attempts=_T.c.attempts + 1, **_FREE)
)
"""Each page is settled, and to put a statement together costs more than to send it."""


def may_be_back(connection: Connection, site: str, native_ids: Sequence[str], now: datetime) -> None:
    """A list names these: those that were `gone` when they were fetched, or fitted no template, are due again, after
    the waits of `crawler.run.trouble.retry.AGAIN`."""
    for start in range(0, len(native_ids), 500):
        named = (_T.c.site == site, _T.c.native_id.in_(native_ids[start : start + 500]))
        waited = or_(
            *(
                and_(_T.c.state.in_(("gone", "done")), _T.c.outcome == outcome, _T.c.attempts.between(1, len(waits)))
                for outcome, waits in AGAIN.items()
            )
        )
        connection.execute(update(_T).where(*named, _T.c.due_at <= now, waited).values(state="due", due_at=now))


def note(connection: Connection, settled: Iterable[Settled], now: datetime) -> None:
    """Write down what became of publications that nobody claimed, where the frontier does not have them yet."""
    rows = {
        (one.site, one.native_id): {**asdict(one), "host": host_of(one.url), "due_at": now, "attempts": 0}
        for one in settled
    }
    if rows:
        new = insert(connection.dialect.name, _T).on_conflict_do_nothing()
        connection.execute(new, [rows[key] for key in sorted(rows)])


def read_anew(connection: Connection, site: str, native_id: str, outcome: str) -> str | None:
    """A publication's stored page is read with this final outcome now: it need not be fetched for that, unless somebody
    is just doing so. Its address, None where the frontier does not have it."""
    ours = (_T.c.site == site, _T.c.native_id == native_id)
    connection.execute(update(_T).where(*ours, _T.c.state != "leased").values(state="done", outcome=outcome))
    return connection.execute(select(_T.c.url).where(*ours)).scalar_one_or_none()


def miss(
    connection: Connection, found: Claim, cause: str, reason: str, now: datetime, *, well: bool = True
) -> Decision:
    """A try in vain; what follows from it by the table, and nothing where the lease is another's by now. `reason`: in a
    few words, kept as the row's outcome. `well`: as for `decide`."""
    decision = decide(cause, found.attempts, well=well)
    if decision.then == "kept":
        return decision
    due_at = now + (BARRED if decision.then == "barred" else decision.wait)
    connection.execute(
        update(_T)
        .where(*_ours(found))
        .values(state=decision.then, outcome=reason, due_at=due_at, attempts=decision.attempts, **_FREE)
    )
    return decision


def excuse(connection: Connection, leases: Mapping[int, int], now: datetime) -> None:
    """The last try of these (id and lease) was not theirs: it does not count, and they are due."""
    for key, lease in sorted(leases.items()):
        connection.execute(
            update(_T)
            .where(_T.c.id == key, _T.c.lease == lease, _T.c.state.in_(("due", "failed")), _T.c.attempts > 0)
            .values(state="due", due_at=now, attempts=_T.c.attempts - 1)
        )


def put_back(connection: Connection, found: Claim, reason: str, now: datetime) -> None:
    """What an address gave was not its own doing: nothing is counted, and it is due. `reason`: as for `miss`."""
    connection.execute(update(_T).where(*_ours(found)).values(state="due", due_at=now, outcome=reason, **_FREE))


def release(connection: Connection, workers: Sequence[str]) -> int:
    """Give back what these workers have leased and not settled; how many addresses that were."""
    result = connection.execute(
        update(_T).where(in_state("leased"), _T.c.leased_by.in_(workers)).values(state="due", **_FREE)
    )
    return int(result.rowcount)


def barred(connection: Connection, site: str, worker: str, now: datetime) -> list[Claim]:
    """Lease one address of each host whose robots.txt forbids some, so that this robots.txt is looked at; and make due
    what has waited long enough."""
    claims: list[Claim] = []
    host = ""
    while True:
        behind = select(_T.c.host).where(in_state("barred"), _T.c.site == site, _T.c.host > host)
        found = connection.execute(behind.order_by(_T.c.host).limit(1)).scalar_one_or_none()
        if found is None:
            break
        host = found
        ours = (in_state("barred"), _T.c.site == site, _T.c.host == host)
        _make_due(connection, (*ours, _T.c.due_at <= now), _T.c.due_at, now)
        first = select(*_CLAIM).where(*ours).order_by(_T.c.due_at, _T.c.id).limit(1).with_for_update(skip_locked=True)
        claims += map(_claim, connection.execute(first))
    return _lease(connection, claims, worker, now)


def unbar(connection: Connection, site: str, host: str, now: datetime) -> int:
    """The host's robots.txt has changed: what it forbade is due; how many addresses that are."""
    ours = (in_state("barred"), _T.c.site == site, _T.c.host == host)
    return int(connection.execute(update(_T).where(*ours).values(state="due", due_at=now)).rowcount)


def mend_clock(connection: Connection, site: str, now: datetime) -> int:
    """Make due what is due later than any wait can mean: the clock was ahead once. How many addresses that are."""
    leased = (in_state("leased"), _T.c.site == site, _T.c.leased_until > now + 2 * LEASE)
    made = _make_due(connection, leased, _T.c.leased_until, now)
    for host in queues(connection, site):
        due = (in_state("due"), _T.c.site == site, _T.c.host == host, _T.c.due_at > now + 2 * LAST_WAIT)
        made += _make_due(connection, due, _T.c.due_at, now)
    return made


def _make_due(connection: Connection, where: Sequence[ColumnElement[bool]], order: Any, now: datetime) -> int:
    """Make due what an index finds, in the order of that index; how many addresses that are."""
    made = 0
    while keys := list(connection.execute(select(_T.c.id).where(*where).order_by(order).limit(1000)).scalars()):
        change = update(_T).where(_T.c.id == bindparam("key")).values(state="due", due_at=now, **_FREE)
        connection.execute(change, [{"key": key} for key in keys])
        made += len(keys)
    return made


def in_state(state: str) -> ColumnElement[bool]:
    """A condition with the state as a literal: the partial indexes of `Frontier` are used for that only."""
    return _T.c.state == literal(state, literal_execute=True)  # type: ignore[no-any-return]
