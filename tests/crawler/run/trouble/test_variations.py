"""Variations of every trouble that passes, in this process: after a night of any of them and one good run every article
is there, no try was used up, and the exit codes told the night."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from crawler.demo.server import GONE, VERIFY, Answer, Portal, text
from crawler.demo.world.truth import World
from crawler.download import ProxyFailed
from crawler.middlewares import RobotsForbidden, RobotsUnknown
from tests.crawler.run.trouble.night import Fetch, Nights

Given = Answer | Exception | Callable[[str], Answer | Exception]

PORTAL = Portal(World(24, 1))


@pytest.fixture
def nights(tmp_path: Path, sqlite_template: Path) -> Nights:
    """An empty archive beside the demo portal."""
    shutil.copyfile(sqlite_template, tmp_path / "archive.db")
    return Nights(tmp_path, portal=PORTAL)


def for_articles(nights: Nights, given: Given) -> Fetch:
    """What the network gives for an article's address, and for what it redirects to; the portal answers the rest."""

    def fetch(url: str) -> Answer | Exception:
        if nights.portal.key(url) is None and "404.html" in url:
            return nights.good(url)
        return given(url) if callable(given) else given

    return fetch


def to(location: str, status: int = 302) -> Answer:
    return Answer(status, b"", location=location)


