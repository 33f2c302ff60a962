"""An imported WARC file gets a place in the home, so that the home can be moved."""

import errno
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.warc import imported
from crawler.warc.writer import WarcFolder
from tests.crawler.pages.stored import PORTALS, expected
from tests.crawler.warc.test_writer import exchange

URL = expected(PORTALS)["netease-post-news"]["url"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A WARC file of one NetEase page, elsewhere."""
    folder = WarcFolder(path=tmp_path / "elsewhere", max_bytes=10**9, info={})
    folder.write(exchange(url=URL, payload=(PORTALS / "netease-post-news.html").read_bytes(), headers=[]))
    folder.close()
    (path,) = (tmp_path / "elsewhere").iterdir()
    return path.rename(path.with_name("old.warc.gz"))


def run(home: Path, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--home", str(home), *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def names(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "archive.db")) as connection:
        return [name for (name,) in connection.execute("SELECT DISTINCT warc_file FROM capture ORDER BY 1")]


def test_a_home_with_imported_files_can_be_moved(tmp_path: Path, file: Path) -> None:
    home, moved = tmp_path / "home", tmp_path / "moved"
    run(home, "import", str(file))
    place = home / "warc" / "old.warc.gz"
    assert place.samefile(file), "no byte is written twice"
    assert names(home) == ["old.warc.gz"]
    run(home, "import", str(file))
    assert [path.name for path in place.parent.iterdir()] == ["old.warc.gz"]
    home.rename(moved)
    shutil.rmtree(file.parent)
    assert "old.warc.gz:" in run(moved, "show", "1").output
    assert "netease" in run(moved, "explain", "1").output
    assert "netease" in run(moved, "explain", "capture:1").output
    run(moved, "export", "--full", "--to", str(tmp_path / "out"))
    [capture] = json.loads(run(moved, "show", "1", "--json").output)["captures"]
    assert capture["warc_file"] == "old.warc.gz"


def test_another_file_of_the_same_name_gets_another_place(tmp_path: Path, file: Path) -> None:
    home = tmp_path / "home"
    run(home, "import", str(file))
    other = WarcFolder(path=tmp_path / "other", max_bytes=10**9, info={})
    other.write(exchange(url=URL.replace("www", "m"), payload=b"<html>" + b"x" * 100, headers=[]))
    other.close()
    (path,) = (tmp_path / "other").iterdir()
    run(home, "import", str(path.rename(path.with_name("old.warc.gz"))), code=3)
    assert names(home) == ["old-2.warc.gz", "old.warc.gz"]


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM])
def test_where_no_link_can_be_made_the_file_is_copied_if_there_is_room(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_link(*words: Any, **more: Any) -> None:
        raise OSError(number, os.strerror(number))

    home = tmp_path / "home"
    monkeypatch.setattr(os, "link", no_link)
    with monkeypatch.context() as full:
        full.setattr(imported, "SPARE", 2**60)
        said = run(home, "import", str(file), code=6).output
        assert "make room, or leave the file in its place with --in-place" in said
        assert list((home / "warc").iterdir()) == []
    run(home, "import", str(file))
    place = home / "warc" / "old.warc.gz"
    assert not place.samefile(file)
    assert place.read_bytes() == file.read_bytes()
    assert [path.name for path in place.parent.iterdir()] == ["old.warc.gz"], "no half of it is left"
    run(home, "import", str(file))
    assert [path.name for path in place.parent.iterdir()] == ["old.warc.gz"]


def test_a_file_that_is_to_stay_where_it_is_stays_and_may_be_taken_in_later(tmp_path: Path, file: Path) -> None:
    """Archives of older versions name files so, too."""
    home = tmp_path / "home"
    run(home, "import", "--in-place", str(file))
    assert names(home) == [str(file)]
    assert not (home / "warc").exists()
    assert "netease" in run(home, "explain", "1").output
    run(home, "import", str(file))
    assert names(home) == ["old.warc.gz"]
    file.unlink()
    assert "netease" in run(home, "explain", "1").output


def test_of_a_file_that_gives_nothing_no_place_is_left(tmp_path: Path, file: Path) -> None:
    home = tmp_path / "home"
    run(home, "import", str(file))
    (file.parent / "again.warc.gz").write_bytes(file.read_bytes() + file.read_bytes()[:20])
    run(home, "import", str(file.parent / "again.warc.gz"), code=3)
    (file.parent / "empty.warc.gz").write_bytes(b"\x1f\x8b\x08 nothing of the kind")
    run(home, "import", str(file.parent / "empty.warc.gz"), code=3)
    assert [path.name for path in (home / "warc").iterdir()] == ["old.warc.gz"]


def test_a_file_of_the_archives_own_folder_is_left_there(tmp_path: Path, file: Path) -> None:
    home = tmp_path / "home"
    (home / "warc" / "mine").mkdir(parents=True)
    own = file.rename(home / "warc" / "mine" / "old.warc.gz")
    run(home, "import", str(own))
    assert names(home) == ["mine/old.warc.gz"]
    assert [path.name for path in (home / "warc").iterdir()] == ["mine"]
