"""Article files: what is taken in, what is reported, and that beginning again is harmless."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from archive.load import articles as articles_import
from archive.load.articles import Asked, import_articles
from archive.load.records import RecordError, parse, read_record
from archive.store.db import reading
from archive.store.models import Article, Change, Revision

LINE = {
    "url": "https://clip.example/1",
    "headline": "稀土价格",
    "body": "第一段。\n\n 第二段。",
    "published_at": "2025-03-01",
}


def resolve(url: str) -> tuple[str, str, str] | None:
    """A site whose addresses say what they are: known.example/NUMBER."""
    head, _, number = url.rpartition("/")
    return ("known", f"a:{number.partition('?')[0]}", url.partition("?")[0]) if "known.example" in head else None


def write(path: Path, *records: Any) -> Path:
    lines = [r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() for r in records]
    data = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def articles(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(r) for r in connection.execute(select(Article.__table__).order_by(Article.id)).mappings()]


def test_every_field_arrives(engine: Engine, tmp_path: Path) -> None:
    full = {
        **LINE,
        "site": "报纸",
        "id": 17,
        "published_at": "2025-03-01 08:30",
        "modified_at": "2025-03-01T09:00:01+08:00",
        "captured_at": "2025-03-02T00:00:00Z",
        "original_title": "原题",
        "source_name": "某报",
        "account_name": "某号",
        "authors": ["甲", "乙"],
        "editor": "丙",
        "keywords": ["稀土"],
        "location": "北京",
        "images": [{"url": "https://clip.example/1.jpg", "caption": "图"}, "https://clip.example/2.jpg"],
        "flags": ["flash"],
    }
    summary = import_articles(engine, write(tmp_path / "a.jsonl.gz", full), asked=Asked(resolve))
    assert (summary.new, summary.failed) == (1, 0)
    (row,) = articles(engine)
    assert {
        name: row[name] for name in ("site", "native_id", "body", "editor", "account_name", "published_precision")
    } == {
        "site": "报纸",
        "native_id": "17",
        "body": "第一段。\n第二段。",
        "editor": "丙",
        "account_name": "某号",
        "published_precision": "minute",
    }
    assert row["published_at"].isoformat() == "2025-03-01T00:30:00+00:00"
    assert row["first_captured_at"].isoformat() == "2025-03-02T00:00:00+00:00"
    assert row["images"][1] == {"url": "https://clip.example/2.jpg", "caption": ""}
    assert row["authors"] == ["甲", "乙"]


def test_whose_article_it_is(engine: Engine, tmp_path: Path) -> None:
    import_articles(
        engine,
        write(
            tmp_path / "a.jsonl",
            {**LINE, "url": "https://known.example/5?from=x", "site": "别名", "id": "z"},
            {**LINE, "url": "https://www.clip.example/2#top"},
            {**LINE, "url": "https://clip.example/3", "id": "x3"},
        ),
        asked=Asked(resolve),
    )
    found = [(row["site"], row["native_id"][:2], row["url"]) for row in articles(engine)]
    assert found == [
        ("known", "a:", "https://known.example/5"),
        ("clip.example", "u:", "https://www.clip.example/2#top"),
        ("clip.example", "x3", "https://clip.example/3"),
    ]


BROKEN: list[tuple[Any, str]] = [
    (b"{", "not JSON"),
    (b'{"url": "\xff"}', "not UTF-8"),
    (b"[" * 100_000, "not JSON: nested too deeply"),
    (b"[1]", "not a JSON object"),
    ({**LINE, "url": None}, "no url"),
    ({**LINE, "url": "ftp://clip.example/1"}, "not an http"),
    ({**LINE, "url": "http://[::1"}, "malformed"),
    ({**LINE, "body": ""}, "no body"),
    ({**LINE, "body": "\u0000 \n "}, "no body"),
    ({**LINE, "body": 7}, "body is not text"),
]


def test_broken_lines_are_reported_with_their_place_and_skipped(engine: Engine, tmp_path: Path) -> None:
    good = {**LINE, "url": "https://clip.example/good"}
    path = write(tmp_path / "a.jsonl", *(line for line, _ in BROKEN), b"", good)
    summary = import_articles(engine, path, asked=Asked(resolve))
    assert (summary.new, summary.failed) == (1, len(BROKEN))
    for broken, (_, reason), number in zip(summary.broken, BROKEN, range(1, 99), strict=False):
        assert reason in broken.reason
        assert broken.line == number
        assert path.read_bytes()[broken.offset - 1 : broken.offset] in (b"\n", b"")


def test_importing_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", *({**LINE, "url": f"https://clip.example/{n}", "body": f"第{n}段。"} for n in range(9))
    )
    assert import_articles(engine, path, asked=Asked(resolve)).new == 9
    before = articles(engine)
    again = import_articles(engine, path, asked=Asked(resolve))
    assert (again.new, again.known) == (0, 9)
    assert articles(engine) == before
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Change)) == 9


def test_two_versions_in_one_file_are_two_revisions_for_good(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", LINE, {**LINE, "body": "改过的。"})
    for turn in range(2):
        summary = import_articles(engine, path, asked=Asked(resolve))
        assert (summary.new, summary.revised, summary.known) == ((1, 1, 0) if turn == 0 else (0, 0, 2))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Revision)) == 2


def test_a_file_that_breaks_off(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_import, "BATCH", 10)
    path = write(
        tmp_path / "a.jsonl.gz",
        *({**LINE, "url": f"https://clip.example/{n}", "x": str(hash(n) ** 9)} for n in range(300)),
    )
    path.write_bytes(path.read_bytes()[:-200])
    summary = import_articles(engine, path, asked=Asked(resolve))
    assert summary.new > 100
    assert summary.broken[0].reason.startswith("the file breaks off")


def test_a_line_without_end_is_not_read_into_memory(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.load.forms.shapes.pieces.__defaults__", (1000,))
    path = write(tmp_path / "a.jsonl", b"x" * 5000, {"url": "https://clip.example/1", "body": "文。"})
    summary = import_articles(engine, path, asked=Asked(resolve))
    assert (summary.new, summary.broken[0].reason) == (1, "longer than 1000 bytes")


@pytest.mark.slow
def test_workers_give_the_same(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.store.db import open_engine

    monkeypatch.setattr(articles_import, "BATCH", 3)
    path = write(tmp_path / "a.jsonl", *({**LINE, "url": f"https://clip.example/{n}"} for n in range(10)))
    engine = open_engine(sqlite_url)
    heard: list[int] = []
    summary = import_articles(engine, path, asked=Asked(resolve), jobs=2, progress=heard.append)
    assert summary.new == 10
    assert [row["native_id"] for row in articles(engine)][-1].startswith("u:")
    assert [row["url"] for row in articles(engine)] == [f"https://clip.example/{n}" for n in range(10)]
    assert heard[-1] == path.stat().st_size
    engine.dispose()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*LINE, "id", "site", "authors", "images", "captured_at"]), JSON))
def test_any_record_is_an_article_or_refused(record: dict[str, Any]) -> None:
    line = json.dumps({**LINE, **record}).encode()
    try:
        read = read_record(parse(line)[0], resolve)
    except RecordError:
        return
    assert read.item.article is not None
    assert read.item.article.body.strip()
