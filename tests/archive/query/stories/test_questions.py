"""docs/questions.md: each command answers its question on the demo archive as the portal's own record does."""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen
from click.testing import CliRunner
from sqlalchemy import select

from archive.settings import resolve_home
from archive.store.db import opened, reading
from archive.store.models import Article
from archive.times import BEIJING, show_time
from crawler.cli import main
from crawler.demo.world.publications import Publication
from tests.archive.web.room import client
from tests.portal import record
from tests.portal.days import FIRST, RUNS, THIRD, Demo, Key

pytestmark = pytest.mark.slow

PAGE: Final = Path(__file__).parents[4] / "docs" / "questions.md"
_QUESTION: Final = re.compile(
    r"^## (?P<title>\d+\. .+)\n\n```sh\njianbao (?P<command>.+)\n```\n(?:.*\n)*?"
    r"\nAnswer:\n(?P<answer>(?:- .+\n)+)\nPage: `(?P<page>.+)`",
    re.MULTILINE,
)


@frozen(kw_only=True)
class Question:
    """As the page has it."""

    title: str
    command: str
    answer: list[str]
    page: str


def questions() -> list[Question]:
    found = [one.groupdict() for one in _QUESTION.finditer(PAGE.read_text(encoding="utf-8"))]
    return [Question(**(one | {"answer": [line[2:] for line in one["answer"].splitlines()]})) for one in found]


def named(one: Any) -> str:
    """`site:native_id`."""
    return f"{one['site']}:{one['native_id']}" if isinstance(one, dict) else f"{one.site}:{one.native_id}"


def look(moment: Any) -> str:
    """The hour of a look: by how many seconds it is later in its run, nobody knows beforehand."""
    text = moment if isinstance(moment, str) else moment.astimezone(BEIJING).isoformat()
    return f"{text[:10]} {text[11:13]}h"


def around(moment: Any) -> str:
    """Between which looks something happened."""
    return f"{look(max(run for run in RUNS if run < moment))} and {look(min(run for run in RUNS if run > moment))}"


def between(told: dict[str, Any]) -> str:
    return f"{look(told['after_at'])} and {look(told['before_at'])}"


def of(demo: Demo, key: str) -> Publication:
    return next(one for one in demo.world.publications if named(one) == key)


# What each command says, and what the record says; both as the page has it.


def firsts(told: Any) -> Iterator[str]:
    yield f"`{named(told['stated'])}` states the earliest time, {told['stated']['published_at']}"
    by_id = {one["article"]["id"]: named(one["article"]) for one in told["sights"]}
    early = sorted(by_id[one["articles"][0]] for one in told["contradictions"] if one["code"] == "seen_before_its_time")
    yield f"seen before the time that they state: {', '.join(f'`{one}`' for one in early)}"


def firsts_truth(demo: Demo) -> Iterator[str]:
    its = record.story(demo, of(demo, "sohu:a:963756225").story)
    yield f"`{named(its[0])}` states the earliest time, {show_time(record.stated(its[0]))}"
    early = sorted(named(one) for one in its if (at := record.stated(one)) and at > RUNS[0])
    yield f"seen before the time that they state: {', '.join(f'`{one}`' for one in early)}"


def living(lost: str, copies: dict[str, float]) -> str:
    shown = ", ".join(f"`{name}` carries {share:.0%}" for name, share in sorted(copies.items()))
    return f"`{lost}`: {shown or 'no copy lives'}"


def survivors(told: Any) -> Iterator[str]:
    for one in told:
        yield living(named(one), {named(copy): copy["coverage"] for copy in one["survivors"]})


def survivors_truth(demo: Demo) -> Iterator[str]:
    for (site, native_id), copies in record.lost(demo).items():
        if site == "netease":
            yield living(f"{site}:{native_id}", {f"{key[0]}:{key[1]}": share for key, share in copies.items()})


def bisect(told: Any) -> Iterator[str]:
    [stood] = told["stood"]
    yield f"`{named(stood['article'])}`: {told['verdict']} between the looks of {between(stood['ended'])}"


def bisect_truth(demo: Demo) -> Iterator[str]:
    key, sentence = "netease:KEQR8ROF000ILRFO", "交通这笔账，家里人算过30遍"
    one = of(demo, key)
    assert record.has(one, sentence)
    assert not record.has(record.now(demo, one), sentence)
    yield f"`{key}`: edited out between the looks of {around(FIRST)}"


def edit_of(one: str, other: str, edit: tuple[str, str, str]) -> str:
    return f"`{one}`, held against `{other}`: {edit[0]}, {edit[1]} → {edit[2]}"


def edits(told: Any) -> Iterator[str]:
    for one in told["copies"]:
        for edit in one["edits"]:
            yield edit_of(named(one), named(told["against"]), (edit["kind"], edit["before"], edit["after"]))


def edits_truth(demo: Demo) -> Iterator[str]:
    first, *others = record.story(demo, of(demo, "sohu:a:963829825").story)
    for one in others:
        yield from (edit_of(named(one), named(first), edit) for edit in record.changed(demo, first, one))


def weighty(told: Any) -> Iterator[str]:
    for one in told:
        yield f"`{named(one)}`: {', '.join(dict.fromkeys(edit['kind'] for edit in one['edits']))}"


def weighty_truth(demo: Demo) -> Iterator[str]:
    for kind in ("headline", "number", "date"):
        for deed in demo.deeds:
            if deed.kind == kind:
                yield f"`{named(deed)}`: {kind}"


