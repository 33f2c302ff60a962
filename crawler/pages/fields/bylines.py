"""Bylines: who wrote a text, as it says itself: `（记者 张三）`, `文/张三`, `張三／台北報導`. They stay in the body."""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.credits import BRACKETS, OFFICE, before_label
from crawler.pages.fields.lexicon import REPORT, REPORTER, TRANSLATED, one_of, words
from crawler.pages.fields.names import is_name, is_somebody, leading_name, may_be_name, name_parts, split_names

# （记者 张三 李四）, （本报记者张三）, 〔記者張三／台北報導〕, （中央社記者張三台北21日電）
_BRACKETED: Final = words(
    r"[(（〔【\[［][^()（）〔〕【】\[\]［］]{0,16}?(?:<REPORTER>|特约撰稿人?|撰稿人?)"
    r"\s{0,2}(?!站)(?P<names>[^()（）〔〕【】\[\]［］。，]{2,40})[)）〕】\]］]"
)
_REPORTERS: Final = (
    _BRACKETED,
    # 本报记者 张三 发自北京; 新京报记者 张三; 記者張三／台北報導, as a line of its own or at its beginning
    words(
        r"^[\s　◎■□●▲◆]{0,4}(?:(?:采写|撰文|图文|文)\s?[:：/／|｜丨│]\s?)?"
        r"(?![攝摄圖图编編])[\u3400-\u9fffA-Za-z0-9·《》]{0,14}?"
        r"\s{0,2}(?:[/／|]\s?)?(?:记者|記者|特[约約]撰稿人?|特派[员員])\s{0,2}(?:[/／]\s?)?"
        r"(?P<names>[\u3400-\u9fff·]{2,4}(?:[\s、,，/／]{1,3}[\u3400-\u9fff·]{2,12}){0,5}|[\u3400-\u9fff]{4,8})"
        r"(?=$|\s|／|/|\d|发自|發自|<REPORT>)"
    ),
    # 青禾新聞 | 張三 綜合報導
    words(
        r"^[^|｜／/]{2,14}[|｜／/]\s?(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,2})"
        r"\s[\u3400-\u9fff]{2,4}<REPORT>$"
    ),
    # 張三／台北報導; 【張三記者／綜合報導】; 編譯張三／綜合外電
    words(
        r"^[【〔(（\[［\s]{0,2}<TRANSLATED>?(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,3})"
        r"(?:記者|记者)?\s?[／/]\s?[\u3400-\u9fff]{2,4}(?:<REPORT>|外電|外电)"
    ),
    # 社會中心／張三報導; 國際中心／張三編譯
    words(
        r"^[【〔(（\[［\s]{0,2}[\u3400-\u9fff]{2,6}\s?[／/]\s?"
        r"(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,3})(?:<REPORT>|<TRANSLATED>)[】〕)）\]］]?(?:$|\s)"
    ),
)
# 中新网北京3月1日电 (张三)
_DATELINE: Final = words(
    r"^[\s　]{0,4}[\u3400-\u9fff]{2,6}<MEDIA>[\u3400-\u9fff]{0,8}\d{1,2}月\d{1,2}日[电電讯訊]\s?"
    r"[(（](?P<names>[\u3400-\u9fff\s、]{2,20})[)）]"
)
_ROLE: Final = re.compile(one_of(REPORTER, REPORT, TRANSLATED, "外電 外电 撰稿 特派"))
_BOTH: Final = words(r"(?:<PHOTO>|图文)<REPORT>$|<TEXT_AND_PICTURE>$")
_WROTE_TOO: Final = words("<TEXT_AND_PICTURE>|文")
# 張三丰臨水報導: a name, then a place that no list knows.
_FROM: Final = words(r"([\u3400-\u9fff]{4,7}?)(?:(?:綜合|综合|即時)?<REPORT>|\d{1,2}日[專专]?[電电讯訊])")
_PHOTOGRAPHED: Final = re.compile(r"[摄攝]$|(?:摄影|攝影|[摄攝]影报道|图)$|^[^。]{0,40}[摄攝][)）]?$")
_WRITER: Final = words(
    r"[\s　(（【\[□■◎]{0,4}(?:本文)?(?:<WRITER>|<TEXT_AND_PICTURE>|文)\s{0,2}[:：/／|｜丨│]\s{0,3}"
    r"(?P<names>[^()（）【】\[\]。，；]{2,60})"
    r"|[\s　]{0,4}(?P<names2>[\u3400-\u9fff]{2,4})\s?/\s?文(?:$|\s)"
    r"|[\s　]{0,4}(?:<TEXT_AND_PICTURE>|撰文)\s?[:：/／\s]\s?"
    r"(?P<names4>[\u3400-\u9fff]{2,3}(?:[\s、][\u3400-\u9fff]{2,3}){0,3})$"
    r"|[\s　]{0,4}[□■]\s{0,2}(?P<names3>[\u3400-\u9fff]{2,3})(?:$|\s|[(（])"
)
_SIGNED_WRITER: Final = words(
    r"[(（]\s{0,2}(?:本文)?(?:<WRITER>|<TEXT_AND_PICTURE>|文)\s{0,2}[:：/／\s]\s{0,3}(?P<names>[^()（）。；]{2,60})[)）]\s{0,4}$"
)
_REPRINT: Final = re.compile(
    r"(?:公众号|公眾號|授权|转载)[^。]{0,60}[，,]\s?(?:原文)?作者\s?[:：]\s?(?P<names>[^，,。：:（）()]{2,12})(?=[，,。（(]|$)"
)
_SHORT_LINE: Final = 40
_COLUMNIST: Final = re.compile(
    r"(?:作者|专栏作者|特约作者|评论员)\s{1,2}(?P<names>[\u3400-\u9fff]{2,4}(?:[\s、][\u3400-\u9fff]{2,4}){0,3})[】)）]?$"
)
_SIGNED: Final = re.compile(
    r"[。！？”…」]\s{0,4}[(（](?P<names>[\u3400-\u9fff\s、]{2,20})(?:[/／][\u3400-\u9fff]{2,10})?[)）]\s{0,4}$"
)
_FROM_PLACE: Final = words(r"\s[\u3400-\u9fff]{2,8}<REPORT>$")
_SIGNED_ALONE: Final = re.compile(
    r"^[\s　]{0,4}[(（](?P<names>[\u3400-\u9fff]{2,4}(?:[\s、][\u3400-\u9fff]{2,4}){0,4})[)）]$"
)
# What runs on behind a name, or stands before it.
_MORE: Final = words(r"\s[^\s、,，]{0,10}(?:<REPORTER>)\s?")
_BETWEEN: Final = re.compile(r"[\s、,，&;；]+")
_OFFICES: Final = tuple(REPORTER.split())
_LONGEST_LINE: Final = 80
_RUNS_ON: Final = words(r"[／/]\s{0,2}[\u3400-\u9fff]{2,4}(?:<REPORT>|综合|綜合|外電)|\s(?:<REPORTER>|實習|实习)")
_OFFICE: Final = re.compile(r"^(?:图|圖)\s|^[\u3400-\u9fff]{2,10}(?:记者|記者|作者|评论员)\s{0,2}")
_REPORTED: Final = words("<REPORT>$")


