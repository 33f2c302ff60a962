"""Times as people write and read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.times import BEIJING, Precision, parse_mail_time, parse_span, parse_time, show_time


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2025-04-11", "2025-04-11"),
        ("20250411", "2025-04-11"),
        ("2025/4/1", "2025-04-01"),
        ("2025.04.11 9:05", "2025-04-11T09:05+08:00"),
        ("2025-04-11 21:49", "2025-04-11T21:49+08:00"),
        ("2025-04-11T21:49:25", "2025-04-11T21:49:25+08:00"),
        ("2025-04-11T21:49:25Z", "2025-04-12T05:49:25+08:00"),
        ("2025-04-11T21:49:25.123456789+0800", "2025-04-11T21:49:25+08:00"),
        (1744379365, "2025-04-11T21:49:25+08:00"),
        (1744379365000, "2025-04-11T21:49:25+08:00"),
    ],
)
def test_a_written_time_is_read_and_shown_at_its_precision(written: str | float, shown: str) -> None:
    assert show_time(*parse_time(written)) == shown


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2025-13-01",
        "2025-04-11T25:00",
        "2025-04",
        "1066-10-14",
        "２０２５-04-11",
        -1,
        True,
        float("nan"),
        1e20,
        9e13,
        1e11 - 1,
        pytest.param(10**5000, id="large"),
    ],
)
def test_what_is_no_time_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_time(written)


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(lambda at: at.replace(tzinfo=BEIJING)),  # noqa: DTZ001
    st.sampled_from(["second", "minute", "day"]),
)
def test_what_is_shown_is_read_back(at: datetime, precision: Precision) -> None:
    text = show_time(at, precision)
    assert text is not None
    moment, read = parse_time(text)
    assert (show_time(moment, read), read) == (text, precision)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_time_in_any_zone_is_the_same_instant(at: datetime, minutes: int) -> None:
    local = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_time(local.isoformat()) == (local, "second")


def test_what_a_year_a_month_a_day_and_a_minute_span() -> None:
    assert parse_span("2025-04-11") == (
        datetime(2025, 4, 10, 16, tzinfo=UTC),
        datetime(2025, 4, 11, 16, tzinfo=UTC),
    )
    assert parse_span("2025-04-11 21:49")[1] == datetime(2025, 4, 11, 13, 50, tzinfo=UTC)
    assert parse_span("2025-02") == (datetime(2025, 2, 1, tzinfo=BEIJING), datetime(2025, 3, 1, tzinfo=BEIJING))
    assert parse_span("2025/12") == (datetime(2025, 12, 1, tzinfo=BEIJING), datetime(2026, 1, 1, tzinfo=BEIJING))
    assert parse_span("2025") == (datetime(2025, 1, 1, tzinfo=BEIJING), datetime(2026, 1, 1, tzinfo=BEIJING))
    for bad in ("2025-13", "2025-0", "1825", "202503", "2025-"):
        with pytest.raises(ValueError, match="not a time"):
            parse_span(bad)
    with pytest.raises(ValueError, match=r"^not a time: '昨天'; write 2025, 2025-04 or 2025-04-11$"):
        parse_span("昨天")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Wed, 04 Mar 2026 06:06:07 GMT", datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)),
        ("Wednesday, 04-Mar-26 06:06:07 GMT", datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 06:06:07", datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)),
        ("4 Mar 2026 06:06 -0000", datetime(2026, 3, 4, 6, 6, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 14:06:07 +0800", datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)),
        ("Wed Mar  4 06:06:07 2026", datetime(2026, 3, 4, 6, 6, 7, tzinfo=UTC)),
    ],
)
def test_times_of_mails_and_headers(value: str, moment: datetime) -> None:
    assert parse_mail_time(value) == moment
    assert parse_mail_time(value).tzinfo is not None


@pytest.mark.parametrize(
    "value", ["", "soon", "Wed, 99 Mar 2026 06:06:07 GMT", "Wed, 04 Mar 2026 06:06:07 +9999999", ","]
)
def test_what_is_no_time_of_a_mail(value: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_mail_time(value)