def diff(told: Any) -> Iterator[str]:
    marks = {"delete": "[-{}-]", "insert": "{{+{}+}}"}
    for piece in told["pieces"]:
        yield from (f"`{marks[run['tag']].format(run['text'])}`" for run in piece["runs"] if run["tag"] != "equal")


def diff_truth(demo: Demo) -> Iterator[str]:
    one = of(demo, "sohu:a:963711056")
    [deed] = [deed for deed in demo.deeds if named(deed) == named(one)]
    assert (deed.kind, record.now(demo, one).body) == (
        "wording",
        one.body.replace("。", "，这一点大家都看得很清楚。", 1),
    )
    yield "`{+，这一点大家都看得很清楚+}`"


def flow(from_: str, to: str, row: dict[str, Any]) -> str:
    whole = f"{row['median_coverage']:.0%}"
    return f"{from_} → {to}: {row['copies']} copies, {row['median_lag_hours']} hours, {whole} of the text"


def flows(told: Any) -> Iterator[str]:
    yield from (flow(one["from"], one["to"], one) for one in told)


def flows_truth(demo: Demo) -> Iterator[str]:
    rows = record.flows(demo, "site").items()
    for (from_, to, _), row in sorted(rows, key=lambda one: (-one[1]["copies"], one[0])):
        yield flow(from_, to, row)


def dropped(told: Any) -> Iterator[str]:
    yield from sorted(f"`{named(one)}`" for one in told)


def dropped_truth(demo: Demo) -> Iterator[str]:
    fewer: set[Key] = set()
    for its in record.stories(demo):
        fewer |= {record.key_of(one) for one in its[1:] if record.count(one, "企业") < record.count(its[0], "企业")}
    for one in demo.world.publications:
        if record.count(record.now(demo, one), "企业") < record.count(one, "企业"):
            fewer.add(record.key_of(one))
    yield from sorted(f"`{site}:{native_id}`" for site, native_id in fewer)


def search(told: Any) -> Iterator[str]:
    yield f"{len(told)} articles"
    assert len({named(one) for one in told}) == len(told)


def search_truth(demo: Demo) -> Iterator[str]:
    its = [
        one
        for one in demo.world.publications
        if one.site == "sohu"
        and record.has(record.now(demo, one), "稀土")
        and f"{record.stated(one):%Y-%m}" == "2025-11"
    ]
    yield f"{len(its)} articles"


def history(told: Any) -> Iterator[str]:
    for one in told:
        yield one["kind"] + (f" between the looks of {between(one)}" if one["kind"] != "new" else "")


def history_truth(demo: Demo) -> Iterator[str]:
    yield "new"
    for kind, at in (("missing", FIRST), ("vanished", FIRST), ("returned", THIRD)):
        yield f"{kind} between the looks of {around(at)}"
    assert [deed.kind for deed in demo.deeds if named(deed) == "netease:KEQVLR4L05DUKEPQ"] == ["gone", "returned"]


ANSWERS: Final[tuple[tuple[Callable[[Any], Iterator[str]], Callable[[Demo], Iterator[str]]], ...]] = (
    (firsts, firsts_truth),
    (survivors, survivors_truth),
    (bisect, bisect_truth),
    (edits, edits_truth),
    (weighty, weighty_truth),
    (diff, diff_truth),
    (flows, flows_truth),
    (dropped, dropped_truth),
    (search, search_truth),
    (history, history_truth),
)


def test_there_are_ten() -> None:
    assert [one.title.partition(".")[0] for one in questions()] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("number", range(10))
def test_the_answer_is_the_portals_own(demo_archive: Demo, number: int) -> None:
    question = questions()[number]
    said, truth = ANSWERS[number]
    words = shlex.split(question.command)
    done = CliRunner().invoke(main, ["--home", str(demo_archive.home), *words, "--json"])
    assert done.exit_code == 0, done.output
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    told = objects[0] if words[0] in ("firsts", "bisect", "edits", "diff") else objects
    assert list(said(told)) == list(truth(demo_archive))
    assert question.answer == list(truth(demo_archive)), "the page says otherwise"
    plain = CliRunner().invoke(main, ["--home", str(demo_archive.home), *words])
    assert plain.exit_code == 0, plain.output
    assert plain.stdout


SHOWN: Final = {6: "这一点大家都看得很清楚", 7: "20.42"}
"""What a page shows whose answer names no article."""


def test_the_pages_show_it_too(demo_archive: Demo) -> None:
    home = resolve_home(str(demo_archive.home))
    with opened(home.database) as engine, reading(engine) as connection:
        rows = connection.execute(select(Article.id, Article.site, Article.native_id, Article.cluster_id)).all()
    ids = {f"{row.site}:{row.native_id}": row for row in rows}
    with client(home) as browser:
        for number, question in enumerate(questions(), 1):
            [asked] = re.findall(r"(?:netease|sohu):[\w:]+", question.command)[:1] or [""]
            path = question.page
            if "ID" in path:
                path = path.replace("ID", str(ids[asked].cluster_id if path.startswith("/story") else ids[asked].id))
            answer = browser.get(path)
            assert answer.status_code == 200, path
            named = re.findall(r"`((?:netease|sohu|bendi|hengtuo|jingwei):[^`]+)`", "\n".join(question.answer))
            missing = [one for one in named if f"/article/{ids[one].id}" not in answer.text]
            assert missing == [], path
            assert SHOWN.get(number, "") in answer.text, path
