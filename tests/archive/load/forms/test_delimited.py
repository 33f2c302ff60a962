"""Tables in text, however they are written: dialect, encoding, what is broken in them."""

import csv
import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.load.forms import delimited, encoded
from archive.load.forms.delimited import Table, rows_of, table_of
from archive.load.forms.piece import Piece
from archive.load.names import AS_THEY_ARE

HEADER = ["url", "标题", "body", "remark"]
ROWS = [
    ["https://x.cn/1", "稀土价格", "第一段。\n第二段说：“好”，他走了。", "甲,乙;丙\t丁|戊"],
    ["https://x.cn/2", '他说"好"', '引号"在"里面，\r\n还有一行', ""],
    ["https://x.cn/3", "反斜杠\\在此", "的一是在不了有人大中", 'a\\"b'],
]


def written(rows: list[list[str]], encoding: str = "utf-8", **dialect: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue().encode(encoding)


def table(data: bytes) -> Table | None:
    return table_of(encoded.text_of(io.BufferedReader(io.BytesIO(data))), AS_THEY_ARE)  # type: ignore[arg-type]


def read(data: bytes, **bounds: int) -> list[Piece]:
    found = table(data)
    assert found is not None
    return list(rows_of(found, **bounds))


def cells(pieces: list[Piece], header: list[str]) -> list[list[str]]:
    assert [piece.reason for piece in pieces if piece.reason] == []
    return [[piece.content.get(name, "") for name in header] for piece in pieces]  # type: ignore[union-attr]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5hkscs"])
@pytest.mark.parametrize(
    "dialect",
    [
        {},
        {"lineterminator": "\n"},
        {"delimiter": "\t"},
        {"delimiter": ";", "quoting": csv.QUOTE_ALL},
        {"delimiter": "|", "quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\n"},
        {"delimiter": "\x01"},
        {"doublequote": False, "escapechar": "\\", "quoting": csv.QUOTE_ALL},
    ],
)
def test_dialects_and_encodings(encoding: str, dialect: dict[str, Any]) -> None:
    rows, header = ROWS, HEADER
    if encoding == "big5hkscs":
        header = ["url", "標題", "body", "remark"]
        rows = [["https://x.cn/1", "稀土價格", '的一是在不了"有人"大中，還有一行', "甲,乙"]]
    data = written([header, *rows], encoding, **dialect)
    assert cells(read(data), header) == rows


def test_line_ends_of_the_old_macintosh() -> None:
    rows = [[cell.replace("\r\n", "。").replace("\n", "。") for cell in row] for row in ROWS]
    assert cells(read(written([HEADER, *rows], lineterminator="\r")), HEADER) == rows


def test_a_table_of_mysql_in_batch_mode() -> None:
    data = 'url\ttitle\tbody\nhttps://x.cn/1\t"未完\t第一段。\\n第二段\\t列\\\\。\nhttps://x.cn/2\t\\N\tb\n'.encode()
    assert [piece.content for piece in read(data)] == [
        {"url": "https://x.cn/1", "title": '"未完', "body": "第一段。\n第二段\t列\\。"},
        {"url": "https://x.cn/2", "body": "b"},
    ]


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\n', "\n\nsep=;\n", "\r\n \n"])
def test_lines_before_the_header(first: str) -> None:
    data = first.encode() + b"url;body,text;remark\nhttps://x.cn/1;a,b;c\n"
    (piece,) = read(data)
    assert list(piece.content.values()) == ["https://x.cn/1", "a,b", "c"]  # type: ignore[union-attr]
    assert data[piece.offset :].startswith(b"https")
    assert piece.number == data[: piece.offset].count(b"\n") + 1


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("url,body,body", ("url", "body", "body (3)")),
        (",url,body", ("column 1", "url", "body")),
        (" url , body ", ("url", "body")),
        ('\ufeff"url","body"', ("url", "body")),
        ("url,body,", ("url", "body", "column 3")),
    ],
)
def test_the_names_of_columns(header: str, columns: tuple[str, ...]) -> None:
    found = table(header.encode() + b"\n")
    assert found is not None
    assert found.columns == columns


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"[""a"", ""b""]"', ["a", "b"]),
        ("\"['a', 'b']\"", ["a", "b"]),
        ('"{""name"": ""甲""}"', {"name": "甲"}),
        ("[图集] 春运", "[图集] 春运"),
        ("[1]", "[1]"),
        ('"[[[[""x""]"', '[[[["x"]'),
        ("'=1+1", "=1+1"),
        ("'tis", "'tis"),
        ("NULL", None),
        ("nan", None),
        ("\\N", None),
        ('"' + "[" * 90_000 + "]" * 5 + '"', "[" * 90_000 + "]" * 5),
    ],
)
def test_what_a_cell_holds(cell: str, value: Any) -> None:
    (piece,) = read(f"url,body\nhttps://x.cn/1,{cell}\n".encode())
    assert piece.content.get("body") == value  # type: ignore[union-attr]


