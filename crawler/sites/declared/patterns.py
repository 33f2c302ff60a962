"""Whether a regular expression of a site file is bounded: whether no line can keep it busy for ever.

Lines and fields are short (400 and 2,000 characters), so a pattern with a few repeats behind one another is quick. What
never ends is a repeat of something that may itself match the same text in several ways, `(\\w+\\s*)*`: each character
more doubles the work (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS).
"""

import re
from collections.abc import Iterator
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]  # the parser's own names; there are no public ones
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

_MANY: Final = 12
"""A repeat of no more turns is no endless one: 2^12 ways are tried in a millisecond."""

_REPEATS: Final = (c.MAX_REPEAT, c.MIN_REPEAT)
_CHARACTERS: Final = (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY)
_Items = Any  # a list of (operation, argument), as `re` parses it
_SAMPLE: Final = "a0 ,_:：/-.()（）中，。\n"
"""A character of each kind that sets tell apart; whether two sets meet is asked of these and of their own literals."""


@cache
def unbounded(pattern: str) -> str:
    """Why a pattern may take for ever on some line, in a few words; "" where it does not. Raises `re.error` where it
    cannot be read."""
    for most, inner in _repeated(parser.parse(pattern)):
        if most > _MANY:
            if _branches_meet(inner):
                return "a repeat of alternatives that begin alike matches one text in many ways, and may never end"
            if any(_repeated(inner)) and not _is_parted(inner):
                return "a repeat within a repeat matches one text in many ways, and may never end"
    return ""


def _repeated(items: _Items) -> Iterator[tuple[int, _Items]]:
    """Each repeat that tries several lengths: its most turns, and what it repeats. A choice of which one is nothing is
    one too, and what is tried without backtracking (`(?>…)`, `++`) is none."""
    for operation, argument in items:
        if operation is c.BRANCH and not all(len(branch) for branch in argument[1]):
            yield 1, [item for branch in argument[1] for item in branch]
        if operation in _REPEATS:
            least, most, inner = argument
            if least != most:
                yield int(most), inner
            yield from _repeated(inner)
        elif operation not in (c.ATOMIC_GROUP, c.POSSESSIVE_REPEAT):
            for inner in _inside(operation, argument):
                yield from _repeated(inner)


def _inside(operation: Any, argument: Any) -> Iterator[_Items]:
    """What stands inside one operation."""
    if operation is c.BRANCH:
        yield from argument[1]
    elif operation is c.SUBPATTERN:
        yield argument[-1]
    elif operation in (c.ASSERT, c.ASSERT_NOT):
        yield argument[1]
    elif operation is c.GROUPREF_EXISTS:
        yield from (one for one in argument[1:] if one)
    elif operation in _REPEATS or operation is c.POSSESSIVE_REPEAT:
        yield argument[2]
    elif operation is c.ATOMIC_GROUP:
        yield argument


def _is_parted(inner: _Items) -> bool:
    """Whether each turn of a repeat begins, or ends, with a character that nothing repeated in it can be:
    `(?:,[^,]+)*`."""
    flat = list(_flat(inner))
    inside = [one for _, repeated in _repeated(inner) for one in _characters(repeated)]
    return any(
        edge[0] in _CHARACTERS and not any(_meet(edge, one) for one in inside) for edge in (flat[0], flat[-1]) if flat
    )


def _characters(items: _Items) -> Iterator[Any]:
    """The operations in it that match one character each."""
    for operation, argument in items:
        if operation in _CHARACTERS:
            yield operation, argument
        for inner in _inside(operation, argument):
            yield from _characters(inner)


def _branches_meet(inner: _Items) -> bool:
    """Whether a repeated choice has two alternatives that may begin with one character."""
    flat = list(_flat(inner))
    if len(flat) != 1 or flat[0][0] is not c.BRANCH:
        return False
    firsts = [_first(list(_flat(branch))) for branch in flat[0][1][1]]
    known = [one for one in firsts if one is not None]
    return len(known) < len(firsts) or any(
        _meet(one, other) for place, one in enumerate(known) for other in known[place + 1 :]
    )


def _flat(items: _Items) -> Iterator[Any]:
    """The operations in order, groups opened."""
    for operation, argument in items:
        if operation is c.SUBPATTERN:
            yield from _flat(argument[-1])
        elif operation is c.ATOMIC_GROUP:
            yield from _flat(argument)
        else:
            yield operation, argument


def _first(flat: _Items) -> Any:
    """The operation that matches the first character; None where that is not one."""
    for operation, argument in flat:
        if operation is c.AT:
            continue
        if operation in (*_REPEATS, c.POSSESSIVE_REPEAT):
            return _first(list(_flat(argument[2]))) if argument[0] else None
        return (operation, argument) if operation in _CHARACTERS else None
    return None


def _meet(one: Any, other: Any) -> bool:
    """Whether one character fits both."""
    characters = {*_SAMPLE, *_literals(one), *_literals(other)}
    return any(_fits(one, character) and _fits(other, character) for character in characters)


def _literals(item: Any) -> Iterator[str]:
    operation, argument = item
    if operation in (c.LITERAL, c.NOT_LITERAL):
        yield chr(argument)
    elif operation is c.IN:
        for kind, value in argument:
            if kind is c.LITERAL:
                yield chr(value)
            elif kind is c.RANGE:
                yield from map(chr, value)


def _fits(item: Any, character: str) -> bool:
    operation, argument = item
    if operation is c.LITERAL:
        return bool(argument == ord(character))
    if operation is c.NOT_LITERAL:
        return bool(argument != ord(character))
    if operation is c.ANY:
        return character != "\n"
    negated = argument[0][0] is c.NEGATE
    return any(_fits_one(kind, value, character) for kind, value in argument if kind is not c.NEGATE) != negated


_CATEGORIES: Final = {
    c.CATEGORY_DIGIT: r"\d",
    c.CATEGORY_NOT_DIGIT: r"\D",
    c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w",
    c.CATEGORY_NOT_WORD: r"\W",
}


def _fits_one(kind: Any, value: Any, character: str) -> bool:
    if kind is c.LITERAL:
        return bool(value == ord(character))
    if kind is c.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    return re.match(_CATEGORIES[value], character) is not None
