"""Dates and times as pages print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.times import show_time
from crawler.pages.fields.stamps import find_stamps, first_stamp, parse_machine_time


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("来源：望潮网 2025-11-13 04:58:22", "2025-11-13T04:58:22+08:00"),
        ("2014年12月12日13:47", "2014-12-12T13:47+08:00"),
        ("2024 05/09 22:27:02 来源", "2024-05-09T22:27:02+08:00"),
        ("中華民國103年12月12日", "2014-12-12"),
        ("2020/10/04 下午 03:05", "2020-10-04T15:05+08:00"),
        ("2020/10/04 03:05 PM", "2020-10-04T15:05+08:00"),
        ("2020/10/04 12:05 AM", "2020-10-04T00:05+08:00"),
        ("2012年12月10日, 格林尼治标准时间10:41", "2012-12-10T18:41+08:00"),
        ("2024-05-13T00:49:12.000Z", "2024-05-13T08:49:12+08:00"),
        ("2024-05-13T08:49:12+0800", "2024-05-13T08:49:12+08:00"),
        ("12:10 2019-09-23", "2019-09-23T12:10+08:00"),
        ("2023/2/21 21:20（2/21 22:08 更新）", "2023-02-21T21:20+08:00"),
        ("2019-09-3007:42", "2019-09-30T07:42+08:00"),
        ("2021-01-20 04:29:4439健康社", "2021-01-20T04:29:44+08:00"),
        ("2025年11月13日 星期四 08:30", "2025-11-13T08:30+08:00"),
        ("2025.11.13", "2025-11-13"),
        ("2025-11-13 25:61", "2025-11-13"),
        ("2025-13-45", None),
        ("2025-02-30", None),
        ("11-13 04:58", None),
        ("20251113", None),
        ("", None),
    ],
)
def test_first(text: str, shown: str | None) -> None:
    stamp = first_stamp(text)
    assert (show_time(stamp.at, stamp.precision) if stamp else None) == shown


def test_all_with_their_places() -> None:
    text = "发布：2020-01-02 更新：2020-01-03 10:00"
    first, second = find_stamps(text)
    assert text[first.start : first.end] == "2020-01-02"
    assert text[second.start : second.end] == "2020-01-03 10:00"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1715572974", "2024-05-13T12:02:54+08:00"),
        ("1715572974045", "2024-05-13T12:02:54+08:00"),
        ("2024-05-13 12:02", "2024-05-13T12:02+08:00"),
        ("171557297", None),
        ("yesterday", None),
    ],
)
def test_machine_times(text: str, shown: str | None) -> None:
    stamp = parse_machine_time(text)
    assert (show_time(stamp.at, stamp.precision) if stamp else None) == shown


@given(st.datetimes().filter(lambda at: 1980 <= at.year < 2050))
def test_what_is_printed_is_read(at: object) -> None:
    stamp = first_stamp(f"时间：{at:%Y年%m月%d日 %H:%M:%S} 来源")
    assert stamp is not None
    assert f"{stamp.at:%Y-%m-%d %H:%M:%S}" == f"{at:%Y-%m-%d %H:%M:%S}"


@given(st.text(alphabet="0123456789年月日-/:. T上午民國+Z", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for stamp in find_stamps(text):
        assert 0 <= stamp.start < stamp.end <= len(text)
    parse_machine_time(text)
