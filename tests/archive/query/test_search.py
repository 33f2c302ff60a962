"""Search: what is found, in which order, and shown how; the same on both databases."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text

from archive.dedup.tables import Cluster
from archive.ingest.reindex import reindex
from archive.query.language import parse
from archive.query.search import Asked, search
from archive.store.db import reading, writing
from archive.store.fulltext import PART, fts5_phrase
from archive.text.levelled import Levelled
from archive.text.snippet import find, snippet
from archive.text.tokens import tokens
from archive.text.words import term
from archive.times import parse_time
from tests.archive.make import article, captured, store, told

TEXTS = {
    "a:1": ("稀土价格上涨", "多家企业表示，稀土（xī tǔ）原料的价格在上涨。\nCOVID-19 之后，中国稀土集团增产３５％。"),
    "a:2": ("今日要闻", "市场方面，有机构提到稀土永磁。每个人，大家都在看。"),
    "a:3": ("臺灣稀土與磁鐵", "中國稀土集團發佈公告：rare earth 出口減少。"),
    "a:4": ("天气预报", "明天晴，气温三十五度。新能源汽车销量上升，土地平整。"),
}


@pytest.fixture
def filled(engine: Engine) -> Engine:
    store(engine, *(told(article(n, body, headline=head)) for n, (head, body) in TEXTS.items()))
    return engine


def found(engine: Engine, words: str, **options: object) -> list[str]:
    with reading(engine) as connection:
        page = {name: options.pop(name) for name in ("limit", "offset") if name in options}
        return [hit.native_id for hit in search(connection, Asked(words, **options), **page).hits]  # type: ignore[arg-type]


EXPECTED = {
    "稀土": {"a:1", "a:2", "a:3"},
    "土": {"a:1", "a:2", "a:3", "a:4"},
    "汽": {"a:4"},
    "度": {"a:4"},
    "稀土集团": {"a:1", "a:3"},
    "稀土集團": {"a:1", "a:3"},
    "台湾": {"a:3"},
    "臺灣": {"a:3"},
    "新能源": {"a:4"},
    "稀土 价格": {"a:1"},
    "价格，稀土": {"a:1"},
    "稀土 天气": set(),
    "人大": set(),
    "covid": {"a:1"},
    "COVID-19": {"a:1"},
    "vid": set(),
    "35": {"a:1"},
    "3": set(),
    '"rare earth"': {"a:3"},
    "“earth rare”": set(),
    "earth rare": {"a:3"},
    '"稀土永磁"': {"a:2"},
    "土永": {"a:2"},
}


def test_what_is_found(filled: Engine) -> None:
    assert {words: set(found(filled, words, every_copy=True)) for words in EXPECTED} == EXPECTED


def test_the_headline_weighs_more(filled: Engine) -> None:
    assert found(filled, "稀土", every_copy=True)[-1] == "a:2"


HOSTILE = [
    '"NEAR(稀 土)"',
    "^稀土",
    "稀'土",
    "稀土\\",
    "x'; DROP TABLE article;",
    "“a & !b” “c”",
    "{headline}",
    "rowid=1",
]


def test_no_sign_of_a_database_means_anything(filled: Engine) -> None:
    for words in HOSTILE:
        assert set(found(filled, words, every_copy=True)) <= TEXTS.keys()
    with reading(filled) as connection:
        assert connection.scalar(text("SELECT count(*) FROM article")) == 4


def test_filters_and_limits(engine: Engine) -> None:
    days = ["2025-03-01 23:30", "2025-03-02 00:10", None]
    store(
        engine,
        *(
            told(article(f"a:{n}", f"稀土消息之{n}。", site=f"s{n}", published_at=parse_time(day)[0] if day else None))
            for n, day in enumerate(days)
        ),
    )
    everything = {"a:0", "a:1", "a:2"}
    assert set(found(engine, "稀土", every_copy=True)) == everything
    assert found(engine, "稀土", sites=["s1"]) == ["a:1"]
    assert found(engine, "稀土", since=parse_time("2025-03-02")[0]) == ["a:1"]
    assert found(engine, "稀土", until=parse_time("2025-03-02")[0]) == ["a:0"]
    pages = [found(engine, "稀土", every_copy=True, limit=1, offset=n) for n in range(4)]
    assert sorted(n for page in pages for n in page) == sorted(everything)
    with reading(engine) as connection:
        assert search(connection, Asked("稀土", every_copy=True), limit=1).total == 3


def test_a_cluster_is_one_hit(filled: Engine) -> None:
    with writing(filled) as connection:
        connection.execute(text("UPDATE article SET cluster_id = 1 WHERE id IN (1, 2)"))
        connection.execute(insert(Cluster).values(id=1, representative_id=2, size=2))
    with reading(filled) as connection:
        results = search(connection, Asked("稀土"))
    assert [(hit.native_id, hit.copies) for hit in results.hits if hit.copies > 1] == [("a:2", 2)]
    assert results.total == 2


def test_the_match_is_marked_in_the_original_text(filled: Engine) -> None:
    with reading(filled) as connection:
        (hit,) = search(connection, Asked("中国稀土集团", ["clip"], every_copy=True), limit=1).hits
        shown = {h.native_id: h.snippet.marked() for h in search(connection, Asked("稀土", every_copy=True)).hits}
    assert hit.copies >= 1
    assert "【稀土】（xī tǔ）原料" in shown["a:1"]
    assert "中國【稀土】集團" in shown["a:3"]


def test_a_revised_text_is_found_by_its_new_words_only(engine: Engine) -> None:
    store(engine, captured(article(body="稀土价格。")), captured(article("a:2", body="稀土。"), 1))
    store(engine, captured(article(body="石油价格。"), 2))
    assert found(engine, "稀土") == ["a:2"]
    assert found(engine, "石油") == ["a:1"]
    with writing(engine) as connection:
        reindex(connection, now=datetime(2026, 1, 1, tzinfo=UTC), progress=lambda *_: None)
    assert found(engine, "稀土") == ["a:2"]
    assert found(engine, "石油 价格") == ["a:1"]
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO article_text (article_text) VALUES ('integrity-check')"))


def test_long_articles_are_searched_to_their_end(engine: Engine) -> None:
    """Longer than a tsvector counts, with a phrase across the border of two parts, and one character very often."""
    filler = "".join(chr(0x4E00 + n % 5000) for n in range(PART * 5))
    border = PART - 3
    body = filler[:border] + "跨界短语在此" + filler[border:] + "哈" * 600 + "结尾之词"
    store(engine, told(article(body=body)))
    for words in ("跨界短语在此", "结尾之词", "跨界短语 结尾", "哈哈哈哈结尾"):
        assert found(engine, words) == ["a:1"], words
    assert found(engine, "结尾跨界") == []


def test_a_snippet_begins_with_a_sentence_and_shows_most_words() -> None:
    body = "甲。" * 60 + "先说稀土。" + "乙。" * 60 + "稀土和价格一起出现。" + "丙。" * 60
    shown = snippet(body, find(Levelled.of(body), ["稀土", "价格"]), width=40)
    assert shown.marked().startswith("…") is True
    assert "【稀土】和【价格】一起出现。" in shown.marked()
    assert len(shown.text) <= 42
    assert snippet("短文。", []).marked() == "短文。"


def test_commas_part_words_and_quotes_do_not() -> None:
    assert str(parse('稀土 "新能源 汽车" 稀土，永磁 “价格”')) == '稀土 "新能源 汽车" 稀土 永磁 价格'


CHINESE = st.text(alphabet="稀土價价中國国a1Z ·，。\n（）()-é", max_size=30)


@given(text=CHINESE, start=st.integers(0, 30), length=st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_every_part_of_a_run_is_found_and_marked(text: str, start: int, length: int) -> None:
    """Any stretch of Chinese characters of a text is found by the index's rules where it stands."""
    part = text[start : start + length]
    wanted = term(part)
    if wanted is None or not all("\u4e00" <= char <= "\u9fff" for char in part):
        return
    indexed = tokens(text).split()
    spots = range(len(indexed) - len(wanted.tokens) + 1)
    assert any(_matches(indexed[n : n + len(wanted.tokens)], wanted) for n in spots)
    assert any(span.start <= start < span.end for span in find(Levelled.of(text), [part]))


def _matches(piece: list[str], wanted: object) -> bool:
    tokens_, prefix = wanted.tokens, wanted.prefix  # type: ignore[attr-defined]
    return tuple(piece[:-1]) == tokens_[:-1] and (
        piece[-1].startswith(tokens_[-1]) if prefix else piece[-1] == tokens_[-1]
    )


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_string_gives_plain_tokens(anything: str) -> None:
    made = tokens(anything)
    assert all((token.isalnum() or not token.isascii()) and len(token) <= 64 for token in made.split())
    assert not any(sign in made for sign in "\"'\\*:+-&|()")
    wanted = term(anything)
    if wanted is not None:
        assert fts5_phrase(wanted).count('"') == 2 * len(wanted.tokens)
    for span in find(Levelled.of(anything), [anything[:5]]):
        assert 0 <= span.start < span.end <= len(anything)
