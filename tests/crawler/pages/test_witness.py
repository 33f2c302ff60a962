"""The witness: trafilatura's lines for a body's root, and how far they are ours."""

import time
from typing import Any

import pytest
import trafilatura
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.pages.html.decode import decode
from crawler.pages.html.parse import Element, by_id, parse
from crawler.pages.template.document import Document
from crawler.pages.witness import MAX_DEPTH, MAX_ELEMENTS, MAX_LETTERS, Difference, agreement, ask, differ
from crawler.sites.registry import find_site
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import PORTALS, expected

TEXT = (
    "五月三日清晨，停了半年的望潮港重新开闸，第一艘货船载着三百吨水泥驶进内河，岸上的人放了一挂鞭炮。",
    "港务处长林远舟说，过去半年里工人换下了全部十二台吊机，码头的水深也从四米挖到了六米半。",
    "“随时能进。”老秦说。",
)
LINES = "".join(f"<p>{line}</p>" for line in TEXT)


def root(inside: str, attributes: str = "", tag: str = "div") -> Element:
    page = f"<html><body><p>别处的一行</p><{tag} id=root {attributes}>{inside}</{tag}>尾巴<p>也在别处</p></body></html>"
    return by_id(parse(page), "root")


@pytest.mark.parametrize(
    "inside",
    [
        LINES,
        "<br><br>".join(TEXT),
        "".join(f"<div>{line}</div>" for line in TEXT),
        "".join(f"<section><span>{line}</span></section>" for line in TEXT),
        f"{LINES}<script>var x = '港务'</script><style>p {{}}</style>",
    ],
)
def test_it_sees_the_lines_of_a_root(inside: str) -> None:
    told = ask([root(inside)])
    assert told is not None
    assert agreement(TEXT, told) == 1.0


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("div", "style='display:none'"),
        ("div", "class='comment-list'"),
        ("div", "class='footer related' hidden"),
        ("form", ""),
        ("section", "class=ad"),
        ("aside", ""),
    ],
)
def test_what_a_portal_calls_its_root_does_not_decide(tag: str, attributes: str) -> None:
    assert ask([root(LINES, attributes, tag)]) == TEXT


def test_several_roots_are_read_in_order_and_left_as_they_are() -> None:
    page = parse(f"<html><body><div id=a><p>{TEXT[0]}</p></div>x<div id=b><p>{TEXT[1]}</p></div>y</body></html>")
    before = etree.tostring(page)
    roots = [by_id(page, "b"), by_id(page, "a")]
    assert ask(roots) == ask(roots) == (TEXT[1], TEXT[0])
    assert etree.tostring(page) == before


@pytest.mark.parametrize("inside", ["", "<img src=x>", "<p> </p>", "<script>x</script>"])
def test_an_empty_root_has_no_lines(inside: str) -> None:
    assert ask([root(inside)]) == ()
    assert ask([]) == ()


DEEP = "<i>" * (MAX_DEPTH + 1) + TEXT[0]


@pytest.mark.parametrize("inside", ["<i></i>" * MAX_ELEMENTS, DEEP, f"<p>{TEXT[0]}</p><table><tr><td>" * 60])
def test_it_is_not_asked_about_what_would_take_long(inside: str) -> None:
    assert ask([root(inside)]) is None


@pytest.mark.parametrize(
    "inside",
    [
        "<i>潮</i>水" * (MAX_ELEMENTS - 1),
        f"<p>{'<b>潮水</b>来时' * (MAX_ELEMENTS - 2)}</p>",
        "<ul><li>潮水" * 48,
        f"<p>{TEXT[0] * 20_000}</p>",
        f"{TEXT[0]}<br>" * (MAX_ELEMENTS - 1),
        "<table>" + "<tr><td>潮水<td>来时" * 1_300,
    ],
    ids=["inline", "bold", "lists", "one line", "breaks", "rows"],
)
def test_what_it_is_asked_about_is_bounded(inside: str) -> None:
    element = root(inside)
    started = time.process_time()
    told = ask([element])
    # Half a second at most on a machine of our own; without the bounds these take from seconds to minutes.
    assert time.process_time() - started < 5
    assert told is not None


def test_a_failure_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(trafilatura, "bare_extraction", broken)
    assert ask([root(LINES)]) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        ([], [], 1.0),
        (["潮水"], [], 0.0),
        ([], ["潮水"], 0.0),
        (["潮水来时"], ["潮水来时"], 1.0),
        (["潮水，来时。"], [" 潮水", "“来时”！"], 1.0),
        (["潮水来时"], ["潮水"], 2 * 2 / 6),
        (["潮水来时", "ABC"], ["潮水来时", "abc"], 1.0),
        (["潮水", "来时"], ["来时", "潮水"], 0.5),
        (["甲乙"], ["丙丁"], 0.0),
        (["，。"], ["！"], 1.0),
    ],
)
def test_agreement(ours: list[str], theirs: list[str], wanted: float) -> None:
    assert agreement(ours, theirs) == pytest.approx(wanted)


bodies = st.lists(st.text("潮水来时我不说话，。 a1", max_size=12), max_size=8)


@given(bodies, bodies)
def test_agreement_is_a_figure_between_none_and_all(ours: list[str], theirs: list[str]) -> None:
    assert 0 <= agreement(ours, theirs) == agreement(theirs, ours) <= 1
    assert agreement(ours, ours) == agreement(ours, ["".join(ours)]) == 1
    assert differ(ours, theirs) == Difference(*reversed(astuple(differ(theirs, ours))))
    assert differ(ours, ours) == Difference((), ())


def astuple(difference: Difference) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return difference.ours, difference.theirs


def test_the_comparison_of_bodies_is_bounded() -> None:
    """Without the bound these would take a quarter of an hour."""
    one = "".join(map(chr, range(0x4E00, 0x9000))) * 60
    started = time.process_time()
    assert agreement([one], [one[::-1]]) < 0.5
    assert time.process_time() - started < 5
    assert agreement([one], [one[:MAX_LETTERS]]) == 1.0


def test_the_lines_that_differ_are_named() -> None:
    ours = (TEXT[0], TEXT[1], "只有我们有的一行", "两行并成，一行")
    theirs = (TEXT[0], f"{TEXT[1]}返回首页", "责任编辑：秦小满", "两行并成", "一行")
    assert differ(ours, theirs) == Difference(
        ours=("只有我们有的一行",), theirs=(f"{TEXT[1]}返回首页", "责任编辑：秦小满")
    )


@pytest.mark.parametrize("name", expected(PORTALS))
def test_on_our_own_pages_it_differs_by_what_the_rules_strip(name: str) -> None:
    """What it has more was stripped by a rule, whole or in part; it misses no line, but for captions inside a link."""
    data, url = (PORTALS / f"{name}.html").read_bytes(), expected(PORTALS)[name]["url"]
    page, site = extract(data, url=url), find_site(url)
    source = decode(data).text
    document = Document(parse(source), source, url)
    assert site is not None
    told = ask([next(root for one in site.templates if (root := one.root(document)) is not None)])
    assert told
    found = differ(page.body.splitlines(), told)
    assert set(found.ours) <= {block.text for block in page.blocks if block.kind == "caption"}
    stripped = [block.text[:4] for block in page.blocks if not block.kept and block.text]
    assert all(any(text in line for text in stripped) for line in found.theirs), found.theirs


def test_what_waits_folded_for_a_tap_is_text() -> None:
    folded = f"<div class='hidden-content hide'><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>"
    assert ask([root(f"<div class=shown><p>{TEXT[0]}</p></div>{folded}")]) == TEXT
