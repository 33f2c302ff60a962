"""Credits as Chinese pages label them: `来源：X 作者：Y 责任编辑：Z`, near the headline or below the text."""

import re
from collections.abc import Sequence

from attrs import frozen

from crawler.pages.fields.clock import find_stamps
from crawler.pages.fields.lexicon import LABELS, one_of, words
from crawler.pages.fields.names import is_name, is_somebody, split_names

_KIND = {word: kind for kind, labels in LABELS.items() for word in labels.split()}
_MARK = re.compile("[:：/／︰|｜丨│]|^作者[,，]")
_FIRST = "".join(sorted({word[0] for word in _KIND}))
_SOMEBODY = ("source", "chief", "editor", "author", "reporter", "review", "craft")
_NAMED = one_of(*(word for kind in _SOMEBODY for word in LABELS[kind].split() if len(word) > 1))
_TOLD = one_of(*(labels for kind, labels in LABELS.items() if kind not in _SOMEBODY))
# A label ends in a colon; one of a person or a medium may end in a bar or a stroke too. 文 and 图 by themselves end
# many a word. In quotation marks a site's terms speak of labels: 凡注明“来源：…”的作品.
_LABEL = re.compile(
    rf"(?=[{_FIRST}])(?<![图圖][片像])(?<!数据)(?<![“「『])(?:"
    rf"({_NAMED}|(?<![\u3400-\u9fff])[文图圖])(?:\s{{0,3}}[:：︰]|\s?[|｜丨│/／](?!\s?(?:{_NAMED}|{_TOLD}|[图圖]))|(?<=^作者)[,，])"
    rf"|({_TOLD})\s{{0,3}}[:：︰])\s{{0,4}}"
)
# A newsroom's code after an editor's name: `_NN2587`, ` SF099`, `(QZ0012)`.
_CODE = re.compile(
    r"^[A-Za-z]{1,4}\d{2,8}\s+(?=[\u3400-\u9fff])|[_\s(（]{0,2}[A-Za-z]{1,4}\d{2,8}[)）]?$|^[A-Za-z]{0,4}\d{2,8}$"
)
# 望潮报·望潮网记者 张三 通讯员 李四: what stands before the names.
OFFICE = words(
    r"(?:^|(?<=[\s、,，;；]))(?:[^\s、,，;；]{0,24}(?:<REPORTER>|实习生|實習生|评论员|特派员|撰稿人|作者)|实习|特约|本报|本網|本网)"
    r"[\s:：]{0,3}(?=[\u3400-\u9fffA-Z])"
)
_NO_AUTHOR = words(r"(?:<REPORT>|<REPORTER>|<TRANSLATED>|<PHOTO>|外電|实习生)$|^[图圖文]$|^系|^/$|评论|評論|[(（\d]")
_COUNTRY = re.compile(r"[\[(（【〔][\u3400-\u9fff]{1,3}[\])）】〕]\s?(?=[\u3400-\u9fffA-Z])")
# 某所研究员张三: an office that runs into its holder's name.
_HOLDS = re.compile(
    r"^.{2,80}(?:部长|主任|所长|院长|会长|总裁|研究员|教授|博士|律师|学者|作家|委员|专家|理事|经理|分析师|评论员)(?=[\u3400-\u9fff]{2,4}$)"
)
_LONGEST_CLOSING = 160
_LONGEST_REST = 8
_SITE = words("<MEDIA>$")
_WITH_NOTE = re.compile(r"[^\[\]【】]{2,30}(?:\[[^\[\]]{1,8}\]|【[^【】]{1,8}】)")
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


def may_have_labels(text: str) -> bool:
    """Whether the line has a sign that ends a label: most have none."""
    return len(text) <= 600 and _MARK.search(text) is not None


def read_credits(text: str) -> Credits:
    """The labelled values of one line. A line of running text gives an empty result or few labels."""
    if not may_have_labels(text):
        return Credits(rest=text)
    matches = list(_LABEL.finditer(text))[:24]
    source = editor = ""
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    chief = False
    rest = text[: matches[0].start()] if matches else text
    for match, following in zip(matches, [*matches[1:], None], strict=False):
        value = text[match.end() : following.start() if following else len(text)]
        kind = _KIND[match[1] or match[2]]
        if kind == "source" and not source:
            source, spare = _source(value)
            if spare and not authors:
                authors = spare
        elif kind == "author" or (kind == "reporter" and not authors):
            value = _HOLDS.sub("", OFFICE.sub("", _cut(_COUNTRY.sub("", value)).strip(BRACKETS)))
            authors = _tidy(split_names(value)) or authors
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


def label_kind(text: str) -> str | None:
    """The kind of label (of `lexicon.LABELS`) that the text is: `published` for `发布时间`; None for none."""
    return _KIND.get(text)


def closing_credits(lines: Sequence[str]) -> Credits:
    """What the last line of a text says in brackets, beyond its labels: `（本文来源：某报 作者：某所研究员某某）`."""
    line = lines[-1].strip() if lines else ""
    bracketed = 4 <= len(line) <= _LONGEST_CLOSING and line[0] in "（(【[" and line[-1] in "）)】]"
    found = read_credits(line[1:-1]) if bracketed else Credits()
    return found if found.labels and len(found.rest) <= _LONGEST_REST else Credits()


def before_label(text: str) -> str:
    """The text up to the first label in it: `杜长河 图/邱小满` gives `杜长河`."""
    found = _LABEL.search(text)
    return text if found is None else text[: found.start()]


def split_keywords(value: str) -> tuple[str, ...]:
    """The words of a keyword list, in order, each once, up to 20 of up to 20 characters. Spaces part words only
    where no other sign does: `Mate 60,手机`."""
    parts = re.split(r"[,，、;；|#]+" if re.search("[,，、;；|]", value) else r"[\s#]+", value[:_KEYWORDS_LENGTH])
    return tuple(dict.fromkeys(word for part in parts if 0 < len(word := part.strip()) <= 20))[:20]


def clean_editor(value: str) -> str:
    """An editor's name as printed, without the newsroom's code; "" where only a code stands."""
    value = re.sub(r"[(（].*$", "", _CODE.sub("", value.strip(BRACKETS))).strip(BRACKETS)
    parts = value.split()
    if len(parts) > 1 and not all(is_name(part) for part in parts):
        value = next((part for part in parts if is_name(part)), parts[0])
    if _SITE.search(value):
        return ""
    return value if is_somebody(value) else ""


def clean_source(value: str) -> str:
    """A source's name without brackets, clutter after it and trailing punctuation; "" for an address or a sentence."""
    value = re.sub(r"[(（][^()（）]{1,10}[)）]$", "", value.strip())
    whole = _WITH_NOTE.fullmatch(value)
    value = (value if whole else value.strip(BRACKETS)).rstrip("©®")
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
