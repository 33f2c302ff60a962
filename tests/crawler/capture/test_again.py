"""What a process that reads stored captures loads, and how it knows a reading that gives what is stored."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from archive.flags import DISAGREES
from archive.ingest.prepare import prepare_rows
from archive.store.records import ArticleRecord, BlockRecord, ImageRecord, Item
from archive.times import BEIJING
from crawler.capture.again import sum_of
from tests.crawler.warm import ROOT

ARTICLE = ArticleRecord(
    site="netease",
    native_id="1",
    url="https://www.163.com/news/article/1.html",
    headline="桥",
    body="第一段。\n第二段。",
    published_at=datetime(2026, 3, 1, 8, 30, tzinfo=BEIJING),
    authors=("甲", "乙"),
    images=(ImageRecord(url="https://x/1.png"),),
    flags=("cut", "repaired"),
    blocks=(BlockRecord(kind="paragraph", text="第一段。"), BlockRecord(kind="paragraph", text="第二段。")),
)
OTHERS: dict[str, Any] = {
    "site": "sohu",
    "native_id": "2",
    "url": "https://www.163.com/news/article/2.html",
    "headline": None,
    "body": "第一段。",
    "original_title": "桥",
    "published_at": datetime(2026, 3, 1, 8, 31, tzinfo=BEIJING),
    "published_precision": "minute",
    "modified_at": datetime(2026, 3, 1, 8, 30, tzinfo=BEIJING),
    "source_name": "新华社",
    "account_name": "甲",
    "authors": ("乙", "甲"),
    "editor": "丙",
    "keywords": ("桥",),
    "location": "杭州",
    "images": (ImageRecord(url="https://x/1.png", caption="桥"),),
    "flags": ("cut",),
    "template": "post2021",
    "confidence": 0.9,
    "blocks": (BlockRecord(kind="paragraph", text="第一段。"), BlockRecord(kind="heading", text="第二段。")),
}


def row(article: ArticleRecord) -> dict[str, Any]:
    return dict(prepare_rows(Item(capture=None, article=article)).article)


@pytest.mark.parametrize("name", [one for one in ArticleRecord.__slots__ if one != "__weakref__"])
def test_another_value_of_any_field_has_another_sum(name: str) -> None:
    assert sum_of(row(evolve(ARTICLE, **{name: OTHERS[name]}))) != sum_of(row(ARTICLE))


def test_the_same_fields_as_the_database_gives_them_have_the_same_sum() -> None:
    stored = row(ARTICLE)
    moment = stored["published_at"].astimezone(UTC)
    stored |= {"id": 7, "state": "there", "published_at": moment, "flags": ["repaired", DISAGREES, "cut"]}
    stored["blocks"] = [dict(block) for block in stored["blocks"]]
    assert sum_of(stored) == sum_of(row(ARTICLE))
    assert sum_of(stored | {"published_at": moment + timedelta(microseconds=1)}) != sum_of(row(ARTICLE))


@pytest.mark.slow
def test_who_reads_loads_neither_the_database_nor_what_finds_duplicates() -> None:
    program = (
        "import sys, crawler.capture.again\n"
        "print(sorted({'sqlalchemy', 'numpy', 'scipy', 'datasketch', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
