"""The rule engine: which element and which line a rule has, and in what order."""

import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.general.judge import RULES
from crawler.pages.html.parse import parse
from crawler.pages.html.walk import walk
from crawler.pages.rules.engine import Judged, Rule, RuleSet


def judge(html: str, *rules: Rule) -> Judged:
    tree = parse(f"<html><body><div>{html}</div></body></html>")
    assert tree is not None
    root = tree.find("body/div")
    ruleset = RuleSet(rules)
    return ruleset.judge(walk(root, ruleset.mark()))


def verdicts(html: str, *rules: Rule) -> list[tuple[str, str]]:
    return [(block.text, block.rule) for block in judge(html, *rules).blocks]


def strip(*selectors: str) -> list[Rule]:
    return [Rule(id=f"x.{number}", selector=selector) for number, selector in enumerate(selectors)]


def test_a_class_and_an_attribute_must_both_be_there() -> None:
    html = "<p data-x=1>记者写的</p><p class=ad data-x=1>广告</p><p class=ad>又一个</p>"
    assert verdicts(html, *strip("p.ad[data-x]")) == [("记者写的", "body"), ("广告", "x.0"), ("又一个", "body")]


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("p", "12345"),
        (".a", "124"),
        ("p.a.b", "2"),
        ("#one", "1"),
        ("p#one.a", "1"),
        ("p#one.b", ""),
        ("p#one[data-x]", ""),
        ("[data-x]", "235"),
        ("[data-x=u]", "2"),
        ('p.b[data-x="u"]', "2"),
        (".a[data-x], #five", "25"),
        ("[data-x][data-y='v w']", "3"),
        ("section p", "45"),
        (".box .a", "4"),
        ("span.a, section.box", "45"),
        ("div", ""),  # the root is not below itself
    ],
)
def test_an_element_by_any_combination(selector: str, taken: str) -> None:
    html = """<p class=a id=one>1</p><p class='a b' data-x=u>2</p><p data-x data-y='v w'>3</p>
    <section class=box><p class=a>4</p><p id=five data-x=w>5</p></section>"""
    assert "".join(text for text, rule in verdicts(html, *strip(selector)) if rule == "x.0") == taken


@pytest.mark.parametrize("selector", ["p", "#one", ".a", "[data-x]", "p.a[data-x]", "section p"])
def test_of_two_rules_for_one_element_the_first_has_it(selector: str) -> None:
    html = "<section><p id=one class=a data-x>一</p></section>"
    assert verdicts(html, *strip(selector, selector)) == [("一", "x.0")]
    for other in ("p", "#one", ".a", "[data-x]", "section .a"):
        assert verdicts(html, *strip(selector, other)) == [("一", "x.0")]
        assert verdicts(html, *strip(other, selector)) == [("一", "x.0")]


def test_two_rules_for_one_tag_both_stand() -> None:
    html = "<p class=a>一</p><p class=b>二</p><pre>三</pre><pre class=a>四</pre>"
    assert verdicts(html, *strip("p.a", "p.b", "pre.a", "pre")) == [
        ("一", "x.0"),
        ("二", "x.1"),
        ("三", "x.3"),
        ("四", "x.2"),
    ]


def test_a_later_rule_on_a_tag_strips_no_less() -> None:
    """A second rule for a tag or an id once took the first one's place."""
    assert verdicts("<p id=a>一</p>", *strip("p", "p.never")) == [("一", "x.0")]
    assert verdicts("<p id=a>一</p>", *strip("#a", "#a.never")) == [("一", "x.0")]
    assert verdicts("<p id=a>一</p>", *strip("p.never", "p")) == [("一", "x.1")]


def test_the_pattern_of_an_elements_rule_reads_its_fields() -> None:
    rule = Rule(id="x.editor", selector=".editor", pattern=r"编辑：(?P<editor>.+)")
    judged = judge("<p class=editor>编辑：罗文</p><p class=editor>别的</p><p>编辑：谁</p>", rule)
    assert judged.fields == {"editor": "罗文"}
    assert [(block.rule, block.field) for block in judged.blocks] == [
        ("x.editor", "editor"),
        ("x.editor", ""),
        ("body", ""),
    ]


def test_an_end_is_taken_off_with_its_links() -> None:
    rule = Rule(id="x.more", pattern="更多>>", part="end")
    (line, end) = judge("<p>正文<a href=1>一句</a>。<a href=2>更多>></a></p>", rule).blocks
    assert (line.text, line.links, line.kept) == ("正文一句。", ((2, 4, "1"),), True)
    assert (end.text, end.rule, end.evidence) == ("更多>>", "x.more", "part of a line")


def test_what_follows_goes_too() -> None:
    rule = Rule(id="x.end", pattern="返回首页", part="end", rest=True)
    assert verdicts("<p>正文。返回首页</p><p>别的</p>", rule) == [
        ("正文。", "body"),
        ("返回首页", "x.end"),
        ("别的", "x.end"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"selector": ".a", "where": "tail"},
        {"selector": ".a", "keeps": True},
        {"selector": ".a", "linked": 0.5, "where": "tail"},
        {"pattern": "a", "where": "head", "part": "end"},
        {"linked": 0.5},
        {"pattern": "(a"},
        {"selector": "a >"},
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=re.escape("rule x.wrong: ")):
        Rule(id="x.wrong", **wrong)  # type: ignore[arg-type]


def test_a_rule_that_is_changed_is_read_anew() -> None:
    rule = Rule(id="x.a", selector=".a", pattern="a")
    other = attrs.evolve(rule, selector=".b", pattern="b")
    assert verdicts("<p class=a>一</p><p class=b>二</p>", other) == [("一", "body"), ("二", "x.a")]
    assert other.match("b") is not None


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("two rules with one id: x.a")):
        RuleSet([Rule(id="x.a"), Rule(id="x.b"), Rule(id="x.a")])


NEEDED = sorted({need for rule in RULES.rules for need in rule.needs})
PIECE = st.sampled_from(NEEDED) | st.text("张三年月日，。：:（）0123456789", max_size=6)


@given(st.lists(PIECE, max_size=5).map("".join))
def test_one_search_leaves_out_no_rule_that_fits(line: str) -> None:
    for group, where in ((RULES.anywhere, "any"), (RULES.head, "head"), (RULES.tail, "tail")):
        rules = [rule for rule in RULES.rules if rule.where == where and not rule.selector]
        fitting = {rule.id for rule in rules if rule.match(line) is not None}
        assert fitting <= {rule.id for rule in group.of(line)}


def test_rules_that_need_nothing_and_rules_that_need_a_word_keep_their_order() -> None:
    rules = [
        Rule(id="x.first", pattern="甲.*", needs=("甲",), where="tail"),
        Rule(id="x.always", pattern=".{2}", where="tail"),
        Rule(id="x.last", pattern="乙.*", needs=("乙",), where="tail"),
    ]
    for line, rule in (("甲丙", "x.first"), ("丙丙", "x.always"), ("乙丙", "x.always"), ("乙丙丁", "x.last")):
        assert verdicts(f"<p>正文，这里是第一句话。</p><p>{line}</p>", *rules)[-1] == (line, rule)
