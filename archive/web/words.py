"""Every word that the pages say, in Chinese and in English: `words/*.toml`, a file a part of the pages.

`[search]` with `hits = { zh = "{n} 条", en = "{n} hits", one = "{n} hit" }` is said with `t("search.hits", n=3)`; `one`
is English for n=1.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
Word = Mapping[str, str]


@cache
def every_word() -> dict[str, Word]:
    """All words by `file's section.name`. Raises ValueError where two files have the same."""
    found: dict[str, Word] = {}
    for file in sorted(files("archive.web").joinpath("words").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for section, words in tomllib.loads(file.read_text("utf-8")).items():
            for name, word in words.items():
                if f"{section}.{name}" in found:
                    raise ValueError(f"{file.name} says {section}.{name} again")
                found[f"{section}.{name}"] = word
    return found


def say(lang: Lang, key: str, /, **values: Any) -> str:
    """A word with its values put in; numbers with commas. Raises KeyError for one that nobody wrote."""
    word = every_word()[key]
    text = word["one"] if lang == "en" and "one" in word and values.get("n") == 1 else word[lang]
    shown = {name: f"{value:,}" if type(value) is int else value for name, value in values.items()}
    return text.format_map(shown) if shown else text


def say_or(lang: Lang, key: str, other: str) -> str:
    """A word for a value of the archive (a flag, an outcome), or the value itself where nobody wrote one."""
    return every_word().get(key, {}).get(lang, other)


def choose(asked: str, accepted: str) -> Lang:
    """The language of a page. `asked`: `?lang=`. `accepted`: the header Accept-Language (RFC 9110, 12.5.4)."""
    for lang in LANGS:
        if asked == lang:
            return lang
    ranked: list[tuple[float, int, Lang]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.partition(";")
        known = [lang for lang in LANGS if lang == tag.strip().lower().partition("-")[0]]
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if quality > 0:
            ranked += [(-quality, place, lang) for lang in known]
    return min(ranked)[2] if ranked else "zh"
