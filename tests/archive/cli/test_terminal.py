"""Stored texts are other people's: what a terminal would obey never reaches it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli.terminal import harmless, table
from crawler.cli import main

OBEYED = "\u202e\u2066\u200f\u061c\u2028"
BODY = f"第一段{OBEYED}文字说青陵市水务局的工程已经在上周开工。\n第二段{OBEYED}文字，预计明年三月完成。"
RECORD = {
    "url": "https://news.example.cn/1",
    "title": f"水务局{OBEYED}\x1b]0;x\x07\x9b31m",
    "content": BODY,
    "source": f"示例{OBEYED}",
    "author": f"秦{OBEYED}",
    "keywords": [f"水务{OBEYED}"],
    f"odd{OBEYED}\x9b": 1,
}
COMMANDS = [
    ["search", "水务局"],
    ["search", "水务局", "--json"],
    ["show", "1"],
    ["show", "1", "--json"],
    ["cluster", "1"],
    ["cluster", "1", "--json"],
    ["stats"],
    ["runs"],
    ["runs", "--json"],
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    path = folder / f"a{OBEYED[0]}.jsonl"
    path.write_text(
        "".join(json.dumps({**RECORD, "url": f"https://news.example.cn/{n}"}) + "\n" for n in "12"), "utf-8"
    )
    done = CliRunner().invoke(main, ["--home", str(folder / "home"), "import", "--jobs", "1", str(path)])
    assert done.exit_code == 0, done.output
    check(done.output)
    return folder / "home"


def check(output: str) -> None:
    assert output
    assert not [char for char in output if char in f"{OBEYED}\x1b\x07\x9b"]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_prints_what_a_terminal_obeys(home: Path, words: list[str]) -> None:
    done = CliRunner().invoke(main, ["--home", str(home), *words])
    assert done.exit_code == 0, done.output
    check(done.output)


def test_match_prints_none_of_it(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": f"q{OBEYED}\x9b", "body": BODY}), "utf-8")
    done = CliRunner().invoke(main, ["--home", str(home), "match", "--batch", str(path)])
    assert done.exit_code == 0, done.output
    check(done.output)
    assert json.loads(done.output)["id"] == f"q{OBEYED}\x9b"


def test_json_stays_the_same_value() -> None:
    value = {"a": f"{OBEYED}\x85文"}
    assert json.loads(harmless(json.dumps(value, ensure_ascii=False))) == value


def test_a_table_holds_wide_characters_numbers_and_long_texts(capsys: pytest.CaptureFixture[str]) -> None:
    table(["名称", "n", "note"], [["新华社", 7, None], ["a\nb", 1200, "长" * 70], ["\u202ex", None, "c"]])
    assert capsys.readouterr().out.splitlines() == [
        "名称        n  note",
        f"-------  ----  {'-' * 121}",
        "新华社      7",
        f"a b      1200  {'长' * 60}…",
        "\\u202ex        c",
    ]


def test_a_table_without_rows_is_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    table(["site", "number"], [])
    assert capsys.readouterr().out == "site  number\n----  ------\n"
