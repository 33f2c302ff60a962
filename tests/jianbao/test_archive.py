"""The library's archive: several threads, both databases, what is wrong, and nothing changed by reading."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

import jianbao
from archive.export.datasets import DATASETS


def record(number: int, **more: object) -> dict[str, object]:
    """An article of which nothing is like another's."""
    body = "".join(chr(0x4E00 + (number * 997 + place * 131) % 20_000) for place in range(80))
    return {"url": f"https://www.example.com/{number}", "title": f"第{number}篇", "body": body, **more}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an archive of twelve articles, the last two of which are copies."""
    home = tmp_path_factory.mktemp("filled") / "home"
    records = [record(number, published_at=f"2026-03-{number + 1:02} 08:00") for number in range(10)]
    copies = [{**records[number], "url": f"https://copy.example/{number}"} for number in (3, 4)]
    with jianbao.Archive(home) as archive:
        archive.ingest(records + copies)
    return home


def test_every_way_in_gives_what_the_export_has(filled: Path) -> None:
    with jianbao.Archive(filled) as archive:
        every = list(archive.articles())
        assert [one["id"] for one in every] == list(range(1, 13))
        assert list(every[0]) == list(DATASETS["articles"].fields)
        one = every[3]
        for named in (one["id"], f"{one['site']}:{one['native_id']}", one["url"]):
            assert archive.get(named) == one
        hits = archive.search("", every_copy=True, sort="time", limit=5)
        assert hits.total == len(every)
        more = archive.search("", every_copy=True, sort="time", limit=5, cursor=hits.next_cursor)
        assert not {hit.id for hit in hits.hits} & {hit.id for hit in more.hits}
        assert archive.search("site:copy.example").total == 2
        assert [one["id"] for one in archive.articles("site:copy.example date:2026-03-04")] == [11]
        stories = list(archive.stories())
        assert [one["members"] for one in stories if one["copies"] > 1] == [[4, 11], [5, 12]]
        assert [change["article_id"] for change in archive.changes()] == list(range(1, 13))
        assert archive.match(one["body"]).matches[0].verdict.relation == "exact"


def test_the_same_on_both_databases(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANBAO_HOME", str(tmp_path / "home"))
    with jianbao.Archive(database_url) as archive:
        summary = archive.ingest(record(number) for number in range(3))
        assert (summary.new, summary.failed) == (3, 0)
        assert [one["headline"] for one in archive.articles()] == ["第0篇", "第1篇", "第2篇"]


def test_several_threads_read_and_write_at_once(tmp_path: Path) -> None:
    with jianbao.Archive(tmp_path / "home") as archive, ThreadPoolExecutor(4) as pool:
        archive.ingest([record(0)])
        written = [pool.submit(archive.ingest, [record(number)]) for number in range(1, 5)]
        read = [pool.submit(archive.get, 1) for _ in range(8)]
        assert [one.result().new for one in written] == [1, 1, 1, 1]
        assert {one.result()["headline"] for one in read} == {"第0篇"}
        assert len(list(archive.articles())) == 5


def test_what_an_iterator_reads_is_one_state(tmp_path: Path) -> None:
    with jianbao.Archive(tmp_path / "home") as archive:
        archive.ingest([record(number) for number in range(3)])
        rows = archive.articles()
        next(rows)
        archive.ingest([record(3)])
        assert len(list(rows)) == 2


def test_reading_makes_nothing_and_says_what_is_missing(tmp_path: Path) -> None:
    with jianbao.Archive(tmp_path / "none") as archive:
        for ask in (lambda: archive.search("茶"), lambda: archive.get(1), lambda: next(archive.articles())):
            with pytest.raises(jianbao.DatabaseUnavailable):
                ask()
    assert not (tmp_path / "none").exists()


def test_what_cannot_be_stored_is_counted_or_said(tmp_path: Path) -> None:
    gone = jianbao.extract(b"", url="https://www.163.com/news/article/KC1AB12300018990.html", status=404)
    with jianbao.Archive(tmp_path / "home") as archive:
        summary = archive.ingest([gone, {"title": "无文"}, record(1)])
        assert (summary.new, summary.failed) == (1, 2)
        assert [number for number, _ in summary.broken] == [1], "the first of the records"
        assert archive.ingest([]).new == 0
        at = datetime(2026, 3, 1, 4, 5, tzinfo=UTC)
        archive.ingest([record(2, published_at=at)])
        assert archive.get("https://www.example.com/2")["published_at_utc"] == "2026-03-01T04:05:00+00:00"
        with pytest.raises(jianbao.UsageError, match="without a zone"):
            archive.ingest([record(3, published_at=at.replace(tzinfo=None))])
        with pytest.raises(jianbao.UsageError, match="no value of JSON"):
            archive.ingest([record(4, tags={1, 2})])
        with pytest.raises(jianbao.NotFound):
            archive.get("https://www.example.com/4")
        assert archive.search("第2篇").total == 1
        assert "home" in repr(archive)