def page(body: str, title: str = "", head: str = "") -> Answer:
    return text(f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


def once(first: Answer, then: Answer) -> Given:
    """An article's address gives the first, and whatever that leads to the second."""
    return lambda url: first if PORTAL.key(url) is not None and url != first.location else then


LOGIN = "<form action='/login'><input name=u><input type=password name=p><button>登录</button></form>"
AWAY: dict[str, Exception] = {
    "no name": CannotResolveHostError("DNS lookup failed: no results for hostname lookup: www.sohu.com"),
    "a name that is private now": CannotResolveHostError(
        "DNS lookup failed: www.sohu.com leads into a private network, which is never fetched"
    ),
    "nobody listens": DownloadConnectionRefusedError("Connection was refused by other side: 111"),
    "no route": DownloadFailedError("No route to host: 113"),
    "time-out": DownloadTimeoutError("Getting https://www.sohu.com/ took longer than 30.0 seconds."),
    "the certificate of a gate": DownloadFailedError("[<OpenSSL.SSL.Error: certificate verify failed>]"),
    "the proxy is down": ProxyFailed("nothing listens at the proxy 10.0.0.1:3128"),
    "cut in the middle": DownloadFailedError("Connection to the other side was lost in a non-clean fashion"),
}

PASSING: dict[str, Given] = {
    # A1: the network is away, though something answers: somebody else.
    "A1 hotel": page(
        "<h1>欢迎使用酒店无线网络</h1><p>请点击下面的按钮接受条款后上网。</p><button>同意</button>", "Free WiFi"
    ),
    "A1 campus": page(
        "<h2>校园网接入认证</h2><p>请输入账号和密码以使用网络服务。</p><input type=password>", "校园网认证"
    ),
    "A1 unpaid": page("<p>尊敬的用户，您的宽带账户已欠费，请及时缴费，以免影响您的使用。</p>", "温馨提示"),
    "A1 redirected by the carrier": to("http://10.1.1.1/portal?wlanacname=x"),
    "A1 a page for itself": once(to("http://www.sohu.com/cookie/flash/x.html"), page("<p>正在跳转</p>")),
    # A2: login.
    "A2 passport": once(to("https://passport.sohu.com/login?ru=x"), page(LOGIN, "登录")),
    "A2 on the same host": once(to("https://www.sohu.com/user/login.html"), page(LOGIN, "用户登录")),
    "A2 in place": page(LOGIN, "搜狐通行证-登录"),
    "A2 401": Answer(401, b"<h1>401</h1>"),
    "A2 by meta refresh": page("", "", "<meta http-equiv=refresh content='0;url=https://passport.sohu.com/login'>"),
    "A2 asked for in words": page("<h1>请登录后查看</h1><p>请登录后查看全文。</p>", "搜狐"),
    "A2 at another's": to("https://sso.guard.example/cas/login?service=x"),
    # A3: verification.
    "A3 another host": to("https://captcha.guard.example/verify?id=1"),
    "A3 a host with any name": to("https://x7.example.net/a/b"),
    "A3 a bare address": to("http://203.0.113.9/check"),
    "A3 in place": text(VERIFY),
    "A3 403": Answer(403, VERIFY.encode()),
    "A3 418": Answer(418, b""),
    "A3 451": Answer(451, b"<h1>Unavailable For Legal Reasons</h1>"),
    "A3 by script": text("<html><body><script>document.cookie='acw_sc__v2=1';location.reload()</script></body></html>"),
    "A3 412 and a script": Answer(412, b"<html><script src=/_sec/v.js></script></html>"),
    # A5: something else under 200.
    "A5 empty": Answer(200, b""),
    "A5 blanks": Answer(200, b" \r\n" * 500),
    "A5 204": Answer(204, b""),
    "A5 206": Answer(206, b"<html><body><p>1</p></body></html>"),
    "A5 maintenance": page("<p>网站正在维护，请稍后再试。</p>", "系统维护"),
    "A5 maintenance that shows nothing": page("<p>网站正在维护，该页面无法访问，敬请谅解</p>", "系统维护"),
    "A5 busy": page("<p>抱歉，服务器繁忙，您访问的页面无法显示。</p>", "出错了"),
    "A5 an announcement": page("<p>因机房割接，网站将于今晚23点至次日6点暂停服务。</p>", "公告"),
    "A5 error in JSON": Answer(200, b'{"code":500,"msg":"error","data":null}', "application/json"),
    "A5 error in JSON, called HTML": text('{"code":-1,"message":"system error"}'),
    "A5 error in JSONP": Answer(200, b'callback({"code":500,"msg":"err"})', "text/javascript"),
    "A5 error in XML": Answer(200, b'<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>', "application/xml"),
    "A5 error in PHP": text("<br />\n<b>Fatal error</b>: Call to undefined function mysql_connect() in /www/x.php:12"),
    "A5 error of a gateway": Answer(200, b"upstream connect error or disconnect/reset before headers", "text/plain"),
    "A5 a new server": page("<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is working.</p>"),
    "A5 a skeleton": page("<div id=app>数据加载中，请稍候…</div><script src=/js/app.js></script>", "搜狐"),
    "A5 a picture": Answer(200, b"\x89PNG\r\n\x1a\n" + b"0" * 90, "image/png"),
    "A5 packed and not said": Answer(200, gzip.compress(b"<p>x</p>" * 500)),
    "A5 NUL bytes": Answer(200, b"\0" * 4000),
    "A5 a torn packet": Answer(200, gzip.compress(b"<p>x</p>" * 500)[:40], headers=(("Content-Encoding", "gzip"),)),
    "A5 the front page": lambda url: PORTAL.answer("https://www.sohu.com/"),
    # A6: redirects without end.
    "A6 to itself": to,
    "A6 to itself with a cookie": lambda url: Answer(302, b"", location=url, headers=(("Set-Cookie", "t=1"),)),
    "A6 on and on": lambda url: to(url + ("&" if "?" in url else "?") + "r=1"),
    "A6 two hosts": lambda url: to(url.replace("www.", "m.") if "//www." in url else url.replace("//m.", "//www.")),
    "A6 two schemes": lambda url: to(url.replace("https:", "http:") if url[:5] == "https" else "https" + url[4:]),
    "A6 without a place": Answer(302, b""),
    "A6 not modified": Answer(304, b""),
    # Nothing of it is there, for an hour.
    "all 404": Answer(404, GONE.encode()),
    "all 410": Answer(410, b""),
    "all gone, they say": page("<p>抱歉，您访问的页面不存在</p>", "404"),
    "all sent to the page for what is gone": to("https://www.sohu.com/404.html"),
    "all sent to the front page": once(to("https://www.sohu.com/"), PORTAL.answer("https://www.sohu.com/")),
    # And what a server's errors are.
    **{
        f"status {status}": Answer(status, b"")
        for status in (400, 405, 421, 444, 500, 502, 503, 521, 522, 525, 530, 999)
    },
}

HELD = ("A1 hotel", "A2 in place", "A3 in place", "A5 empty", "A6 to itself", "all 404")
"""Those that are held over two runs."""


@pytest.mark.parametrize("night", PASSING)
def test_a_night(nights: Nights, night: str) -> None:
    bad = for_articles(nights, PASSING[night])
    for _ in range(2 if night in HELD else 1):
        assert nights.run(bad) == 3
        assert nights.stored == set()
        assert nights.rows("SELECT DISTINCT state, attempts FROM frontier") == [("due", 0)]
        assert len({PORTAL.key(url.partition("?")[0]) for url in nights.asked} - {None}) <= 6, "the site is left alone"
        nights.let_time_pass()
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


@pytest.mark.parametrize("night", AWAY)
def test_a_night_without_a_network(nights: Nights, night: str) -> None:
    assert nights.run(for_articles(nights, AWAY[night])) == 7
    assert nights.rows("SELECT DISTINCT state, attempts FROM frontier") == [("due", 0)]
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


@pytest.mark.parametrize("night", HELD)
def test_a_night_in_which_one_host_is_well(nights: Nights, night: str) -> None:
    """Only www.sohu.com is in trouble, or nothing but two of its pages is due."""
    bad = for_articles(nights, PASSING[night])
    assert nights.run(lambda url: bad(url) if "//www." in url else nights.good(url)) == 3
    assert {state for (state,) in nights.rows("SELECT state FROM frontier WHERE host = 'www.sohu.com'")} == {"due"}
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


def test_a_night_of_few_pages(nights: Nights) -> None:
    """One alone seems deleted, where nothing is known to compare it with; two do; then one again, and the two that are
    known by then as well. They wait, and nothing else does."""
    one, two, another = sorted(nights.wanted)[:1], sorted(nights.wanted)[1:3], sorted(nights.wanted)[3:4]
    bad = for_articles(nights, Answer(404, b""))
    assert nights.run(bad, only=one) == 0
    assert nights.rows("SELECT state, attempts, outcome FROM frontier WHERE state != 'done'") == [("due", 1, "gone")]
    assert nights.run(bad, only=two) == 3
    assert nights.rows("SELECT attempts, count(*) FROM frontier WHERE state = 'due' GROUP BY 1") == [(0, 2), (1, 1)]
    assert nights.run(nights.good, only=two) == 0
    assert nights.run(bad, only=another) == 3
    assert nights.rows("SELECT attempts, count(*) FROM frontier WHERE state = 'due' GROUP BY 1") == [(0, 1), (1, 1)]
    nights.let_time_pass()
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


def test_what_is_deleted_is_so_at_once_where_its_host_is_well(nights: Nights) -> None:
    gone, other, *_ = sorted(nights.wanted)
    deleted = [one.url for one in nights.portal.world.publications if one.native_id in (gone, other)]
    assert nights.run(lambda url: Answer(404, b"") if url in deleted else nights.good(url)) == 0
    rows = nights.rows("SELECT state, count(*) FROM frontier GROUP BY state ORDER BY 1")
    assert rows == [("done", len(nights.wanted) - 2), ("gone", 2)]


@pytest.mark.parametrize("last", [1, 3])
@pytest.mark.parametrize("night", ["all 404", "all gone, they say", "all sent to the page for what is gone"])
def test_an_outage_that_begins_with_the_last_pages_of_a_run(nights: Nights, night: str, last: int) -> None:
    """The host was well before, and fewer pages than five are in vain: articles that are known tell that it is not."""
    www = sorted(one.native_id for one in PORTAL.world.publications if one.url.startswith("https://www.sohu.com/"))
    assert nights.run(nights.good, only=www[:4]) == 0
    bad, well = for_articles(nights, PASSING[night]), www[4:6]

    def fetch(url: str) -> Answer | Exception:
        if well and PORTAL.key(url.partition("?")[0]) == ("sohu", well[0]):
            del well[0]
            return nights.good(url)
        return nights.good(url) if well else bad(url)

    assert nights.run(fetch, only=www[: 6 + last]) == 3
    assert set(nights.rows("SELECT state, attempts FROM frontier WHERE state != 'done'")) == {("due", 0)}
    assert nights.rows("SELECT count(*) FROM frontier WHERE state = 'due'") == [(last,)]
    assert nights.rows("SELECT DISTINCT state FROM article") == [("live",)]
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


def test_the_last_page_of_a_run_that_is_deleted_is_so_at_once(nights: Nights) -> None:
    www = sorted(one.native_id for one in PORTAL.world.publications if one.url.startswith("https://www.sohu.com/"))
    assert nights.run(nights.good, only=www[:4]) == 0
    gone = {one.url for one in PORTAL.world.publications if one.native_id == www[4]}
    assert nights.run(lambda url: Answer(404, b"") if url in gone else nights.good(url), only=www[:5]) == 0
    assert nights.rows("SELECT native_id FROM frontier WHERE state = 'gone'") == [(www[4],)]
    assert len(nights.asked) == 2, "the page, and one that is known"


def test_what_is_deleted_at_a_host_without_anything_else_is_gone_in_the_end(nights: Nights) -> None:
    [gone, *_] = sorted(nights.wanted)
    for number in range(1, 9):
        nights.run(for_articles(nights, Answer(410, b"")), only=[gone])
        state = "due" if number < 8 else "gone"
        assert nights.rows("SELECT state, attempts FROM frontier") == [(state, number)]
        nights.let_time_pass()


def test_pages_that_never_come_neither_hold_others_up_nor_wait_for_ever(nights: Nights) -> None:
    """Six pages that are due before all others are refused for good; every other article is fetched."""
    six = sorted(nights.wanted)[:6]
    never = {one.url for one in nights.portal.world.publications if one.native_id in six}
    fetch: Fetch = lambda url: Answer(403, b"") if url in never else nights.good(url)  # noqa: E731
    assert nights.run(fetch, only=six) == 3
    runs = 1
    while nights.rows("SELECT count(*) FROM frontier WHERE state = 'due'") != [(0,)]:
        nights.let_time_pass()
        nights.rows("UPDATE frontier SET state = 'due' WHERE state = 'done'")  # as if it were new ones
        assert nights.run(fetch) == 3
        runs += 1
        assert runs < 20
    assert nights.stored == nights.wanted - set(six)
    assert nights.rows("SELECT count(*) FROM frontier WHERE state = 'failed' AND attempts = 8") == [(6,)]


FORBIDDEN = RobotsForbidden("Forbidden by robots.txt")


@pytest.mark.parametrize("hosts", ["www.sohu.com", "sohu.com"])
@pytest.mark.parametrize("known", [True, False])
def test_a_night_of_robots_txt(nights: Nights, hosts: str, known: bool) -> None:
    """It forbids everything, for some hours; `known`: it was read before."""
    if known:
        assert nights.run(nights.good, only=sorted(nights.wanted)[:1], robots="before") == 0
    fetch = for_articles(nights, lambda url: FORBIDDEN if f"{hosts}/" in url else nights.good(url))
    assert nights.run(fetch, robots="forbids") == 3
    first = nights.rows("SELECT count(*) FROM frontier WHERE state = 'barred'")
    assert first[0][0] > 3
    assert nights.run(fetch, robots="forbids") == 0, "it was said"
    assert len([url for url in nights.asked if f"{hosts}/" in url]) <= 4, "one a host, to look"
    assert nights.rows("SELECT count(*) FROM frontier WHERE state = 'barred'") == first
    assert nights.run(nights.good, robots="before") == 0
    assert nights.stored == nights.wanted


@pytest.mark.parametrize(
    "why", ["its robots.txt could not be had (status 503)", "its robots.txt cannot be read: broken gzip", "time-out"]
)
def test_a_night_without_robots_txt(nights: Nights, why: str) -> None:
    assert nights.run(for_articles(nights, RobotsUnknown(why))) in (3, 7)
    assert nights.rows("SELECT DISTINCT state, attempts FROM frontier") == [("due", 0)]
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted


def test_a_night_of_refusals_by_the_lists_own_host(nights: Nights) -> None:
    """Every host, one after the other, in every order of well and vain pages: nothing that came once is lost."""
    for turn in range(4):
        count = iter(range(100))
        nights.run(
            lambda url, turn=turn, count=count: nights.good(url) if next(count) % 4 == turn else Answer(503, b"")
        )
        nights.let_time_pass()
    assert nights.run(nights.good) == 0
    assert nights.stored == nights.wanted
