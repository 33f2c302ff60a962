"""Which files are meant by folders and patterns."""

from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.load.paths import chosen, is_ours


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.csv", "b/10.csv", "b/1.csv.zst", "a.jsonl.gz", "c.WARC.gz", "README.md", ".hid.json", "_SUCCESS"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "in" / ".git").mkdir()
    (tmp_path / "in" / ".git" / "x.json").touch()
    return tmp_path / "in"


def names(folder: Path, *words: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in chosen(words).files]


def test_a_folder_in_an_order_that_stays(folder: Path) -> None:
    found = chosen([str(folder)])
    ours = ["a.jsonl.gz", "b/1.csv.zst", "b/2.csv", "b/10.csv", "c.WARC.gz"]
    assert [str(path.relative_to(folder)) for path in found.files] == ours
    assert [path.name for path in found.others] == ["README.md"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.jsonl*", ["a.jsonl.gz"]),
        ("b/*.csv", ["b/2.csv", "b/10.csv"]),
        ("**/*.csv*", ["b/1.csv.zst", "b/2.csv", "b/10.csv"]),
        ("b/[12].csv", ["b/2.csv"]),
        ("b/?0.csv", ["b/10.csv"]),
    ],
)
def test_patterns(folder: Path, pattern: str, found: list[str]) -> None:
    assert names(folder, f"{folder}/{pattern}") == found


def test_each_file_comes_once_and_in_the_order_of_the_words(folder: Path) -> None:
    assert names(folder, f"{folder}/c.WARC.gz", f"{folder}/b", f"{folder}/b/2.csv")[:2] == ["c.WARC.gz", "b/1.csv.zst"]
    assert len(names(folder, f"{folder}/c.WARC.gz", str(folder), f"{folder}/**/*.csv")) == 5


def test_a_name_with_signs_of_a_pattern_is_the_file(folder: Path) -> None:
    (folder / "b" / "[12].csv").touch()
    assert names(folder, f"{folder}/b/[12].csv") == ["b/[12].csv"]


def test_a_folder_that_leads_to_itself_is_walked_once(folder: Path) -> None:
    (folder / "b" / "up").symlink_to(folder)
    assert len(names(folder, str(folder))) == 5


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("none.csv", "there is no file"),
        ("*.none", "no file is named like"),
        (".git/..", None),
        ("empty", "holds no file that can be taken in"),
    ],
)
def test_what_is_not_there(folder: Path, word: str, said: str | None) -> None:
    (folder / "empty").mkdir()
    if said is None:
        assert len(names(folder, f"{folder}/{word}")) == 5
        return
    with pytest.raises(UsageError, match=said):
        chosen([f"{folder}/{word}"])


def test_names_of_ours() -> None:
    assert all(map(is_ours, map(Path, ("a.json", "a.CSV.GZ", "a.parquet", "a.warc.zst", "a.tsv"))))
    assert not any(map(is_ours, map(Path, ("a.html", "a.gz", "json", "a.csv.bak"))))
