"""`jianbao history` and `jianbao changes`, on both databases."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from archive.cli import main
from archive.cli.watch import changes as command
from archive.query.changes import KINDS, Wanted, changes
from archive.store.db import reading
from tests.archive.make import DAY, article, captured, store, told

BODY = "城南大桥今天上午正式通车，全长1280米。\n附近居民表示，以后过江不必再绕路。"
KEY = {"url": "https://clip.example/a:1", "site": "clip", "native_id": "a:1"}


def one(hours: float, body: str = BODY, native_id: str = "a:1", **fields: Any) -> Any:
    return captured(article(native_id, body, **fields), hours)


@pytest.fixture
def run(engine: Engine, database_url: str) -> Any:
    """An archive in which something happened, and the commands on it: one JSON object a line."""
    hour = DAY.replace(minute=0)
    numbered = BODY.replace("1280", "1380")
    for at, item in enumerate(
        (
            one(0),
            one(2),
            one(4, numbered),
            one(5, numbered.replace("。\n", "；\n")),
            captured(None, 9, **KEY),
            captured(None, 40, **KEY),
            one(60, numbered.replace("。\n", "；\n") + "\n大桥管理处提醒，货车须从东引桥上桥。"),
            one(61, BODY, "b:1", site="other", headline="另一条"),
            one(70, BODY, "b:1", site="other", headline="又一条"),
            told(article("c:1", "听说的。")),
        )
    ):
        store(engine, item, now=hour.replace(minute=at))

    def run(*words: str) -> list[dict[str, Any]]:
        done = CliRunner().invoke(main, ["--database", database_url, *words, "--json"])
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_history_tells_everything_in_its_order(run: Any) -> None:
    found = run("history", "clip:a:1")
    assert [event["kind"] for event in found] == [
        *("new", "revised", "revised", "missing", "vanished", "revised", "returned"),
    ]
    assert [[edit["kind"] for edit in event.get("edits", [])] for event in found] == [
        *([], ["number"], ["punctuation"], [], [], ["paragraph_added"], []),
    ]
    number = found[1]
    assert number["edits"] == [{"kind": "number", "before": "1280", "after": "1380"}]
    assert (number["number"], number["cause"], number["weight"]) == (2, "publisher", 6)
    assert (number["after_at"], number["before_at"]) == ("2025-03-01T14:00:00+08:00", "2025-03-01T16:00:00+08:00")
    missing, vanished = found[3:5]
    assert (missing["after_at"], missing["before_at"]) == ("2025-03-01T17:00:00+08:00", "2025-03-01T21:00:00+08:00")
    assert vanished["before_at"] == missing["before_at"]
    assert vanished["told_at"] == "2025-03-03T04:00:00+08:00"
    assert run("history", "clip:c:1")[0]["cause"] == "import"


def test_changes_are_found_by_kind_site_and_word(run: Any) -> None:
    since = ("changes", "--since", "2025-03-01")
    newest = run(*since)
    assert [(one["site"], one["kind"]) for one in newest] == [
        ("other", "revised"),
        *(("clip", kind) for kind in ("returned", "revised", "vanished", "missing", "revised", "revised")),
    ]
    assert [one["weight"] for one in newest] == [8, 4, 3, 10, 9, 0, 6]
    assert [one["revision"] for one in newest] == [2, None, 4, None, None, 3, 2]
    heavy = run(*since, "--by-weight", "--limit", "3")
    assert [one["weight"] for one in heavy] == [10, 9, 8]
    assert [one["kind"] for one in run(*since, "--kind", "missing", "--kind", "vanished")] == ["vanished", "missing"]
    [headline] = run(*since, "--kind", "headline")
    assert headline["edits"] == [{"kind": "headline", "before": "另一条", "after": "又一条"}]
    assert [one["site"] for one in run(*since, "--site", "other")] == ["other"]
    [added] = run(*since, "--added", "货车")
    assert [edit["kind"] for edit in added["edits"]] == ["paragraph_added"]
    assert run(*since, "--removed", "货车") == []
    assert [one["edits"][0]["kind"] for one in run(*since, "--removed", "１２８０")] == ["number"]
    assert run("changes", "--since", "2026-01-01") == []
    assert run(*since, "--until", "2025-02-28") == []
    assert len(run(*since, "--until", "2025-03-01T12:02")) == 1


def test_the_list_goes_on_behind_a_change(run: Any, engine: Engine) -> None:
    with reading(engine) as connection:
        every = list(changes(connection, Wanted(since=DAY)))
        for place, change in enumerate(every):
            assert list(changes(connection, Wanted(since=DAY, before=change["id"]))) == every[place + 1 :]


def test_people_are_told_in_lines(run: Any, database_url: str) -> None:
    def lines(*words: str) -> list[str]:
        return CliRunner().invoke(main, ["--database", database_url, *words]).stdout.splitlines()

    shown = lines("history", "clip:a:1")
    assert shown[1] == "2025-03-01T14:00:00+08:00 … 2025-03-01T16:00:00+08:00  revised: number 2"
    assert shown[2] == "          1280 → 1380"
    assert "          + 大桥管理处提醒，货车须从东引桥上桥。" in shown
    assert lines("history", "clip:c:1") == [f"{lines('history', 'clip:c:1')[0].split('  ')[0]}  new 1 (by import)"]
    assert "        2025-03-01T17:00:00+08:00 … 2025-03-01T21:00:00+08:00  clip  missing" in lines(
        "changes", "--since", "2025-03-01", "--kind", "missing"
    )


def test_what_older_captures_have_redated_is_told_once_more_and_breaks_nothing(run: Any, engine: Engine) -> None:
    store(engine, one(3))
    found = run("history", "clip:a:1")
    assert found[1]["after_at"] == "2025-03-01T15:00:00+08:00"
    assert run("changes", "--since", "2025-03-01", "--kind", "number")


def test_the_command_offers_the_kinds_that_there_are() -> None:
    assert set(command.KINDS) == set(KINDS)
