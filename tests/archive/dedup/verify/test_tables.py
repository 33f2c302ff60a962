"""Texts of many repeated cells: tables, lists, characters over and over. They cost what other texts of their length
do, and two of them are not one text because they are made of the same cells."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from random import Random
from time import process_time

import pytest

from archive.dedup.verify.compare import Rejection, compare
from archive.dedup.verify.texts import prepare
from archive.text.levelled import Levelled
from archive.text.snippet import Span, find

AT = datetime(2025, 10, 31, tzinfo=UTC)
NAMES = [
    "青陵水务",
    "岚渡建材",
    "禾川电力",
    "江汀物流",
    "沂原化工",
    "白洲银行",
    "石桥药业",
    "云浦港务",
    "东垣纸业",
    "梧溪股份",
]
ROWS = 500


def quotes(seed: int) -> str:
    """A day's quotes: code, name, price, change, volume."""
    rng = Random(seed)
    return "\n".join(
        f"{600000 + row}\t{NAMES[row % 10]}\t{rng.uniform(2, 90):.2f}\t{rng.uniform(-10, 10):.2f}%\t"
        f"{rng.randrange(10**5)}万\t{rng.choice(['平盘', '上涨', '下跌', '停牌', '--'])}"
        for row in range(ROWS)
    )


def cells(seed: int) -> str:
    """The same quotes, a cell a line, of which most say nothing."""
    rng = Random(seed)
    return "\n".join(
        cell
        for row in range(ROWS)
        for cell in (NAMES[row % 10], f"{rng.uniform(2, 90):.2f}", "元", rng.choice(["持平", "上涨"]), "--", "0.00%")
    )


def matches(seed: int) -> str:
    """A season's results."""
    rng = Random(seed)
    return "\n".join(
        f"{rng.choice(NAMES)}队 {rng.randrange(5)}-{rng.randrange(5)} {rng.choice(NAMES)}队 第{rng.randrange(38)}轮"
        for _ in range(ROWS)
    )


def three_characters(seed: int) -> str:
    """Laughter."""
    return "".join(Random(seed).choices("哈嘿呵", k=ROWS * 30))


def shuffled_stations(seed: int) -> str:
    """The same different cells in another order."""
    found = [f"{line}号线{stop}站到站时间" for line in range(10) for stop in range(ROWS // 10)]
    Random(seed).shuffle(found)
    return "\n".join(found)


def shuffled_words(seed: int) -> str:
    """The same few cells in another order."""
    found = ["平盘", "上涨", "下跌", "停牌", "0.00", "1.23%", "45.6万", "成交额"] * ROWS
    Random(seed).shuffle(found)
    return "\t".join(found)


def numbers(seed: int) -> str:
    """A lottery's draws."""
    rng = Random(seed)
    return "\n".join(" ".join(str(rng.randrange(100)) for _ in range(8)) for _ in range(ROWS))


def timetable(seed: int) -> str:
    """Trains every five minutes."""
    rng = Random(seed)
    return "\n".join(
        f"{at // 12:02d}:{at * 5 % 60:02d} 开往{rng.choice(NAMES)} {rng.randrange(1, 9)}号站台" for at in range(ROWS)
    )


TABLES = [quotes, cells, matches, three_characters, shuffled_stations, shuffled_words, numbers, timetable]


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_compared_at_a_bounded_cost_and_stay_apart(table: Callable[[int], str]) -> None:
    texts = [prepare(table(seed), AT) for seed in range(4)]
    compare(*(prepare("今天天气很好" * size, AT) for size in (20, 21)))  # what is made once
    gc.disable()  # to go through what all tests before have left costs more than the six pairs
    try:
        began = process_time()
        found = [compare(one, other) for one, other in combinations(texts, 2)]
        took = process_time() - began
    finally:
        gc.enable()
    # Six pairs took 1 to 2.2 s when the chains of anchors were sought without a bound; now 0.1 to 0.4.
    assert took < 0.8
    assert all(isinstance(one, Rejection) for one in found)


@pytest.mark.parametrize("table", TABLES)
def test_a_copy_of_a_table_is_found_all_the_same(table: Callable[[int], str]) -> None:
    body = table(1)
    copy = compare(prepare(body, AT), prepare(f"首页 > 行情 > 正文\n{body}\n更多行情请关注本报客户端", AT))
    assert getattr(copy, "relation", copy) in {"near", "revised"}


def test_one_line_five_thousand_times() -> None:
    line = "本报讯记者昨日获悉市水务局发布公告称。\n"
    began = process_time()
    found = compare(prepare(line * 5000 + "甲", AT), prepare(line * 5000 + "乙", AT))
    assert process_time() - began < 0.5
    assert getattr(found, "relation", found) == "near"


def test_looking_for_a_word_in_one_letter_over_and_over_ends() -> None:
    began = process_time()
    assert find(Levelled.of("a" * 2_000_000 + " aaa"), ["aaa"]) == [Span(2_000_001, 2_000_004)]
    assert find(Levelled.of("哈，" * 500_000), ["哈哈"]) == []
    assert process_time() - began < 0.5


RARE = [chr(code) for code in range(0x9F8D, 0x9FA0)] + [chr(code) for code in range(0x7C20, 0x7D20)]
NOTICE = "本公告由青陵市水务局发布，任何单位和个人未经许可不得转载，如有疑问请在工作时间拨打服务热线咨询，谢谢合作。"


def test_texts_of_rare_characters_with_one_common_paragraph_stay_apart() -> None:
    """Rarity alone is no damage: two thousand such texts became one story."""
    texts = [prepare("".join(Random(seed).choices(RARE, k=400)) + "\n" + NOTICE * 2, AT) for seed in range(4)]
    assert all(isinstance(compare(one, other), Rejection) for one, other in combinations(texts, 2))
