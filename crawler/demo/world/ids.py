"""The portals' own ids: NetEase's 16 characters with the time in them, Sohu's numbers that grow with the calendar."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

BEIJING = timezone(timedelta(hours=8))
DOCID_ZERO = 1_060_500_000_000  # ms: the docid's clock starts at 2003-08-10 15:20 Beijing time
BASE32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
# Sohu's /a/ numbers at three dates, between which they grow evenly enough.
CALENDAR = (
    (datetime(2017, 5, 1, tzinfo=BEIJING), 143_900_000),
    (datetime(2020, 11, 26, tzinfo=BEIJING), 434_400_000),
    (datetime(2025, 10, 1, tzinfo=BEIJING), 945_000_000),
    (datetime(2026, 7, 24, tzinfo=BEIJING), 1_054_300_000),
)


def docid(created: datetime, column: str) -> str:
    """A docid created at that instant in that column (8 characters)."""
    number = int(created.timestamp() * 1000) - DOCID_ZERO
    digits = ""
    for _ in range(8):
        number, digit = divmod(number, 32)
        digits = BASE32[digit] + digits
    return digits + column


def docid_time(native_id: str) -> datetime:
    """The instant that a docid was created, to the millisecond."""
    number = 0
    for char in native_id[:8]:
        number = number * 32 + BASE32.index(char)
    return datetime.fromtimestamp((number + DOCID_ZERO) / 1000, BEIJING)


def account_column(index: int) -> str:
    """The last 8 characters of every docid of one account."""
    return f"05{BASE32[index % 32]}{BASE32[(index * 7 + 3) % 32]}K{BASE32[(index * 13 + 5) % 32]}PQ"


def sohu_number(published: datetime, salt: int) -> int:
    """An /a/ number as of that date; `salt` parts articles of the same minute."""
    (early, low), (late, high) = CALENDAR[0], CALENDAR[-1]
    for (d0, n0), (d1, n1) in pairwise(CALENDAR):
        if d0 <= published <= d1:
            (early, low), (late, high) = (d0, n0), (d1, n1)
    share = (published - early) / (late - early)
    return int(low + share * (high - low)) // 4096 * 4096 + salt % 4096
