"""Whether a word stands in a text across the border of two others: 上流 in 网上|流传.

No dictionary is asked, but the archive: 上流 crosses there if both 网上 and 流传 stand in more articles than 上流 does
outside of 网上流传. So it is an estimate. It is right where the words around are usual and the piece that was searched
for is not one; of a word that stands in more than `MOST` articles it is not even asked, since that is one. The counts
are those of the first page on all pages that follow it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    union_all,
)

from archive.store import fulltext
from archive.text.fold import as_text
from archive.text.snippet import places_in_all
from archive.text.tokens import CHINESE, Cuts, Runs, Term

MOST: Final = 2_000
_MOST_WORDS: Final = 3
_MOST_CONTEXTS: Final = 12

Context = tuple[str, str]
"""The characters before and behind a word, "" where its run begins or ends there."""


@frozen(eq=False)
class Placed:
    """A word, and where it stands in texts that were cut together, of which each article has two, headline and body:
    the `places` among the characters of all, ascending, and which text each is in."""

    word: Runs
    places: NDArray[np.int64]
    texts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Cuts, word: Runs, *, prefix: bool) -> Self:
        """Look for it; a Latin word may go on where `prefix`."""
        return cls(word, *places_in_all(texts, word, prefix=prefix))


def crossing(connection: Connection, newest: int, words: Sequence[Placed], texts: Cuts) -> Counter[int]:
    """For each article how many of the words stand in it only so; articles are counted from 0, in the order of their
    texts. `newest`: the last article of the archive that counts."""
    found: Counter[int] = Counter()
    for word in [one for one in words if _is_chinese(one.word)][:_MOST_WORDS]:
        contexts = _contexts(texts.runs, word)
        across = _across(connection, newest, as_text(word.word.codes), contexts)
        found.update(article for article, its in contexts.items() if its <= across)
    return found


def _is_chinese(word: Runs) -> bool:
    return len(word.codes) > 1 and bool((word.codes >= CHINESE).all()) and not bool(word.ends[:-1].any())


def _contexts(texts: Runs, word: Placed) -> dict[int, set[Context]]:
    """Those of each article that has the word."""
    first, last = word.places, word.places + len(word.word.codes) - 1
    # Before the first character of all stands the last one, which ends a run, as nothing would.
    left = np.where(texts.ends[first - 1], 0, texts.codes[first - 1])
    right = np.where(texts.ends[last], 0, texts.codes[(last + 1) % len(texts.codes)])
    found: dict[int, set[Context]] = defaultdict(set)
    for article, before, behind in zip((word.texts // 2).tolist(), left.tolist(), right.tolist(), strict=True):
        found[article].add((chr(before) if before else "", chr(behind) if behind else ""))
    return found


def _across(connection: Connection, newest: int, word: str, contexts: Mapping[int, set[Context]]) -> set[Context]:
    """The contexts in which the word crosses a border."""
    often = Counter(context for its in contexts.values() for context in its if all(context))
    usual = sorted(often, key=lambda one: (-often[one], one))[:_MOST_CONTEXTS]
    if not usual:
        return set()
    first, last = word[:2], word[-2:]
    inside = _counts(connection, newest, {first, last})
    if max(inside.values()) > MOST:
        return set()
    pairs = _counts(connection, newest, {pair for left, right in usual for pair in (left + word[0], word[-1] + right)})
    return {
        (left, right)
        for left, right in usual
        if pairs[left + word[0]] > inside[first] - often[left, right]
        and pairs[word[-1] + right] > inside[last] - often[left, right]
    }


def _counts(connection: Connection, newest: int, pairs: set[str]) -> dict[str, int]:
    """In how many articles each pair stands, `MOST` and one more at most."""
    asked = sorted(pairs)
    sqlite = connection.dialect.name == "sqlite"
    phrases = [fulltext.fts5_phrase(Term((pair,))) if sqlite else f"'{pair}'" for pair in asked]
    values = {"newest": newest, **{f"pair{number}": phrase for number, phrase in enumerate(phrases)}}
    rows = connection.execute(_counting(len(asked), sqlite=sqlite), values)
    return {asked[row.number]: row.articles for row in rows}


@cache
def _counting(pairs: int, *, sqlite: bool) -> CompoundSelect[int, int]:
    """How many there are of so many pairs, each by its place; kept, since to put it together takes longer than to send
    it."""
    newest = bindparam("newest", type_=BigInteger)
    held = _held_on_sqlite if sqlite else _held_on_postgresql
    found = (held(bindparam(f"pair{number}", type_=Text), newest) for number in range(pairs))
    articles = func.count().label("articles")
    return union_all(
        *(
            select(literal_column(str(number)).label("number"), articles).select_from(its.limit(MOST + 1).subquery())
            for number, its in enumerate(found)
        )
    )


def _held_on_sqlite(pair: ColumnElement[str], newest: ColumnElement[int]) -> Select[int]:
    index = table(fulltext.TABLE, column("rowid"), column(fulltext.TABLE))
    return select(index.c.rowid).where(index.c[fulltext.TABLE].op("MATCH")(pair), index.c.rowid <= newest)


def _held_on_postgresql(pair: ColumnElement[str], newest: ColumnElement[int]) -> Select[int]:
    # A fence: the number of an article tells the planner nothing of what a look at its text costs.
    its = fulltext.token_anywhere(pair).offset(literal_column("0")).subquery()
    return select(its.c.article_id).where(its.c.article_id <= newest).distinct()
