"""Files of other people's tools, each with the exact row wanted."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive.load.articles import Asked, import_articles
from archive.load.names import NAMES
from archive.load.summary import ImportSummary
from archive.store.db import reading
from archive.store.models import Article
from crawler.capture.role import resolve

TEXT = st.characters(categories=None)
"""Any code point, lone surrogates too."""
EVERY_NAME = [name for field, others in NAMES.items() for name in (field, *others)]
HERE = Path(__file__).parent / "reports"
BODY = (
    "青陵市水务局昨日表示，十一月底将公布接驳车的核查结果，八处站点先行开放，市民可以在网上查询每一处的进度。\n"
    "负责人秦文海说，第三阶段的工程已经在上周开工，预计明年三月完成。"
)
PAGE = "https://news.example.cn/a/1.html"
BY_ADDRESS = "u:fe5b5362cc722879"
SHORT, LONG = "水务局", "水务局释疑接驳车"
EIGHT = datetime(2025, 10, 31, tzinfo=UTC)
"""Eight o'clock in Beijing."""
DAY = datetime(2025, 10, 30, 16, tzinfo=UTC)


def row(headline: str, **fields: Any) -> dict[str, Any]:
    """The row of an article with that headline, and what it has beyond address, text and id."""
    return {
        "site": "news.example.cn",
        "native_id": BY_ADDRESS,
        "url": PAGE,
        "headline": headline,
        "body": BODY,
        "published_at": None,
        "published_precision": None,
        "modified_at": None,
        "source_name": None,
        "authors": [],
        "keywords": [],
        "location": None,
        "images": [],
        "flags": [],
        **fields,
    }


def picture(url: str) -> list[dict[str, str]]:
    return [{"url": url, "caption": ""}]


SECOND = {"published_at": EIGHT, "published_precision": "second"}
MINUTE = {"published_at": EIGHT, "published_precision": "minute"}
ON_THE_DAY = {"published_at": DAY, "published_precision": "day"}

WANTED: dict[str, list[dict[str, Any]]] = {
    "author_dict": [row(LONG, authors=["秦文海"])],
    "authors_dicts": [row(LONG, authors=["秦文海"])],
    "chinese_keys": [row(SHORT, source_name="示例新闻", **ON_THE_DAY)],
    "content_html": [row(LONG, flags=["from_html"])],
    "fundus": [row(SHORT, authors=["秦文海"], keywords=["水务"], **SECOND)],
    "id_oid": [row(LONG, native_id="x")],
    "jsonfeed": [row(SHORT, **SECOND)],
    "ldjson": [row(SHORT, authors=["秦文海"], **SECOND)],
    "link_key": [row(SHORT)],
    "location_dict": [row(LONG)],
    "mediacloud": [row(SHORT, native_id="abc", source_name="example.cn", **ON_THE_DAY)],
    "newsapi": [
        row(
            SHORT,
            source_name="示例新闻",
            authors=["秦文海"],
            images=picture("https://x.cn/a.jpg"),
            published_at=datetime(2025, 10, 31, tzinfo=UTC),
            published_precision="second",
        )
    ],
    "newspaper3k": [
        row(SHORT, authors=["秦文海"], keywords=["水务"], images=picture("https://x.cn/a.jpg"), **SECOND),
    ],
    "newsplease_oneline": [row(SHORT, images=picture("https://news.example.cn/a.jpg"), **SECOND)],
    "newsplease_pretty": [row(SHORT, **SECOND)],
    "scrapy_jl_listvals": [row(LONG, **MINUTE) | {"headline": SHORT}],
    "scrapy_json_feed": [
        row(LONG, **MINUTE),
        row(
            LONG,
            native_id="u:05e7eeab5bb5855b",
            url=f"{PAGE}2",
            body=f"{BODY}二",
            published_at=datetime(2025, 10, 31, 1, tzinfo=UTC),
            published_precision="minute",
        ),
    ],
    "time_24": [row(LONG)],
    "time_chinese": [row(LONG, **MINUTE)],
    "time_na": [row(LONG)],
    "time_zeros": [row(LONG)],
    "trafilatura": [
        row(SHORT, source_name="示例新闻", authors=["秦文海", "李青"], keywords=["水务", "交通"], **ON_THE_DAY)
    ],
    "url_protorel": [
        row(
            LONG,
            site="netease",
            native_id="KC1AB12300018990",
            url="https://www.163.com/news/article/KC1AB12300018990.html",
        )
    ],
    "url_space": [row(LONG)],
    "url_upper": [row(LONG, url="http://news.example.cn/a/1.html")],
}
ODD = {
    "location_dict": ["location is not text"],
    "time_24": ["published_at is not a time: '2025-10-31 24:00:00'"],
    "time_na": ["published_at is not a time: 'N/A'; write 2025-04-11 or 2025-04-11T21:49:25+08:00"],
    "time_zeros": ["published_at is not a time: '0000-00-00 00:00:00'; write 2025-04-11 or 2025-04-11T21:49:25+08:00"],
}
UNKNOWN = {
    "fundus": ["free_access"],
    "ldjson": ["@type"],
    "mediacloud": ["media_url", "language"],
    "newsapi": ["description"],
    "newsplease_oneline": ["description", "filename", "language", "source_domain"],
    "trafilatura": ["hostname", "fingerprint", "language", "filedate", "excerpt", "categories"],
}


