"""Every query finds what the plain evaluation finds (`oracle`), on SQLite and on PostgreSQL: no miss, no false hit."""

import gzip
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, Engine, insert, select

from archive.dedup.tables import Cluster, Link
from archive.query.language import parse
from archive.query.language.nodes import Field, Node, Word
from archive.query.search import Asked, Sort, facets, search, timeline
from archive.query.search.order import ordered, page
from archive.query.search.resolved import resolve
from archive.store import fulltext
from archive.store.db import opened, reading, writing
from archive.store.finding import names
from archive.store.finding.planning import by_index
from archive.store.models import Article, Revision
from archive.store.people import Tag
from tests.archive.make import DAY
from tests.archive.query.search.oracle import Plain, finds
from tests.archive.query.search.queries import RELATIONS, Queries

QUERIES = int(os.environ.get("JIANBAO_TEST_QUERIES", "120"))
"""`make test-long` tries 1,000."""
SITES = ("netease", "sohu", "clip.example", "news.example")
SOURCES = ("新华社", "新华网", "中国新闻社", "人民日报客户端", "Rare Earth Weekly", "第一财经", "新華社")
PEOPLE = ("张三", "李四光", "王小明", "Ana Lee", "欧阳 修", "记者 李四")
FLAGS = ("truncated", "witness_disagrees", "from_html", "mojibake")
UNDATED = datetime(1, 1, 2, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
STATES = ("live", "live", "live", "missing", "vanished", "removed", "returned")
PIECES = (
    *("稀土", "价格", "出口", "管制", "网上流传", "上流社会", "中国（上海）自贸区", "“十四五”规划", "疫情", "臺灣稀土"),
    *(
        "COVID-19",
        "covid",
        "rare earth",
        "5G",
        "3.5%",
        "1,000吨",
        "ＡＢＣ",
        "卡尔·马克思",
        "《红楼梦》《西游记》",
        "哈哈哈哈",
    ),
    *("，", "。", "、", " ", "\n", "：", "……", "——", "（", "）", "！"),
)


def texts(chance: random.Random, count: int) -> list[str]:
    """Texts of few words, so that many stand in many; some long enough for several rows of PostgreSQL's index."""
    made = ["".join(chance.choices(PIECES, k=chance.randint(1, 40))) for _ in range(count)]
    made[0] = "".join(chance.choices(PIECES, k=6_000)) + "结尾之词"
    made[1] = "哈" * 700 + "稀土"
    return made


def described(chance: random.Random, made: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Articles of these headlines and bodies, with names, dates and states by chance; every fifth begins a story of up
    to four."""
    rows: list[dict[str, Any]] = []
    for number, (headline, body) in enumerate(made, 1):
        at = DAY - timedelta(days=60) + timedelta(minutes=chance.randint(0, 180 * 24 * 60))
        rows.append(
            {
                "id": number,
                "site": chance.choice(SITES),
                "native_id": f"a:{number}",
                "url": f"https://clip.example/{number}",
                "headline": headline,
                "body": body,
                "published_at": at if chance.random() < 0.9 else None,
                "published_precision": "minute",
                "source_name": chance.choice((None, *SOURCES)),
                "account_name": chance.choice((None, *SOURCES)),
                "authors": chance.sample(PEOPLE, chance.choice((0, 0, 1, 2))),
                "flags": chance.sample(FLAGS, chance.choice((0, 0, 0, 1, 2))),
                "state": chance.choice(STATES),
                "revision": chance.choice((1, 1, 1, 2)),
                "cluster_id": number - (number - 1) % 5 if (number - 1) % 5 < (number // 5) % 5 else number,
                "confidence": 1.0,
                "first_captured_at": DAY,
                "last_captured_at": DAY,
                **{name: [] for name in ("keywords", "images", "blocks")},
            }
        )
    return rows


def fill(connection: Connection, chance: random.Random, rows: Sequence[dict[str, Any]]) -> list[Plain]:
    """Store these articles, with links, tags and revisions by chance, and say of each what the evaluation needs."""
    connection.execute(insert(Article), list(rows))
    fulltext.add(connection, [fulltext.entry(row["id"], row["headline"], row["body"]) for row in rows])
    names.add(connection, rows)
    sizes = Counter(row["cluster_id"] for row in rows)
    stories = {cluster: chance.randrange(size) + cluster for cluster, size in sizes.items() if size > 1}
    connection.execute(
        insert(Cluster),
        [
            {"id": key, "representative_id": first, "size": sizes[key], "pinned": False}
            for key, first in stories.items()
        ],
    )
    plain = []
    for row in rows:
        key = row["id"]
        linked = chance.choice(RELATIONS) if key > 1 and chance.random() < 0.3 else None
        if linked is not None:
            marks = {"marks": [], "similarity": 1.0, "coverage": 1.0, "other_coverage": 1.0, "confidence": 1.0}
            link = {"article_id": key, "other_id": key - 1, "relation": linked, "evidence": {}, "at": DAY, **marks}
            connection.execute(insert(Link).values(link))
        tags = [tag for tag in ("甲", "乙") if chance.random() < 0.1]
        if tags:
            connection.execute(insert(Tag), [{"article_id": key, "tag": tag, "by": "丙", "at": DAY} for tag in tags])
        edited = row["revision"] > 1 and chance.random() < 0.5
        if row["revision"] > 1:
            cause = "publisher" if edited else "extractor"
            revised = {"article_id": key, "number": 2, "captured_at": DAY, "digest": "x", "cause": cause}
            connection.execute(insert(Revision).values(revised))
        cluster = row["cluster_id"]
        plain.append(
            Plain(
                **{name: row[name] for name in ("id", "headline", "body", "site", "published_at", "state")},
                names={
                    Field.SOURCE: tuple(filter(None, [row["source_name"]])),
                    Field.ACCOUNT: tuple(filter(None, [row["account_name"]])),
                    Field.AUTHOR: tuple(row["authors"]),
                    Field.FLAG: tuple(row["flags"]),
                },
                edited=edited,
                size=sizes[cluster],
                stands_for_it=sizes[cluster] == 1 or stories[cluster] == key,
                relations=frozenset(filter(None, [linked])),
                tags=frozenset(tags),
            )
        )
    return plain


def found(connection: Connection, text: str) -> set[int]:
    resolved = resolve(connection, Asked(text))
    with by_index(connection):
        return set(connection.scalars(select(Article.id).where(resolved.condition()), resolved.values))


def test_every_query_finds_what_it_means(engine: Engine) -> None:
    chance = random.Random(20)
    made = texts(chance, 160)
    rows = described(chance, list(zip([text[:40] for text in texts(chance, 160)], made, strict=True)))
    with writing(engine) as connection:
        plain = fill(connection, chance, rows)
    queries = _queries(chance, [*made, *(row["headline"] for row in rows)])
    with reading(engine) as connection:
        assert_equal(lambda text: found(connection, text), plain, [queries.node() for _ in range(QUERIES)])
        for _ in range(5):
            text = str(queries.node())
            wanted = {article.id for article in plain if finds(parse(text), article)}
            results = search(connection, Asked(text, every_copy=True), limit=1000)
            assert {hit.id for hit in results.hits} == wanted
            assert results.total == len(wanted)
            for one in facets(connection, Asked(text, every_copy=True))["site"]:
                left = {article.id for article in plain if article.id in wanted and article.site == one.value}
                assert one.count == len(left), text
        for text in (
            "relation:near",
            "is:copied",
            "is:original",
            "copies:2..",
            "tag:甲",
            "flag:truncated",
            "is:edited",
        ):
            asked = Asked(text)
            assert facets(connection, asked)["site"], text
            assert sum(month.count for month in timeline(connection, asked)) > 0, text


def test_a_story_is_one_hit_in_its_place(engine: Engine) -> None:
    """That of its representative, or of its earliest hit where that is none, with the best headline of its hits."""
    chance = random.Random(23)
    bodies = texts(chance, 300)
    rows = described(chance, list(zip([text[:12] for text in texts(chance, 300)], bodies, strict=True)))
    with writing(engine) as connection:
        plain = {one.id: one for one in fill(connection, chance, rows)}
    stories = {row["id"]: row["cluster_id"] for row in rows}
    with reading(engine) as connection:
        for sort, text in product(
            (Sort.TIME, Sort.RELEVANCE),
            ("", "稀土", "土", "上流社会", "title:稀土", "稀土 OR 疫情 OR 5G", "covid -出口", "管制 OR is:live"),
        ):
            asked = Asked(text, sort=sort)
            resolved = resolve(connection, asked)
            words = resolved.words if sort is Sort.RELEVANCE else ()
            ranks = {key: -sum(not _in_headline(word, plain[key]) for word in words) for key in found(connection, text)}
            hits: defaultdict[int, list[int]] = defaultdict(list)
            for key in sorted(ranks, key=lambda key: (plain[key].published_at or LAST, key)):
                hits[stories[key]].append(key)
            wanted = []
            for its in hits.values():
                shown = next((key for key in its if plain[key].stands_for_it), its[0])
                wanted.append((max(ranks[key] for key in its), plain[shown].published_at or UNDATED, shown))
            placed = connection.execute(page(ordered(resolved)), resolved.values).all()
            assert [(row.rank, row.time, row.id) for row in placed] == sorted(wanted, reverse=True), (sort, text)
            assert {row.total for row in placed} == {len(wanted)}


def test_each_copy_is_a_hit_in_its_place(engine: Engine) -> None:
    """The words in its headline, then its time; also of one word, of few sites and days."""
    chance = random.Random(29)
    rows = described(chance, list(zip([text[:12] for text in texts(chance, 300)], texts(chance, 300), strict=True)))
    with writing(engine) as connection:
        plain = {one.id: one for one in fill(connection, chance, rows)}
    since = DAY - timedelta(days=20)
    with reading(engine) as connection:
        for text in ("稀土", "土", "rare*", "covid", "上流社会", "body:稀土", "title:土", "稀土 OR 土"):
            asked = Asked(text, sites=SITES[:2], since=since, every_copy=True)
            resolved = resolve(connection, asked)
            words = [word for word in resolved.words if word.field is not Field.BODY]
            its = [
                one
                for one in plain.values()
                if one.published_at is not None and one.published_at >= since and one.site in SITES[:2]
            ]
            wanted = [
                (-sum(not _in_headline(word, one) for word in words), one.published_at, one.id)
                for one in its
                if finds(resolved.node, one)
            ]
            placed = connection.execute(page(ordered(resolved)), resolved.values).all()
            assert placed, text
            assert [(row.rank, row.time, row.id) for row in placed] == sorted(wanted, reverse=True), text


def test_a_statement_is_put_together_once_for_what_is_looked_for(engine: Engine) -> None:
    """Each search is sent with its own words, pins and keys."""
    chance = random.Random(31)
    rows = described(chance, list(zip([text[:12] for text in texts(chance, 200)], texts(chance, 200), strict=True)))
    with writing(engine) as connection:
        plain = fill(connection, chance, rows)
    with reading(engine) as connection:
        for first, second in (("稀土", "出口"), ("稀土 管制", "covid 出口"), ("title:土 -出口", "title:口 -稀土")):
            one, other = (resolve(connection, Asked(text)) for text in (first, second))
            assert ordered(one) is ordered(other)
            assert ordered(one) is not ordered(resolve(connection, Asked(first, every_copy=True)))
            assert ordered(one) is not ordered(resolve(connection, Asked(first), pinned=0))
            for text in (first, second, first):
                wanted = {article.id for article in plain if finds(parse(text), article)}
                pages = [search(connection, Asked(text, every_copy=True), limit=7)]
                while (cursor := pages[-1].next_cursor) is not None:
                    pages.append(search(connection, Asked(text, every_copy=True), limit=7, cursor=cursor))
                assert sorted(hit.id for its in pages for hit in its.hits) == sorted(wanted), text
        assert ordered(resolve(connection, Asked("稀土"))) is not ordered(resolve(connection, Asked("稀土 出口")))


def _in_headline(word: Word, article: Plain) -> bool:
    return finds(evolve(word, field=Field.TITLE), article)


def _queries(chance: random.Random, made: Sequence[str]) -> Queries:
    named = {Field.SOURCE: SOURCES, Field.ACCOUNT: SOURCES, Field.AUTHOR: PEOPLE, Field.FLAG: FLAGS}
    return Queries(chance, made, named, SITES)


def assert_equal(ask: Callable[[str], set[int]], plain: Sequence[Plain], nodes: Sequence[Node]) -> None:
    """Each query as it is typed is read as the tree that it was made from, and finds what that means."""
    kinds: Counter[str] = Counter()
    for node in nodes:
        text = str(node)
        assert parse(text) == node, text
        wanted = {article.id for article in plain if finds(node, article)}
        assert ask(text) == wanted, text
        kinds["none" if not wanted else "all" if len(wanted) == len(plain) else "some"] += 1
    assert kinds["some"] > len(nodes) / 2, kinds


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(
    "JIANBAO_TEST_QUERIES" not in os.environ,
    reason="takes minutes of processor time: `make test-long` sets JIANBAO_TEST_QUERIES",
)
def test_every_query_over_real_texts(shared: Path, sqlite_url: str, postgres_url: str) -> None:
    chance = random.Random(21)
    with gzip.open(shared / "dedup" / "archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    rows = described(chance, [(record.get("headline") or record["body"][:30], record["body"]) for record in records])
    plain: dict[str, list[Plain]] = {}
    for url in (sqlite_url, postgres_url):
        with opened(url) as engine, writing(engine) as connection:
            plain[url] = fill(connection, random.Random(22), rows)
            # As autovacuum, which the tests' server has not, does it.
            connection.exec_driver_sql("ANALYZE")
    assert plain[sqlite_url] == plain[postgres_url]
    queries = _queries(chance, [row["body"] for row in rows] + [row["headline"] for row in rows])
    nodes = [queries.node() for _ in range(QUERIES)]
    with opened(sqlite_url) as one, opened(postgres_url) as two, reading(one) as first, reading(two) as second:

        def both(text: str) -> set[int]:
            have = found(first, text)
            assert have == found(second, text), text
            return have

        assert_equal(both, plain[sqlite_url], nodes)
