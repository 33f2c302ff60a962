"""Bylines: who wrote a text, as it says itself: `（记者 张三）`, `文/张三`, `張三／台北報導`. They stay in the body."""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.credits import BRACKETS
from crawler.pages.fields.names import is_name, is_somebody, leading_name, split_names

_REPORTERS = (
    # （记者 张三 李四）, （本报记者张三）, 〔記者張三／台北報導〕, （中央社記者張三台北21日電）
    re.compile(
        r"[(（〔【\[［][^()（）〔〕【】\[\]［］]{0,16}?(?:记者|記者|通讯员|特约撰稿人?|"
        r"撰稿人?)\s{0,2}(?!站)(?P<names>[^()（）〔〕【】\[\]［］。，]{2,40})[)）〕】\]］]"
    ),
    # 本报记者 张三 发自北京; 新京报记者 张三; 記者張三／台北報導, as a line of its own or at its beginning
    re.compile(
        r"^[\s　◎■□●▲◆]{0,4}(?:(?:采写|撰文|图文|文)\s?[:：/／|｜丨]\s?)?"
        r"(?![攝摄圖图编編])[\u3400-\u9fffA-Za-z0-9·《》]{0,14}?"
        r"\s{0,2}(?:[/／|]\s?)?(?:记者|記者)\s{0,2}(?:[/／]\s?)?(?P<names>[\u3400-\u9fff·]{2,4}(?:[\s、,，/／]{1,3}[\u3400-\u9fff·]{2,12}){0,5}|"
        r"[\u3400-\u9fff]{4,8})(?=$|\s|／|/|\d|发自|發自|报道|報導)"
    ),
    # 青禾新聞 | 張三 綜合報導
    re.compile(
        r"^[^|｜／/]{2,14}[|｜／/]\s?(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,2})\s[\u3400-\u9fff]{2,4}"
        r"(?:報導|报道)$"
    ),
    # 張三／台北報導; 【張三記者／綜合報導】; 編譯張三／綜合外電
    re.compile(
        r"^[【〔(（\[［\s]{0,2}(?:編譯|编译)?(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,3})(?:記者|记者)?"
        r"\s?[／/]\s?[\u3400-\u9fff]{2,4}(?:報導|报道|外電|外电)"
    ),
    # 社會中心／張三報導; 國際中心／張三編譯
    re.compile(
        r"^[【〔(（\[［\s]{0,2}[\u3400-\u9fff]{2,6}\s?[／/]\s?(?P<names>[\u3400-\u9fff]{2,4}(?:[、\s][\u3400-\u9fff]{2,4}){0,3})"
        r"(?:報導|报道|編譯|编译)[】〕)）\]］]?(?:$|\s)"
    ),
)
# 中新网北京3月1日电 (张三)
_DATELINE = re.compile(
    r"^[\s　]{0,4}[\u3400-\u9fff]{2,6}(?:网|社|报|報)[\u3400-\u9fff]{0,8}\d{1,2}月\d{1,2}日[电電讯訊]\s?"
    r"[(（](?P<names>[\u3400-\u9fff\s、]{2,20})[)）]"
)
_ROLE = re.compile("记者|記者|通讯员|報導|报道|編譯|编译|外電|外电")
_BOTH = re.compile(r"(?:摄影报道|攝影報導|图文报道|文图|文/图)$")
# 張三丰臨水報導: a name, then a place that no list knows.
_FROM = re.compile(r"([\u3400-\u9fff]{4,7}?)(?:(?:綜合|综合|即時)?(?:報導|报道)|\d{1,2}日[專专]?[電电讯訊])")
_PHOTO = re.compile(r"[摄攝]$|(?:摄影|攝影|[摄攝]影报道|图)$|^[^。]{0,40}[摄攝][)）]?$")
_WRITER = re.compile(
    r"[\s　(（【\[□■◎]{0,4}(?:本文)?(?:作者|撰文|撰稿|执笔人?|執筆|文[/／]图|图[/／]文|图文|"
    r"文)\s{0,2}[:：/／|丨]\s{0,3}(?P<names>[^()（）【】\[\]。，；]{2,60})"
    r"|[\s　]{0,4}(?P<names2>[\u3400-\u9fff]{2,4})\s?/\s?文(?:$|\s)"
    r"|[\s　]{0,4}(?:图[/／]文|圖[/／]文|文[/／]图|图文|文图|撰文|文、圖)\s?[:：/／\s]\s?"
    r"(?P<names4>[\u3400-\u9fff]{2,3}"
    r"(?:[\s、][\u3400-\u9fff]{2,3}){0,3})$"
    r"|[\s　]{0,4}[□■]\s{0,2}(?P<names3>[\u3400-\u9fff]{2,3})(?:$|\s|[(（])"
)
_SIGNED_WRITER = re.compile(
    r"[(（]\s{0,2}(?:本文)?(?:作者|撰文|执笔人?|執筆|文/图|图/文|图文|"
    r"文)\s{0,2}[:：/／\s]\s{0,3}(?P<names>[^()（）。；]{2,60})[)）]\s{0,4}$"
)
_REPRINT = re.compile(
    r"(?:公众号|公眾號|授权|转载)[^。]{0,60}[，,]\s?(?:原文)?作者\s?[:：]\s?(?P<names>[^，,。：:（）()]{2,12})(?=[，,。（(]|$)"
)
_SHORT_LINE: Final = 24
_COLUMNIST = re.compile(
    r"(?:作者|专栏作者|特约作者|"
    r"评论员)\s{1,2}(?P<names>[\u3400-\u9fff]{2,4}(?:[\s、][\u3400-\u9fff]{2,4}){0,3})[】)）]?$"
)
_SIGNED = re.compile(
    r"[。！？”…」]\s{0,4}[(（](?P<names>[\u3400-\u9fff\s、]{2,20})(?:[/／][\u3400-\u9fff]{2,10})?[)）]\s{0,4}$"
)
_SIGNED_ALONE = re.compile(r"^[\s　]{0,4}[(（](?P<names>[\u3400-\u9fff]{2,4}(?:[\s、][\u3400-\u9fff]{2,4}){0,4})[)）]$")


