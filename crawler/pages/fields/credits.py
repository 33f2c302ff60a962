"""Credits as Chinese pages label them: `来源：X 作者：Y 责任编辑：Z`, near the headline or below the text."""

import re

from attrs import frozen

from crawler.pages.fields.clock import find_stamps
from crawler.pages.fields.names import is_name, is_somebody, split_names

_SOURCE = (
    "稿件来源|信息来源|资料来源|文章来源|新闻来源|消息来源|本文来源|内容来源|來源|来源|出处|出處|来自|來自|"
    "稿源|转载自|转自|原载"
)
_AUTHOR = "本文作者|文章作者|作者|撰文|撰稿人|撰稿|执笔人|执笔|執筆|编译|編譯"
_REPORTER = "记者|記者|文/图|图/文|图文|文图|文"
_CHIEF = "责任编辑|責任編輯|责任编缉|责编|責編|责任编校"
_EDITOR = "网络编辑|本文编辑|值班编辑|实习编辑|核稿編輯|核稿编辑|责任校对编辑|编辑|編輯|选稿|小编"
_MODIFIED = "最后更新时间|最后更新|更新时间|更新日期|最後更新|更新於|更新于|修改时间|更新"
_PUBLISHED = (
    "发布时间|发表时间|发稿时间|发布日期|出版时间|發布時間|發佈時間|發表時間|发布于|发表于|发布|發布|日期|"
    "时间|時間|上传时间|录入时间|添加时间"
)
_KEYWORDS = "文章关键词|关键词|关键字|關鍵字|關鍵詞|主題標籤|标签|標籤|Tags?|TAGS?"
_OTHER = (
    "字号|字號|字体|字體|大小|浏览次数|浏览量|浏览|瀏覽|点击数|点击量|点击|點擊|點閱|阅读量|阅读数|阅读|閱讀|"
    "人气|人氣|评论数|评论|評論|跟帖|分享到|分享至|分享"
    "|摄影|攝影|校对|审核|终审|二审|三审|一审|初审|复审|监制|監製|统筹|策划|主编|编审|栏目|频道|类别|分类|"
    "分類|所属|专题|热度|参与|订阅|收藏|打印|列印|投稿|微信号|公众号|美编|排版|制图|设计|视频|音频|剪辑|翻译|"
    "联系|邮箱|电话|QQ|我要"
)
_GROUPS = {
    "source": _SOURCE,
    "chief": _CHIEF,
    "editor": _EDITOR,
    "author": _AUTHOR,
    "modified": _MODIFIED,
    "published": _PUBLISHED,
    "keywords": _KEYWORDS,
    "reporter": _REPORTER,
    "other": _OTHER,
}
_KIND = {word: kind for kind, words in _GROUPS.items() for word in words.replace("?", "").split("|")}
_KIND |= {"Tag": "keywords", "TAG": "keywords"}
_WORDS = "|".join(sorted((w for words in _GROUPS.values() for w in words.split("|")), key=len, reverse=True))
_MARK = re.compile("[:：/／︰|｜丨]")
_FIRST = "".join(sorted({word[0] for word in _WORDS.split("|")}))
_LABEL = re.compile(
    rf"(?=[{_FIRST}])(?<![图圖][片像])(?<!数据)({_WORDS})(?:\s{{0,3}}[:：︰]|(?<=[编編者辑輯])\s?[|｜丨]|(?<=[文记者執筆执])\s?[/／])\s{{0,4}}"
)
# A newsroom's code after an editor's name: `_NN2587`, ` SF099`, `(QZ0012)`.
_CODE = re.compile(
    r"^[A-Za-z]{1,4}\d{2,8}\s+(?=[\u3400-\u9fff])|[_\s(（]{0,2}[A-Za-z]{1,4}\d{2,8}[)）]?$|^[A-Za-z]{0,4}\d{2,8}$"
)
_NO_AUTHOR = re.compile(
    r"(?:报道|報導|外電|记者|記者|编译|編譯|通讯员|实习生|摄影|攝影)$|^[图圖文]$|^系|^/$|评论|評論|[(（\d]"
)
_COUNTRY = re.compile(r"[\[(（【〔][\u3400-\u9fff]{1,3}[\])）】〕]\s?(?=[\u3400-\u9fffA-Z])")
_SITE = re.compile("(?:网|網|网站|频道|客户端|新闻社)$")
_KEYWORDS_LENGTH = 400
BRACKETS = " \t\xa0　()（）[]【】〔〕「」|｜·,，、;；>»-—#＃"


