"""How a text is changed where it is printed again: the kinds of ../shared/dedup's labels, made on invented texts."""

import random
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from attrs import frozen

from crawler.demo.pages.mirrors import spin, transcode
from crawler.demo.world.words import PINYIN

_SENTENCES: Final = re.compile(r"[^。！？\n]*[。！？\n]?")
_READINGS: Final = tuple(PINYIN.values())
_SEPARATORS: Final = "\u200b\u00a0|·"


@frozen
class Source:
    """What a copy is made of: the text that is printed again, the texts of other stories, one that nobody printed, and
    what its printer puts around all of them."""

    text: str
    others: Sequence[str]
    spare: str
    head: str
    foot: str


Change = Callable[[Source, random.Random], str]


def verbatim(source: Source, dice: random.Random) -> str:
    return source.text


def spaced(source: Source, dice: random.Random) -> str:
    """Other white space and punctuation, or signs put between characters."""
    if dice.random() < 0.5:
        return source.text.replace("，", ",").replace("“", '"').replace("”", '"').replace("\n", "\n　　")
    sign, share = dice.choice(_SEPARATORS), dice.choice((0.1, 0.5))
    return "".join(char + sign if dice.random() < share else char for char in source.text)


def cluttered(source: Source, dice: random.Random) -> str:
    """What a portal puts around a text; at times more of it than there is text."""
    teasers = "\n".join(one[:40] + "..." for one in _sentences(source.spare)[: dice.choice((0, 0, 5))])
    return "\n".join(filter(None, (source.head, source.text, source.foot, teasers)))


def cut(source: Source, dice: random.Random) -> str:
    """What is left of its first 75, 50 or 25 %."""
    return source.text[: int(len(source.text) * dice.choice((0.75, 0.75, 0.5, 0.5, 0.25)))]


def excerpt(source: Source, dice: random.Random) -> str:
    """Thirty percent from within, in words of another's."""
    length = max(60, int(len(source.text) * 0.3))
    start = dice.randrange(max(1, len(source.text) - length))
    own = _sentences(source.spare)
    return "".join((*own[:1], source.text[start : start + length], *own[1:2]))


def edited(source: Source, dice: random.Random) -> str:
    """A twentieth or a fifth of its sentences left out, or exchanged for others."""
    share, spare = dice.choice((0.05, 0.05, 0.2)), _sentences(source.spare)
    told = []
    for sentence in _sentences(source.text):
        if dice.random() >= share:
            told.append(sentence)
        elif dice.random() < 0.7:
            told.append(dice.choice(spare))
    return "".join(told)


def spun(source: Source, dice: random.Random) -> str:
    return spin(source.text)


def traditional(source: Source, dice: random.Random) -> str:
    """Traditional characters, some followed by their reading."""
    return transcode(source.text)


def read_aloud(source: Source, dice: random.Random) -> str:
    """Pinyin behind 20 or 50 % of the characters."""
    share = dice.choice((0.2, 0.2, 0.5))
    return "".join(f"{char}({dice.choice(_READINGS)})" if dice.random() < share else char for char in source.text)


def garbled(source: Source, dice: random.Random) -> str:
    """Stretches of UTF-8 that were read as GBK."""
    return "".join(
        sentence.encode().decode("gbk", "ignore") if dice.random() < 0.1 else sentence
        for sentence in _sentences(source.text)
    )


def misprinted(source: Source, dice: random.Random) -> str:
    """Every tenth or twentieth character another one."""
    share = dice.choice((0.05, 0.1))
    return "".join(dice.choice(source.text) if dice.random() < share else char for char in source.text)


def reordered(source: Source, dice: random.Random) -> str:
    paragraphs = source.text.split("\n")
    dice.shuffle(paragraphs)
    return "\n".join(paragraphs)


def rounded_up(source: Source, dice: random.Random) -> str:
    """One of several stories in one text."""
    texts = [source.text, *source.others]
    dice.shuffle(texts)
    return "\n".join(f"{number}、{text}" for number, text in zip(count(1), texts, strict=False))


def combined(source: Source, dice: random.Random) -> str:
    """Cut off, spun and in somebody's clutter, as spam is."""
    return f"{source.head}\n{spin(cut(source, dice))}\n{source.foot}"


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCES.findall(text) if sentence]
