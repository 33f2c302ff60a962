"""Addresses as pages write them: what they mean, and what is none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.pages.html.parse import parse
from crawler.pages.html.urls import MAX_URL, absolute
from crawler.pages.page import Outcome
from crawler.pages.template.parts import find_parts
from crawler.sites.registry import load_sites
from tests.crawler.pages.read import extract

BASE = "https://news.qingzhou.example/a/2025/88.html?from=list"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://h.example/x", "http://h.example/x"),
        ("http://h.example", "http://h.example"),
        ("//h.example/x.jpg", "https://h.example/x.jpg"),
        ("/x.jpg", "https://news.qingzhou.example/x.jpg"),
        ("x.jpg", "https://news.qingzhou.example/a/2025/x.jpg"),
        ("./x.jpg", "https://news.qingzhou.example/a/2025/x.jpg"),
        ("../x.jpg", "https://news.qingzhou.example/a/x.jpg"),
        ("../../../../x.jpg", "https://news.qingzhou.example/x.jpg"),
        ("?page=2", "https://news.qingzhou.example/a/2025/88.html?page=2"),
        ("88.html#top", "https://news.qingzhou.example/a/2025/88.html#top"),
        # A colon is a scheme's only behind a scheme's letters.
        ("index.php?u=http://h.example/x", "https://news.qingzhou.example/a/2025/index.php?u=http://h.example/x"),
        ("/go?to=a:b", "https://news.qingzhou.example/go?to=a:b"),
        ("x.html#a:b", "https://news.qingzhou.example/a/2025/x.html#a:b"),
        ("图：一.jpg", "https://news.qingzhou.example/a/2025/图：一.jpg"),
        # Upper case.
        ("HTTP://h.example/X.JPG", "http://h.example/X.JPG"),
        ("Https://h.example/x", "https://h.example/x"),
        # White space.
        ("  /x.jpg\n", "https://news.qingzhou.example/x.jpg"),
        ("\u3000/x.jpg\u3000", "https://news.qingzhou.example/x.jpg"),
        ("http://h.example/a\n  b.jpg", "http://h.example/a%20%20b.jpg"),
        ("ht\ntp://h.exam\r\nple/x", "http://h.example/x"),
        ("/a b.jpg", "https://news.qingzhou.example/a%20b.jpg"),
        ("http://h.example/a b.jpg", "http://h.example/a%20b.jpg"),
        ("/a\u3000b.jpg", "https://news.qingzhou.example/a%E3%80%80b.jpg"),
        ("\ufeff/x.jpg\u200b", "https://news.qingzhou.example/x.jpg"),
        ("/x\ud800.jpg", "https://news.qingzhou.example/x.jpg"),
        # Backslashes, as old editors wrote them.
        ("\\\\h.example\\x.jpg", "https://h.example/x.jpg"),
        ("http:\\\\h.example\\x.jpg", "http://h.example/x.jpg"),
        ("img\\x.jpg?p=a\\b", "https://news.qingzhou.example/a/2025/img/x.jpg?p=a\\b"),
    ],
)
def test_what_an_address_means(written: str, meant: str) -> None:
    assert absolute(BASE, written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "#",
        "#top",
        " #top",
        "javascript:void(0)",
        "JavaScript:void(0)",
        " java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "mailto:a@b.example",
        "tel:12345",
        "about:blank",
        "file:///etc/passwd",
        "ftp://h.example/x",
        "qingzhou-app://open/88",
        "h.example:8080/x",  # to browsers too, `h.example` is a scheme here
        "http://",
        "http://[::1/x",
        "//[::1/x",
        "http://[h.example]x/",
        "http:",
        "/" + "x" * MAX_URL,
        "http://h.example/" + "x" * MAX_URL,
    ],
)
def test_what_is_no_address(written: str) -> None:
    assert absolute(BASE, written) == ""


@pytest.mark.parametrize("base", ["", "not an address", "http://[::1", "javascript:alert(1)", "\x00\ud800"])
def test_an_odd_base(base: str) -> None:
    assert absolute(base, "x.jpg") == ""
    assert absolute(base, "http://h.example/x.jpg") == "http://h.example/x.jpg"


@given(st.text(max_size=20) | st.sampled_from([BASE, "http://h.example"]), st.text(max_size=40))
@example(BASE, "http:\\\\")
@example(BASE, "https:#")
def test_an_address_or_nothing(base: str, written: str) -> None:
    made = absolute(base, written)
    assert made == "" or made.startswith(("http://", "https://"))
    assert absolute(base, made) == made
    made.encode()
    assert not any(sign.isspace() for sign in made) or any(sign.isspace() for sign in base)


def test_a_page_that_names_itself_by_no_address_is_read() -> None:
    html = """<link rel=canonical href='http://[::1/x'><div class=post_main><h1 class=post_title>石桥</h1>
    <div id=content><div class=post_body><p>一行</p></div></div></div>"""
    page = extract(html.encode(), url="https://www.163.com/news/article/KC12OUGR0001899O.html")
    assert (page.outcome, page.body) == (Outcome.ARTICLE, "一行")


def test_a_pager_on_a_page_of_an_odd_address() -> None:
    pager = parse("<p><a href='http://money.163.com/15/0703/15/ATJVVCJR00254TFQ_2.html'>2</a></p>")
    assert pager is not None
    site = load_sites()["netease"]
    assert find_parts(pager, "http://[::1", site, "ATJVVCJR00254TFQ", 1) == ()
    assert (
        len(find_parts(pager, "http://money.163.com/15/0703/15/ATJVVCJR00254TFQ.html", site, "ATJVVCJR00254TFQ", 1))
        == 1
    )


@pytest.mark.parametrize("url", ["https://www.163.com/news/article/KC12OUGR0001899O.html", "https://open.example/1"])
def test_one_reading_on_every_page(url: str) -> None:
    """Pages of a template and of none: the same addresses of links and images."""
    html = """<title>石桥的灯会今晚开幕</title><div class=post_main><h1 class=post_title>石桥的灯会今晚开幕</h1>
    <div id=content><div class=post_body><p>灯匠说，一盏灯要扎七天，<a href="go.php?u=http://h.example/">桥头</a>扎了三百盏，今晚全点亮。</p>
    <p>看灯的人从<a href="JAVASCRIPT:void(0)">东门</a>来，往<a href="HTTP://h.example/x">西门</a>去，车停在桥头，人走在桥上。</p>
    <p><img src="pic\\1.jpg"></p><p>灯会到十五为止，十六这天拆灯，灯匠说，拆灯比扎灯还要难。</p></div></div></div>"""
    page = extract(html.encode(), url=url)
    base = url.rpartition("/")[0]
    assert [image.url for image in page.images] == [f"{base}/pic/1.jpg"]
    assert [link[2] for block in page.blocks if block.kept for link in block.links] == [
        f"{base}/go.php?u=http://h.example/",
        "http://h.example/x",
    ]


@pytest.mark.parametrize(
    ("base", "image"),
    [
        ('<base href="https://img.example/2024/">', "https://img.example/2024/1.jpg"),
        ('<base href="/static/">', "https://www.example.com/static/1.jpg"),
        ('<BASE target="_blank"><base href="//img.example/">', "https://img.example/1.jpg"),
        ('<base href="javascript:void(0)">', "https://www.example.com/a/1.jpg"),
        ("", "https://www.example.com/a/1.jpg"),
    ],
)
def test_addresses_are_relative_to_the_base_that_a_page_names(base: str, image: str) -> None:
    text = "<p>船在清晨进了港，岸上的人都来看，木匠说这是三年来的头一回。</p>" * 3
    page = extract(
        f"<head><title>渡口的灯</title>{base}</head><h1>渡口的灯</h1><div>{text}<img src=1.jpg>{text}</div>".encode(),
        url="https://www.example.com/a/1.html",
        site=None,
    )
    assert [one.url for one in page.images] == [image]
