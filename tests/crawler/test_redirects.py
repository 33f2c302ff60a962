"""Where a redirect leads, whatever its Location holds: an address that may be fetched, or a cause by which the address
that was asked for waits."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler import settings
from crawler.guard import GuardMiddleware, Refused
from crawler.pages.page import Outcome
from crawler.run.trouble.retry import Cause, is_passing
from crawler.spiders.answers import failure_of

BASE = "https://www.sohu.com/a/1_2"
FOLLOWED = {
    b"/b": "https://www.sohu.com/b",
    b"b": "https://www.sohu.com/a/b",
    b"?x=1": f"{BASE}?x=1",
    b"../../../x": "https://www.sohu.com/x",
    b"//m.sohu.com/b": "https://m.sohu.com/b",
    b"HTTPS://M.SOHU.COM/b": "https://m.sohu.com/b",
    b" \t/b\n": "https://www.sohu.com/b",
    b"/a b": "https://www.sohu.com/a%20b",
    "/新闻?q=新".encode(): "https://www.sohu.com/%E6%96%B0%E9%97%BB?q=%E6%96%B0",
    "/新闻?q=新".encode("gbk"): "https://www.sohu.com/%D0%C2%CE%C5?q=%D0%C2",
    "/新聞".encode("big5"): "https://www.sohu.com/%B7s%BBD",
    b"/%D0%C2": "https://www.sohu.com/%D0%C2",
    b"/b%zz": "https://www.sohu.com/b%zz",
    b"/\xff\xfe": "https://www.sohu.com/%FF%FE",
    b"/b\0c": "https://www.sohu.com/b%00c",
    "http://新闻.sohu.com/".encode(): "http://xn--efvy88h.sohu.com/",
    "//新闻。sohu。com/".encode(): "https://xn--efvy88h.sohu.com/",
    b"http://xn--fiq228c.sohu.com/": "http://xn--fiq228c.sohu.com/",
    b"/" + b"x" * 1900: "https://www.sohu.com/" + "x" * 1900,
}
CAUSES = {
    b"http://[": Cause.REDIRECTS,
    b"http://m.sohu.com:99999/": Cause.REDIRECTS,
    b"javascript:alert(1)": Cause.REDIRECTS,
    b"mailto:a@sohu.com": Cause.REDIRECTS,
    b"http://": Outcome.BLOCKED,
    b"http:///b": Outcome.BLOCKED,
    b"https://user:pw@www.sohu.com/": Outcome.BLOCKED,
    b"https://captcha.guard.example/verify": Outcome.BLOCKED,
    b"http://127.0.0.1/latest/meta-data": Outcome.BLOCKED,
    b"http://[::1]/": Outcome.BLOCKED,
    "https://www.sohu.com．guard.example/".encode(): Outcome.BLOCKED,
    b"https://www.sohu.com@guard.example/": Outcome.BLOCKED,
    b"/" + b"x" * 9000: Outcome.BLOCKED,
}
NOT_FOLLOWED = (b"data:text/html,x", b"file:///etc/passwd", b"ftp://www.sohu.com/")
"""What Scrapy hands on as the answer that it is: a redirect that leads nowhere."""


def led(location: bytes) -> Any:
    """The next request, the answer itself, or the error that the page's errback gets."""
    crawler = get_crawler(Spider, {"REDIRECT_MAX_TIMES": settings.REDIRECT_MAX_TIMES})
    request = Request(BASE)
    answer = Response(BASE, status=302, headers={"Location": location})
    try:
        given: Any = RedirectMiddleware.from_crawler(crawler).process_response(request, answer)
        if isinstance(given, Request):
            request = given
            guard = GuardMiddleware.from_crawler(crawler)
            guard.crawler = SimpleNamespace(spider=SimpleNamespace(hosts=("sohu.com",)))  # type: ignore[assignment]
            guard.process_request(given)
    except (ValueError, Refused) as error:
        return SimpleNamespace(value=error, request=request)
    return given


@pytest.mark.parametrize("location", FOLLOWED)
def test_an_address_in_any_encoding_is_followed(location: bytes) -> None:
    assert led(location).url == FOLLOWED[location]


@pytest.mark.parametrize("location", CAUSES)
def test_what_is_no_address_of_the_site_lets_the_page_wait(location: bytes) -> None:
    cause, words = failure_of(led(location))
    assert cause == CAUSES[location]
    assert is_passing(cause)
    assert words.startswith(("blocked: redirects, and", "redirects to what is no address"))
    assert "\n" not in words


@pytest.mark.parametrize("location", NOT_FOLLOWED)
def test_another_scheme_is_an_answer_of_its_own(location: bytes) -> None:
    assert led(location).status == 302
