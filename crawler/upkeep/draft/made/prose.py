"""Text of our own in the shape of another: as long, with the same signs, and the same wherever the same stood."""

import re
from hashlib import blake2b
from typing import Final

from crawler.upkeep.draft.labels import LABELS

_PROSE: Final = (
    "清早的渡口起了薄雾，船工把缆绳一圈一圈盘好，等着对岸的灯先亮起来。卖豆浆的老人推着车经过石桥，车轮压过青苔，"
    "留下两道湿印。孩子们在榕树下数着路过的货船，谁先数到三十，谁就能挑最大的那颗橘子。午后下过一阵小雨，屋檐滴水的"
    "声音盖住了收音机里的评书，邻居把晾在竹竿上的衣裳收进屋里。傍晚风停了，磨坊的水轮又慢慢转动，面粉的香味一直飘到"
    "山脚下的学堂。守林人记下当天的温度和鸟叫的时辰，合上本子，点了一盏油灯。夜里有人在河滩上放起风筝，线上系着小小的"
    "铃铛，远处听来好像有一群羊正翻过山坡。木匠说这把椅子要用三年才坐得舒服，裁缝说那件袍子今年冬天还赶得上。果园里"
    "最后一筐梨装上马车，车夫绕着篱笆走了半圈，忽然想起忘在井边的草帽。集市散了以后，扫街的女人捡到一枚铜扣，把它挂在"
    "窗前，等失主自己来认。钟楼敲过九下，值夜的人提着灯笼从巷口走到巷尾，又从巷尾走回巷口。"
)
_PHRASES: Final = re.findall(r"[\u3400-\u9fff]+", _PROSE)
_HAN: Final = "".join(_PHRASES)
_BEGINS: Final = [sum(map(len, _PHRASES[:place])) for place in range(len(_PHRASES))]
_LATIN: Final = "heronwillowlanternferrymeadowcopperorchardthimblecanvasharboursparrowpebble"
_SURNAMES: Final = "沈罗邱温谭陆"
_GIVEN: Final = "一苇青舟小满长河秋白以宁"
_PLACES: Final = {2: "江苏", 3: "江苏省"}
_RUN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[A-Za-z]{2,}|\d+")
_LABELS: Final = "|".join(sorted({one for labels in LABELS.values() for one in labels}, key=len, reverse=True))
_LABEL: Final = re.compile(rf"(?:{_LABELS})(?=\s?[:：])")
_DATE: Final = re.compile(
    r"\d{4}\s?[年./-]\s?\d{1,2}\s?[月./-]\s?\d{1,2}日?(?:[T\s]{0,2}\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?(?:[+-]\d\d:?\d\d|Z)?"
)
_TIME: Final = re.compile(r"(?<!\d)1\d{9}(?:\d{3})?(?!\d)")


class Inventor:
    """Makes text out of other people's. `names`: values of the article's fields, by what kind they are (`person`,
    `medium`, `place`); they become invented ones of the same kind. `kept`: lines that stay, since rules know them."""

    def __init__(self, names: dict[str, str], kept: frozenset[str] = frozenset()) -> None:
        self._known = {text: _name(kind, text) for text, kind in names.items() if text}
        self._kept = kept
        self._named = (
            re.compile("|".join(map(re.escape, sorted(self._known, key=len, reverse=True)))) if self._known else None
        )

    def text(self, text: str) -> str:
        """The text, invented."""
        if not text.strip() or " ".join(text.split()) in self._kept:
            return text
        stays = [(found.start(), found.end(), found[0]) for found in (*_LABEL.finditer(text), *_DATE.finditer(text))]
        stays += [(found.start(), found.end(), found[0]) for found in _TIME.finditer(text)]
        if self._named is not None:
            stays += [(one.start(), one.end(), self._known[one[0]]) for one in self._named.finditer(text)]
        out, place = [], 0
        for start, end, given in sorted(stays):
            if start >= place:
                out += [self._runs(text[place:start]), given]
                place = end
        return "".join((*out, self._runs(text[place:])))

    def _runs(self, text: str) -> str:
        return _RUN.sub(lambda found: _invented(found[0]), text)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


def _invented(run: str) -> str:
    """A run of one kind of characters; the same run always becomes the same."""
    number = _number(run)
    if run.isdigit():
        return "".join(str((number >> place % 40) % 9 + 1) for place in range(len(run)))
    pool = _LATIN if run.isascii() else _HAN
    start = number % len(pool) if run.isascii() else _BEGINS[number % len(_BEGINS)]
    made = (pool[start:] + pool * (len(run) // len(pool) + 1))[: len(run)]
    if made == run:  # it is our own text already
        made = made[1:] + made[:1]
    return made.upper() if run.isupper() else made.capitalize() if run[0].isupper() else made


def _name(kind: str, text: str) -> str:
    number = _number(text)
    if kind == "person" and 2 <= len(text) <= 4 and not text.isascii():
        start = number % (len(_GIVEN) - 3)
        return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[start : start + len(text) - 1]
    if kind == "medium" and len(text) > 1 and not text.isascii():
        return _invented("某" * (len(text) - 1) + text)[: len(text) - 1] + "报"
    if kind == "place" and len(text) in _PLACES:
        return _PLACES[len(text)]
    return _RUN.sub(lambda found: _invented(found[0]), text)


def han_runs(text: str, least: int) -> set[str]:
    """All runs of so many Han characters in a text: what two texts have in common shows by them."""
    found: set[str] = set()
    for run in re.findall(rf"[\u3400-\u9fff]{{{least},}}", text):
        found.update(run[place : place + least] for place in range(len(run) - least + 1))
    return found