def load(engine: Engine, path: Path, **options: Any) -> ImportSummary:
    return import_articles(engine, path, asked=Asked(resolve, **options))


def rows(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        found = connection.execute(select(Article.__table__).order_by(Article.id)).mappings()
        return [{name: one[name] for name in row("")} for one in found]


@pytest.mark.parametrize("name", WANTED)
def test_the_rows_of_a_file(sqlite_engine: Engine, name: str) -> None:
    summary = load(sqlite_engine, HERE / f"{name}.jsonl")
    assert rows(sqlite_engine) == WANTED[name]
    assert (summary.new, summary.failed) == (len(WANTED[name]), 0)
    assert [odd.reason for odd in summary.odd] == ODD.get(name, [])
    assert list(summary.unknown) == UNKNOWN.get(name, [])
    assert load(sqlite_engine, HERE / f"{name}.jsonl").known == len(WANTED[name])


@pytest.mark.parametrize(("name", "addresses"), [("id_collision_same_file", 2), ("id_zero_all", 5)])
@pytest.mark.parametrize("batch", [1, 400])
def test_one_id_for_several_addresses_is_several_articles(
    sqlite_engine: Engine, name: str, addresses: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.load.articles.BATCH", batch)
    written = [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]
    assert load(sqlite_engine, HERE / f"{name}.jsonl").new == addresses
    assert [(one["url"], one["body"]) for one in rows(sqlite_engine)] == [(w["url"], w["content"]) for w in written]
    again = load(sqlite_engine, HERE / f"{name}.jsonl")
    assert (again.new, again.revised, again.known) == (0, 0, addresses)


def test_the_same_text_under_one_id_at_two_addresses_is_two_articles(sqlite_engine: Engine, tmp_path: Path) -> None:
    record = {"id": 7, "title": SHORT, "content": BODY}
    for number in (1, 2):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps({**record, "url": f"https://news.example.cn/{number}"}), "utf-8")
        assert load(sqlite_engine, path).new == 1
        assert load(sqlite_engine, path).known == 1


def test_another_text_of_an_id_at_its_address_is_a_revision(sqlite_engine: Engine, tmp_path: Path) -> None:
    for number, url in enumerate(("https://www.news.example.cn/1", "HTTP://www.News.example.cn/1 ")):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps({"id": 7, "content": f"{BODY}{number}", "url": url}), "utf-8")
        summary = load(sqlite_engine, path)
        assert (summary.new, summary.revised) == ((1, 0), (0, 1))[number]


