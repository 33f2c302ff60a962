"""NetEase's addresses: one article, whatever form its address takes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.times import BEIJING
from crawler.pages.template.site import Target
from crawler.sites.netease import SITE, docid_time, target
from crawler.sites.registry import find_site

DOCID = "KC12OUGR0001899O"
MODERN = f"https://www.163.com/news/article/{DOCID}.html"
ACCOUNT = f"https://www.163.com/dy/article/{DOCID}.html"
DATED = f"https://news.163.com/25/1016/20/{DOCID}.html"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (MODERN, MODERN),
        (f"{MODERN}?f=post1603_tab_news&spss=x#adaptation=pc", MODERN),
        (f"http://www.163.com/news/article/{DOCID}.html", MODERN),
        (f"https://m.163.com/news/article/{DOCID}.html?spss=adap_pc", MODERN),
        (f"https://3g.163.com/news/article/{DOCID}.html", MODERN),
        (f"https://m.163.com/local/article/{DOCID}.html", ACCOUNT),
        (f"http://dy.163.com/v2/article/detail/{DOCID}.html", ACCOUNT),
        (f"http://dy.163.com/article/{DOCID}.html", ACCOUNT),
        (f"https://c.m.163.com/news/a/{DOCID}.html?spss=newsapp", ACCOUNT),
        (f"https://m.163.com/touch/article.html?docid={DOCID}&spss=adap_pc", ACCOUNT),
        (f"http://3g.163.com/ntes/special/0034073A/wechat_article.html?docid={DOCID}&spst=0", ACCOUNT),
        (f"{DATED}?from=hao", DATED),
        (f"http://biz.163.com/41210/1/{DOCID}.html", f"http://biz.163.com/41210/1/{DOCID}.html"),
    ],
)
def test_article(url: str, canonical: str) -> None:
    assert target(url) == Target(kind="article", native_id=DOCID, url=canonical)
    assert find_site(url) is SITE


@pytest.mark.parametrize(("suffix", "part"), [("", 1), ("_2", 2), ("_13", 13), ("_all", 0), ("_mobile", 1)])
def test_pages_of_one_article(suffix: str, part: int) -> None:
    assert target(DATED.replace(DOCID, DOCID + suffix)) == Target(kind="article", native_id=DOCID, url=DATED, part=part)


@pytest.mark.parametrize(
    ("url", "kind", "native_id"),
    [
        ("https://www.163.com/", "list", ""),
        ("https://news.163.com/domestic/", "list", ""),
        ("http://news.163.com/special/cm_guonei/?callback=data_callback", "list", ""),
        ("https://www.163.com/dy/media/T1500000000001.html", "list", ""),
        ("https://www.163.com/v/video/VKA1B2C3D.html", "video", "v:VKA1B2C3D"),
        ("http://news.163.com/photoview/00AP0001/2186853.html#p=KC12OUGR", "gallery", "p:00AP0001/2186853"),
        ("https://live.163.com/room/123456.html", "live", "l:123456"),
    ],
)
def test_other_pages(url: str, kind: str, native_id: str) -> None:
    found = target(url)
    assert found is not None
    assert (found.kind, found.native_id) == (kind, native_id)


@pytest.mark.parametrize(
    "url",
    [
        f"https://comment.tie.163.com/{DOCID}.html",
        "https://mail.163.com/",
        "mailto:news@163.com",
        "https://[broken/",
        f"https://www.163.com/news/article/{DOCID.lower()}.html",
    ],
)
def test_no_page(url: str) -> None:
    assert target(url) is None


def test_another_site_that_ends_alike() -> None:
    assert find_site("https://not163.com/news/article/KC12OUGR0001899O.html") is None


@pytest.mark.parametrize(
    ("docid", "moment"),
    [
        ("17867KR700020QBK", "2004-12-10T11:55:08.775"),
        ("00000000XXXXXXXX", "2003-08-10T15:20:00"),
    ],
)
def test_docid_time(docid: str, moment: str) -> None:
    assert docid_time(docid) == datetime.fromisoformat(moment).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("letter", "day"),
    [("1", "2004-09-11"), ("5", "2009-01-19"), ("A", "2014-06-30"), ("G", "2021-01-10"), ("L", "2026-06-21")],
)
def test_the_day_on_which_a_first_letter_began(letter: str, day: str) -> None:
    made = docid_time(letter + "0000000" + "0001899O")
    assert made is not None
    assert made.date().isoformat() == day


def test_docid_outside_the_alphabet_has_no_time() -> None:
    assert docid_time("YRKUQSC2WG3L8VXH") is None


@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUV", min_size=8, max_size=8),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8),
)
def test_docids_sort_by_their_time(stamp: str, column: str) -> None:
    made = docid_time(stamp + column)
    assert made is not None
    assert made.utcoffset() == timedelta(hours=8)
    later = docid_time("VVVVVVVV" + column)
    assert later is not None
    assert made <= later


@given(st.text(max_size=80))
def test_any_address_is_answered(path: str) -> None:
    found = target("https://www.163.com/" + path)
    if found is not None and found.native_id:
        again = target(found.url)
        assert again is not None
        assert (again.kind, again.native_id, again.url) == (found.kind, found.native_id, found.url)