@frozen(kw_only=True)
class Credits:
    """What one line's labels say; "" and () where they say nothing. `rest`: the text without what was read."""

    source: str = ""
    authors: tuple[str, ...] = ()
    editor: str = ""
    chief: bool = False
    keywords: tuple[str, ...] = ()
    labels: int = 0
    rest: str = ""


def read_credits(text: str) -> Credits:
    """The labelled values of one line. A line of running text gives an empty result or few labels."""
    if len(text) > 600 or _MARK.search(text) is None:
        return Credits(rest=text)
    matches = list(_LABEL.finditer(text))[:24]
    source = editor = ""
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    chief = False
    rest = text[: matches[0].start()] if matches else text
    for match, following in zip(matches, [*matches[1:], None], strict=False):
        value = text[match.end() : following.start() if following else len(text)]
        kind = _KIND.get(match[1], "other")
        if kind == "source" and not source:
            source, spare = _source(value)
            if spare and not authors:
                authors = spare
        elif kind == "author" or (kind == "reporter" and not authors):
            authors = _tidy(split_names(_cut(_COUNTRY.sub("", value)).strip(BRACKETS))) or authors
        elif kind in ("chief", "editor") and not (chief and kind == "editor"):
            name = clean_editor(_cut(value))
            if name:
                editor, chief = name, kind == "chief"
        elif kind == "keywords" and not keywords:
            keywords = split_keywords(value)
        elif kind == "published":
            rest += " " + value
    return Credits(
        source=source,
        authors=authors,
        editor=editor,
        chief=chief,
        keywords=keywords,
        labels=len(matches),
        rest=rest.strip(),
    )


def _tidy(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a labelled author without what runs on behind them: a place, a part, an office."""
    tidy = tuple(name for name in names if not _NO_AUTHOR.search(name))
    return tidy[:1] if tidy and any(name.startswith(("系", "为", "為")) for name in names) else tidy


def is_label(text: str) -> bool:
    """Whether the text is a credit's label alone: `发布时间`, `来源`."""
    return text in _KIND


def split_keywords(value: str) -> tuple[str, ...]:
    """The words of a keyword list, in order, each once, up to 20 of up to 20 characters. Spaces part words only
    where no other sign does: `Mate 60,手机`."""
    words = re.split(r"[,，、;；|#]+" if re.search("[,，、;；|]", value) else r"[\s#]+", value[:_KEYWORDS_LENGTH])
    return tuple(dict.fromkeys(word for part in words if 0 < len(word := part.strip()) <= 20))[:20]


def clean_editor(value: str) -> str:
    """An editor's name as printed, without the newsroom's code; "" where only a code stands."""
    value = re.sub(r"[(（].*$", "", _CODE.sub("", value.strip(BRACKETS))).strip(BRACKETS)
    if _SITE.search(value):
        return ""
    if " " in value and not all(is_name(part) for part in value.split()):
        value = value.split()[0]
    return value if is_somebody(value) else ""


def clean_source(value: str) -> str:
    """A source's name without brackets, clutter after it and trailing punctuation; "" for an address or a sentence."""
    value = re.sub(r"[(（][^()（）]{1,10}[)）]$", "", value.strip()).strip(BRACKETS)
    if "/" in value and is_name(value.partition("/")[0]):
        value = value.partition("/")[2]
    if value.startswith(("http", "www.")) or len(value) > 40 or any(c in "。！？；" for c in value):
        return ""
    return value.strip("《》") if value.startswith("《") and value.endswith("》") else value


def _cut(value: str) -> str:
    """A value up to the first bar, bracketed remark, sentence or date."""
    stamp = next(find_stamps(value), None)
    if stamp:
        value = value[: stamp.start]
    return re.split(
        r"[|｜>\t\ue000-\uf8ff\]】]|[。！？]|(?<=[^(（])[)）】](?=[^\s])|\s{2,}(?![\u3400-\u9fff]{1,4}(?:\s|$))",
        value.strip(),
        maxsplit=1,
    )[0].strip()


def _source(value: str) -> tuple[str, tuple[str, ...]]:
    value = _cut(value)
    head, _, tail = value.partition(" ")
    if not tail:
        return clean_source(value), ()
    if head.isascii():
        head = value if len(value) <= 24 else head  # NOWnews 今日新聞
        return clean_source(head), ()
    names = tuple(part for part in tail.split() if is_name(part))
    return clean_source(head), names if names and len(names) == len(tail.split()) else ()
