"""Bytes to text as browsers read them, whatever a page declares."""

import pytest

from crawler.pages.html.decode import decode

SIMPLE = "望潮港昨天重新开闸，第一艘货船驶进了内河，岸上的人都来看，这是三年来的第一次。"
TRADITIONAL = "望潮港昨天重新開閘，第一艘貨船駛進了內河，岸上的人都來看，這是三年來的第一次。"
UNDEFINED = b"\x80\x5f"  # a pair that no Big5 knows


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x80", "€"),
        (b"\xa3\xa0", "\u3000"),
        (b"\xa6\xd9\xa6\xed\xa6\xf3", "︐︘︙"),
        (b"\xfe\x59\xfe\xa0\xa8\xbc", "龴龻ḿ"),
        (b"\x95\x32\x82\x36", "𠀀"),
        (b"\xa2\xe3", "€"),
    ],
)
@pytest.mark.parametrize("declared", [None, "text/html; charset=gb2312", "text/html; charset=utf-8"])
def test_gb18030_as_browsers_read_it(data: bytes, text: str, declared: str | None) -> None:
    around = SIMPLE.encode("gb18030")
    assert decode(around + data + around, declared).text == SIMPLE + text + SIMPLE


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\xa1\x45", "‧"), (b"\xa1\xe3", "～"), (b"\xa3\xe1", "€"), (b"\xfa\x40", "𠕇"), (b"\xa2\x47", "￡")],
)
@pytest.mark.parametrize("declared", [None, "text/html; charset=big5", "text/html; charset=gb2312"])
def test_big5_as_browsers_read_it(data: bytes, text: str, declared: str | None) -> None:
    around = TRADITIONAL.encode("big5")
    assert decode(around + data + around, declared).text == TRADITIONAL + text + TRADITIONAL


@pytest.mark.parametrize("declared", [None, "text/html; charset=big5", "text/html", "text/html; charset=utf-8"])
@pytest.mark.parametrize("meta", [b"", b"<meta charset=big5>", b"<meta charset=gb2312>"])
def test_an_undefined_pair_does_not_turn_a_page_of_big5(declared: str | None, meta: bytes) -> None:
    around = TRADITIONAL.encode("big5")
    found = decode(meta + around + UNDEFINED + around, declared)
    assert found.encoding == "big5"
    assert found.text.count(TRADITIONAL) == 2


@pytest.mark.parametrize("bad", [b"\xff", b"\xa1", b"\x80", b"\x81\x20"])
def test_a_lost_byte_does_not_turn_a_page(bad: bytes) -> None:
    for text, codec in ((SIMPLE, "gb18030"), (SIMPLE, "utf-8"), (TRADITIONAL, "big5"), (TRADITIONAL, "utf-8")):
        data = text.encode(codec)
        for declared in (None, "text/html; charset=gbk", f"text/html; charset={codec}"):
            found = decode(data + bad + b"<br>" + data, declared)
            assert found.text.startswith(text)
            assert found.text.endswith(text)


def test_another_piece_in_another_encoding_does_not_turn_a_page() -> None:
    header = "<div>首页 新闻 图片</div>".encode("gb18030")
    assert SIMPLE in decode(header + SIMPLE.encode() * 3).text
    footer = "<div>首頁 新聞 圖片</div>".encode()
    assert TRADITIONAL in decode(TRADITIONAL.encode("big5") * 3 + footer).text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", [None, "text/html; charset=utf-16", "text/html; charset=gbk", "text/html"])
def test_utf16_without_a_mark(codec: str, declared: str | None) -> None:
    page = f"<html><head><title>望潮港</title></head><body><p>{SIMPLE}</p></body></html>"
    found = decode(page.encode(codec), declared)
    assert (found.text, found.encoding) == (page, codec.replace("-", "").replace("utf16", "utf-16"))
    cut = decode(page.encode(codec)[:-1], declared)
    assert cut.text == page[:-1] + "\ufffd"


def test_nul_bytes_in_other_pages_are_spaces() -> None:
    data = b"<p>\0\0" + SIMPLE.encode() + b"\0</p>" + b"\0" * 40
    assert decode(data, "text/html; charset=utf-16").text == f"<p>  {SIMPLE} </p>" + " " * 40


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("cp932", "Shift_JIS", "望潮の港がきのう開きました。"),
        ("euc_jp", "EUC-JP", "望潮の港がきのう開きました。"),
        ("cp949", "euc-kr", "항구가 어제 다시 열렸습니다."),
        ("cp1251", "windows-1251", "Порт открыли вчера."),
        ("cp1252", "iso-8859-1", "café — “déjà vu”"),
    ],
)
def test_other_languages_as_declared(codec: str, label: str, text: str) -> None:
    assert decode(text.encode(codec), f"text/html; charset={label}").text == text
    assert decode(f"<meta charset={label}>".encode() + text.encode(codec)).text.endswith(text)


@pytest.mark.parametrize("label", ["x-unknown", "utf-16", "utf-7", "hz-gb-2312", "iso-2022-cn", "none", "'", "gbk2312"])
def test_a_label_that_means_nothing_is_passed_over(label: str) -> None:
    assert decode(SIMPLE.encode("gb18030"), f"text/html; charset={label}").text == SIMPLE
    assert decode(SIMPLE.encode(), f"text/html; charset={label}").text == SIMPLE
