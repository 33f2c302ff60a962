"""Alarms: raised where a measure left what is usual, open until it is well again or a person closes them.

docs/alarms.md has every measure and its rule.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import asdict, frozen
from sqlalchemy import Connection, insert, select, update

from archive.errors import NotFound, UsageError
from archive.store.models import Alarm as Row
from archive.store.models import Measure
from archive.text.clean import clean_line
from archive.times import show_times

WELL: Final = "well"
"""Why an alarm was closed that no person closed."""
REMIND: Final = timedelta(days=1)
"""So often a person is told of an alarm that stays open."""
EXAMPLES: Final = 3
"""So many pages an alarm names."""
MAX_NOTE: Final = 1_000

_T: Any = Row.__table__
_MEASURE: Any = Measure.__table__


@frozen(kw_only=True)
class Example:
    """A page that shows what an alarm is about. `capture_id`: None where nothing of it was stored."""

    capture_id: int | None
    url: str


@frozen(kw_only=True)
class Alarm:
    """One alarm. `measure`: of docs/alarms.md. `scope`: the template, the list or the host, "" for the whole site.
    `run_id`: the run that raised it. `usual`, `now`: what was usual and what was found, in words. `next_command`: what
    to type to look closer. `closed_why`: `WELL`, or a person's words; None while it is open. Times in UTC."""

    id: int
    site: str
    measure: str
    scope: str
    raised_at: datetime
    run_id: int | None
    usual: str
    now: str
    examples: tuple[Example, ...]
    next_command: str
    closed_at: datetime | None = None
    closed_why: str | None = None

    @property
    def what(self) -> str:
        """Which measure of what, in a few words: `sohu/sohu-mp: field:headline`."""
        return f"{self.site}/{self.scope}: {self.measure}" if self.scope else f"{self.site}: {self.measure}"

    def line(self) -> str:
        """The alarm in one line, for a person."""
        return f"{self.what} is {self.now}; usual: {self.usual}"

    def as_json(self) -> dict[str, Any]:
        """As docs/alarms.md describes it; times in Beijing time."""
        return show_times(asdict(self))


def open_alarms(connection: Connection) -> list[Alarm]:
    """The alarms that are open, the oldest first."""
    rows = connection.execute(_select().where(_T.c.closed_at.is_(None)).order_by(_T.c.id)).mappings()
    return [_alarm(row) for row in rows]


def last_alarms(connection: Connection, limit: int) -> list[Alarm]:
    """The newest alarms, closed ones too, the newest first."""
    rows = connection.execute(_select().order_by(_T.c.id.desc()).limit(limit)).mappings()
    return [_alarm(row) for row in rows]


def raise_alarm(
    connection: Connection,
    key: tuple[str, str, str],
    run_id: int | None,
    now: datetime,
    *,
    usual: str,
    found: str,
    examples: Sequence[Example],
    next_command: str,
) -> Alarm:
    """A new alarm. `key`: site, measure and scope, of which none is open. `found`: what is now."""
    site, measure, scope = key
    values: dict[str, Any] = {
        "site": site,
        "measure": measure,
        "scope": scope,
        "raised_at": now,
        "run_id": run_id,
        "usual": usual,
        "now": found,
        "next_command": next_command,
    }
    shown = tuple(examples)[:EXAMPLES]
    row = insert(_T).values(**values, told_at=now, examples=[asdict(one) for one in shown]).returning(_T.c.id)
    return Alarm(id=connection.execute(row).scalar_one(), **values, examples=shown)


def close_well(connection: Connection, alarm: Alarm, now: datetime) -> None:
    """What an alarm is about is usual again."""
    connection.execute(update(_T).where(_T.c.id == alarm.id).values(closed_at=now, closed_why=WELL))


def close(connection: Connection, number: int, note: str, now: datetime) -> Alarm:
    """A person closes an alarm and says why; what is usual of its measure is learned anew. The alarm, closed.

    Raises `NotFound`, and `UsageError` for one that is closed already, or without words.
    """
    words = (clean_line(note) or "")[:MAX_NOTE]
    if not words or words == WELL:
        raise UsageError("say in --note why the alarm is closed; whoever reads it later will ask")
    one = _select().where(_T.c.id == number)
    row = connection.execute(one.with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound(f"no alarm has the number {number}; `jianbao alarms --all` lists them")
    found = _alarm(row)
    if found.closed_at is not None:
        raise UsageError(f"alarm {number} is closed already: {found.closed_why}")
    connection.execute(update(_T).where(_T.c.id == number).values(closed_at=now, closed_why=words))
    forgotten = {"n": 0, "total": 0.0, "sample": [], "score": 0.0, "history": [], "examples": [], "quiet": 1}
    its = (_MEASURE.c.site == found.site, _MEASURE.c.measure == found.measure, _MEASURE.c.scope == found.scope)
    connection.execute(update(_MEASURE).where(*its).values(begun_at=now, **forgotten))
    return _alarm(connection.execute(one).mappings().one())


def remind(connection: Connection, now: datetime) -> list[Alarm]:
    """The open alarms of which a person is to be told again, who is taken to be told by that."""
    due = select(_T.c.id).where(_T.c.closed_at.is_(None), _T.c.told_at <= now - REMIND)
    numbers = sorted(connection.execute(due).scalars())
    if numbers:
        connection.execute(update(_T).where(_T.c.id.in_(numbers)).values(told_at=now))
    return [one for one in open_alarms(connection) if one.id in numbers]


def _select() -> Any:
    return select(*(_T.c[name] for name in _COLUMNS))


_COLUMNS: Final = (
    *("id", "site", "measure", "scope", "raised_at", "run_id", "usual", "now", "examples", "next_command"),
    *("closed_at", "closed_why"),
)


def _alarm(row: Mapping[Any, Any]) -> Alarm:
    return Alarm(**{**row, "examples": tuple(Example(**one) for one in row["examples"])})
