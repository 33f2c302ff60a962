"""Sohu's addresses: one article, whatever form its address takes, and number spaces that are never mixed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.template.site import Target
from crawler.sites.registry import find_site
from crawler.sites.sohu import SITE, target

ARTICLE = "https://www.sohu.com/a/749000001_121000001"


@pytest.mark.parametrize(
    ("url", "native_id", "canonical"),
    [
        (ARTICLE, "a:749000001", ARTICLE),
        (f"{ARTICLE}?spm=smpc.content.1&scm=x#top", "a:749000001", ARTICLE),
        ("http://m.sohu.com/a/749000001_121000001/", "a:749000001", ARTICLE),
        ("https://sports.sohu.com/a/749000001_121000001", "a:749000001", ARTICLE),
        ("https://www.sohu.com/a/749000001", "a:749000001", "https://www.sohu.com/a/749000001"),
        ("http://news.sohu.com/20121103/n356539523.shtml", "n:356539523", "http://news.sohu.com/20121103/n356539523.shtml"),
        ("http://news.sohu.com/20121103/n356539523.shtml/?pvid=x", "n:356539523", "http://news.sohu.com/20121103/n356539523.shtml"),
        ("http://news.sohu.com/90/63/article215506390.shtml/", "n:215506390", "http://news.sohu.com/90/63/article215506390.shtml"),
        ("https://www.sohu.com/na/749000001_121000001", "a:749000001", ARTICLE),
        ("//m.sohu.com/na/749000001_121000001/".join(("https:", "?scm=1")), "a:749000001", ARTICLE),
        ("http://m.sohu.com/n/356539523/?x=1", "n:356539523", "https://m.sohu.com/n/356539523/"),
        ("http://news.sohu.com/90/63/article215506390.shtml", "n:215506390", "http://news.sohu.com/90/63/article215506390.shtml"),
        ("https://3g.k.sohu.com/t/n685055087?showType=", "k:685055087", "https://3g.k.sohu.com/t/n685055087"),
        ("https://api.k.sohu.com/api/news/v5/article.go?newsId=685055087", "k:685055087", "https://3g.k.sohu.com/t/n685055087"),
    ],
)  # fmt: skip
def test_article(url: str, native_id: str, canonical: str) -> None:
    assert target(url) == Target(kind="article", native_id=native_id, url=canonical)
    assert find_site(url) is SITE


def test_pages_of_one_article() -> None:
    assert target("http://news.sohu.com/20121103/n356539523_1.shtml") == Target(
        kind="article", native_id="n:356539523", url="http://news.sohu.com/20121103/n356539523.shtml", part=2
    )


@pytest.mark.parametrize(
    ("url", "kind", "native_id"),
    [
        ("https://www.sohu.com/picture/815143309", "gallery", "p:815143309"),
        ("https://m.sohu.com/p/12345/", "gallery", "mp:12345"),
        ("https://tv.sohu.com/v/dXMvMTIz.html", "video", ""),
        ("https://www.sohu.com/xtopic/TURBd05EVXpNemt3", "list", ""),
        ("https://mp.sohu.com/profile?xpt=abc", "list", ""),
        ("https://www.sohu.com/", "list", ""),
    ],
)
def test_other_pages(url: str, kind: str, native_id: str) -> None:
    found = target(url)
    assert found is not None
    assert (found.kind, found.native_id) == (kind, native_id)


@pytest.mark.parametrize(
    "url",
    ["https://passport.sohu.com/a/749000001_1", "https://www.sohu.com/404.html", "ftp://www.sohu.com/a/749000001_1"],
)
def test_no_page(url: str) -> None:
    assert target(url) is None


@given(st.integers(10_000, 10**11), st.integers(1, 10**9))
def test_old_and_new_numbers_are_never_one(number: int, account: int) -> None:
    new = target(f"https://www.sohu.com/a/{number}_{account}")
    old = target(f"http://news.sohu.com/20121103/n{number}.shtml")
    assert new is not None
    assert old is not None
    assert new.native_id != old.native_id
    assert new.native_id.partition(":")[2] == old.native_id.partition(":")[2] == str(number)


@given(st.text(max_size=80))
def test_any_address_is_answered(path: str) -> None:
    found = target("https://www.sohu.com/" + path)
    if found is not None and found.native_id:
        again = target(found.url)
        assert again is not None
        assert (again.kind, again.native_id, again.url) == (found.kind, found.native_id, found.url)