def written_by(line: str) -> tuple[str, ...]:
    """Writers that the line names with a writer's label (`作者：`, `文/`, `执笔：`); () where it names none."""
    if len(line) < 400 or line.endswith((")", "）")):
        if match := _WRITER.match(line):
            return _people(match["names"] or match["names2"] or match["names3"] or match["names4"])
        if match := _SIGNED_WRITER.search(line) if line.rstrip().endswith((")", "）")) else None:
            return _people(match["names"])
    if len(line) >= 160 or ("作者" not in line and "评论员" not in line):
        return ()
    match = (_COLUMNIST.search(line) if len(line) < 60 else None) or _REPRINT.search(line)
    return _people(match["names"]) if match else ()


def reported_by(line: str) -> tuple[str, ...]:
    """Reporters in a byline (`（记者 张三）`, `記者張三／台北報導`); photographers are not meant. () for none."""
    head = line[:120]
    dateline = _DATELINE.match(head) if "月" in head and "日" in head else None
    if dateline is not None and (names := split_names(dateline["names"])) and all(is_name(name) for name in names):
        return names
    if _ROLE.search(head) is None and _ROLE.search(line[-60:]) is None:
        return ()
    for part in (head, line[-80:]) if len(line) > 120 else (line,):
        for pattern in _REPORTERS:
            for match in pattern.finditer(part):
                behind = part[match.end() : match.end() + 6].split("）")[0].strip()
                wrote_too = _BOTH.search(match["names"].strip()) or _WROTE_TOO.match(behind)
                if not wrote_too and _PHOTOGRAPHED.search(match["names"].strip()):
                    continue
                if not wrote_too and _PHOTOGRAPHED.search(behind[:3]):
                    continue
                names = _people(match["names"], strict=True)
                if not names and pattern is _BRACKETED:
                    names = _as_labelled(match["names"])
                if names:
                    return names
    return _on_a_line(line) if len(line) <= _LONGEST_LINE else ()


