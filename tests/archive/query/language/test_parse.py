"""The query language: what is read as what, and what is told where nothing can be read."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.query.language import QueryError, parse
from archive.query.language.nodes import Everything
from archive.query.language.parser import MAX_DEPTH, MAX_LENGTH, MAX_PHRASE, MAX_WORDS

READ = {
    "": "",
    "  \u3000 ": "",
    "稀土 出口": "稀土 出口",
    "稀土 AND 出口": "稀土 出口",
    "稀土，出口、管制": "稀土 出口 管制",
    "稀土 OR 钨 出口": "稀土 OR 钨 出口",
    "(稀土 OR 钨) 出口": "(稀土 OR 钨) 出口",
    "（稀土 ＯＲ 钨）出口": "(稀土 OR 钨) 出口",
    "a (b (c d))": "a b c d",
    "a OR (b OR c)": "a OR b OR c",
    "疫情 -上海": "疫情 -上海",
    "疫情 －上海": "疫情 -上海",
    "疫情 NOT 上海": "疫情 -上海",
    "疫情 AND NOT (上海 OR 北京)": "疫情 -(上海 OR 北京)",
    "-上海": "-上海",
    "NOT NOT 上海": "--上海",
    "or and not": "or and not",
    '"rare earth"': '"rare earth"',
    "“十四五”": "十四五",
    "「稀土 出口」『管制』": '"稀土 出口" 管制',
    "“十四五”规划": '"“十四五”规划"',
    "落实“十四五”规划": '"落实“十四五”规划"',
    "＂rare earth＂": '"rare earth"',
    "中国（上海）自贸区": '"中国（上海）自贸区"',
    "(中国（上海）自贸区)": '"中国（上海）自贸区"',
    "COVID-19 3.5% 1,000 AT&T 3:2": 'COVID-19 3.5% "1,000" AT&T "3:2"',
    "记者：张三": '"记者：张三"',
    "title:稀土 标题：稀土 TITLE: 稀土": "title:稀土 title:稀土 title:稀土",
    "title:(稀土 OR -钨)": "title:稀土 OR -title:钨",
    "title:“稀土 出口” body:x": 'title:"稀土 出口" body:x',
    "source：新华社 来源:=新华社 account:x author:张三": "source:新华社 source:=新华社 account:x author:张三",
    "site:(netease OR SOHU) flag:truncated tag:要闻": "(site:netease OR site:sohu) flag:truncated tag:要闻",
    "is:vanished IS:Edited is：（copied OR original）": "is:vanished is:edited (is:copied OR is:original)",
    "date:2022 date:2022-03 date:2022-3-1 date：2022.03.01": "date:2022 date:2022-03 date:2022-03-01 date:2022-03-01",
    "date:2022年3月 date:2022年 date:2022年3月1日": "date:2022-03 date:2022 date:2022-03-01",
    "date:2022-03..2022-06": "date:2022-03-01..2022-06-30",
    "date:2022-03.. date:..2021": "date:2022-03-01.. date:..2021-12-31",
    "date:2022-01..2022-12 date:2024-02-01..2024-02-29": "date:2022 date:2024-02",
    "copies:>5 copies:>=5 copies:<5 copies:≤5 copies:5": "copies:6.. copies:5.. copies:1..4 copies:1..5 copies:5",
    "copies：＞５ copies:2..9 copies:3.. copies:..2": "copies:6.. copies:2..9 copies:3.. copies:1..2",
    "relation:spun": "relation:spun",
    '新华* covid＊ "rare ear"*': '新华* covid* "rare ear"*',
    "(新华*)，稀土": "新华* 稀土",
    '"OR" "-x" “a:b”': '"OR" "-x" "a:b"',
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    expected = READ[text].replace("--上海", "-(-上海)") if "--" in READ[text] else READ[text]
    found = parse(text)
    assert str(found) in (expected, READ[text])
    assert parse(str(found)) == found


WRONG = {
    "foo:bar": (0, "no such field", "the fields are account, author"),
    "https://x.example/1": (0, "no such field", "quotation marks"),
    "稀土 OR": (3, "nothing stands behind OR", "稀土 OR 钨"),
    "OR 稀土": (0, "one is missing before it", "稀土 OR 钨"),
    "稀土 AND OR 钨": (7, "one is missing before it", "quotation marks"),
    "稀土 NOT": (3, "nothing stands behind NOT", "疫情 NOT 上海"),
    "(稀土": (0, "not closed", "write )"),
    "稀土)": (2, "none opens", "leave it out"),
    "（稀土 OR 钨": (0, "not closed", "write )"),
    "()": (0, "nothing in the parentheses", "put words in"),
    "title:": (6, "nothing stands behind title:", "write title:稀土"),
    "title:)": (6, "nothing stands behind title:", "write title:稀土"),
    "is: ": (4, "nothing stands behind is:", "is:vanished"),
    '""': (0, "nothing to search for", "put a word between"),
    "“ ”": (0, "nothing to search for", "put a word between"),
    "“稀土": (0, "not closed", "write ”"),
    '稀土"出口"': (2, "inside a word", "space"),
    '"稀土"出口': (0, "touches the phrase", "space"),
    "，。": (0, "nothing to search for", "give a word"),
    "稀土 &": (3, "joins no words", "write AND"),
    "稀土 | 钨": (3, "joins no words", "write OR"),
    "稀土|钨": (2, "a bar inside a word", "write OR"),
    "稀土 …": (3, "nothing to search for", "give a word"),
    "-": (0, "a - stands right before", "-上海"),
    "- 上海": (0, "a - stands right before", "-上海"),
    "--上海": (0, "a - stands right before", "-上海"),
    "稀*土": (0, "a * stands only behind a word", "covid*"),
    "*稀土": (0, "a * stands only behind a word", "covid*"),
    '"稀*"': (0, "a * stands only behind a word", "covid*"),
    "a*": (0, "too many words begin so", "2 letters"),
    "title:(is:edited)": (7, "a field inside title:", "behind the other"),
    "=稀土": (0, "= asks for a whole name", "source:="),
    "source:=新华*": (7, "a whole name has no beginning", "leave"),
    "tag:要*": (4, "a tag is found as a whole", "leave the * out"),
    "is:gone": (3, "nothing called so", "is:vanished"),
    "relation:copy": (9, "no such relation", "relation:exact"),
    "date:soon": (5, "that is no date", "date:2022-03"),
    "date:2022-13": (5, "no such month", "write date:2022-12"),
    "date:2022-02-30": (5, "no such day", "write date:2022-02-28"),
    "date:1822": (5, "no year between", "write date:2022"),
    "date:2022-06..2022-03": (5, "the end comes before", "write date:2022-03..2022-06"),
    "date:..": (5, "neither a beginning nor an end", "date:2022"),
    "date:2022-03-01T10:00": (5, "that is no date", "date:2022-03"),
    "copies:many": (7, "no number of copies", "copies:>5"),
    "copies:5..2": (7, "no story has so many", "copies:2..9"),
    "copies:<1": (7, "no story has so many", "copies:5"),
    "中国（上海": (0, "in the word is not closed", "close it"),
    "稀" * (MAX_PHRASE + 2): (0, "too long a phrase", "jianbao match"),
    " ".join(["稀土"] * (MAX_WORDS + 1)): (3 * MAX_WORDS, "more than 64 words", "leave words out"),
    " ".join(["稀土"] * 1_000): (3 * MAX_WORDS, "more than 64 words", "leave words out"),
    "(" * 17 + "a": (MAX_DEPTH, "more than 16 parentheses", "leave some out"),
    "NOT " * 900 + "a": (4 * MAX_DEPTH, "more than 16 parentheses", "leave some out"),
    "稀\0土": (1, "which no text has", "leave it out"),
    "稀土 title:\udc80": (9, "which no text has", "leave it out"),
    "稀" * 10_000_000: (MAX_LENGTH, "longer than 4,000 characters", "leave words out"),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: str(text)[:24])
def test_what_cannot_be_read_is_told_with_its_place_and_its_cure(text: str) -> None:
    position, problem, cure = WRONG[text]
    with pytest.raises(QueryError) as told:
        parse(text)
    assert problem in str(told.value)
    assert cure in told.value.cure
    assert told.value.position == position
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


SIGNS = '稀土钨a1 -()（）“”「」"*:：，,|&=.>\n'
ALPHABET = st.sampled_from([*SIGNS, " OR ", " AND ", " NOT ", "title:", "is:edited", "date:2022"])


@given(st.lists(ALPHABET, max_size=24).map("".join) | st.text(max_size=40))
@example("title:(a OR -b) “十四五”规划")
@settings(max_examples=400)
def test_any_text_is_read_or_refused_and_a_tree_is_read_again_as_itself(text: str) -> None:
    refused = None
    try:
        found = parse(text)
    except QueryError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.position <= len(text)
        assert refused.cure
        return
    assert parse(str(found)) == found
    assert (found == Everything()) == (not text.strip())
