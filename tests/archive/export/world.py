"""A small archive in which every dataset has rows of every shape."""

from sqlalchemy import Engine

from archive.people.withdrawals import withdraw
from archive.store.db import writing
from archive.store.records import ImageRecord
from tests.archive.dedup.copies import text
from tests.archive.make import DAY, article, captured, store, told

STORY, OTHER = text(1), text(2)


def fill(engine: Engine) -> None:
    """Three copies of one story, of which one was edited and one taken away and brought back; an imported article with
    next to nothing; one with a day for its time; one that is withdrawn, with all that is its own."""

    def copy(number: int, body: str = STORY, **fields: object) -> object:
        return article("a:1", body, site=f"s{number}", url=f"https://s{number}.example/1", **fields)

    def gone(number: int, hours: float) -> object:
        return captured(None, hours, url=f"https://s{number}.example/1", site=f"s{number}", native_id="a:1", status=404)

    pictures = (ImageRecord(url="https://s1.example/i.jpg", caption="图，“一”"),)
    store(engine, captured(copy(1, headline="=1+1", authors=("张三", "李四"), keywords=("稀土",), images=pictures), 1))
    store(engine, captured(copy(2), 2), captured(copy(3, STORY + "\n另有一段。"), 3))
    store(engine, captured(copy(1, STORY.replace("。", "！", 1) + "\n后来又下了一场雨。", headline="=1+2"), 9))
    store(engine, gone(2, 5), gone(2, 40), captured(copy(2), 60))
    store(
        engine,
        told(article("a:4", "第四条。", headline=None, published_at=None, published_precision=None)),
        told(article("a:5", OTHER, published_precision="day")),
        told(article("a:6", OTHER + "\n又一段。", published_precision="minute")),
    )
    store(engine, captured(copy(9), 4), captured(None, 1, url="https://clip.example/list", outcome="list"))
    store(engine, gone(9, 70))
    with writing(engine) as connection:
        withdraw(connection, 7, "个人隐私", by="li", now=DAY)