BROKEN = [
    (b"https://x.cn/1,a,b,c\n", "4 cells, where the header has 3"),
    (b"https://x.cn/1,a\n", "2 cells, where the header has 3"),
    (b"https://x.cn/1,a\xff\xfe,b\n", "not UTF-8"),
    (b'https://x.cn/1,"a,b\n', "not CSV: "),
    (b'https://x.cn/1,"a"x,b\n', "not CSV: "),
]


@pytest.mark.parametrize(("line", "reason"), BROKEN)
def test_a_broken_row_costs_itself(line: bytes, reason: str) -> None:
    good = "".join(f'https://x.cn/{n},"标题{n}\n二","第{n}段。"\n' for n in range(50)).encode()
    data = b"url,title,body\n" + good + line + good
    pieces = read(data)
    wrong = [piece for piece in pieces if piece.reason]
    assert [piece.reason.startswith(reason) for piece in wrong] == [True]
    assert data[wrong[0].offset :].startswith(line)
    assert wrong[0].number == data[: wrong[0].offset].count(b"\n") + 1
    sound = [piece for piece in pieces if not piece.reason]
    assert len(sound) == 100
    assert all(data[piece.offset :].startswith(b"https") for piece in sound)


def test_a_comma_too_many_at_every_line_is_none() -> None:
    assert cells(read(b"url,body\nhttps://x.cn/1,a,\nhttps://x.cn/2,b,\n"), ["body"]) == [["a"], ["b"]]


def test_encodings_are_told_by_what_is_not_ascii() -> None:
    ascii_rows = "".join(f"https://x.cn/{n},title,body\n" for n in range(60_000))
    data = f"url,title,body\n{ascii_rows}https://x.cn/x,稀土,的一是在不了\n".encode("gb18030")
    assert len(data) > encoded.SAMPLE
    assert read(data)[-1].content["title"] == "稀土"  # type: ignore[call-overload]


@pytest.mark.parametrize("broken", [1, 2])
def test_a_broken_byte_makes_no_other_encoding(broken: int) -> None:
    row = "https://x.cn/1,水务局昨日表示,十一月底将公布核查结果的一是\n".encode()
    data = b"url,title,body\n" + row * 3 + row[:-2] * broken + b"\n"
    assert {piece.content["title"] for piece in read(data) if not piece.reason} == {"水务局昨日表示"}  # type: ignore[call-overload]


def test_memory_is_bounded_whatever_the_file() -> None:
    class Endless(io.RawIOBase):
        left = 200

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
            self.left -= 1
            if self.left < 0:
                return 0
            start = b'url,body\nhttps://x.cn/0,"' if self.left == 199 else b""
            buffer[:] = (start + b"x" * len(buffer))[: len(buffer)]
            return len(buffer)

    tracemalloc.start()
    found = table_of(encoded.text_of(io.BufferedReader(Endless(), 2**20), 2**16), AS_THEY_ARE)
    assert found is not None
    pieces = list(rows_of(found, 2**20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [piece.reason for piece in pieces] == ["longer than 1048576 bytes, or a quote is not closed"]
    assert peak < 40 * 2**20


def test_quotes_that_nobody_closes_are_not_followed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_AGAIN", 20_000)
    opener = b'https://x.cn/1,"a\n' + b"https://x.cn/2,b\n" * 100
    pieces = read(b"url,body\n" + opener * 200, most=1_000)
    assert pieces[-1].reason == "too many quotes are not closed; the rest is not read"
    assert len(pieces) < 3_000


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff\r"), max_size=30)


@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6),
    st.sampled_from([",", "\t", ";", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_what_was_written_is_read(
    texts: list[tuple[str, str, str]], delimiter: str, quoting: Any, end: str, encoding: str
) -> None:
    # A row in plain Chinese, by which the encoding is known, and in quotes, by which their dialect is.
    rows = [
        [*map(_kept, ("https://x.cn/0", '"的一是在不了有人大中"', "甲")), "的"],
        *([*map(_kept, one), "的"] for one in texts),
    ]
    assume(encoding != "gb18030" or all(_is_text_in(encoding, cell) for row in rows for cell in row))
    data = written([HEADER, *rows], encoding, delimiter=delimiter, quoting=quoting, lineterminator=end)
    assert cells(read(data), HEADER) == rows


def _kept(text: str) -> str:
    """Only texts that mean themselves: no NULL, no list, no guard."""
    return "x" + text


def _is_text_in(encoding: str, text: str) -> bool:
    return text.encode(encoding, "ignore").decode(encoding) == text


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for begin in (b"", b"url,body\n", b"url\tbody\n", b"\xff\xfe", b'"url","body"\n"'):
        found = table(begin + data)
        if found is not None:
            list(rows_of(found, 200))
