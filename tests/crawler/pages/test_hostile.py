"""Pages made to break an extractor: damaged at random, and built to make something quadratic, deep or huge."""

import resource
import time

import pytest

from benchmarks import mutate
from crawler.pages.page import Outcome
from tests.crawler.pages.read import extract

LINE = "望潮港昨天重新开闸，第一艘货船驶进了内河，岸上的人都来看。"


def page(inside: str) -> str:
    return f"<html><head><title>望潮港重新开闸</title></head><body><h1>望潮港重新开闸</h1>{inside}</body></html>"


HOSTILE = {
    "fifty megabytes": "x" * (50 << 20),
    "deep, text on every level": page("".join(f"<div>{LINE}" for _ in range(10_000))),
    "deep, text at the bottom": page("<div>" * 10_000 + LINE),
    "deep links": page("<a href=x>" * 10_000 + LINE),
    "deep tables": page("<table><tr><td>" * 5_000 + LINE),
    "siblings": page("<b>" * 1_000_000),
    "paragraphs": page(f"<p>{LINE}</p>" * 8_000),
    "breaks": page(f"{LINE}<br>" * 10_000),
    "links": page("<a href='/1'>渡口的最后一班船</a>" * 30_000),
    "headings": page("<h1>望潮港重新开闸</h1>" * 12_000 + f"<p>{LINE}</p>"),
    "boxes named alike": page("<div class=t>望潮港重新开闸</div>" * 12_000 + f"<p>{LINE}</p>"),
    "headings of lists": page("<p>相关阅读</p>" * 10_000 + f"<p>{LINE}</p>"),
    "headings of lists, a line each": page("<p>相关阅读</p><p>标题</p>" * 8_000 + f"<p>{LINE}</p>"),
    "times": page("<p>2020-01-01 10:00</p>" * 10_000 + f"<p>{LINE}</p>"),
    "a box each": page(f"<div><p>{LINE}</p></div>" * 8_000),
    "boxes before and after": page("<div>x</div>" * 30_000 + f"<p>{LINE}</p>" + "<div>编辑：x</div>" * 30_000),
    "tails": page(LINE + f"<i></i>{LINE}" * 10_000),
    "one line": page(f"<p>{LINE * 20_000}</p>"),
    "rows": page("<table>" + f"<tr><td>{LINE}</td><td>1</td></tr>" * 6_000 + "</table>"),
    "a megabyte of class": page(f"<div class='{'article comment ' * 65_000}'><p>{LINE * 4}</p></div>"),
    "deep data": page(f"<script type='application/ld+json'>{'[' * 90_000}</script><p>{LINE}</p>"),
    "control characters behind a head that is left open": (
        f"<html><head><title>x</title><main><p>{LINE}</p></main></head>\x01\x0b<body>\x02{LINE}</body></html>"
    ),
    "rows in links in cells": page("<table>" + "<tr><td>1</td><td><a href=x>" * 600 + LINE),
    "NUL bytes": page(f"\0<p>\0{LINE}\0</p>"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_built_to_break(name: str) -> None:
    data = HOSTILE[name].encode()
    started = time.process_time()
    found = extract(data, url="https://hostile.example/1", content_type="text/html")
    # What is quadratic in these takes minutes.
    assert time.process_time() - started < 15
    assert found.outcome is not Outcome.BROKEN, found.detail


def test_lone_surrogates_and_charset_lies() -> None:
    for data in (
        b"<p>\xed\xa0\x80" + LINE.encode(),
        LINE.encode("utf-16"),
        page(LINE).encode("gb18030") + b"\xff\xfe\x81",
    ):
        for declared in (None, "text/html; charset=big5", "text/html; charset=nonsense", "text/plain"):
            assert extract(data, url="https://hostile.example/1", content_type=declared).outcome is not Outcome.BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01 来源：x\n" * 50_000,
        "渡口的最后一班船\n" * 100_000,
        LINE * 50_000,
        f"{LINE}\n" * 20_000,
        "相关阅读\n" * 50_000,
    ],
)
def test_plain_text_built_to_break(text: str) -> None:
    started = time.process_time()
    found = extract(text.encode(), url="https://hostile.example/1.txt", content_type="text/plain")
    assert time.process_time() - started < 15
    assert found.outcome is not Outcome.BROKEN, found.detail


@pytest.mark.slow
def test_damaged_pages() -> None:
    """400 of them; `python -m benchmarks.mutate --pages 20000` is the whole measure."""
    report = mutate.run(range(400), 7, mutate.sources(shared=False))
    assert report.failures == []
    assert len(report.kinds) == len(mutate.MUTATIONS) + 1
    assert report.outcomes["article"] > 200


def test_damage_is_reproducible() -> None:
    among = mutate.sources(shared=False)
    assert [mutate.damaged(n, 3, among) for n in range(40)] == [mutate.damaged(n, 3, among) for n in range(40)]


def test_memory_is_given_back() -> None:
    """Ten large pages take no more than three."""
    data = page(f"<p>{LINE}</p>" * 2_000).encode()
    for _ in range(3):
        extract(data, url="https://hostile.example/1", content_type="text/html")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10):
        extract(data, url="https://hostile.example/1", content_type="text/html")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
