"""Damage is named by its run, not by one odd sign."""

import time

import pytest

from crawler.pages.fields.damage import find_damage, find_truncation, is_mojibake, is_traditional

CLEAN = "望潮港昨天重新开闸，第一艘货船（海棠号）驶进了内河，α粒子与β射线无关，“你好（hello）”。"


@pytest.mark.parametrize(
    ("lines", "flags"),
    [
        ([CLEAN], ()),
        ([], ()),
        (["港口的貨(huò)運量，裝(zhuāng)卸區(qū)都擴大了"], ("injected_pinyin",)),
        (["他姓仇(qiú)，不是仇恨的仇"], ()),
        (["在關鍵領域?qū)ν庖蕾嚕绕涫菍χ袊袌龅募幸劳"], ("mojibake",)),
        (["é–‹é—¸äº† 海棠号"], ("mojibake",)),
        (["锟斤拷锟斤拷"], ("mojibake",)),
        (["港口\ufffd开闸"], ("mojibake",)),
        (["鐨勬槸鍦ㄤ腑鍥斤紝鏄紝鐨勬槸鍦ㄤ腑鍥"], ("mojibake",)),
        (["港口重新开闸了?strong>第一艘船进港"], ("tag_residue",)),
        (["码头的水深了</p>两米"], ("tag_residue",)),
        (["在關鍵領域?qū)ν庖蕾嚕绕涫菍χ袊袌龅募幸劳小?strong>這一紙命令"], ("mojibake",)),
        (["船进了港。", "![]()", "岸上的人都来看。"], ("images_lost",)),
        (
            ["停駛十二年的小火車將恢復行駛，沿線車站已經整修，鎮長說這條路線很特別，時間還沒定。"],
            ("traditional_script",),
        ),
        (["他引了一句古書：「停駛」，这个词现在没有人用了，你们说对不对，时间过得真快。"], ()),
        (["昨日、新しい港が開かれました。駅の近くです。"], ()),
        (["a < b, 5 > 3 ? yes : no"], ()),
    ],
)
def test_flags(lines: list[str], flags: tuple[str, ...]) -> None:
    assert find_damage(lines) == flags


@pytest.mark.parametrize(
    ("lines", "after", "flags"),
    [
        (["船进了港。", "岸上的人都"], ["展开全文"], ("truncated",)),
        (["船进了港。", "岸上的人都来看..."], ["打开APP阅读全文"], ("truncated",)),
        (["船进了港。", "岸上的人都来看...查看更多"], [], ("truncated",)),
        (["船进了港。", "岸上的人都来看。"], ["展开全文"], ()),
        (["船进了港。", "岸上的人都"], ["相关阅读"], ()),
        (["船进了港。"], ["剩余80%内容，付费后可阅读全文"], ("paywall",)),
        (["船进了港。"], ["開通會員，閱讀全文"], ("paywall",)),
        ([], [], ()),
    ],
)
def test_truncation(lines: list[str], after: list[str], flags: tuple[str, ...]) -> None:
    assert find_truncation(lines, after) == flags


def test_script_by_majority() -> None:
    assert is_traditional("這個時候，他們來了，說要開會。")
    assert not is_traditional("这个时候，他们来了，说要开会。")
    assert not is_traditional("")


def test_rare_names_are_no_mojibake() -> None:
    assert not is_mojibake("他叫张翀，妹妹叫李玥，住在浬浦镇，旁边是大埗村。")


def test_long_lines_end() -> None:
    started = time.process_time()
    for unit in (
        "?<!",
        "龘",
        "(",
        "…",
        "袌袊",
        "袌aaaaa",
        "剩余1",
        "付费后可",
        "Ã¤",
        "章(",
        "![",
        "?p",
        "鐨",
        "打开APP",
    ):
        text = unit * (200_000 // len(unit))
        find_damage([text])
        find_truncation([text], [text])
    assert time.process_time() - started < 20