@pytest.mark.parametrize(
    "written",
    [
        f" {PAGE}\n",
        "HTTPS://News.Example.CN/a/1.html",
        "//news.example.cn/a/1.html",
        "news.example.cn/a/1.html",
        "news.example.cn:443/a/1.html",
        "https://news.example.cn:443/a/1.html#top",
        "http://news.example.cn/a/1.html",
        f"\ufeff{PAGE}",
        "https://news.example.cn/a/\n1.html",
    ],
)
def test_an_address_however_it_is_written(sqlite_engine: Engine, tmp_path: Path, written: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"url": written, "content": BODY}), "utf-8")
    load(sqlite_engine, path)
    assert [one["native_id"] for one in rows(sqlite_engine)] == [BY_ADDRESS]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1761868800", SECOND),
        ("1761868800000", SECOND),
        (1761868800, SECOND),
        ({"$date": "2025-10-31T00:00:00Z"}, SECOND),
        ({"$date": 1761868800000}, SECOND),
        ({"$date": {"$numberLong": "1761868800000"}}, SECOND),
        (["2025-10-31 08:00"], MINUTE),
        ("2025年10月31日 08:00", MINUTE),
        ("2025年10月31日8时00分", MINUTE),
        ("2025年10月31日8点", MINUTE),
        ("2025 年 10 月 31 日 08:00:00", SECOND),
        ("2025年10月31日", ON_THE_DAY),
        ("20251031", ON_THE_DAY),
        (20251031, ON_THE_DAY),
        ("2025/10/31 8:00", MINUTE),
        ("Fri, 31 Oct 2025 08:00:00 +0800", SECOND),
        ("Fri, 31 Oct 2025 00:00:00 GMT", SECOND),
        ("31 Oct 2025 00:00:00 -0000", SECOND),
        ("2025-10-31T00:00:00.000000Z", SECOND),
        ("yesterday", {}),
        (True, {}),
        ("9" * 400, {}),
        (float("nan"), {}),
        (1e300, {}),
        ({"$date": [1, 2]}, {}),
    ],
)
def test_a_time_however_it_is_written(
    sqlite_engine: Engine, tmp_path: Path, written: object, read: dict[str, Any]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"url": PAGE, "title": SHORT, "content": BODY, "pubDate": written}), "utf-8")
    summary = load(sqlite_engine, path)
    assert rows(sqlite_engine) == [row(SHORT, **read)]
    assert (summary.lost, summary.failed) == (0 if read else 1, 0)


def test_a_value_that_cannot_be_read_does_not_hide_one_that_can(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    record = {"url": PAGE, "title": SHORT, "content": BODY, "publish_date": "N/A", "time": "2025-10-31 08:00"}
    path.write_text(json.dumps(record), "utf-8")
    assert load(sqlite_engine, path).lost == 1
    assert rows(sqlite_engine) == [row(SHORT, **MINUTE)]


ONE = {"url": PAGE, "title": SHORT, "content": BODY}
TWO = {"url": f"{PAGE}?2", "title": LONG, "content": f'{{["{BODY}\\'}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=4),
        json.dumps([ONE, TWO], indent=0, ensure_ascii=False),
        "\ufeff\n" + json.dumps([ONE, TWO], indent=1),
        f"[\n{json.dumps(ONE)},\n{json.dumps(TWO)}\n]",
        f"[\n{json.dumps(ONE)}\n][\n{json.dumps(TWO)}\n]",
        f"[{json.dumps(ONE)},{json.dumps(TWO)},]",
        json.dumps(ONE, indent=2) + "\n" + json.dumps(TWO, indent=2),
        "".join(json.dumps({"_index": "news", "_id": "q", "_source": one}) + "\n" for one in (ONE, TWO)),
        json.dumps({"took": 3, "hits": {"total": 2, "hits": [{"_id": "q", "_source": one} for one in (ONE, TWO)]}}),
        json.dumps({"status": "ok", "totalResults": 2, "articles": [ONE, TWO]}, indent=2),
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "新闻", "items": [ONE, TWO]}),
    ],
)
@pytest.mark.parametrize("chunk", [7, 2**18])
def test_the_shape_of_a_file(
    sqlite_engine: Engine, tmp_path: Path, text: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.load.forms.shapes._CHUNK", chunk)
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    summary = load(sqlite_engine, path)
    assert (summary.new, summary.failed) == (2, 0), summary.broken
    assert [(one["url"], one["headline"], one["body"]) for one in rows(sqlite_engine)] == [
        (one["url"], one["title"], one["content"]) for one in (ONE, TWO)
    ]


def test_a_corpus_without_addresses_needs_its_name(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    records = [{"news_id": "610130831", "title": SHORT, "content": BODY}, {"title": LONG, "text": BODY}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    refused = load(sqlite_engine, path)
    assert (refused.new, refused.failed) == (0, 2)
    assert refused.broken[0].reason == "no url; name the corpus with --site"
    assert load(sqlite_engine, path, site="news2016zh").new == 2
    assert load(sqlite_engine, path, site="news2016zh").known == 2
    found = [(one["site"], one["native_id"], one["url"]) for one in rows(sqlite_engine)]
    assert found[0] == ("news2016zh", "610130831", "")
    assert found[1][1].startswith("t:")


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("<p>第一段。</p><p>第二段。</p>", "第一段。\n第二段。"),
        ("第一段。<br/>第二段。<br>", "第一段。\n第二段。"),
        ("<div>第一段<b>。</b>\n<script>x()</script></div><ul><li>第二&nbsp;段。</ul>", "第一段。\n第二 段。"),
        ("若 a<b 且 b>c，则成立。", "若 a<b 且 b>c，则成立。"),
        ("他把 <p> 写进了页面。", "他把 <p> 写进了页面。"),
        ("<p " + "a" * 9 + " b" * 200_000 + ">第一段。</p>", "第一段。"),
    ],
)
def test_html_in_a_text_field_is_turned_into_lines(
    sqlite_engine: Engine, tmp_path: Path, written: str, body: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"url": PAGE, "content": written}), "utf-8")
    load(sqlite_engine, path)
    (found,) = rows(sqlite_engine)
    assert (found["body"], found["flags"]) == (body, ["from_html"] if body != written else [])


