"""`jianbao diff`: what can be named, and what people and programs are told."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from archive.cli import main
from archive.cli.portals import Portals
from archive.raw import ExplainedLine, ExplainedPage, Place
from tests.archive.make import article, captured, store

LINES = (
    "城南大桥今天上午正式通车，全长1280米。",
    "附近居民表示，以后过江不必再绕路。",
    "大桥管理处提醒，货车须从东引桥上桥。",
    "昨夜这一带有雨。",
)
EDITED = "\n".join((LINES[0].replace("1280", "1380"), LINES[3], LINES[2], "本报记者摄影报道，图为大桥全景。"))


class Pages:
    """Raw pages of which each says its own address."""

    def explained(self, place: Place) -> ExplainedPage:
        """A page of one line."""
        line = ExplainedLine(
            kind="paragraph", text=f"见于{place.url}", kept=True, rule="body", why="", field="", level=0, url=""
        )
        return ExplainedPage(
            url=place.url,
            outcome="article",
            headline="题",
            fields=(),
            lines=(line,),
            candidates=(),
            agreement=None,
            ours=(),
            theirs=(),
        )

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def run(sqlite_engine: Engine, sqlite_url: str) -> Any:
    store(sqlite_engine, captured(article(body="\n".join(LINES)), 0))
    store(sqlite_engine, captured(article(body=EDITED, headline="另一条消息"), 2))
    store(sqlite_engine, captured(article("a:2", body=EDITED, headline="另一条消息"), 3))
    portals: Any = Portals(raw_pages=lambda home: Pages())  # type: ignore[arg-type,return-value]

    def run(*words: str, colour: bool = False) -> Result:
        return CliRunner().invoke(main, ["--database", sqlite_url, "diff", *words], obj=portals, color=colour)

    return run


def test_revisions_are_told_paragraph_by_paragraph(run: Any) -> None:
    done = run("1@1", "clip:a:1")
    assert done.output.splitlines() == [
        "--- 1@1  https://clip.example/a:1",
        "+++ 1@2  https://clip.example/a:1",
        "~ (headline) {+另+}一条消息",
        "~ 城南大桥今天上午正式通车，全长[-1280-]{+1380+}米。",
        "- [-附近居民表示，以后过江不必再绕路。-]",
        f"> (was paragraph 4) {LINES[3]}",
        "  … 1 paragraph the same",
        "+ {+本报记者摄影报道，图为大桥全景。+}",
    ]


def test_articles_that_say_the_same(run: Any) -> None:
    assert run("1", "2").output.splitlines()[2:] == ["the texts are the same"]
    told = json.loads(run("https://clip.example/a:1", "clip:a:2", "--json").output)
    assert told["pieces"] == []
    assert told["after"] == {"name": "2@1", "article": 2, "url": "https://clip.example/a:2"}


def test_captures_are_read_anew(run: Any) -> None:
    told = json.loads(run("capture:1", "capture:3", "--json").output)
    assert (told["before"]["name"], told["before"]["article"]) == ("capture:1", None)
    [same, changed] = told["pieces"]
    assert (same["part"], same["kind"]) == ("headline", "same")
    assert (changed["kind"], changed["before"], changed["after"]) == ("changed", 0, 0)
    assert changed["runs"] == [
        {"tag": "equal", "text": "见于https://"},
        {"tag": "delete", "text": "clip.example/a:1"},
        {"tag": "insert", "text": "clip.example/a:2"},
    ]


def test_a_terminal_gets_colours(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True)
    line = run("1@1", "1", colour=True).output.splitlines()[3]
    assert line == "~ 城南大桥今天上午正式通车，全长\x1b[31m\x1b[9m1280\x1b[0m\x1b[32m1380\x1b[0m米。"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("1", "9"), 9, "no article '9'"),
        (("1@7", "1"), 9, "article 1 has 2 revisions, none with the number 7"),
        (("1", "capture:99"), 9, "no capture 99"),
        (("1",), 2, "Missing argument 'B'"),
    ],
)
def test_clear_errors(run: Any, words: tuple[str, ...], code: int, said: str) -> None:
    done = run(*words)
    assert done.exit_code == code
    assert said in done.output
