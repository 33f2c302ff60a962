"""Injected pinyin: what counts as a syllable, and what is a word in brackets that the author wrote."""

import re

import pytest

from archive.text.marks import PINYIN


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("港口的貨(huò)運量", "港口的貨運量"),
        ("裝(zhuāng)卸區(qū)", "裝卸區"),
        ("他們(men)說（原文如此）", "他們說（原文如此）"),
        ("綠(lǜ)色", "綠色"),
        ("經(jīng)濟（jì）", "經濟"),
        ("協(xie\u0301)議", "協議"),
        ("戶(hù)", "戶"),
    ],
)
def test_syllables_go(text: str, clean: str) -> None:
    assert re.sub(PINYIN, "", text) == clean


@pytest.mark.parametrize(
    "text", ["手機應用(app)", "中國(China)", "見圖(a)", "(chǎn)", "abc(yè)", "產(chǎn", "產()", "世貿(WTO)"]
)
def test_words_stay(text: str) -> None:
    assert re.sub(PINYIN, "", text) == text
