"""What a short text near a headline is, and what the class of its element says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.fields.evidence.candidates import Found, choose
from crawler.pages.fields.evidence.classify import classify, place_in
from crawler.pages.fields.lexicon import class_words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("沈一苇", "person"), ("閭丘木", "person"), ("亓小满", "person"),
        ("望潮晚报", "medium"), ("望潮社区", "medium"), ("IT之家", "medium"),
        ("江岸有数", "name"), ("界外", "name"), ("WechWeb", "name"), ("叨叨姐", "name"),
        ("浙江", "place"), ("浙江省", "place"), ("来自广东", "place"), ("发布于北京", "place"),
        ("IP属地：望潮", "place"),
        ("国际新闻", "section"), ("财经", "section"), ("首页 > 新闻", "section"),
        ("关注", "button"), ("播报文章", "button"), ("收藏", "button"), ("打印", "button"), ("3.2万", "button"),
        ("阅读120", "button"), ("优质本地领域创作者", "button"), ("某某官方账号", "button"), ("进入社区", "button"),
        ("2024-05-20 14:33", "date"), ("05-20 14:33", "date"), ("3小时前", "date"),
        ("来源：", "label"), ("责任编辑", "label"), ("作者：沈一苇", "label"),
        ("他说今年不会再来了。", "text"), ("", "text"), ("长" * 60, "text"),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: str) -> None:
    assert classify(text) == kind


@given(st.text(max_size=60))
def test_any_text_is_of_a_kind(text: str) -> None:
    assert classify(text)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("index_sourceTitleText_wlTy-", {"source", "title", "text"}),
        ("index_title__B8mhI", {"title"}),
        ("index_timeBref_20hzr", {"time", "bref"}),
        ("media-name", {"media", "name", "medianame"}),
        ("AuthorInfo-name", {"author", "info", "name"}),
        ("caas-author-byline-collapse", {"author", "byline"}),
        ("laiyuan", {"laiyuan"}),
        ("a_source HTMLEditor", {"source", "editor"}),
    ],
)
def test_the_words_of_a_class(names: str, words: set[str]) -> None:
    assert words <= class_words(names)


def test_what_a_bundler_hangs_on_is_no_word() -> None:
    assert not {"wl", "ty", "wlty", "b", "mh", "bmh"} & class_words("index_sourceTitleText_wlTy- index_title__B8mhI")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("2025年04月23日 00:59:39 来自广东", "广东"),
        ("2024-05-13 06:16 发布于北京 望潮日报官方账号", "北京"),
        ("发布于：浙江省", "浙江"),
        ("IP 属地 福建", "福建"),
        ("发表于美国", "美国"),
        ("2021-1-29 13:18 来自: 江岸晨报", None),
        ("发布于 2023-05-10", None),
    ],
)
def test_places(line: str, place: str | None) -> None:
    assert place_in(line) == place


def test_a_value_is_one_fields() -> None:
    """The stronger claim takes it, and the other field has its next candidate."""
    chosen, told = choose(
        [
            Found("authors", ("江边柿子",), 55, "link"),
            Found("source_name", ("江边柿子",), 50, "account"),
            Found("source_name", ("望潮网",), 30, "label"),
            Found("editor", ("江边柿子",), 20, "label"),
        ]
    )
    assert chosen == {"authors": ("江边柿子",), "source_name": ("望潮网",), "editor": ("江边柿子",)}
    assert [(one.field, one.value) for one in told if not one.won] == [("source_name", "江边柿子")]


def test_a_label_comes_before_a_place_in_a_line() -> None:
    weak, strong = Found("source_name", ("望潮晚报",), 70, "medium"), Found("source_name", ("界外",), 90, "label")
    assert choose([weak, strong])[0] == choose([strong, weak])[0] == {"source_name": ("界外",)}
