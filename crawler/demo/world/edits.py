"""What a portal changes in an article: one edit of each type."""

import re
from collections.abc import Callable

from attrs import evolve

from crawler.demo.world.articles import Line
from crawler.demo.world.publications import Publication


def _lines(one: Publication, change: Callable[[str], str]) -> Publication:
    """The article with the first paragraph changed that the change finds something in."""
    lines = list(one.lines)
    for place, line in enumerate(lines):
        if line.kind == "paragraph" and (text := change(line.text)) != line.text:
            lines[place] = evolve(line, text=text)
            return evolve(one, lines=tuple(lines))
    raise AssertionError(f"nothing to change in {one.url}")


def headline(one: Publication) -> Publication:
    """Another headline."""
    return evolve(one, headline="最新：" + one.headline)


_NUMBER = re.compile(r"(?<![\d.])(\d)(\d)(?![\d日月年%时])")


def number(one: Publication) -> Publication:
    """Another number."""
    return _lines(one, lambda text: _NUMBER.sub(lambda found: f"{found[1]}{9 - int(found[2])}", text, count=1))


def date(one: Publication) -> Publication:
    """Another day."""
    return _lines(one, lambda text: re.sub(r"(\d{1,2})日", lambda m: f"{int(m[1]) % 27 + 1}日", text, count=1))


def added(one: Publication) -> Publication:
    """One paragraph more."""
    more = Line(kind="paragraph", text="记者随后了解到，有关方面已经派人前往现场核实情况，结果将在第一时间向社会公布。")
    return evolve(one, lines=(*one.lines[:1], more, *one.lines[1:]))


def removed(one: Publication) -> Publication:
    """One paragraph less."""
    paragraphs = [place for place, line in enumerate(one.lines) if line.kind == "paragraph"]
    place = paragraphs[len(paragraphs) // 2]
    return evolve(one, lines=(*one.lines[:place], *one.lines[place + 1 :]))


def wording(one: Publication) -> Publication:
    """Other words for the same thing."""
    return _lines(one, lambda text: text.replace("。", "，这一点大家都看得很清楚。", 1))


def punctuation(one: Publication) -> Publication:
    """Another sign."""
    return _lines(one, lambda text: text.replace("，", "；", 1))


EDITS: dict[str, Callable[[Publication], Publication]] = {
    "headline": headline,
    "number": number,
    "date": date,
    "paragraph_added": added,
    "paragraph_removed": removed,
    "wording": wording,
    "punctuation": punctuation,
}
"""By the kind that `archive.watch` gives the change."""
