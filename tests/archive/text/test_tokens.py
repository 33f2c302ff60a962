"""What parts words in the full-text index, and what does not."""

import gzip
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.fold import fold_all_positions
from archive.text.levelled import Levelled
from archive.text.snippet import find
from archive.text.tokens import tokens, tokens_of_all, written
from archive.text.words import term

PAIRS = ["“”", "‘’", "「」", "『』", "《》", "〈〉", "（）", "()", "[]", "【】", "［］", "〔〕", "{}", '""', "''"]
DOTS = "·•・･‧∙⋅．"
WORD = st.text("稀土價价中國国十四五规划", min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("“十四五”规划", "十四五规划"),
        ("落实“十四五”规划纲要", "十四五规划纲要"),
        ("《论语》新解", "论语新解"),
        ("中国（上海）自由贸易试验区", "中国上海自由贸易试验区"),
        ("「一國兩制」方針", "一国两制方针"),
        ("“科创板《规则》”发布", "科创板规则发布"),
        ("十四五” 规划", "十四五规划"),
        ("卡尔‧马克思", "卡尔马克思"),
        ("卡尔．马克思", "卡尔·马克思"),
        ("卡尔∙马克思与恩格斯", "马克思与恩格斯"),
        ("卡尔⋅马克思", "卡尔・马克思"),
        ("卡尔\u200e马克思", "卡尔马克思"),
    ],
)
def test_marks_and_dots_do_not_part_words(text: str, whole: str) -> None:
    assert holds(text, whole)
    assert holds(text, text), "the marks may stand in what is searched for too"
    assert find(Levelled.of(text), [whole])
    assert find(Levelled.of(text), [text])


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("个人，大家", "人大"),
        ("“个人”，“大家”", "人大"),
        ("他要“个人”。大家都来", "人大"),
        ("《个人》《大家》", "人大"),
        ("“个人”“大家”", "人大"),
        ('"个人" "大家"', "人大"),
        ("（个人）（大家）", "人大"),
        ("“个人”、大家", "人大"),
        ("（个人；大家）", "人大"),
        ("“个人”\n“大家”", "人大"),
        ("个人……大家", "人大"),
        ("个人——大家", "人大"),
        ("个人：“大家", "人大"),
        ("个人/大家", "人大"),
    ],
)
def test_stops_and_commas_part_words(text: str, no: str) -> None:
    assert not holds(text, no)
    assert not find(Levelled.of(text), [no])


def holds(text: str, words: str) -> bool:
    """Whether the words stand in the text by the rules of the index."""
    wanted, indexed = term(words), tokens(text).split()
    assert wanted is not None
    size = len(wanted.tokens)
    pieces = (tuple(indexed[start : start + size]) for start in range(len(indexed) - size + 1))
    if not wanted.prefix:
        return wanted.tokens in pieces
    *first, last = wanted.tokens
    return any(piece[:-1] == tuple(first) and piece[-1].startswith(last) for piece in pieces)


@given(WORD, WORD, WORD, st.sampled_from(PAIRS), st.sampled_from(["", " ", "\u3000"]))
def test_a_word_in_marks_is_as_one_without(before: str, inside: str, after: str, pair: str, space: str) -> None:
    assert tokens(f"{before}{pair[0]}{inside}{pair[1]}{space}{after}") == tokens(before + inside + after)


@given(
    WORD, WORD, st.sampled_from(DOTS), st.sampled_from("，。；：！？、,;!?…—\n"), st.sampled_from(["", "”", "）", "》"])
)
def test_a_dot_is_as_none_and_a_stop_ends_a_run(one: str, two: str, dot: str, stop: str, mark: str) -> None:
    assert tokens(one + dot + two) == tokens(one + two)
    assert tokens(one + mark + stop + two) == tokens(one + stop + two) != tokens(one + two)


MARKED = re.compile(r"([\u4e00-\u9fff]{0,2})[“《（]([\u4e00-\u9fff]{2,8})[”》）]([\u4e00-\u9fff]{2})")


@pytest.mark.slow
@pytest.mark.shared
def test_every_name_with_and_without_marks_finds_all_its_texts(shared: Path) -> None:
    """Of real texts: names that some write with marks and some without that occur both ways."""
    texts: list[str] = []
    with gzip.open(shared / "dedup" / "archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line, _ in zip(lines, range(2500), strict=False):
            texts.append(json.loads(line)["body"])
    names: defaultdict[str, set[int]] = defaultdict(set)
    for number, body in enumerate(texts):
        for found in MARKED.finditer(body):
            names["".join(found.groups())].add(number)
    everything = "\n".join(texts)
    both = [name for name in sorted(names) if name in everything]
    assert len(both) > 30
    indexed = ["\n".join(tokens(body).split()) for body in texts]
    for name in both:
        wanted = term(name)
        assert wanted is not None
        phrase = "\n".join(wanted.tokens)
        have = {number for number, made in enumerate(indexed) if phrase in made}
        assert names[name] <= have, name
        assert {number for number, body in enumerate(texts) if name in body} <= have, name


@given(st.lists(st.text("稀土，国“”《》《》<b>&#20013;½ à（zhōng）\n a1.", max_size=24), max_size=8))
def test_texts_cut_together_are_cut_as_each_by_itself(texts: list[str]) -> None:
    assert tokens_of_all(texts, fold_all_positions(texts)) == list(map(tokens, texts))


def test_long_words_cut_together_are_cut_as_each_by_itself() -> None:
    texts = ["a" * 60, "", "b" * 90 + "中", "国" + "c" * 64, "d" * 200 + " e"]
    assert tokens_of_all(texts, fold_all_positions(texts)) == list(map(tokens, texts))


@pytest.mark.parametrize(
    ("text", "its"),
    [
        ("稀土价上涨。价，稀", " 稀土价上涨 价 稀 "),
        ("新冠COVID-19疫苗", " 新冠 covid 19 疫苗 "),
        ("价价价", " 价价价 "),
        ("x" * 70 + "稀", f" {'x' * 64} 稀 "),
        ("。", "  "),
    ],
)
def test_tokens_are_written_as_the_characters_that_they_were_made_of(text: str, its: str) -> None:
    assert written(tokens(text)) == its


def test_the_last_pair_of_some_tokens_is_written_whole() -> None:
    assert written("土价 价上") == " 土价上 "
