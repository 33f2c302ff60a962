"""Thirty-one forms of robots.txt, and what each means by RFC 9309: for the product token, by the parser we use."""

import gzip
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from attrs import field, frozen
from scrapy.robotstxt import ProtegoRobotParser

from crawler.run.politeness.robots import MAX_RULES, RobotsUnread, read_robots
from crawler.warc.raw import RawCapture, raw_from_headers

AGENT = "Jianbao"
SITE = "https://www.sohu.com"


@frozen(kw_only=True)
class Form:
    """One form. `yes`, `no`: paths that may be fetched, and may not; `delay`: the Crawl-delay, seconds; `unread`: the
    host is left alone, since nothing can be said; `told`: False for what says nothing of the host's rules."""

    body: bytes | str
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    yes: Sequence[str] = ()
    no: Sequence[str] = ()
    delay: float | None = None
    unread: bool = False
    told: bool = field(default=True)


EVERYTHING = ("/", "/a/1_2", "/robots.txt")
NO_A = {"yes": ("/", "/b", "/robots.txt"), "no": ("/a/1_2", "/a/")}
A = "User-agent: *\nDisallow: /a/\n"

FORMS = {
    # Bytes
    "plain": Form(body=A, **NO_A),
    "BOM": Form(body=b"\xef\xbb\xbf" + A.encode(), **NO_A),
    "BOM in the middle, of two files in one": Form(body="# one\n\ufeff" + A, **NO_A),
    "UTF-16 with a BOM": Form(body=A.encode("utf-16"), **NO_A),
    "UTF-16 without one": Form(body=A.encode("utf-16-le"), **NO_A),
    "CR LF": Form(body=A.replace("\n", "\r\n"), **NO_A),
    "CR alone": Form(body=A.replace("\n", "\r"), **NO_A),
    "no line's end at the end": Form(body=A.strip(), **NO_A),
    "a comment in GBK": Form(body="# 禁止抓取\n".encode("gbk") + A.encode(), **NO_A),
    "a path in GBK": Form(
        body="User-agent: *\nDisallow: /新闻/\n".encode("gbk"), no=["/%D0%C2%CE%C5/1"], yes=["/", "//", "/%E6%96%B0/"]
    ),
    "a path in UTF-8": Form(
        body="User-agent: *\nDisallow: /新闻/\n", no=["/%E6%96%B0%E9%97%BB/1", "/新闻/"], yes=["/%D0%C2%CE%C5/"]
    ),
    "NUL bytes": Form(body=A.replace("\n", "\0\n").encode() + b"\0" * 500, **NO_A),
    "gzip": Form(body=gzip.compress(A.encode()), headers=[("Content-Encoding", "gzip")], **NO_A),
    "gzip that is none": Form(body=b"\x1f\x8b" + b"x" * 50, headers=[("Content-Encoding", "gzip")], unread=True),
    "endless": Form(body=A + "Disallow: /c\n" * 100_000 + "Disallow: /b\n", **NO_A),
    "empty": Form(body="", yes=EVERYTHING),
    "HTML": Form(body="<!DOCTYPE html>\n<html><title>搜狐</title>\nDisallow: /a/\n", yes=EVERYTHING, told=False),
    # Statuses
    "404": Form(body=A, status=404, yes=EVERYTHING),
    "401 and 403": Form(body=A, status=403, yes=EVERYTHING),
    "429": Form(body=A, status=429, unread=True),
    "503": Form(body=A, status=503, unread=True),
    "521": Form(body=A, status=521, unread=True),
    "206": Form(body=A, status=206, unread=True),
    "304, which nobody asked for": Form(body="", status=304, unread=True),
    # Groups
    "ours in capitals, with a version": Form(
        body="User-agent: JIANBAO/2.1 (+x)\nDisallow: /a/\n\nUser-agent: *\nDisallow: /", **NO_A
    ),
    "ours twice, others between": Form(
        body="user-agent:jianbao\ndisallow:/a/\n\nUser-agent: other\nDisallow: /b\n\nUSER-AGENT: Jianbao\nDisallow: /c",
        yes=["/", "/b"],
        no=["/a/1", "/c"],
    ),
    "ours empties the rules for everybody": Form(
        body="User-agent: *\nDisallow: /\n\nUser-agent: Jianbao\nDisallow:\n", yes=EVERYTHING
    ),
    "names that only resemble ours": Form(
        body="User-agent: JianbaoNews\nDisallow: /b\n\nUser-agent: Jian\nAllow: /\n\nUser-agent: *\nDisallow: /a/",
        **NO_A,
    ),
    "several agents, a sitemap and blanks between them and the rules": Form(
        body="User-agent: other\n\nUser-agent: *\n # note\nSitemap: https://www.sohu.com/s.xml\n\n Disallow : /a/ # y",
        **NO_A,
    ),
    "rules of nobody": Form(body="Disallow: /\n\n" + A, **NO_A),
    # Rules
    "the longest match, and Allow on a tie": Form(
        body="User-agent: *\nDisallow: /a/\nAllow: /a/1\nDisallow: /a/1/x\nAllow: /t\nDisallow: /t",
        yes=["/a/1", "/a/12", "/t"],
        no=["/a/2", "/a/1/x"],
    ),
    "stars and ends": Form(
        body="User-agent: *\nDisallow: /*.php$\nDisallow: /x*/y\nDisallow: /$",
        yes=["/a.php?x=1", "/a.html", "/x/z"],
        no=["/a.php", "/x1/2/y", "/"],
    ),
    "percent-encoding": Form(
        body="User-agent: *\nDisallow: /a%2fb\nDisallow: /%61bc\nDisallow: /d?q=%E6%96%B0\n",
        no=["/a%2Fb", "/abc", "/d?q=新", "/d?q=%e6%96%b0"],
        yes=["/a/b"],
    ),
    "odd signs that end no line": Form(
        body="User-agent: *\nDisallow: /p\u2028Disallow: /a/\nDisallow: /q\x0cDisallow: /b",
        yes=["/a/1", "/b", "/p", "/q"],
    ),
    # Crawl-delay
    "a delay": Form(body=A + "Crawl-delay: 2.5", delay=2.5, **NO_A),
    "delays that are none": Form(
        body=A + "Crawl-delay: -3\nCrawl-delay: soon\nCrawl-delay: inf\nCrawl-delay: nan", **NO_A
    ),
    "an absurd delay": Form(body=A + "Crawl-delay: 1e9", delay=1e9, **NO_A),
    "another's delay": Form(body=A + "\nUser-agent: other\nCrawl-delay: 9", **NO_A),
}


