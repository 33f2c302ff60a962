"""Invented stories, what copyists make of them, and short ways to store them."""

import random
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from archive.ingest.transaction import ingest
from archive.store.db import writing
from archive.store.models import Article
from archive.store.records import ArticleRecord, Item, Stored
from crawler.demo.pages.mirrors import spin, transcode
from crawler.demo.world.articles import story

DAY = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)
SEED = 77


def text(number: int, least: int = 400) -> str:
    """The body of an invented story of `least` characters or more; every number is another story."""
    found = number * 1000
    while len(story(SEED, found).text) < least:
        found += 1
    return story(SEED, found).text


def cut(body: str, share: float = 0.6) -> str:
    """The beginning, and a portal's call to read on."""
    return body[: int(len(body) * share)] + "……点击展开全文"


def noisy(body: str, every: int = 15) -> str:
    """Every so many characters another one, as a bad scan has it."""
    return "".join("囗" if place % every == 7 and "一" <= char <= "鿿" else char for place, char in enumerate(body))


def shifted(body: str) -> str:
    """Every passage of Han characters without its first byte in GBK, as who cuts at bytes leaves it."""
    return re.sub(
        r"[\u4e00-\u9fff]{7,}",
        lambda found: found[0].encode("gbk")[1:].decode("gbk", "ignore"),
        body,
    )


def reordered(body: str) -> str:
    """The paragraphs in another order."""
    lines = body.split("\n")
    random.Random(5).shuffle(lines)
    return "\n".join(lines)


def spaced(body: str) -> str:
    """Another punctuation, and spaces."""
    return " ".join(body.replace("，", ",").replace("。", " . "))


NOTICE = (
    "{place}市自然资源局{month}月{day}日发布公告，{street}路{number}号地块将于{month2}月{day2}日网上拍卖。该地块用途为住宅，"
    "出让面积{area}平方米，容积率{ratio}，建筑密度不大于{density}%，起始价{price}万元，竞买保证金{deposit}万元。"
    "竞买人须在截止时间前缴纳保证金并提交申请，逾期不再受理；成交后须在十个工作日内签订合同。"
    "本公告由网上交易系统自动生成，仅供参考，以交易中心发布的文件为准。"
)
RESIGNATION = (
    "{company}今日公告，董事会近日收到{name}先生提交的书面辞职报告。{name}先生因个人原因申请辞去公司副总经理职务，辞职后不再担任公司"
    "任何职务。依照有关规定，{name}先生的辞职报告自送达董事会之日起生效。{name}先生的辞职不影响公司相关工作的正常进行。"
    "董事会对{name}先生在任职期间为公司发展所做的贡献表示衷心感谢，并将按程序尽快完成增补工作，请投资者注意风险。"
)


def notice(seed: int) -> str:
    """A templated notice: other numbers, the same words."""
    rng = random.Random(seed)
    names = ("month", "day", "month2", "day2", "number", "area", "density", "price", "deposit")
    numbers = {name: rng.randint(11, 28) if "d" in name[:3] else rng.randint(101, 9999) for name in names}
    numbers |= {"month": rng.randint(1, 9), "month2": rng.randint(1, 12)}
    return NOTICE.format(place="清口", street="望江", ratio=rng.randint(11, 49) / 10, **numbers)


def record(body: str, name: str, *, site: str = "clip", days: float = 0, **fields: object) -> ArticleRecord:
    """An article under a headline that its text bears out. `name` is its id at the site; `days` after `DAY` it was
    published."""
    values: dict[str, object] = {
        "site": site,
        "native_id": name,
        "url": f"https://{site}.example/{name}",
        "headline": f"{body[:12]}（{name}）",
        "body": body,
        "published_at": DAY + timedelta(days=days),
        "published_precision": "second",
        **fields,
    }
    return ArticleRecord(**values)  # type: ignore[arg-type]


def store(engine: Engine, *records: ArticleRecord, now: datetime = DAY) -> list[Stored]:
    """Store articles in one transaction."""
    with writing(engine) as connection:
        return ingest(connection, [Item(capture=None, article=one) for one in records], run_id=None, now=now)


def scanned(body: str, seed: int) -> str:
    """The text with one character in twenty-five misread, as no other copy has it."""
    rng = random.Random(seed)
    return "".join(
        chr(rng.randrange(0x4E00, 0x9000)) if "一" <= char <= "鿿" and rng.random() < 0.04 else char for char in body
    )


def groups(connection: Connection) -> set[frozenset[str]]:
    """The clusters, as sets of native ids."""
    found: dict[int, set[str]] = {}
    for name, cluster in connection.execute(select(Article.native_id, Article.cluster_id)):
        found.setdefault(cluster, set()).add(name)
    return {frozenset(names) for names in found.values()}


__all__ = ["spin", "transcode"]