def written_by(line: str) -> tuple[str, ...]:
    """Writers that the line names with a writer's label (`作者：`, `文/`, `执笔：`); () where it names none."""
    if len(line) < 400 or line.endswith((")", "）")):
        if match := _WRITER.match(line):
            return _people(match["names"] or match["names2"] or match["names3"] or match["names4"])
        if match := _SIGNED_WRITER.search(line) if line.rstrip().endswith((")", "）")) else None:
            return _people(match["names"])
    match = (_COLUMNIST.search(line) if len(line) < 60 else None) or (
        _REPRINT.search(line) if len(line) < 160 else None
    )
    return _people(match["names"]) if match else ()


def reported_by(line: str) -> tuple[str, ...]:
    """Reporters in a byline (`（记者 张三）`, `記者張三／台北報導`); photographers are not meant. () for none."""
    head = line[:120]
    dateline = _DATELINE.match(head)
    if dateline is not None and (names := split_names(dateline["names"])) and all(is_name(name) for name in names):
        return names
    if _ROLE.search(head) is None and _ROLE.search(line[-60:]) is None:
        return ()
    for part in (head, line[-80:]) if len(line) > 120 else (line,):
        for pattern in _REPORTERS:
            for match in pattern.finditer(part):
                wrote_too = _BOTH.search(match["names"].strip())
                if (not wrote_too and _PHOTO.search(match["names"].strip())) or _PHOTO.search(
                    part[match.end() : match.end() + 6].split("）")[0].strip()[:3]
                ):
                    continue
                names = _people(match["names"], strict=True)
                if names:
                    return names
    return ()


def signed_by(line: str) -> tuple[str, ...]:
    """Names that sign the text in brackets at its end (`……。（张三）`); () for none."""
    match = (_SIGNED_ALONE.search(line) if len(line) < 40 else None) or _SIGNED.search(line[-60:])
    names = split_names(match["names"]) if match else ()
    return names if names and all(is_name(name) for name in names) else ()


def find_authors(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors that a byline names: in the first or last lines of a text, or in a short line between them."""
    edges = (
        lines
        if len(lines) <= 8
        else [*lines[:5], *(line for line in lines[5:-3] if len(line) < _SHORT_LINE), *lines[-3:]]
    )
    for reader in (written_by, reported_by):
        for line in edges:
            if names := reader(line):
                return names
    return signed_by(lines[-1]) if lines else ()


def _people(value: str, *, strict: bool = False) -> tuple[str, ...]:
    """Names out of a byline's value, which may run on into a place or an office. `strict`: surnames are required."""
    value = re.split(
        r"[／/]\s{0,2}[\u3400-\u9fff]{2,4}(?:报道|報導|综合|綜合|外電)|\s(?:记者|通讯员|實習|实习)", value
    )[0]
    value = re.sub(r"^(?:图|圖)\s|^[\u3400-\u9fff]{2,10}(?:记者|記者|作者|评论员)\s{0,2}", "", value)
    names: list[str] = []
    for part in re.split(r"[\s、,，&;；]+", value.strip(BRACKETS)):
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
        elif (
            not strict
            and is_somebody(part)
            and len(part) <= (5 if names else 8)
            and not part.endswith(("报道", "報導"))
        ):
            names.append(part)
        elif strict or names:
            break
    return tuple(dict.fromkeys(names))
