"""`jianbao.extract`: what is handed in wrongly is said, and is no page that is broken."""

from datetime import UTC, datetime
from typing import Any

import pytest

import jianbao

URL = "https://news.chashi.example.com/a/1.html"
PAGE = "<h1>河堤茶市清晨开张</h1><p>河堤上的茶市在清晨五点开张，掌柜们把算盘挂在门外，等雾散去。</p>"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"data": PAGE}, "from its bytes, not from a str: hand in what the server sent, such as response.content"),
        ({"data": None}, "not from a NoneType"),
        ({"url": URL.encode()}, "url is a bytes; it takes the page's address as a text"),
        ({"captured_at": datetime(2026, 3, 1)}, "a time without a zone: 2026-03-01 00:00:00"),  # noqa: DTZ001
    ],
)
def test_what_is_no_page_is_said(values: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"data": PAGE.encode(), "url": URL, **values}
    data = given.pop("data")
    with pytest.raises(jianbao.UsageError, match=says):
        jianbao.extract(data, **given)


def test_any_bytes_will_do() -> None:
    data = PAGE.encode()
    read = [jianbao.extract(one, url=URL, captured_at=datetime(2026, 3, 1, tzinfo=UTC)) for one in _kinds(data)]
    assert read[0].headline == "河堤茶市清晨开张"
    assert read[1] == read[0] == read[2]


def _kinds(data: bytes) -> tuple[bytes, bytearray, memoryview]:
    return data, bytearray(data), memoryview(data)
