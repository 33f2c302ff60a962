"""Alarms: raised, told, closed when well or by a person; and the commands that show them."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, insert, select

from archive.cli import main
from archive.errors import NotFound, UsageError
from archive.store.db import reading, writing
from archive.store.models import Measure
from archive.watch.alarms import (
    Alarm,
    Example,
    close,
    close_well,
    last_alarms,
    open_alarms,
    raise_alarm,
    remind,
)
from tests.archive.make import DAY

PAGES = [Example(capture_id=n, url=f"https://clip.example/{n}") for n in range(1, 5)]


def make(connection: Connection, measure: str = "doubtful", scope: str = "") -> Alarm:
    return raise_alarm(
        connection,
        ("clip", measure, scope),
        None,
        DAY,
        usual="at most 2 %",
        found="40 % of 50 pages",
        examples=PAGES,
        next_command="jianbao explain 7",
    )


def test_an_alarm_is_open_until_it_is_well_again(engine: Engine) -> None:
    with writing(engine) as connection:
        first, second = make(connection), make(connection, "field:editor", "clip-story")
        assert open_alarms(connection) == [first, second]
        close_well(connection, first, DAY + timedelta(hours=2))
    with reading(engine) as connection:
        assert open_alarms(connection) == [second]
        newest, closed = last_alarms(connection, 10)
    assert newest == second
    assert (closed.closed_why, closed.closed_at) == ("well", DAY + timedelta(hours=2))
    assert second.what == "clip/clip-story: field:editor"
    assert second.examples == tuple(PAGES[:3])
    assert second.line() == "clip/clip-story: field:editor is 40 % of 50 pages; usual: at most 2 %"


def test_a_person_is_told_once_a_day(engine: Engine) -> None:
    with writing(engine) as connection:
        alarm = make(connection)
        assert remind(connection, DAY + timedelta(hours=23)) == []
        assert remind(connection, DAY + timedelta(hours=24)) == [alarm]
        assert remind(connection, DAY + timedelta(hours=25)) == []
        assert remind(connection, DAY + timedelta(hours=48)) == [alarm]


def test_what_a_person_closes_is_learned_anew(engine: Engine) -> None:
    row = {"site": "clip", "measure": "doubtful", "begun_at": DAY, "n": 9, "total": 4.0, "sample": [], "score": 3.0}
    with writing(engine) as connection:
        for scope in ("", "other"):
            connection.execute(insert(Measure).values(**row, scope=scope, history=[[50, 0.0, 0.0]], examples=[]))
        alarm = make(connection)
        with pytest.raises(UsageError, match="--note"):
            close(connection, alarm.id, " \n", DAY)
        with pytest.raises(NotFound, match="alarms --all"):
            close(connection, 99, "why", DAY)
        closed = close(connection, alarm.id, "they  moved\x00", DAY + timedelta(hours=1))
        assert (closed.closed_why, closed.closed_at) == ("they moved", DAY + timedelta(hours=1))
        with pytest.raises(UsageError, match="closed already: they moved"):
            close(connection, alarm.id, "again", DAY)
        columns = (Measure.scope, Measure.history, Measure.n, Measure.quiet)
        rows = connection.execute(select(*columns).order_by(Measure.scope)).all()
        assert [tuple(one) for one in rows] == [("", [], 0, 1), ("other", [[50, 0.0, 0.0]], 9, 0)]


def test_the_commands(sqlite_url: str, sqlite_engine: Engine) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--database", sqlite_url, "alarms", *words])
        return done.exit_code, done.output

    assert run() == (0, "no alarm is open\n")
    with writing(sqlite_engine) as connection:
        number = make(connection).id
    code, said = run()
    assert code == 0
    assert said.splitlines() == [
        f"     {number}  clip: doubtful, since 2025-03-01T12:00:00+08:00",
        "        now: 40 % of 50 pages",
        "        usual: at most 2 %",
        "        for instance https://clip.example/1",
        "        for instance https://clip.example/2",
        "        for instance https://clip.example/3",
        "        next: jianbao explain 7",
    ]
    assert json.loads(run("--json")[1]) == {
        "id": number,
        "site": "clip",
        "measure": "doubtful",
        "scope": "",
        "raised_at": "2025-03-01T12:00:00+08:00",
        "run_id": None,
        "usual": "at most 2 %",
        "now": "40 % of 50 pages",
        "examples": [{"capture_id": n, "url": f"https://clip.example/{n}"} for n in (1, 2, 3)],
        "next_command": "jianbao explain 7",
        "closed_at": None,
        "closed_why": None,
    }
    assert run("close", str(number), "--note", "they moved") == (0, f"closed alarm {number}: clip: doubtful\n")
    assert run()[1] == "no alarm is open\n"
    assert run("--all")[1].splitlines()[-1].endswith(": they moved")
    assert run("close", "77", "--note", "why")[0] == 9
