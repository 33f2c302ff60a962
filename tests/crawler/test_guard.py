"""What is never fetched: other schemes, other hosts, private networks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.address import MAX_BYTES
from crawler.guard import is_public, proxy_hosts, why_refused

HOSTS = ("163.com",)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("news.163.com", False),
        ("", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "https://www.163.com/dy/article/KEQVVAU8000G440O.html",
        "http://163.com/",
        "https://temp.163.com:8443/x?y=1",
        "https://NEWS.163.COM./x",
    ],
)
def test_a_sites_own_addresses_pass(url: str) -> None:
    assert why_refused(url, HOSTS) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://news.163.com/x",
        "file:///etc/passwd",
        "data:text/html,x",
        "https://163.com.evil.example/",
        "https://evil163.com/",
        "https://163.com@evil.example/",
        "https://user:pw@news.163.com/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[bad",
        "https://news.163.com:99999/",
        "//news.163.com/",
        f"https://news.163.com/{'x' * MAX_BYTES}",
        "",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    assert why_refused(url, HOSTS)


@given(st.text(max_size=80))
def test_no_address_raises(url: str) -> None:
    why_refused(url, HOSTS)
    is_public(url)


def test_a_proxys_own_host_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_hosts(None) == frozenset()
    assert proxy_hosts("http://Proxy.lan:3128") == {"proxy.lan"}
    monkeypatch.setenv("http_proxy", "10.0.0.1:3128")
    assert proxy_hosts(None) == {"10.0.0.1"}


class _Names:
    """Stands in for the threaded look-up below `PublicResolver`, so that the test knows every answer."""

    answers: dict[str, str] = {"ok.163.com": "8.8.8.8", "rebound.163.com": "127.0.0.1", "proxy.lan": "10.0.0.1"}  # noqa: RUF012


def test_names_that_lead_into_a_private_network_do_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    from scrapy.resolver import CachingThreadedResolver
    from twisted.internet import defer

    from crawler.guard import PublicResolver

    monkeypatch.setattr(
        CachingThreadedResolver,
        "getHostByName",
        lambda self, name, timeout=(): defer.succeed(_Names.answers.get(name, name)),
    )
    resolver = PublicResolver(None, 0, 1.0)  # type: ignore[arg-type]
    resolver.trusted = frozenset({"proxy.lan"})
    outcomes: dict[str, Any] = {}
    for name in ("ok.163.com", "rebound.163.com", "proxy.lan", "127.0.0.1", "8.8.4.4", "::1"):
        resolver.getHostByName(name).addBoth(lambda result, name=name: outcomes.update({name: result}))
    assert {name: result for name, result in outcomes.items() if isinstance(result, str)} == {
        "ok.163.com": "8.8.8.8",
        "proxy.lan": "10.0.0.1",
        "8.8.4.4": "8.8.4.4",
    }
