"""What a search reads of a text is what the index has of it: the two are written twice, and held to each other here."""

from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.text.fold import as_text, fold, fold_positions
from archive.text.levelled import CHINESE, Levelled, folds, levels
from archive.text.snippet import places
from archive.text.tokens import runs, tokens
from archive.text.words import Word, term

# Words, and all that comes between them: signs, white space, markup, pinyin, escapes, letters of several characters and
# of other scripts, halves of a character.
PIECES = (
    *(
        "稀土",
        "稀",
        "土",
        "價",
        "价格",
        "中國",
        "国",
        "国国",
        "裏",
        "里",
        "人",
        "大家",
        "𠀀",
        "㐀",
        "豈",
        "々",
        "〇",
        "䷀",
    ),
    *("covid", "COVID", "19", "a", "A", "ａ", "Ｂ", "é", "e\u0301", "ß", "w", "Ж", "ж", "が", "カ", "한국", "ㄔ", "ʰ"),
    *(
        "½",
        "㎡",
        "℃",
        "①",
        "⑩",
        "ﬁ",
        "㍿",
        "㋀",
        "Ǆ",
        "²",
        "ª",
        "µ",
        "ŉ",
        "ʼ",
        "ʹ",
        "\u0374",
        "×",
        "÷",
        "\ud800",
        "\udfff",
        "\0",
        "𝐜",
        "🅰",
    ),
    *(
        "，",
        "。",
        "、",
        " ",
        "  ",
        "\u3000",
        "\n",
        "\r",
        "\t",
        "\u2003",
        "\u200b",
        "\ufeff",
        "·",
        "…",
        "-",
        "—",
        "&",
        "\\",
    ),
    *(
        "“",
        "”",
        "《",
        "》",
        "（",
        "）",
        "(",
        ")",
        "[",
        "]",
        "【",
        "】",
        "{",
        "}",
        '"',
        "'",
        "<",
        ">",
        "?",
        "=",
        ";",
        "/",
    ),
    *("(zhōng)", "（guó）", "[chǎn]", "(chan3)", "(ye4)", "(lian)", "zhōng", "(?ū)", "(app)", "(xie\u0301)", "ǎ"),
    *(
        "<b>",
        "</strong>",
        "strong>",
        "<rt>hàn</rt>",
        "&nbsp;",
        "&#20013;",
        "&#x56FD;",
        "\\u7a00",
        "&#189;",
        "&#9999999;",
    ),
    *(
        "![图](x)",
        "[原文](",
        "https://x.example/a?b",
        "www.x.example",
        'style="稀"',
        "px;",
        "color: red; ",
        "margin: 0; ",
    ),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
WORD = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)


@pytest.mark.slow
def test_each_character_folds_to_the_same() -> None:
    chars = list(map(chr, range(0x110000)))
    its, folded = folds(), fold_positions("\n".join(chars))
    assert "".join(its[char] for char in chars) == folded.text
    assert [2 * at for at, char in enumerate(chars) for _ in its[char]] == folded.positions.tolist()


def test_a_character_is_counted_and_cut_by_itself() -> None:
    for char in map(chr, chain(range(0x3400), range(0x9F00, 0x10000), range(0x1D400, 0x1D500))):
        assert Word.of(char).chars == fold(char)
        assert Levelled.of(char).size() == len(fold(char))


@given(st.one_of(TEXT, st.text()))
@example("产&#20013;业<a title='&#20013;'>国&#20013;</a>")
@example("½&#189;½")
def test_a_text_is_cut_as_the_index_cuts_it(text: str) -> None:
    word, cut = Word.of(text), runs(text)
    assert word.chars == as_text(cut.codes)
    assert word.ends == tuple(cut.ends.tolist())
    assert word.is_chinese == (len(list(word.runs())) == 1 and word.chars >= chr(CHINESE))
    assert word.tokens() == tokens(text).split()
    assert Levelled.of(text).size() == len(fold(text))


@given(TEXT, WORD, st.booleans())
@example("個人大家", "個", False)
@example("a股A股", "a", False)
@example("abc1月", "c1", True)
def test_a_word_is_found_where_the_index_has_it(text: str, piece: str, prefix: bool) -> None:
    read = Levelled.of(text)
    [found] = places([read], Word.of(piece), prefix=prefix)
    assert [(read.stands(first), read.stands(last)) for first, last in found] == _standing(text, piece, prefix=prefix)
    assert bool(found) == _indexed(text, piece, prefix=prefix)


@given(TEXT, WORD)
def test_beside_a_word_stands_what_its_run_goes_on_with(text: str, piece: str) -> None:
    read, cut = Levelled.of(text), runs(text)
    kept = [at for at, char in enumerate(read.chars) if levels()[char]]
    ends = [True, *cut.ends.tolist()]
    for first, last in places([read], Word.of(piece))[0]:
        before, behind = kept.index(first) - 1, kept.index(last) + 1
        assert read.left(first) == ("" if ends[before + 1] else chr(cut.codes[before]))
        assert read.right(last) == ("" if ends[behind] else chr(cut.codes[behind]))


def test_texts_are_looked_through_together_as_each_by_itself() -> None:
    texts = list(map(Levelled.of, ["稀土價格。", "", "价", "价 格", "價格（價格）"]))
    word = Word.of("价格")
    assert places(texts, word) == [found for text in texts for found in places([text], word)]
    assert places(texts, Word.of("，")) == [[], [], [], [], []]


def _standing(text: str, piece: str, *, prefix: bool) -> list[tuple[int, int]]:
    """Where a piece stands in a text, by the index's own runs: the first and the last character."""
    cut, word = runs(text), runs(piece)
    size = len(word.codes)
    ends = [True, *cut.ends.tolist()]
    return [
        (int(cut.positions[at]), int(cut.positions[at + size - 1]))
        for at in range(len(cut.codes) - size + 1 if size else 0)
        if cut.codes[at : at + size].tolist() == word.codes.tolist()
        and ends[at + 1 : at + size] == word.ends[:-1].tolist()
        and (word.codes[0] >= CHINESE or ends[at])
        and (word.codes[-1] >= CHINESE or prefix or ends[at + size])
    ]


def _indexed(text: str, piece: str, *, prefix: bool) -> bool:
    """Whether the index has a word's tokens, one behind the other."""
    wanted, indexed = term(piece), tokens(text).split()
    if wanted is None:
        return False
    *before, last = wanted.tokens
    size = len(wanted.tokens)
    pieces = (indexed[at : at + size] for at in range(len(indexed) - size + 1))
    if not (wanted.prefix or prefix):
        return any(each == [*before, last] for each in pieces)
    return any(each[:-1] == before and each[-1].startswith(last) for each in pieces)
