"""Names of people in Chinese credit lines: where one ends and the next begins, and what is no name at all."""

import re

from crawler.pages.fields.lexicon import (
    DOUBLE_SURNAMES,
    HOUSES,
    MEDIA,
    NOBODY,
    PLACES,
    PUBLISHERS,
    RARE_SURNAMES,
    REPORT,
    SURNAMES,
    each_of,
    words,
)

# Where a name that runs into the next word stops: places, and what follows a reporter's name.
_STOP = words(r"(?<=[\u3400-\u9fff]{2})(?:<PROVINCES>|<CITIES>|<ABROAD>|<BEHIND_A_NAME>)")
_AND = re.compile(r"(?<=[A-Za-z.]) and (?=[A-Z])")
_SPLIT = re.compile(r"[\s、,，&;；/／|+＆•·▪]+|和(?=[\u3400-\u9fff]{2,4}$)")
_PARTED = re.compile("[、,，;；&]")
# 约翰·格林: one name, unless both halves are Chinese ones.
_FOREIGN = re.compile(r"([\u3400-\u9fff]{1,6})·([\u3400-\u9fff]{1,8})")
# John Smith, Ludwig van Beethoven, J. R. R. Tolkien: a space within Latin letters parts no names.
_LATIN = re.compile(
    r"(?:[A-Z][A-Za-z\u00c0-\u024f'’.-]*)(?: (?:[a-z]{2,3} )?[A-Z][A-Za-z\u00c0-\u024f'’.-]*){1,4}(?![A-Za-z])"
)
_WITH_ORIGINAL = re.compile(r"[\u3400-\u9fff·\u2027]{2,20}[(（][A-Za-z\u00c0-\u024f .·'-]{2,40}[)）]")
_GIVEN = re.compile(r"[\u3400-\u9fff]{2,4}")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_NO_GIVEN = words(
    "<BEHIND_A_NAME>|[获獲从從在的了是与與和为為]|供图|资料|整理|观察|观点|说|称|表示|手记|札记|调查|日前|近日|直播|连线|现场"
)
_KEPT = "\ue000"  # a space within a name, while the names are parted
_ORGANISATION = each_of(MEDIA, PUBLISHERS, HOUSES, REPORT, "整理")  # how what is no person's name ends


def is_name(text: str) -> bool:
    """Whether the text reads as one Chinese person's name: a surname, and one or two characters more."""
    if not 2 <= len(text) <= 4 or not _HAN.fullmatch(text) or text in PLACES or text.endswith(_ORGANISATION):
        return False
    if text[:2] in DOUBLE_SURNAMES:
        return len(text) in (3, 4)
    return len(text) <= 3 and (text[0] in SURNAMES or text[0] in RARE_SURNAMES) and text not in NOBODY


def may_be_name(text: str) -> bool:
    """Whether the text could be a Chinese name, be it a pen name or one of a rare family, where a label says that a
    name stands there."""
    if _GIVEN.fullmatch(text) is None or text in PLACES or text in NOBODY:
        return False
    return not text.endswith(_ORGANISATION) and _NO_GIVEN.search(text) is None


def is_somebody(text: str) -> bool:
    """Whether a labelled author is a person or a pen name, and not a placeholder, an address or a sentence."""
    return (
        0 < len(text) <= (60 if "·" in text else 24)
        and text.lower() not in NOBODY
        and not any(c in "。！？：:；【】<>={}" for c in text)
        and not text.isdigit()
        and any(c.isalnum() for c in text)
    )


def leading_name(text: str) -> str | None:
    """The name that the text begins with, where something follows it without a break: `方敏北京大学经济学院教授`."""
    match = _HAN.match(text)
    if not match:
        return None
    run = match[0][:12]
    if is_name(run) and run[-1] not in "电電摄攝讯訊":
        return run
    stop = _STOP.search(run)
    return run[: stop.start()] if stop and is_name(run[: stop.start()]) else None


def name_parts(text: str, signs: re.Pattern[str]) -> list[str]:
    """The text parted at these signs, but not within a Latin name."""
    kept = _LATIN.sub(lambda match: match[0].replace(" ", _KEPT), _AND.sub("、", text))
    return [part.replace(_KEPT, " ") for part in signs.split(kept)]


def split_names(text: str) -> tuple[str, ...]:
    """The names of a credit's value, in order: split at separators, and at surnames where none are typed.

    `罗科苏盈` gives two names, `康斯坦丁` one, `John Smith` one. Placeholders (`未知`, `佚名`) are left out.
    """
    text = text[:120]
    parted = _PARTED.search(text) is not None  # then a dot parts nothing
    whole = _FOREIGN.sub(
        lambda m: m[0] if is_name(m[1]) and is_name(m[2]) and not parted else f"{m[1]}\u2027{m[2]}", text
    )
    parts = [_bare(part).replace("\u2027", "·") for part in name_parts(whole, _SPLIT)]
    if len(parts) > 1 and parts == whole.split() and all(len(part) == 1 and _HAN.fullmatch(part) for part in parts):
        parts = ["".join(parts)]  # 王 伟: one name, spaced out to line up
    parts = _join_spaced(parts, " ".join(whole.split()))
    names: list[str] = []
    for part in parts:
        for name in _split_run(part):
            if name not in names and is_somebody(name):
                names.append(name)
    return tuple(names[:12])


def _bare(part: str) -> str:
    """A name without the brackets around it, and what else they hold behind it; a name's original stays there:
    `琳达·布鲁克（Linda Brooke）`."""
    if _WITH_ORIGINAL.fullmatch(part.strip()):
        return part.strip()
    bare = part.strip(" ()（）[]【】〔〕《》<>")
    opened = max(bare.find("（"), bare.find("("))
    return bare[:opened] if opened > 1 else bare


def _join_spaced(parts: list[str], whole: str) -> list[str]:
    """`李 明` typed with a space so that it lines up with three-character names: two single characters are one name."""
    joined: list[str] = []
    for part in parts:
        last = joined[-1] if joined else ""
        if len(part) == len(last) == 1 and last in SURNAMES and _HAN.fullmatch(part) and f"{last} {part}" in whole:
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined


def _is_common(text: str) -> bool:
    return is_name(text) and text[0] not in RARE_SURNAMES


def _split_run(run: str) -> list[str]:
    if is_name(run) or not _HAN.fullmatch(run) or not 4 <= len(run) <= 9:
        return [run]
    for first in (2, 3, 4):
        head, tail = run[:first], run[first:]
        if _is_common(head) and len(tail) >= 2:
            rest = _split_run(tail)
            if all(_is_common(name) for name in rest):
                return [head, *rest]
    return [run]
