"""The demo portal itself: reproducible, true to its own truth, and its stories really different."""

import json
import re
import ssl
import subprocess
import sys
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dedup.fingerprints import as_text, fingerprint
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.relation import SAME_TEXT
from crawler.demo.pages.mirrors import INJECTED, spin, transcode
from crawler.demo.proxy import Proxy
from crawler.demo.server import Portal
from crawler.demo.world import ids
from crawler.demo.world.articles import story
from crawler.demo.world.truth import World
from crawler.pages.template.site import Source
from crawler.sites.lists import load

NOT_TEXT = re.compile(r"[\W_]+")


@pytest.fixture(scope="module")
def world() -> World:
    return World(400, 1)


@pytest.fixture(scope="module")
def pages(world: World) -> Portal:
    return Portal(world)


def test_the_same_seed_gives_the_same_world_in_another_process() -> None:
    command = [sys.executable, "-m", "crawler.demo", "truth", "--articles", "30", "--seed", "9"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [json.loads(line) for line in lines] == list(World(30, 9).records())
    assert next(World(30, 9).records())["body"] != next(World(30, 10).records())["body"]


def test_a_larger_world_holds_the_smaller_one(world: World) -> None:
    assert World(60, 1).publications == world.publications[:60]
    assert len(world.publications) == 400


@pytest.mark.slow
def test_stories_are_different_texts(world: World) -> None:
    grams: dict[int, set[str]] = {}
    for number in world.clusters():
        text = NOT_TEXT.sub("", story(world.seed, number).text)
        grams[number] = {text[i : i + 6] for i in range(len(text) - 5)}
    holders = defaultdict[str, list[int]](list)
    for number, found in grams.items():
        for gram in found:
            holders[gram].append(number)
    shared = Counter(pair for held in holders.values() for pair in combinations(held, 2))
    (one, other), most = max(shared.items(), key=lambda item: item[1] / min(len(grams[n]) for n in item[0]))
    assert most / min(len(grams[one]), len(grams[other])) < 0.35
    assert max(n / len(grams[a] | grams[b]) for (a, b), n in shared.items()) < 0.2


def test_lengths_run_from_a_flash_to_three_thousand_characters() -> None:
    lengths = [len(story(1, number).text) for number in range(600)]
    assert 50 <= min(lengths) < 80
    assert 2500 < max(lengths) <= 3300


def test_every_kind_of_copy_and_page_is_there(world: World) -> None:
    assert {one.relation for one in world.publications} == {
        "original",
        "verbatim",
        "account_copy",
        "spun",
        "transcoded",
    }
    assert len({one.form for one in world.publications}) == 12
    assert {line.kind for one in world.publications for line in one.lines} == {
        "paragraph", "heading", "list_item", "table", "image", "caption",
    }  # fmt: skip
    showpiece = world.clusters()[0]
    assert {one.site for one in showpiece} == {"netease", "sohu", "bendi", "hengtuo", "jingwei"}
    assert "稀土" in showpiece[0].body


def test_a_copy_under_another_headline_can_be_told_by_one_of_the_two() -> None:
    """As two texts alone they are the same story, however many stories there are."""
    renamed = 0
    for first, *others in World(1000, 1).clusters().values():
        for other in others:
            if other.relation == "verbatim" and other.headline != first.headline:
                renamed += 1
                ours, theirs = (
                    as_text(one.body, fingerprint(one.body), one.published_at, one.headline) for one in (first, other)
                )
                verdict = compare(theirs, ours)
                assert isinstance(verdict, Verdict)
                assert verdict.relation in SAME_TEXT, (first.url, verdict.reason)
    assert renamed > 30


def test_every_article_is_served_with_its_text_and_its_clutter(world: World, pages: Portal) -> None:
    for one in world.publications:
        answer = pages.answer(one.url)
        if answer.location:
            answer = pages.answer(answer.location)
        assert answer.status == 200, one.url
        page = re.sub(r"<[^>]+>", "", answer.body.decode(one.encoding))
        folded = NOT_TEXT.sub("", page)
        for line in one.lines:
            assert NOT_TEXT.sub("", line.text) in folded
        assert len(page) > len(one.body) * 1.1
        if one.form in ("ep", "content"):
            with pytest.raises(UnicodeDecodeError):
                answer.body.decode("utf-8")


def test_every_alias_leads_to_the_article(world: World, pages: Portal) -> None:
    for one in world.publications[:80]:
        for url in (one.listed_url, *one.aliases):
            answer = pages.answer(url)
            assert answer.status == 200 or (one.moves and answer.status == 302), url


def test_every_article_stands_on_a_list(world: World, pages: Portal) -> None:
    from crawler.sites.registry import load_sites

    seen: set[tuple[str, str]] = set()
    for site in ("netease", "sohu"):
        declared = load_sites()[site]
        for source in declared.sources:
            for url, post in zip_longest(source.urls, source.posts, fillvalue=""):
                answer = pages.answer(url, post)
                if answer.status != 200:
                    continue
                entries = source.parse(
                    answer.body.decode(source.encoding or "utf-8"), url, world.publications[0].published_at
                )
                targets = [target for entry in entries if (target := declared.target(entry.url))]
                seen |= {(site, target.native_id) for target in targets}
            assert len(source.parse(_first(pages, source), source.urls[0], _now(world))) >= source.expect
    wanted = {key for key, one in world.by_key.items() if key[0] in ("netease", "sohu") and not key[1].startswith("v:")}
    assert wanted <= seen


def _first(pages: Portal, source: Source) -> str:
    return pages.answer(source.urls[0], *source.posts[:1]).body.decode(source.encoding or "utf-8")


def _now(world: World):  # type: ignore[no-untyped-def]
    return world.publications[0].published_at


def test_lists_come_clean_with_a_trailing_comma_and_in_gbk(pages: Portal) -> None:
    first = "https://news.163.com/special/cm_{}/?callback=data_callback"
    lists = {
        name: pages.answer(first.format(name)).body.decode() for name in ("guonei", "money", "tech", "war", "sports")
    }
    assert {text.rstrip("\n])").endswith(",") for text in lists.values()} == {True, False}
    assert all(load(text) for text in lists.values())
    gbk = pages.answer("https://temp.163.com/special/00804KVA/cm_sports.js?callback=data_callback").body
    with pytest.raises(UnicodeDecodeError):
        gbk.decode("utf-8")
    assert load(gbk.decode("gb18030"))


def test_specials(world: World, pages: Portal) -> None:
    by_kind = {one.kind: one.url for one in world.specials}
    assert "安全验证" in pages.answer(by_kind["blocked"]).body.decode()
    assert pages.answer(by_kind["dead"]).status == 404
    assert pages.answer(by_kind["soft404"]).location == "https://www.sohu.com/404.html"
    assert "页面不存在" in pages.answer("https://www.sohu.com/404.html").body.decode()
    disallowed = by_kind["forbidden"].removeprefix("https://www.sohu.com")
    assert f"Disallow: {disallowed}" in pages.answer("https://www.sohu.com/robots.txt").body.decode()


def test_mirrors_retell(world: World) -> None:
    assert spin("记者发现，价格没有下降。") == "小编察觉，价钱没有下滑。"
    assert transcode("产业发展") == "產(chǎn)業(yè)發(fā)展"
    spun = [one for one in world.publications if one.relation == "spun"]
    for one in spun:
        assert one.body != story(world.seed, one.story).text
    for one in world.publications:
        if one.relation == "transcoded":
            assert INJECTED.search(one.body)


@given(
    st.datetimes(min_value=ids.CALENDAR[0][0].replace(tzinfo=None), max_value=ids.CALENDAR[-1][0].replace(tzinfo=None))
)
def test_a_docid_carries_its_time(when) -> None:  # type: ignore[no-untyped-def]
    created = when.replace(tzinfo=ids.BEIJING)
    native_id = ids.docid(created, "0001TEST")
    assert len(native_id) == 16
    assert abs(ids.docid_time(native_id) - created) < timedelta(milliseconds=2)


def test_it_speaks_http_and_tls_to_an_ordinary_client(start_portal: Callable[..., Proxy]) -> None:
    portal = start_portal(30, 2)
    context = ssl.create_default_context(cafile=str(portal.ca_file))
    proxies = urllib.request.ProxyHandler({"http": portal.url, "https": portal.url})
    opener = urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=context))
    for url in ("http://news.sohu.com/robots.txt", "https://news.163.com/", "https://www.sohu.com/"):
        with opener.open(url, timeout=10) as answer:
            assert answer.status == 200
            assert answer.read()
    with opener.open(next(one.url for one in portal.world.publications if one.moves), timeout=10) as answer:
        assert answer.url.startswith("https://sports.sohu.com/a/")
    assert portal.requests["https://news.163.com/"] == 1
    assert [getattr(portal.world.by_key[key], "moves", False) for key in portal.served] == [True]
