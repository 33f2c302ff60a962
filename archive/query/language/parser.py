"""A query's text to its tree, by recursive descent over its characters.

    query   = either ;                               empty: every article
    either  = every { "OR" every } ;
    every   = not { [ "AND" ] not } ;                words beside each other must all be there
    not     = ( "NOT" | "-" ) not | one ;
    one     = "(" either ")" | field ":" one | phrase [ "*" ] | word [ "*" ] ;

Signs may be full-width, quotation marks Chinese, and commas stand between words. A field holds for all that stands in
the parentheses behind it. Whatever cannot be read is a `QueryError` that says how to write it, never a query that finds
nothing.
"""

import re
from collections.abc import Callable, Container
from typing import Final, NoReturn

from attrs import define, field

from archive.query.language.errors import QueryError
from archive.query.language.nodes import (
    CLOSING,
    OPENING,
    OPERATORS,
    QUOTES,
    SEPARATORS,
    Everything,
    Field,
    Node,
    Not,
    Site,
    Tagged,
    Word,
    all_of,
    any_of,
)
from archive.query.language.values import EXAMPLES, ValueProblem, level, read_copies, read_date, read_is, read_relation
from archive.text.levelled import CHINESE
from archive.text.words import term

MAX_LENGTH: Final = 4_000
"""The most characters of a query."""
MAX_WORDS: Final = 64
"""The most words, phrases and other conditions of a query."""
MAX_DEPTH: Final = 16
"""The most parentheses, one in the other."""
MAX_PHRASE: Final = 64
"""The most tokens of a phrase: so many are found whole in a long article on PostgreSQL (`archive.store.fulltext`)."""
LEAST_PREFIX: Final = 2
"""The fewest letters or digits before a `*`: all words that begin with one would be too many to look at."""

_NO_CHARACTER: Final = re.compile("[\\0\\ud800-\\udfff]")

_READERS: Final[dict[str, Callable[[str], Node]]] = {
    "date": read_date,
    "copies": read_copies,
    "is": read_is,
    "relation": read_relation,
}
_CHINESE: Final = {
    name: field
    for field, names in {
        "title": "标题 標題",
        "body": "正文",
        "source": "来源 來源",
        "account": "账号 帳號",
        "author": "作者",
        "site": "站点 站點",
        "flag": "标记 標記",
        "date": "日期",
        "copies": "副本",
    }.items()
    for name in names.split()
}
_NAMES: Final = frozenset({*(one.value for one in Field if one), "site", "tag", *_READERS})
_COLON: Final = ":："
_STAR: Final = "*＊"
_MINUS: Final = "-－"
_EQUAL: Final = "=＝"
_FIELD: Final = re.compile(rf"([A-Za-zＡ-Ｚａ-ｚ_]+|{'|'.join(_CHINESE)})[{_COLON}]")
_PLAIN_VALUE: Final = re.compile(rf"[^\s{re.escape(OPENING + CLOSING)}，；、,;]+")
_BARS: Final = re.compile(r"[|｜&＆]+")


def is_field(name: str) -> bool:
    """Whether a word before a colon is a field of the language."""
    return name in _NAMES


def parse(text: str) -> Node:
    """The tree of a query. Raises `QueryError`."""
    if len(text) > MAX_LENGTH:
        raise QueryError(text[:80], MAX_LENGTH, f"longer than {MAX_LENGTH:,} characters", "leave words out")
    if found := _NO_CHARACTER.search(text):
        said = _NO_CHARACTER.sub("�", text)
        raise QueryError(said, found.start(), "a NUL, or half of a character, which no text has", "leave it out")
    return _Reader(text).read()


