"""Packed files: what they hold, and what they cannot do to us."""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.load.articles import Asked, articles_of
from archive.load.forms import packed
from archive.load.forms.form import opened
from archive.load.forms.packed import unpacked
from archive.load.forms.piece import Piece
from archive.load.names import AS_THEY_ARE
from archive.load.summary import Broken

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

JSONL = b'{"url": "https://x.cn/1", "body": "a"}\n{"url": "https://x.cn/2", "body": "b"}\n'
CSV = b"url,body\nhttps://x.cn/1,a\nhttps://x.cn/2,b\n"
PACKERS = {"": bytes, ".gz": gzip.compress, ".zst": zstd.compress}


def read(path: Path) -> list[Piece]:
    with opened(path, AS_THEY_ARE, None) as form:
        return list(form.pieces())


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize(("name", "content"), [("a.jsonl", JSONL), ("a.csv", CSV)])
def test_packed_or_not(tmp_path: Path, packer: str, name: str, content: bytes) -> None:
    path = tmp_path / f"{name}{packer}"
    path.write_bytes(PACKERS[packer](content))
    found = [next(articles_of(piece, Asked(lambda url: None))) for piece in read(path)]
    assert [one.item.article.url for one in found] == ["https://x.cn/1", "https://x.cn/2"]  # type: ignore[union-attr]


@pytest.mark.parametrize("packer", [".gz", ".zst"])
@pytest.mark.parametrize("start", [b'{"url": "https://x.cn/1", "body": "a"}\n', b"url,body\nhttps://x.cn/1,a\n"])
def test_a_file_that_unpacks_without_end_is_given_up(
    tmp_path: Path, packer: str, start: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "FREE", 2**20)
    path = tmp_path / f"bomb{packer}"
    path.write_bytes(PACKERS[packer](start + b"0" * 40 * 2**20))
    pieces = read(path)
    assert isinstance(pieces[0].content, dict) or pieces[0].content.startswith(b"{")
    assert pieces[-1].reason == "the file breaks off: it unpacks to more than 500 times its size"


@pytest.mark.parametrize("packer", [".gz", ".zst"])
@pytest.mark.parametrize("lines", [1_000, 20_000])
@pytest.mark.parametrize(
    ("name", "first", "line"),
    [
        ("a.jsonl", "", '{{"url": "https://x.cn/{0}", "body": "{0}"}}\n'),
        ("a.csv", "url,body\n", "https://x.cn/{0},{0}\n"),
    ],
)
def test_a_file_that_breaks_off_gives_what_it_has(
    tmp_path: Path, packer: str, lines: int, name: str, first: str, line: str
) -> None:
    path = tmp_path / f"{name}{packer}"
    packed = PACKERS[packer]((first + "".join(line.format(n**5) for n in range(lines))).encode())
    path.write_bytes(packed[: len(packed) // 2])
    if lines > 1_000 or packer == ".gz":
        *sound, last = read(path)
        assert last.reason.startswith("the file breaks off: ")
        assert lines == 1_000 or len(sound) > lines // 4
    path.write_bytes(packed[:5])
    with pytest.raises(UsageError, match="cannot read"):
        read(path)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"BZh91AY", "bunzip2"),
        (b"\xfd7zXZ\x00", "unxz"),
        (b"7z\xbc\xaf\x27", "7-Zip"),
        (b"Rar!\x1a", "rar"),
        (b"SQLite format 3\x00", "sqlite3 -csv"),
        (b"\xd0\xcf\x11\xe0\xa1", "save it as CSV"),
        (b"\x89PNG\r\n\x1a\n\x00", "neither a WARC file"),
        (b"hello", "neither a WARC file"),
    ],
)
def test_what_is_not_read_is_named_with_its_cure(tmp_path: Path, start: bytes, said: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(start + b"\n")
    with pytest.raises(UsageError, match=said):
        read(path)


def test_a_table_of_excels_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.xml", "")
    with pytest.raises(UsageError, match="save the table as CSV"):
        read(path)


def test_how_far_a_packed_file_was_read_is_in_its_own_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(JSONL * 1_000))
    with unpacked(path) as source:
        assert len(io.BytesIO(source.content.read1(10)).read()) == 10
        assert 0 < source.at() <= path.stat().st_size


def test_a_broken_first_line_of_a_file_named_json_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"oops\n" + JSONL)
    found = [next(articles_of(piece, Asked(lambda url: None))) for piece in read(path)]
    assert [isinstance(one, Broken) for one in found] == [True, False, False]