def _as_labelled(value: str) -> tuple[str, ...]:
    """The names in brackets behind 记者, of whatever family, where all that stands there may be a name."""
    parts = name_parts(OFFICE.sub("", value).strip(), _BETWEEN)
    return tuple(parts) if all(may_be_name(part) for part in parts) else ()


def _on_a_line(line: str) -> tuple[str, ...]:
    """The names on a line that holds nothing but offices and names: `某报驻甲、乙特约记者 张三 李四 某报记者 王五`."""
    parts = line.strip(BRACKETS).split()
    names = tuple(part for part in parts if not part.endswith(_OFFICES))
    return names if len(names) < len(parts) and all(is_name(name) for name in names) else ()


def signed_by(line: str) -> tuple[str, ...]:
    """Names that sign the text in brackets at its end (`……。（张三）`); () for none."""
    match = (_SIGNED_ALONE.search(line) if len(line) < 40 else None) or _SIGNED.search(line[-60:])
    names = split_names(_FROM_PLACE.sub("", match["names"])) if match else ()
    return names if names and all(is_name(name) for name in names) else ()


def edges(lines: Sequence[str]) -> Sequence[str]:
    """The lines of a text that may be a byline: the first and last ones, and the short ones between them."""
    if len(lines) <= 8:
        return lines
    return [*lines[:5], *(line for line in lines[5:-3] if len(line) < _SHORT_LINE), *lines[-3:]]


def find_authors(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors that a byline names: in the first or last lines of a text, or in a short line between them."""
    near = edges(lines)
    for reader in (written_by, reported_by):
        for line in near:
            if names := reader(line):
                return names
    return signed_by(lines[-1]) if lines else ()


def _people(value: str, *, strict: bool = False) -> tuple[str, ...]:
    """Names out of a byline's value, which may run on into a place or an office. `strict`: surnames are required."""
    value = _OFFICE.sub("", _RUNS_ON.split(_MORE.sub("、", before_label(value)))[0])
    names: list[str] = []
    for part in name_parts(value.strip(BRACKETS), _BETWEEN):
        found = [name for name in split_names(part) if is_name(name)]
        lead = leading_name(part)
        if found:
            names += found
        elif lead:
            names.append(lead)
            break
        elif strict and (run := _FROM.fullmatch(part)) and is_name(run[1][: 3 if len(run[1]) > 4 else 2]):
            names.append(run[1][: 3 if len(run[1]) > 4 else 2])
            break
        elif not strict and _may_sign(part, 5 if names else 8):
            names.append(part)
        elif strict or names:
            break
    return tuple(dict.fromkeys(names))


def _may_sign(part: str, most: int) -> bool:
    """Whether a labelled writer is somebody: a pen name of so many characters, or a Latin name."""
    latin = part.isascii() and part[:1].isupper() and " " in part
    return is_somebody(part) and (latin or len(part) <= most) and _REPORTED.search(part) is None