@define
class _Reader:
    """Where in the text it is; `words`: how many conditions were read; `depth`: of parentheses."""

    text: str
    at: int = 0
    words: int = 0
    depth: int = 0
    opened: list[int] = field(factory=list)

    def read(self) -> Node:
        self._skip()
        if self.at == len(self.text):
            if self.text.strip():
                self._fail(
                    0, self.text.strip(), "nothing to search for", "give a word, such as 稀土, or nothing at all"
                )
            return Everything()
        found = self._either("")
        if self.at < len(self.text):
            self._fail(self.at, self.text[self.at], "a parenthesis closes that none opens", "leave it out")
        return found

    def _either(self, name: str) -> Node:
        found = [self._every(name)]
        while self._operator() == "OR":
            self._take_operator()
            found.append(self._every(name))
        return any_of(*found)

    def _every(self, name: str) -> Node:
        found = [self._not(name)]
        while not self._ends():
            operator = self._operator()
            if operator == "OR":
                break
            if operator == "AND":
                self._take_operator()
            found.append(self._not(name))
        return all_of(*found)

    def _not(self, name: str) -> Node:
        self._skip()
        start, negated = self.at, False
        if self._operator() == "NOT":
            self._take_operator()
            negated = True
        elif self._stands(_MINUS):
            self.at += 1
            negated = True
            if not self._peek().strip() or self._stands(_MINUS):
                self._fail(
                    start, self.text[start : self.at + 1], "a - stands right before what is left out", "write -上海"
                )
        if not negated:
            return self._one(name)
        self.depth += 1
        self._bound_depth(start)
        found = Not(self._not(name))
        self.depth -= 1
        return found

    def _one(self, name: str) -> Node:
        self._skip()
        start, operator = self.at, self._operator()
        if operator:
            self._fail(
                start, operator, f"{operator} joins two words, and one is missing before it", _operator_cure(operator)
            )
        if self._ends():
            self._end_missing(name)
        if self._stands(OPENING):
            return self._group(name)
        if (bars := _BARS.match(self.text, start)) is not None:
            sign = "OR" if bars[0][0] in "|｜" else "AND"
            self._fail(start, bars[0], "that sign joins no words here", f"write {sign} between them")
        if (found := _FIELD.match(self.text, start)) is not None:
            return self._field(found, name)
        if name in _READERS:
            return self._value(name)
        return self._word(name)

    def _group(self, name: str) -> Node:
        start = self.at
        self.opened.append(start)
        self.at += 1
        self.depth += 1
        self._bound_depth(start)
        self._skip()
        if self._stands(CLOSING):
            self._fail(
                start, self.text[start : self.at + 1], "nothing in the parentheses", "put words in, or leave them out"
            )
        found = self._either(name)
        if not self._peek():
            self._fail(start, self.text[start:], "the parenthesis is not closed", "write ) behind its last word")
        self.at += 1
        self.depth -= 1
        self.opened.pop()
        return found

    def _field(self, found: re.Match[str], outer: str) -> Node:
        name = _CHINESE.get(found[1]) or level(found[1])
        if name not in _NAMES:
            cure = f"the fields are {', '.join(sorted(_NAMES))}; a phrase with a colon stands in quotation marks"
            self._fail(found.start(), found[0], "no such field", cure)
        if outer:
            self._fail(found.start(), found[0], f"a field inside {outer}:(…)", "write one field behind the other")
        self.at = found.end()
        self._skip(separators=False)
        if self._ends() or self._operator():
            self._end_missing(name)
        if self._stands(OPENING):
            return self._group(name)
        return self._value(name) if name in _READERS else self._word(name)

    def _value(self, name: str) -> Node:
        start = self.at
        match = _PLAIN_VALUE.match(self.text, start)
        value = match[0] if match else self.text[start : start + 1]
        try:
            found = _READERS[name](value)
        except ValueProblem as error:
            self._fail(start, f"{name}:{value}", error.problem, error.cure)
        self.at += len(value)
        self._count(start)
        return found

    def _word(self, name: str) -> Node:
        start = self.at
        whole = self._stands(_EQUAL)
        if whole and name not in ("source", "account", "author", "flag"):
            self._fail(
                start, self.text[start : start + 2], "= asks for a whole name", "write source:=新华社, or quote it"
            )
        self.at += whole
        text = self._phrase() if self._stands(QUOTES) else None
        if text is None:
            text = self._bare()
        text = " ".join(text.split())
        prefix = self._stands(_STAR)
        self.at += prefix
        if prefix and self._peek().strip() and not self._stands(SEPARATORS + CLOSING):
            self._star(start)
        self._count(start)
        if name == "site":
            return Site(self._checked(text, start, prefix) and level(text), prefix)
        self._checked(text, start, prefix)
        if name == "tag":
            if prefix:
                self._fail(start, self.text[start : self.at], "a tag is found as a whole", "leave the * out")
            return Tagged(text)
        if whole and prefix:
            self._fail(start, self.text[start : self.at], "a whole name has no beginning", "leave = or * out")
        return Word(text, Field(name), prefix, whole)

    def _checked(self, text: str, start: int, prefix: bool) -> str:
        said = self.text[start : self.at]
        found = term(text)
        if any(star in text for star in _STAR):
            self._star(start)
        if found is None:
            cure = "give a word, such as 稀土" if text else "put a word between the marks, or leave them out"
            self._fail(start, said, "nothing to search for", cure)
        if len(found.tokens) > MAX_PHRASE:
            cure = f"give at most {MAX_PHRASE} characters of it; `jianbao match` finds where a whole text stands"
            self._fail(start, said, "too long a phrase", cure)
        last = found.tokens[-1]
        if prefix and ord(last[0]) < CHINESE and len(last) < LEAST_PREFIX:
            self._fail(start, said, "too many words begin so", f"give {LEAST_PREFIX} letters or digits before the *")
        return text

    def _phrase(self) -> str | None:
        """What stands in quotation marks; None where they are a word's own (“十四五”规划)."""
        start = self.at
        end = self.text.find(QUOTES[self.text[start]], start + 1)
        if end < 0:
            cure = f"write {QUOTES[self.text[start]]} behind its last word"
            self._fail(start, self.text[start:], "the quotation mark is not closed", cure)
        after = self.text[end + 1 : end + 2]
        if after.strip() and after not in {*SEPARATORS, *CLOSING, *OPENING, *_STAR, *QUOTES}:
            if self.text[start] in '"＂':
                self._fail(start, self.text[start : end + 2], "a word touches the phrase", "put a space between them")
            return None
        self.at = end + 1
        return self.text[start + 1 : end]

    def _bare(self) -> str:
        """A word up to a space, a comma, or a parenthesis that it did not open."""
        start, inside = self.at, 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char.isspace() or (char in SEPARATORS and not self._is_in_number()) or char in _STAR:
                break
            if char in '"＂':
                cure = "put a space before it, or the whole in other marks: “…”"
                self._fail(self.at, self.text[start : self.at + 1], "a quotation mark inside a word", cure)
            if char in "|｜":
                cure = "write OR between two words, or put the whole in quotation marks"
                self._fail(self.at, self.text[start : self.at + 1], "a bar inside a word", cure)
            if char in OPENING:
                inside += 1
            elif char in CLOSING:
                if not inside:
                    break
                inside -= 1
            self.at += 1
        if inside:
            said = self.text[start : self.at]
            self._fail(start, said, "a parenthesis in the word is not closed", "close it, or put a space before it")
        return self.text[start : self.at]

    def _is_in_number(self) -> bool:
        """Whether a comma stands between two digits (1,000)."""
        return (
            self.text[self.at] == "," and re.match(r"\d,\d", self.text[max(self.at - 1, 0) : self.at + 2]) is not None
        )

    def _star(self, start: int) -> NoReturn:
        said = self.text[start : self.at + 1]
        self._fail(start, said, "a * stands only behind a word, for how it may go on", "write 新华* or covid*")

    def _operator(self) -> str:
        """The operator that stands next, "" where none does."""
        self._skip()
        match = re.compile(r"[A-ZＡ-Ｚ]{2,3}").match(self.text, self.at)
        if match is None:
            return ""
        word, after = level(match[0]).upper(), self.text[match.end() : match.end() + 1]
        stands_alone = not after or after.isspace() or after in OPENING + CLOSING + SEPARATORS
        return word if word in OPERATORS and stands_alone else ""

    def _take_operator(self) -> None:
        start, operator = self.at, self._operator()
        self.at += len(operator)
        if self._ends():
            cure = _operator_cure(operator)
            self._fail(start, self.text[start : start + len(operator)], f"nothing stands behind {operator}", cure)

    def _ends(self) -> bool:
        """Whether nothing follows, or what closes a group."""
        self._skip()
        return self.at >= len(self.text) or self._stands(CLOSING)

    def _end_missing(self, name: str) -> NoReturn:
        if name:
            self._fail(
                self.at, f"{name}:", f"nothing stands behind {name}:", f"write {EXAMPLES.get(name, f'{name}:稀土')}"
            )
        said = self.text[self.at : self.at + 1] or self.text[-10:]
        self._fail(self.at, said, "a word is missing", "write one, or leave the parenthesis out")

    def _bound_depth(self, start: int) -> None:
        if self.depth > MAX_DEPTH:
            said = self.text[start : start + 20]
            self._fail(start, said, f"more than {MAX_DEPTH} parentheses, one in the other", "leave some out")

    def _count(self, start: int) -> None:
        self.words += 1
        if self.words > MAX_WORDS:
            said = self.text[start : self.at]
            self._fail(start, said, f"too much to search for: more than {MAX_WORDS} words", "leave words out")

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _stands(self, chars: Container[str]) -> bool:
        """Whether one of these characters stands next."""
        return self.at < len(self.text) and self.text[self.at] in chars

    def _skip(self, *, separators: bool = True) -> None:
        while self.at < len(self.text):
            char = self.text[self.at]
            if not (char.isspace() or (separators and char in SEPARATORS)):
                return
            self.at += 1

    def _fail(self, position: int, said: str, problem: str, cure: str) -> NoReturn:
        raise QueryError(said, position, problem, cure)


def _operator_cure(operator: str) -> str:
    example = "疫情 NOT 上海" if operator == "NOT" else f"稀土 {operator} 钨"
    return f"write {example}, or put the word {operator} in quotation marks"
