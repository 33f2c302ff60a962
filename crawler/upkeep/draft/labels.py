"""The labels by which Chinese pages name what a line says, and the patterns that read a line of them."""

import re
from collections.abc import Sequence
from typing import Final

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "original_title": ("原标题", "原題", "原题", "原標題"),
    "source_name": ("本文来源", "文章来源", "新闻来源", "稿件来源", "信息来源", "来源", "來源", "稿源"),
    "authors": ("本文作者", "文章作者", "作者", "记者", "記者", "撰文", "文"),
    "editor": ("责任编辑", "責任編輯", "责编", "責編", "本文编辑", "编辑", "編輯"),
    "location": ("发布于", "IP属地", "發布於"),
}
"""By field, the longer before what is part of it."""

TIME: Final = r"(\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?(?:\s?\d{1,2}:\d\d(?::\d\d)?)?)"
"""A time in a line, for a reader's pattern."""

_OF: Final = {label: field for field, labels in LABELS.items() for label in labels}
_FIND: Final = re.compile(rf"({'|'.join(sorted(_OF, key=len, reverse=True))})\s?[:：]")
_OPEN, _CLOSE = r"[（(【\[]?\s?", r"\s?[)）】\]]?"


def labels_in(text: str) -> list[str]:
    """The labels of a line, in order, each field's first."""
    found: dict[str, str] = {}
    for match in _FIND.finditer(text):
        found.setdefault(_OF[match[1]], match[1])
    return list(found.values())


def line_pattern(texts: Sequence[str]) -> str:
    """A pattern that reads the labelled values of these lines, each as a whole; "" where there is none."""
    order: dict[str, None] = {}
    for text in sorted(texts, key=lambda one: -len(labels_in(one))):
        order.update(dict.fromkeys(labels_in(text)))
    if not order or not labels_in(texts[0]):
        return ""
    fields: set[str] = set()
    parts = []
    for place, label in enumerate(order):
        field = _OF[label]
        if field in fields:
            return ""
        fields.add(field)
        last = place == len(order) - 1
        value = rf"{label}[:：]\s?(?P<{field}>{'.*' if last else '.*?'})"
        parts.append(value if len(order) == 1 else rf"(?:{value})?")
    tail = _CLOSE if len(order) == 1 else ""
    if len(order) == 1:
        parts[0] = parts[0].replace(">.*)", ">.*?)")
    pattern = (_OPEN if tail else "") + r"\s*".join(parts) + tail
    fitting = [text for text in texts if re.fullmatch(pattern, text)]
    return pattern if len(fitting) >= 0.8 * len(texts) else ""


def value_patterns(field: str) -> list[str]:
    """Patterns whose group 1 is a field's value in a line that labels it, the narrower first."""
    found = []
    for label in LABELS.get(field, ()):
        ends = (r"(\S+)", r"(.+?)\s?[)）】\]]?$") if field in ("original_title", "editor") else (r"(\S+)", r"(.+)$")
        found += [rf"{label}\s?[:：]\s?{end}" for end in ends]
    return found


def fixed_pattern(text: str) -> str:
    """A pattern for a line that stands on every page, but for its numbers."""
    return r"\s?".join(re.sub(r"\d+", lambda _: r"\d+", re.escape(word)) for word in text.split())
