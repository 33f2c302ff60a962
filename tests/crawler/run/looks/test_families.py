"""Pages built alike, and which of them are asked for."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.run.looks.families import ENOUGH, family_of, suspicious
from crawler.run.reading.measured import Measured
from crawler.run.watch.findings import SeenPage

WELL = Measured(template="one", filled=(True,))
UNKNOWN = Measured(template="one", unknown=True)
OTHER = Measured(template="one", doubtful=True)


def seen(url: str, measured: Measured) -> SeenPage:
    return SeenPage(host="www.x.example", again=False, measured=measured, capture_id=1, article_id=1, url=url)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("https://www.163.com/dy/article/KC12OUGR0001899O.html", "https://www.163.com/dy/article/K9.html", True),
        ("https://www.163.com/dy/article/KC12OUGR0001899O.html", "https://www.163.com/news/article/K9.html", False),
        ("https://www.sohu.com/a/1_2?scm=1", "http://WWW.sohu.com/a/33_4", True),
        ("https://www.sohu.com/a/1_2", "https://m.sohu.com/a/1_2", False),
        ("https://money.163.com/15/0703/15/AT.html", "https://money.163.com/26/1201/08/AT.html", True),
        ("https://x.example/story/how-it-all-came-about", "https://x.example/story/and-what-became-of-it", True),
        ("http://[", "http://[", True),
        ("https://x.example", "https://x.example/", False),
    ],
)
def test_a_family_is_a_host_and_the_shape_of_an_address(one: str, other: str, *, alike: bool) -> None:
    assert (family_of(one) == family_of(other)) is alike
    assert family_of(one).has(other) is alike


pages = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([WELL, UNKNOWN, OTHER])), max_size=12)


@given(pages)
def test_what_is_suspicious_was_not_well_and_is_not_proved(some: list[tuple[str, Measured]]) -> None:
    found = suspicious([seen(f"https://x.example/{name}/{number}", its) for number, (name, its) in enumerate(some)])
    for name in "abc":
        its = [measured for one, measured in some if one == name]
        wanted = 0 < its.count(UNKNOWN) < ENOUGH and WELL not in its
        assert (family_of(f"https://x.example/{name}/9") in found) is wanted
    assert found == sorted(found)
    assert suspicious([attrs.evolve(seen("https://x.example/a/1", UNKNOWN))]) == [family_of("https://x.example/a/2")]
