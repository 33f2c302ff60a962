"""What a command says where it can hardly be said: another encoding, closed and full streams, no working folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.settings import resolve_home
from archive.store.db import opened
from crawler.cli import main
from tests.archive.make import article, captured, store

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "from crawler.cli import main; main()"]
SHELL = " ".join(f"'{part}'" for part in COMMAND)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive of one article with characters that few encodings have."""
    path = str(tmp_path_factory.mktemp("archive") / "home")
    with opened(resolve_home(path).database, create=True) as engine:
        store(engine, captured(article("a:1", "稀土价格上涨，朱镕基说。", headline="稀土😀")))
    return path


def empty_home(template: Path, home: Path) -> Path:
    """An archive that is there already: to make one by every migration is a third of an import of one line."""
    home.mkdir()
    shutil.copyfile(template, home / "archive.db")
    return home


def run(line: str, *, cwd: str | Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A line of the shell, with `$J` for the command."""
    environment = {**os.environ, "JIANBAO_HOME": "", **environment}
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("$J", SHELL)], capture_output=True, check=False, cwd=cwd, env=environment
    )


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "【稀土】😀"),
        ("gbk", "【稀土】\\ud83d\\ude00"),
        ("gb2312", "【稀土】\\ud83d\\ude00"),
        ("big5", "\\u3010\\u7a00\\u571f\\u3011\\ud83d\\ude00"),
        ("latin-1", "\\u3010\\u7a00\\u571f\\u3011\\ud83d\\ude00"),
    ],
)
def test_another_encoding(home: str, encoding: str, shown: str) -> None:
    done = run(f"$J --home {home} search 稀土", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"1 stories\n")
    if encoding != "big5":  # which has 【稀土】, in traditional type
        assert done.stdout.decode(encoding).splitlines()[0].split() == ["1", shown]
    found = json.loads(run(f"$J --home {home} search 稀土 --json", PYTHONIOENCODING=encoding).stdout.decode(encoding))
    assert found["headline"] == "稀土😀"


def test_no_encoding_at_all(home: str) -> None:
    """Where a stream says ASCII nobody has said what it is; click writes UTF-8 then."""
    done = run(f"$J --home {home} search 稀土", PYTHONIOENCODING="ascii")
    assert "【稀土】😀" in done.stdout.decode()


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "xx_YY.nonsense"])
def test_another_locale(home: str, locale: str) -> None:
    done = run(f"env -i LC_ALL={locale} $J --home {home} search 稀土")
    assert done.returncode == 0, done.stderr
    assert "【稀土】" in done.stdout.decode()


def test_a_message_in_another_encoding(home: str) -> None:
    done = run(f"$J --home {home} show 稀土", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stdout) == (9, b"")
    assert done.stderr.startswith(b"jianbao: no article '\\u7a00\\u571f'")


@pytest.mark.parametrize(
    ("streams", "code", "says"),
    [
        (">/dev/full", 6, b"jianbao: cannot write the answer to standard output: No space left on device\n"),
        (">&-", 6, b"jianbao: cannot write the answer to standard output: Bad file descriptor\n"),
        ("2>&-", 0, b""),
        ("2>/dev/full", 0, b""),
        (">&- 2>&-", 6, b""),
        ("<&-", 0, b"1 stories\n"),
        ("<&- >/dev/null 2>&-", 0, b""),
    ],
)
def test_streams_that_take_nothing(home: str, streams: str, code: int, says: bytes) -> None:
    done = run(f"$J --home {home} search 稀土 {streams}")
    assert done.returncode == code
    assert done.stderr.removeprefix(b"1 stories\n") in (says, says.removeprefix(b"1 stories\n"))


def test_an_error_has_its_code_wherever_it_can_be_said(home: str) -> None:
    for streams in ("", ">/dev/full", ">&-", "2>&-", "2>/dev/full", ">&- 2>&-"):
        assert run(f"$J --home {home} show 99 {streams}").returncode == 9, streams
        assert run(f"$J --home {home} show --nonsense {streams}").returncode == 2, streams


def test_work_is_done_whoever_listens(sqlite_template: Path, tmp_path: Path) -> None:
    """An import whose output goes nowhere stores what it was given, and its code says that the answer was lost."""
    for number, (streams, code) in enumerate(((">&-", 6), ("2>&-", 0), (">/dev/full 2>/dev/full", 6)), 1):
        lines = (
            f'{{"url": "https://clip.example/{number}/{n}", "body": "第{number}条新闻，第{n}个。"}}\n' for n in "ab"
        )
        (tmp_path / "one.jsonl").write_text("".join(lines), encoding="utf-8")
        target = empty_home(sqlite_template, tmp_path / f"home{number}")
        assert run(f"$J --home {target} import {tmp_path}/one.jsonl {streams}").returncode == code
        told = CliRunner().invoke(main, ["--home", str(target), "stats", "--json"])
        assert json.loads(told.stdout)["articles"] == 2


def test_a_pipe_that_nobody_reads(home: str) -> None:
    done = run(f"($J --home {home} search 稀土; echo $? >&2) | true")
    assert done.stderr in (b"1 stories\n1\n", b"1\n", b"1 stories\n0\n"), "in silence"


def test_a_working_folder_that_is_gone(home: str, tmp_path: Path) -> None:
    gone = f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone;"
    done = run(f"{gone} $J --home {home} search 稀土")
    assert (done.returncode, done.stderr) == (0, b"1 stories\n")
    for line in ("$J search 稀土", "$J --home here stats", "$J crawl"):
        done = run(f"{gone} {line}")
        assert done.returncode == 2
        assert done.stderr.startswith(b"jianbao: the working folder is gone; cd to another one")
    done = run(f"{gone} $J --home {home} export --to out")
    assert done.returncode == 6
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_a_closed_stream_is_not_the_database(sqlite_template: Path, tmp_path: Path) -> None:
    """The first file that is opened gets the lowest free number; what is printed must not land in it."""
    (tmp_path / "one.jsonl").write_text(
        '{"url": "https://clip.example/1", "body": "一条新闻在这里。"}\n', encoding="utf-8"
    )
    for number, streams in enumerate((">&-", "<&- >&- 2>&-", "2>&-", "<&-")):
        # The first one makes its archive itself.
        target = empty_home(sqlite_template, tmp_path / f"home{number}") if number else tmp_path / "home0"
        run(f"$J --home {target} import {tmp_path}/one.jsonl {streams}")
        run(f"$J --home {target} search 新闻 {streams}")
        done = CliRunner().invoke(main, ["--home", str(target), "db", "check"])
        assert done.exit_code == 0, done.stderr
        assert "as this version needs" in done.stdout
