"""Whether a word stands in a text across the border of two others: 上流 in 网上|流传.

No dictionary is asked, but the archive: 上流 crosses there if both 网上 and 流传 stand in more articles than 上流 does
outside of 网上流传. So it is an estimate. It is right where the words around are usual and the piece that was searched
for is not one; of a word that stands in more than `MOST` articles it is not even asked, since that is one. The counts
are those of the first page on all pages that follow it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, column, func, literal, literal_column, select, table, union_all

from archive.store import fulltext
from archive.text.fold import as_text
from archive.text.snippet import places
from archive.text.tokens import CHINESE, Runs, Term

MOST: Final = 2_000
_MOST_WORDS: Final = 3
_MOST_CONTEXTS: Final = 12

Context = tuple[str, str]
"""The characters before and behind a word, "" where its run begins or ends there."""


def crossing(
    connection: Connection, newest: int, words: Sequence[Runs], texts: Mapping[int, Sequence[Runs]]
) -> Counter[int]:
    """For each article how many of the words stand in it only so. `texts`: its headline and body; `newest`: the last
    article that counts."""
    found: Counter[int] = Counter()
    for word in [one for one in words if _is_chinese(one)][:_MOST_WORDS]:
        contexts = {key: {one for text in its for one in _contexts(text, word)} for key, its in texts.items()}
        across = _across(connection, newest, as_text(word.codes), contexts)
        found.update(key for key, its in contexts.items() if its and its <= across)
    return found


def _is_chinese(word: Runs) -> bool:
    return len(word.codes) > 1 and bool((word.codes >= CHINESE).all()) and not bool(word.ends[:-1].any())


def _contexts(text: Runs, word: Runs) -> list[Context]:
    size, found = len(word.codes), []
    for place in places(text, word).tolist():
        before = place > 0 and not text.ends[place - 1]
        behind = not text.ends[place + size - 1]
        left = as_text(text.codes[place - 1 : place]) if before else ""
        found.append((left, as_text(text.codes[place + size : place + size + 1]) if behind else ""))
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
    statement = union_all(*(_count(connection.dialect.name, newest, pair) for pair in sorted(pairs)))
    return {row.pair: row.articles for row in connection.execute(statement)}


def _count(dialect: str, newest: int, pair: str) -> Select[*tuple[Any, ...]]:
    term = Term((pair,))
    if dialect == "sqlite":
        index = table(fulltext.TABLE, column("rowid"), column(fulltext.TABLE))
        matches = index.c[fulltext.TABLE].op("MATCH")(literal(fulltext.fts5_phrase(term)))
        found = select(index.c.rowid).where(matches, index.c.rowid <= newest)
    else:
        # A fence: the number of an article tells the planner nothing of what a look at its text costs.
        its = fulltext.holding_anywhere(term).offset(literal_column("0")).subquery()
        found = select(its.c.article_id).where(its.c.article_id <= newest).distinct()
    return select(literal(pair).label("pair"), func.count().label("articles")).select_from(
        found.limit(MOST + 1).subquery()
    )
