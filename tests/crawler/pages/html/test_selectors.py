"""One selector language: what it means, held to XPath, and that a search, a match and a walk's look-up agree on it."""

import time
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.pages.html.parse import parse
from crawler.pages.html.selectors import Selector, SelectorError, SelectorIndex
from crawler.pages.rules.engine import Rule, RuleSet
from crawler.pages.template.readers import attribute, present, tail, text
from crawler.pages.template.template import Template

TAGS = ("div", "p", "span", "a", "section")
NAMES = ("x", "y", "x-y", "注")
ATTRIBUTES = ("data-x", "data-y", "name", "href")
VALUES = ("", "x", "x y", "y")


WRITTEN = (
    *("", "", "", "id=x", "id=y", "id=x-y", "id=注", "name=x", "name=y", "class=x", "class=y", "class='x y'"),
    *("class=' y  x-y 注'", "class=x id=x", "class='y x' id=x-y data-x", "id=y data-x=x", "data-x='x y' data-y=y"),
    *("class=x href=y", "data-y='' class=x-y", "class=xx data-x=xx", "class='' id=''"),
)


@st.composite
def trees(draw: st.DrawFn) -> str:
    """A piece of HTML, in which ids come again and links have names like ids."""
    open_tags: list[str] = []
    html = ""
    elements = st.tuples(st.integers(0, 4), st.sampled_from(TAGS), st.sampled_from(WRITTEN))
    for depth, tag, written in draw(st.lists(elements, max_size=14)):
        while len(open_tags) > depth:
            html += f"</{open_tags.pop()}>"
        open_tags.append(tag)
        html += f"<{tag} {written}>"
    return html


def class_test(name: str) -> str:
    return f"[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


# Parts of a step, each with its XPath.
PARTS = (
    *((f".{name}", class_test(name)) for name in NAMES),
    *((f"#{name}", f"[@id='{name}']") for name in NAMES),
    *((f"[{name}]", f"[@{name}]") for name in (*ATTRIBUTES, "class", "id")),
    *((f"[{name}={value}]", f"[@{name}='{value}']") for name in (*ATTRIBUTES, "class", "id") for value in ("x", "y")),
    *((f"[{name}='{value}']", f"[@{name}='{value}']") for name in (*ATTRIBUTES, "class") for value in VALUES),
    *((f'[{name}="{value}"]', f"[@{name}='{value}']") for name in (*ATTRIBUTES, "class") for value in VALUES),
)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, str, str]:
    """A step, its XPath, and the id that it asks for, or ""."""
    tag = draw(st.sampled_from(("", *TAGS)))
    least, most = 0 if tag else 1, draw(st.sampled_from((1, 1, 1, 3)))
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=least, max_size=most))
    ids = [part for part in parts if part[0].startswith("#")]
    parts = [part for part in parts if part not in ids[1:]]  # no element has two
    selector, path = "".join(part for part, _ in parts), "".join(test for _, test in parts)
    return tag + selector, (tag or "*") + path, ids[0][0][1:] if ids else ""


@frozen
class Case:
    """A selector, the XPath of the elements that it names, and of those that a search finds."""

    text: str
    names: str
    finds: str


@st.composite
def selectors(draw: st.DrawFn) -> Case:
    paths = draw(st.lists(st.lists(steps(), min_size=1, max_size=3), min_size=1, max_size=2))
    between, around = draw(st.sampled_from([" ", "  ", "\n"])), draw(st.sampled_from([",", ", ", " , "]))
    texts, names, finds = [], [], []
    for path in paths:
        texts.append(between.join(text for text, _, _ in path))
        names.append("".join(f"//{step}" for _, step, _ in path))
        # Of the innermost id only the first element counts.
        innermost = max((place for place, (_, _, name) in enumerate(path) if name), default=-1)
        first = [f"[not(preceding::*[@id='{name}'] or ancestor::*[@id='{name}'])]" for _, _, name in path]
        finds.append(
            "".join(f"//{step}{first[place] * (place == innermost)}" for place, (_, step, _) in enumerate(path))
        )
    return Case(around.join(texts), "|".join(names), "|".join(finds))


def tree_of(html: str) -> Any:
    tree = parse(f"<html><body>{html}</body></html>")
    assert tree is not None
    return tree


@settings(max_examples=200)
@given(trees(), selectors())
def test_it_means_what_css_means(html: str, case: Case) -> None:
    tree = tree_of(html)
    one = Selector(case.text)
    found = etree.XPath(case.finds)(tree)
    assert list(one.find(tree)) == found
    assert one.first(tree) is (found[0] if found else None)
    assert [element for element in tree.iter("*") if one.matches(element)] == etree.XPath(case.names)(tree)


@given(trees(), selectors())
def test_a_part_of_the_page_is_searched_alike(html: str, case: Case) -> None:
    tree = tree_of(html)
    one = Selector(case.text)
    for root in tree.iter("*"):
        inside = set(root.iter("*"))
        assert list(one.find(root)) == [element for element in one.find(tree) if element in inside]