def test_images_inside_html_are_kept(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    html = '<p>文。</p><img alt="x" src="https://x.cn/blank.gif" data-src="https://x.cn/1.jpg">'
    path.write_text(json.dumps({"url": PAGE, "content": html}), "utf-8")
    load(sqlite_engine, path)
    assert rows(sqlite_engine)[0]["images"] == picture("https://x.cn/1.jpg")


def test_the_docs_show_the_table_of_names() -> None:
    docs = (HERE.parents[3] / "docs" / "data.md").read_text("utf-8")
    for field, others in NAMES.items():
        assert f"| `{field}` | {', '.join(f'`{name}`' for name in others) or '-'} |\n" in docs


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**20, 10**30) | st.floats() | st.text(TEXT, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(TEXT, max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.slow
@given(st.lists(st.dictionaries(st.sampled_from(EVERY_NAME), ANY, min_size=1, max_size=6), min_size=1, max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_value_in_any_field_costs_no_other_record(
    engine: Engine, tmp_path: Path, records: list[dict[str, Any]]
) -> None:
    good = [{"url": f"https://news.example.cn/good/{uuid4()}", "content": BODY} for _ in range(len(records) + 1)]
    odd = [{"url": f"https://news.example.cn/odd/{uuid4()}", "content": BODY, **record} for record in records]
    mixed = [good[0], *(one for pair in zip(odd, good[1:], strict=True) for one in pair)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in mixed), "utf-8")
    summary = load(engine, path, site="corpus")
    assert summary.new + summary.revised + summary.known + summary.failed == len(mixed)
    with reading(engine) as connection:
        stored = set(connection.scalars(select(Article.url).where(Article.url.in_([one["url"] for one in good]))))
    assert stored == {one["url"] for one in good}


HOSTILE = ["\ud800", "a\x00b\x9b\u202e", "长" * 9_000, "9" * 5_000, ["\ud800"], {"name": "\x00"}]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_texts_in_every_field(engine: Engine, tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.jsonl"
    records = [
        one
        for number, field in enumerate(EVERY_NAME)
        for one in ({**ONE, "url": f"{PAGE}?odd{number}", field: value}, {**ONE, "url": f"{PAGE}?good{number}"})
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    load(engine, path, site="corpus")
    with reading(engine) as connection:
        stored = connection.scalars(select(Article.url).where(Article.url.like("%?good%"))).all()
    assert len(stored) == len(EVERY_NAME)
