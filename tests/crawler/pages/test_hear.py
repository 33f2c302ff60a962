"""What the witness makes of a page: its agreement, and the doubt where it falls far below the usual."""

import attrs
import pytest

from archive.flags import DISAGREES
from crawler.pages.page import Outcome, Page
from crawler.pages.rules.engine import Rule
from crawler.pages.template.site import Site
from crawler.pages.witness import GENERAL_AGREEMENT, TEMPLATE_AGREEMENT
from crawler.sites.registry import find_site, load_sites
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import PORTALS, expected

URL = expected(PORTALS)["netease-post-news"]["url"]
STORY = [
    f"第{number}天，望潮港的吊机装下了第{number * 7}船水泥，船工们在码头边吃过晚饭，又说起从前等潮水的日子。"
    for number in range(1, 11)
]


def page(lines: list[str], site: Site | None = None, *, witness: bool = True) -> Page:
    source = (PORTALS / "netease-post-news.html").read_text(encoding="utf-8")
    start = source.index(">", source.index('class="post_body"')) + 1
    text = "".join(f"<p>{line}</p>" for line in lines)
    html = f"{source[:start]}{text}{source[start:]}"
    return extract(html.encode(), url=URL, site=site or find_site(URL), witness=witness)


def with_rule(rule: Rule) -> Site:
    """NetEase with one rule more in every template."""
    site = load_sites()["netease"]
    return attrs.evolve(site, templates=tuple(attrs.evolve(one, rules=(rule, *one.rules)) for one in site.templates))


def test_it_is_asked_only_where_it_is_wanted() -> None:
    silent, heard = page(STORY, witness=False), page(STORY)
    assert (silent.agreement, silent.witnessed) == (None, ())
    assert heard.agreement is not None
    assert heard.agreement > TEMPLATE_AGREEMENT
    assert attrs.evolve(heard, agreement=None, witnessed=()) == silent


def test_what_is_no_article_is_not_asked_about() -> None:
    gone = extract(b"<title>404</title><p>x</p>", url=URL, witness=True)
    assert gone.outcome is Outcome.GONE
    assert gone.agreement is None


@pytest.mark.parametrize("share", [4, 5, 8])
def test_a_rule_that_takes_much_of_the_text_is_doubtful(share: int) -> None:
    """A rule that fits too many lines, four of the ten paragraphs and more."""
    taken = "|".join(str(number) for number in range(1, share + 1))
    greedy = page(STORY, with_rule(Rule(id="netease.greedy", pattern=f"第(?:{taken})天.*")))
    assert DISAGREES in greedy.flags
    assert greedy.agreement is not None
    assert greedy.agreement < TEMPLATE_AGREEMENT
    assert DISAGREES not in page(STORY).flags


def test_a_short_text_is_never_doubtful_for_that() -> None:
    short = page([], with_rule(Rule(id="netease.greedy", pattern=".*。")))
    assert DISAGREES not in short.flags


def test_a_page_without_a_template_has_its_own_measure() -> None:
    text = "".join(f"<p>{line}</p>" for line in STORY)
    found = extract(
        f"<title>望潮港</title><h1>望潮港的十天</h1><article>{text}</article>".encode(),
        url="https://open.example/a/1.html",
        content_type="text/html; charset=utf-8",
        witness=True,
    )
    assert found.agreement == 1.0
    assert GENERAL_AGREEMENT < TEMPLATE_AGREEMENT


@pytest.mark.slow
@pytest.mark.shared
def test_it_does_not_cry_wolf(shared: object) -> None:
    """On the real pages: none of a portal's templates, and of the others the two that docs/architecture.md names."""
    from benchmarks.rules import cases

    doubted = []
    for case in cases():
        if case.corpus in ("pages", "pages2"):
            found = extract(case.data, url=case.url, content_type=case.content_type, witness=True)
            doubted += [case.name] if DISAGREES in found.flags else []
    assert doubted == ["pages2/mirror_021news_001", "pages2/wechat_article_004"]