def test_there_are_thirty_one_forms() -> None:
    assert len(FORMS) >= 31


def answer(form: Form) -> RawCapture:
    body = form.body.encode() if isinstance(form.body, str) else form.body
    raw = RawCapture(url=f"{SITE}/robots.txt", captured_at=datetime.now(UTC), payload=body, status=form.status)
    return raw_from_headers(raw, form.headers)


@pytest.mark.parametrize("name", FORMS)
def test_a_form(name: str) -> None:
    form = FORMS[name]
    if form.unread:
        with pytest.raises(RobotsUnread, match=r"^its robots\.txt (could not be had|cannot be read)"):
            read_robots(answer(form), AGENT)
        return
    rules = read_robots(answer(form), AGENT)
    parser = ProtegoRobotParser(rules.text.encode(), None)
    assert {path: parser.allowed(SITE + path, AGENT) for path in (*form.yes, *form.no)} == {
        **dict.fromkeys(form.yes, True),
        **dict.fromkeys(form.no, False),
    }
    assert parser.crawl_delay(AGENT) == form.delay
    assert rules.told is form.told


def test_what_does_not_concern_us_costs_nothing() -> None:
    """Ten thousand agents with ten thousand rules, each for each."""
    agents = "".join(f"User-agent: a{number}\n" for number in range(10_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(10_000))
    form = Form(body=f"{agents}{rules}\n{A}")
    assert len(form.body) < MAX_RULES
    started = time.process_time()
    parser = ProtegoRobotParser(read_robots(answer(form), AGENT).text.encode(), None)
    assert not parser.allowed(f"{SITE}/a/", AGENT)
    assert parser.allowed(f"{SITE}/1", AGENT)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("name", ["Jianbao/0.9 (+https://a.example)", "jianbao crawler/1", " JIANBAO ", "Jianbao"])
def test_our_own_name_is_its_first_word(name: str) -> None:
    body = "User-agent: *\nDisallow: /\n\nUser-agent: Jianbao\nDisallow: /a/\n"
    assert read_robots(answer(Form(body=body)), name).text == "User-agent: *\nDisallow: /a/\n"


def test_other_comments_are_no_other_rules() -> None:
    """Else what they forbid would be looked at again in every run."""
    one = read_robots(answer(Form(body=f"# made at 01:02\n{A}")), AGENT)
    assert one == read_robots(answer(Form(body=f"{A}# made at 03:04\nUser-agent: x\nDisallow: /")), AGENT)
