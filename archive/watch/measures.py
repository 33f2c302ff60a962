"""The rows of what is usual and what is being measured: one for each site, measure and scope, of bounded size."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import asdict, define, field
from sqlalchemy import Connection, bindparam, insert, select, text, update

from archive.store.models import Measure
from archive.watch.alarms import EXAMPLES, Example
from archive.watch.usual import PERIODS, Period

Key = tuple[str, str, str]
"""Site, measure, scope."""

MOST_SAMPLED = 100
"""So many single values are kept of a period, the last ones."""

# On PostgreSQL runs that end at once take turns by this advisory lock ("JB" and a number), also where no row is there
# yet that could be locked.
_LOCK: Final = 0x4A42_0005

_T: Any = Measure.__table__


@define(kw_only=True)
class State:
    """One row. `begun_at`: of the period that is being measured; `n`, `total`, `sample`: what was measured in it;
    `score`: what speaks for a sudden change (`archive.watch.usual`); `quiet`: a person closed its alarm, and it was not
    well since."""

    begun_at: datetime
    n: int = 0
    total: float = 0.0
    sample: list[float] = field(factory=list)
    score: float = 0.0
    history: list[Period] = field(factory=list)
    examples: list[Example] = field(factory=list)
    quiet: bool = False

    def begin(self, now: datetime) -> None:
        """The period is over: another one begins. Its examples stay."""
        self.begun_at, self.n, self.total, self.sample, self.score = now, 0, 0.0, [], 0.0

    def remember(self, period: Period, now: datetime) -> None:
        """The period was a good one."""
        self.history = [*self.history, period][-PERIODS:]
        self.quiet = False
        self.begin(now)

    def show(self, examples: Iterable[Example]) -> None:
        """Keep the newest pages that were not as usual."""
        self.examples = [*self.examples, *examples][-EXAMPLES:]

    def add(self, values: Iterable[float]) -> None:
        """Take in single values, of which the last ones are kept."""
        self.sample = [*self.sample, *(round(value, 3) for value in values)][-MOST_SAMPLED:]


def load(connection: Connection, sites: Collection[str]) -> dict[Key, State]:
    """What is known of these sites; nobody else writes it until the transaction ends."""
    columns = (_T.c.site, _T.c.measure, _T.c.scope)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    query = select(_T).where(_T.c.site.in_(sorted(sites))).order_by(*columns)
    return {(row["site"], row["measure"], row["scope"]): _state(row) for row in connection.execute(query).mappings()}


def save(connection: Connection, states: Mapping[Key, State], known: Collection[Key]) -> None:
    """Write rows. `known`: those that are there already."""
    rows = [(key, _values(state)) for key, state in sorted(states.items())]
    there = [
        {"of": site, "what": what, "where": where, **row}
        for (site, what, where), row in rows
        if (site, what, where) in known
    ]
    fresh = [
        {"site": site, "measure": what, "scope": where, **row}
        for (site, what, where), row in rows
        if (site, what, where) not in known
    ]
    if there:
        its = (_T.c.site == bindparam("of"), _T.c.measure == bindparam("what"), _T.c.scope == bindparam("where"))
        connection.execute(update(_T).where(*its), there)
    if fresh:
        connection.execute(insert(_T), fresh)


def _state(row: Mapping[Any, Any]) -> State:
    return State(
        begun_at=row["begun_at"],
        n=row["n"],
        total=row["total"],
        sample=row["sample"],
        score=row["score"],
        history=[Period(n=n, middle=middle, spread=spread) for n, middle, spread in row["history"]],
        examples=[Example(**one) for one in row["examples"]],
        quiet=bool(row["quiet"]),
    )


def _values(state: State) -> dict[str, Any]:
    return {
        "begun_at": state.begun_at,
        "n": state.n,
        "total": state.total,
        "sample": state.sample,
        "score": round(state.score, 6),
        "history": [[one.n, round(one.middle, 4), round(one.spread, 4)] for one in state.history],
        "examples": [asdict(one) for one in state.examples],
        "quiet": int(state.quiet),
    }
