"""The lexicon: its words, and the patterns made of them."""

import pytest

from crawler.pages.fields import lexicon
from crawler.pages.fields.lexicon import LABELS, NOBODY, PLACES, SURNAMES, one_of, words

LISTS = {name: value.split() for name, value in vars(lexicon).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", LISTS)
def test_a_word_stands_once_in_its_list(name: str) -> None:
    assert sorted(LISTS[name]) == sorted(set(LISTS[name]))


def test_a_label_is_of_one_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for kind, labels in LABELS.items():
        for label in labels.split():
            kinds.setdefault(label, set()).add(kind)
    assert {label: found for label, found in kinds.items() if len(found) > 1} == {}


def test_the_longest_word_is_tried_first() -> None:
    assert one_of("来源 A+", "本文来源 来源").split("|") == ["本文来源", r"A\+", "来源"]
    assert words(r"<SOURCE_LABELS>[:：](?P<name>.+)").fullmatch("转载自：望潮报")
    assert words("<BUTTONS>").fullmatch("A+")


def test_an_unknown_list_is_no_pattern() -> None:
    with pytest.raises(KeyError):
        words("<BUTTENS>")


def test_sets() -> None:
    assert {"江苏", "金門", "東京"} <= PLACES
    assert {"佚名", "admin", "记者", "新闻"} <= NOBODY
    assert all(len(name) == 1 for name in SURNAMES)
