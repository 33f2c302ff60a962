"""The captures of an address by time, on both databases: what is shown, and what a person withdrew."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from archive.people.withdrawals import withdraw
from archive.query.mementos import at_second, mementos, nearest
from archive.store.db import reading, writing
from tests.archive.make import DAY, article, captured, store

URL = "https://clip.example/a:1"


def hour(number: float) -> datetime:
    return DAY + timedelta(hours=number)


def test_captures_in_the_order_of_time(engine: Engine) -> None:
    its = article()
    gone = captured(None, 9, url=URL, site="clip", native_id="a:1", status=404)
    store(engine, captured(its, 5), captured(its, 1, status=200), gone)
    store(engine, captured(article("a:2", "别的一篇文章。\n另一段话。"), 2), captured(its, 1.0001, offset=7))
    store(engine, captured(article(body="没有记录的一版。\n又一段。"), 6, warc_file=None, warc_offset=None))
    with reading(engine) as connection:
        found = mementos(connection, URL, limit=9)
        assert [one.at for one in found] == [hour(1), hour(1.0001), hour(5), hour(9)]
        assert [one.status for one in found] == [200, None, None, 404]
        assert mementos(connection, URL, limit=1, since=hour(2))[0].at == hour(5)
        assert mementos(connection, URL.replace("https", "http"), limit=9) == found
        assert mementos(connection, "https://clip.example/", limit=9) == []
        for asked, at in ((hour(0), 1), (hour(2.9), 1.0001), (hour(3.1), 5), (hour(7), 5), (hour(99), 9), (None, 9)):
            one = nearest(connection, URL, asked)
            assert one is not None
            assert one.at == hour(at), asked
        around = at_second(connection, URL, hour(5))
        assert around is not None
        assert around.before is not None
        assert around.after is not None
        assert (around.first.at, around.before.at, around.this.at, around.after.at, around.last.at) == (
            *(hour(1), hour(1.0001), hour(5), hour(9), hour(9)),
        )
        assert at_second(connection, URL, hour(4)) is None
    with writing(engine) as connection:
        withdraw(connection, 1, "法院判决", by="林", now=datetime(2026, 1, 1, tzinfo=UTC))
    with reading(engine) as connection:
        assert mementos(connection, URL, limit=9) == [], "nor what showed that it was gone"
        assert nearest(connection, URL, None) is None
        assert len(mementos(connection, "https://clip.example/a:2", limit=9)) == 1
