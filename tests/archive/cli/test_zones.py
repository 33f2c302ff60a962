"""The machine's time zone and locale change nothing: what is stored and shown is the same everywhere."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.archive.cli.test_streams import run

ZONES = [
    "UTC",
    "Asia/Shanghai",
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Europe/London",
    "<-12>12",
]
RECORDS = (
    {"url": "https://clip.example/1", "title": "零点", "content": "正文一在这里。", "time": "2025-03-30 00:30"},
    {
        "url": "https://clip.example/2",
        "title": "有时区",
        "content": "正文二在这里。",
        "time": "2025-03-30T01:30:00+01:00",
    },
    {"url": "https://clip.example/3", "title": "只有一天", "content": "正文三在这里。", "time": "2025-10-26"},
    {"url": "https://clip.example/4", "title": "秒数", "content": "正文四在这里。", "time": 1743265800},
    {"url": "https://clip.example/5", "title": "从前", "content": "正文五在这里。", "time": "1986-05-04 02:30"},
)
COMMANDS = (
    ["search", "正文", "--json"],
    ["search", "正文", "--since", "2025-03-30"],
    ["search", "正文", "--until", "2025-03-30"],
    ["show", "1"],
    ["show", "3", "--json"],
    ["stats"],
)


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def said(home: Path) -> list[str]:
    """What the commands say of an archive of the records, the moments of this run left out."""
    path = home.parent / "records.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS), encoding="utf-8")
    done = CliRunner().invoke(main, ["--home", str(home), "import", "--jobs", "1", str(path)])
    assert done.exit_code == 0, done.output
    outputs = [CliRunner().invoke(main, ["--home", str(home), *words]).output for words in COMMANDS]
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    return [line for output in outputs for line in output.splitlines() if today not in line and "bytes" not in line]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return said(tmp_path_factory.mktemp("here") / "home")


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_no_zone_changes_what_is_said(zone: str, here: list[str], tmp_path: Path) -> None:
    assert zone
    assert said(tmp_path / "home") == here
    assert any("2025-03-30T00:30+08:00" in line for line in here)


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", ["env -i", "env -i LC_ALL=C", "LC_ALL=C LANG=C"])
def test_an_import_in_bare_surroundings(tmp_path: Path, surroundings: str) -> None:
    """Names and texts in Chinese, where nobody has said what letters there are."""
    (tmp_path / "文件.jsonl").write_text(json.dumps(RECORDS[0], ensure_ascii=False) + "\n", encoding="utf-8")
    home = tmp_path / "剪报"
    done = run(
        f"{surroundings} $J --home {home} import {tmp_path}/文件.jsonl && {surroundings} $J --home {home} search 正文"
    )
    assert done.returncode == 0, done.stderr
    assert "零点" in done.stdout.decode()
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["剪报"]


def test_a_home_whose_name_is_no_utf8_is_one_line(tmp_path: Path) -> None:
    """Named in GBK, or in UTF-8 where the locale has only ASCII."""
    for surroundings, name, shown in (
        ("", "$(printf 'h\\320\\302')", "h\\xd0\\xc2"),
        ("LC_ALL=POSIX PYTHONUTF8=0", "剪报", "剪报"),
    ):
        done = run(f"{surroundings} $J --home {tmp_path}/{name} stats", PYTHONIOENCODING="utf-8")
        assert done.returncode == 2
        assert done.stderr.decode().startswith(f"jianbao: the name of the home {tmp_path}/{shown} is not UTF-8 here")
        assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []
