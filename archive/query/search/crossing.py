"""Whether a word stands in a text across the border of two others: 上流 in 网上|流传.

No dictionary is asked, but the archive: 上流 crosses there if both 网上 and 流传 stand in more articles than 上流 does
outside of 网上流传. So it is an estimate. It is right where the words around are usual and the piece that was searched
for is not one; of a word that stands in more than `MOST` articles it is not even asked, since that is one. The counts
are those of the first page on all pages that follow it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Final

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
from archive.text.levelled import Levelled
from archive.text.snippet import Place
from archive.text.words import Term, Word

MOST: Final = 2_000
_MOST_WORDS: Final = 3
_MOST_CONTEXTS: Final = 12

Context = tuple[str, str]
"""The characters before and behind a word, "" where its run begins or ends there."""


Places = Sequence[Sequence[Place]]
"""Where a word stands in each text."""


def crossing(
    connection: Connection, newest: int, words: Sequence[tuple[Word, Places]], texts: Sequence[Levelled]
) -> Counter[int]:
    """For each article how many of the words stand in it only so. `texts`: each article's headline and body; articles
    are counted from 0 in their order. `newest`: the last article of the archive that counts."""
    found: Counter[int] = Counter()
    chinese = ((word, places) for word, places in words if word.is_chinese and len(word.chars) > 1)
    for word, places in islice(chinese, _MOST_WORDS):
        contexts = _contexts(texts, places)
        across = _across(connection, newest, word.chars, contexts)
        found.update(article for article, its in contexts.items() if its <= across)
    return found


def _contexts(texts: Sequence[Levelled], places: Places) -> dict[int, set[Context]]:
    """Those of each article that has the word."""
    found: dict[int, set[Context]] = defaultdict(set)
    for number, (text, its) in enumerate(zip(texts, places, strict=True)):
        for start, end in its:
            found[number // 2].add((text.left(start), text.right(end)))
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
