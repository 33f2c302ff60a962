"""The comparison form: equal for what a copyist's tools change, and never an error."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.fold import fold, fold_codes, fold_many, fold_positions
from archive.text.letters import load_folds, load_letters, make_folds, make_ranges
from archive.text.variants import load_variants, make_classes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("稀土產業與貿易", "稀土产业与贸易"),
        ("裏面、裡面", "里面里面"),
        ("Ｒａｒｅ　Ｅａｒｔｈ　１２％", "rare earth 12%"),
        ("產(chǎn)業(yè)鏈", "产业链"),
        ("產chǎn業yè鏈", "产业链"),
        ("產ㄔㄢˇ業", "产业"),
        ("<ruby>漢<rt>hàn</rt></ruby>字", "汉字"),
        ("第一段<strong>重點</strong>&nbsp;", "第一段重点"),
        ("見https://example.com/a?b=c 和 www.example.com 。", "见和"),
        ("![](https://x.example/1.png)圖說", "图说"),
        ("[原文](https://x.example/1)", "原文"),
        ("零\u200b寬﻿空格·間隔號", "零宽空格间隔号"),
        ("㎡与½", "m2与12"),
        ("Café", "cafe"),
        ("產[chǎn]業[yè]鏈[liàn]", "产业链"),
        ("產【chǎn】業【yè】鏈【liàn】", "产业链"),
        ("产(chan3)业(ye4)链(lian4)", "产业链"),
        ("产(chan)业(ye)链（lian）", "产业链"),
        ("&#20013;&#x56FD;\\u7a00\\u571f", "中国稀土"),
        ('<p style="margin: 0px; color: red;">字</p>', "字"),
    ],
)
def test_what_copyists_change_folds_away(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("3.2亿", "3.3亿"), ("王五", "王六"), ("應用(app)", "应用"), ("大", "太")])
def test_what_tells_texts_apart_stays(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_positions_point_at_the_characters_that_stayed(text: str) -> None:
    folded = fold_positions(text)
    assert folded.text == fold(text)
    assert len(folded.text) == len(folded.positions)
    assert all(a <= b for a, b in zip(folded.positions, folded.positions[1:], strict=False))
    for char, place in zip(folded.text, folded.positions, strict=True):
        assert char in fold(text[place]) or len(fold(text[place])) != 1


@given(st.lists(st.text(max_size=30), max_size=6))
def test_many_texts_fold_as_each_alone(texts: list[str]) -> None:
    assert [codes.tolist() for codes in fold_many(texts)] == [fold_codes(text).tolist() for text in texts]


def test_lone_surrogates_and_emptiness() -> None:
    assert fold("\ud800稀\udfff") == "稀"
    assert len(fold_codes("")) == 0


def test_what_counts_does_not_depend_on_the_python_that_runs() -> None:
    stored = set(chain.from_iterable(load_letters()))
    assert stored <= set(chain.from_iterable(make_ranges()))  # a newer one knows more
    assert not fold("𖵀𞓐𞀰")  # letters of Unicode 15.0 and 16.0


def test_what_letters_fold_to_is_what_is_stored() -> None:
    assert load_folds() == dict(make_folds(load_letters()))  # no Unicode changes what stands in an older one
    assert (fold("Ａ"), fold("½"), fold("Ǆ"), fold("é")) == ("a", "12", "dz", "e")


def test_the_stored_classes_are_those_of_opencc() -> None:
    stored = load_variants()
    made = {char: line[0] for line in make_classes() for char in line[1:]}
    # Another version of OpenCC may know more; what it knows of ours must agree.
    assert sum(made.get(char) == chosen for char, chosen in stored.items()) > 0.99 * len(stored)
