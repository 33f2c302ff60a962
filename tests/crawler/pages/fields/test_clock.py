"""Dates and times as pages print them, declare them, and lists give them."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.times import BEIJING, Precision, parse_time, show_time
from crawler.pages.fields.clock import Time, find_stamps, first_stamp, read_listed, read_time


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
        ("2020/10/04 上午 12:05", "2020-10-04T00:05+08:00"),
        ("2020/10/04 中午 1:20", "2020-10-04T13:20+08:00"),
        ("2020-10-04 凌晨12点30分", "2020-10-04T00:30+08:00"),
        ("2024-05-13T00:49:12.1234567Z", "2024-05-13T08:49:12+08:00"),
        ("2024-05-13t00:49:12,5z", "2024-05-13T08:49:12+08:00"),
        ("2024-05-13 00:49:12 UTC+9", "2024-05-12T23:49:12+08:00"),
        ("2024-05-13 10:00-11:30 在望潮港举行", "2024-05-13T10:00+08:00"),
        ("2024-05-13T10:00-05:00", "2024-05-13T23:00+08:00"),
        ("2024-05-13 08:49:12+99:00", "2024-05-13T08:49:12+08:00"),
        ("2025年1月2日 上午12:30", "2025-01-02T00:30+08:00"),
        ("2025年1月2日 早上12点", "2025-01-02T00:00+08:00"),
        ("2025年1月2日 下午12:30", "2025-01-02T12:30+08:00"),
        ("2025年1月2日 午间1:05", "2025-01-02T13:05+08:00"),
        ("2025年1月2日 正午12时", "2025-01-02T12:00+08:00"),
        ("2025年1月2日 夜间11:30", "2025-01-02T23:30+08:00"),
        ("2025年1月2日 晚上1:30", "2025-01-02T01:30+08:00"),
        ("2025年1月2日 晚上12:30", "2025-01-02"),
        ("2025年1月2日 深夜22:15", "2025-01-02T22:15+08:00"),
        ("2025年1月2日 上午9时", "2025-01-02T09:00+08:00"),
        ("2025年1月2日9点", "2025-01-02T09:00+08:00"),
        ("2025年1月2日 晚8点半", "2025-01-02"),
        ("2025年1月2日 晚上8点半", "2025-01-02T20:30+08:00"),
        ("2025年1月2日 21时许", "2025-01-02T21:00+08:00"),
        ("2025-01-02 12点击 30", "2025-01-02"),
        ("2025-01-02 3点赞", "2025-01-02"),
        ("2025-01-02 3:05 p.m.", "2025-01-02T15:05+08:00"),
        ("2025-01-02 3:05:06 P.M. 来源", "2025-01-02T15:05:06+08:00"),
        ("2025年1月2日 星期四 8:10AM", "2025-01-02T08:10+08:00"),
        ("２０２５年１月２日　９：３０", "2025-01-02T09:30+08:00"),
        ("２０２５－０１－０２ ２１：３０：０５", "2025-01-02T21:30:05+08:00"),
        ("Jan. 2, 2025, 9:30 a.m.", "2025-01-02T09:30+08:00"),
        ("2 January 2025", "2025-01-02"),
        ("Thu, 02 Jan 2025 09:30:00 +0800", "2025-01-02T09:30:00+08:00"),
        ("Thu, 02 Jan 2025 09:30:00 GMT", "2025-01-02T17:30:00+08:00"),
        ("发布于 · 1 分钟阅读 · Apr 22, 2025", "2025-04-22"),
        ("十一月 6th, 2009", "2009-11-06"),
        ("5 月 10, 2023", "2023-05-10"),
        ("Jan 45, 2025", None),
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
    text = "Posted 2 Jan 2020 10:00 / 2020-01-03 / edited January 4, 2020."
    assert [text[one.start : one.end] for one in find_stamps(text)] == [
        "2 Jan 2020 10:00",
        "2020-01-03",
        "January 4, 2020",
    ]


DECLARED = [
    ("2024-05-13T20:28:40Z", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13T20:28:40z", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13T20:28Z", "2024-05-14T04:28+08:00"),
    ("2024-05-13T20:28:40+00:00", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13T20:28:40+0000", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13T20:28:40+09:00", "2024-05-13T19:28:40+08:00"),
    ("2024-05-13T20:28:40-05:00", "2024-05-14T09:28:40+08:00"),
    ("2024-05-13 20:28:40 -0330", "2024-05-14T07:58:40+08:00"),
    ("2024-05-13T20:28:40.123Z", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13T20:28:40.1234567+00:00", "2024-05-14T04:28:40+08:00"),
    ("2024-05-13 20:28:40 GMT", "2024-05-14T04:28:40+08:00"),
    ("Mon, 13 May 2024 20:28:40 GMT", "2024-05-14T04:28:40+08:00"),
    ("Mon, 13 May 2024 20:28:40 +0800", "2024-05-13T20:28:40+08:00"),
    ("Mon May 13 20:28:40 CST 2024", "2024-05-13T20:28:40+08:00"),
    ("Mon May 13 2024 20:28:40 GMT+0000 (UTC)", "2024-05-14T04:28:40+08:00"),
    ("May 13, 2024 8:28 PM", "2024-05-13T20:28+08:00"),
    ("1715632120", "2024-05-14T04:28:40+08:00"),
    ("1715632120045", "2024-05-14T04:28:40+08:00"),
    ("20240513T202840Z", "2024-05-14T04:28:40+08:00"),
    ("20240513202840", "2024-05-13T20:28:40+08:00"),
    ("2024-05-13T20:28:40", "2024-05-13T20:28:40+08:00"),
    ("2024-05-13 20:28", "2024-05-13T20:28+08:00"),
    ("2024年5月13日", "2024-05-13"),
]
"""As machines write them, and what they mean in Beijing."""


def shown(found: Time | None) -> str | None:
    return show_time(found.at, found.precision) if found else None


@pytest.mark.parametrize(("written", "wanted"), DECLARED)
def test_a_declared_time_is_in_its_zone(written: str, wanted: str) -> None:
    assert shown(read_time(written)) == wanted


@pytest.mark.parametrize("number", [1715632120, 1715632120.9, 1715632120045])
def test_an_epoch_may_be_a_number(number: float) -> None:
    assert shown(read_time(number)) == "2024-05-14T04:28:40+08:00"


@pytest.mark.parametrize(
    "value",
    [
        "", "yesterday", "0", "1", "171557297", "99999999999999", "-1715632120", "1" * 10_000, "0000-00-00",
        "0000-01-01T00:00:00Z", "2025-13-01", "2025-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00", "99991231235959",
        "1066-10-14", 0, -1, 10**13 * 9, 10**400, float("nan"), float("inf"), True, None, [], {}, b"2025-01-01",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(value: object) -> None:
    assert read_time(value) is None
    assert read_listed(value, NOW) is None


NOW = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)  # 12:30 in Beijing


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("01/31/2025 08:09:10", "2025-01-31T08:09:10+08:00"),
        ("1/31/2025", "2025-01-31"),
        ("2021-01-29 18:38", "2021-01-29T18:38+08:00"),
        (1704379583, "2024-01-04T22:46:23+08:00"),
        (1704379583999, "2024-01-04T22:46:23+08:00"),
        ("30分钟前", "2026-03-04T12:00:00+08:00"),
        ("2 小時前", "2026-03-04T10:30:00+08:00"),
        ("昨天10:31", "2026-03-03T10:31+08:00"),
        ("今天 09:05", "2026-03-04T09:05+08:00"),
        ("前天", "2026-03-02"),
        ("5天前", "2026-02-27T12:30:00+08:00"),
        ("13/45/2025 99:99:99", None),
        ("昨天99:99", None),
        ("9999天前", "1998-10-18T12:30:00+08:00"),
    ],
)
def test_times_of_lists(value: object, wanted: str | None) -> None:
    assert shown(read_listed(value, NOW)) == wanted


AT = st.datetimes(datetime(1980, 1, 2), datetime(2049, 12, 30)).map(lambda at: at.replace(tzinfo=BEIJING))  # noqa: DTZ001
PRECISION: Any = st.sampled_from(["second", "minute", "day"])
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(AT, PRECISION)
def test_what_show_time_prints_is_read_back(at: datetime, precision: Precision) -> None:
    text = show_time(at, precision)
    assert text is not None
    found = read_time(text)
    assert found is not None
    assert (show_time(found.at, found.precision), found.precision) == (text, precision)
    assert parse_time(text) == (found.at, precision)
    assert read_listed(text, NOW) == found


@given(AT, ZONES, st.sampled_from(["%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z"]))
def test_a_time_in_any_zone_is_the_same_instant(at: datetime, zone: timezone, form: str) -> None:
    local = at.replace(microsecond=0).astimezone(zone)
    offset = f"{local:%z}"
    written = local.strftime(form.replace("%:z", f"{offset[:3]}:{offset[3:]}"))
    found = read_time(f" {written} ")
    assert found is not None
    assert (found.at, found.precision) == (at.replace(microsecond=0), "second")


@given(st.datetimes().filter(lambda at: 1980 <= at.year < 2050))
def test_what_is_printed_is_read(at: datetime) -> None:
    stamp = first_stamp(f"时间：{at:%Y年%m月%d日 %H:%M:%S} 来源")
    assert stamp is not None
    assert f"{stamp.at:%Y-%m-%d %H:%M:%S}" == f"{at:%Y-%m-%d %H:%M:%S}"


@given(st.text(alphabet="0123456789年月日-/:. T上午民國+ZGMTJan天前昨,", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for stamp in find_stamps(text):
        assert 0 <= stamp.start < stamp.end <= len(text)
    for found in (first_stamp(text), read_time(text), read_listed(text, NOW)):
        assert found is None or 1980 <= found.at.year < 2100


@given(st.integers() | st.floats() | st.text(max_size=30) | st.none() | st.booleans())
def test_no_value_breaks_it(value: object) -> None:
    found = read_time(value)
    assert found is None or (found.at.tzinfo is BEIJING and not found.at.microsecond)


def test_long_texts_end() -> None:
    started = time.process_time()
    for unit in ("2", "2024-", "2024-05-13 ", "Nov 13 ", "12:10 ", "民國", "+08:00", "2024-05-13 10:00-", " ", "20 "):
        text = unit * (100_000 // len(unit))
        first_stamp(text)
        read_time(text)
        read_listed(text, NOW)
    assert time.process_time() - started < 5