@given(trees(), st.lists(selectors(), max_size=8))
def test_a_walk_finds_the_first_selector_that_matches(html: str, several: list[Case]) -> None:
    tree = tree_of(html)
    all_of_them = [Selector(case.text) for case in several]
    look_up = SelectorIndex([(one, number) for number, one in enumerate(all_of_them)]).look_up()
    for element in tree.iter("*"):
        wanted = next((number for number, one in enumerate(all_of_them) if one.matches(element)), None)
        assert look_up(element, element.tag, element.items()) == wanted


def test_of_an_id_that_comes_again_a_search_takes_the_first() -> None:
    """As a browser does. A rule's match takes all of them, and so does a search for the attribute."""
    tree = tree_of("<div id=x><i>1</i></div><div id=x><i>2</i></div>")
    assert [element.text for element in Selector("#x i").find(tree)] == ["1"]
    assert [element.text for element in tree.iter("i") if Selector("#x i").matches(element)] == ["1", "2"]
    assert [element.text for element in Selector("[id=x] i").find(tree)] == ["1", "2"]


def test_a_part_below_an_id() -> None:
    tree = tree_of("<div id=x><p><i>1</i></p><p><i>2</i></p></div>")
    _, second = tree.iter("p")
    assert [element.text for element in Selector("#x i").find(second)] == ["2"]
    assert list(Selector("#x").find(second)) == []


def test_an_anchors_name_is_no_id() -> None:
    """libxml2 takes it for one."""
    tree = tree_of("<a name=text>x</a><div id=text>正文</div><div id=text>又</div>")
    assert [element.text for element in Selector("#text").find(tree)] == ["正文"]
    assert [element.text for element in Selector("body div#text").find(tree)] == ["正文"]
    assert Selector("#x").first(tree_of("<a name=x>x</a>")) is None


def test_a_deep_page_costs_one_look_at_each_element() -> None:
    """Each of 40,000 elements has 2,000 around it: to climb them all for each would take minutes."""
    tree = tree_of("<div class=y>" * 2_000 + "<p class=x>一</p>" * 40_000)
    look_up = SelectorIndex([(Selector(".nowhere .y .x"), 1)]).look_up()
    started = time.process_time()
    assert Selector("div.nowhere div.y p.x").first(tree) is None
    assert {look_up(element, element.tag, element.items()) for element in tree.iter("*")} == {None}
    assert time.process_time() - started < 5


BAD = {
    "": "an empty selector",
    " ": "an empty selector",
    "div > p": "'> p'",
    "div,": "''",
    ",div": "',div'",
    "p:first-child": "':first-child'",
    "p[class^=ad]": "'[class^=ad]'",
    "p[data-x": "'[data-x'",
    "p[]": "'[]'",
    "p[a=b c]": "'[a=b c]'",
    "p[a='b]": '"[a=\'b]"',
    "P": "'P'",
    "p[dataX]": "'[dataX]'",
    "*": "'*'",
    "p..x": "'..x'",
    "p.": "'.'",
    "#a#b": "'#b'",
    "[x]p": "'p'",
    "//p": "'//p'",
}


@pytest.mark.parametrize(("selector", "said"), BAD.items())
def test_what_cannot_be_read_says_where_and_what_is_allowed(selector: str, said: str) -> None:
    with pytest.raises(SelectorError) as caught:
        Selector(selector)
    assert said in str(caught.value)
    assert "a selector is a tag, .class, #id" in str(caught.value)


@pytest.mark.parametrize("selector", ["div > p", "p:first-child", "p[class*=ad]", "div,", "Div.x"])
@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda bad: Rule(id="qingzhou.ad", selector=bad), "rule qingzhou.ad: "),
        (lambda bad: Template(name="qingzhou-story", body=("div.story", bad)), "template qingzhou-story, body: "),
        (lambda bad: Template(name="qingzhou-story", body=("div",), pager=bad), "template qingzhou-story, pager: "),
        (lambda bad: Template(name="qingzhou-story", body=("div",), scope=bad), "template qingzhou-story, scope: "),
        (text, "text({!r}, …): "),
        (present, "present({!r}, …): "),
        (lambda bad: attribute(bad, "href"), "attribute({!r}, …): "),
        (lambda bad: tail(bad, "x"), "tail({!r}, …): "),
    ],
    ids=["rule", "body", "pager", "scope", "text", "present", "attribute", "tail"],
)
def test_a_bad_selector_fails_where_it_is_declared(build: Any, named: str, selector: str) -> None:
    with pytest.raises(SelectorError) as caught:
        build(selector)
    message = str(caught.value)
    assert message.startswith(named.format(selector))
    assert repr(selector) in message
    assert "a selector is a tag, .class, #id" in message


def test_a_good_selector_in_every_place() -> None:
    Template(name="x", body=(".story", "div#main p"), pager="div.pages", scope=".left, #left", rules=(Rule(id="x.a"),))
    assert RuleSet([]).mark()(None, "p", []) is None
