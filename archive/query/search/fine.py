"""The first hits, compared by their texts: what the index alone cannot tell.

Those in which a word stands only across the border of two others (`archive.query.search.crossing`) come after all that
have it as a word. Of hits with as many words in the headline, those come first that have more of the words, in a text
of their length; then the newest.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from archive.query.language.nodes import Field, Word
from archive.query.search.crossing import Placed, crossing
from archive.query.search.cursor import FineKey
from archive.query.search.resolved import Resolved
from archive.store.models import Article
from archive.text.tokens import Cuts, Runs, cut, word_runs

_USUAL: Final = 800
"""Characters of a text. As in BM25, a word counts less each time that it comes again, and in a longer text."""
_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_TEXTS: Final = select(Article.id, Article.headline, Article.body).where(Article.id.in_(_IDS))


@frozen(eq=False)
class Compared:
    """A hit with its place among the first ones. `texts`: theirs, cut; `at`: which of the hits there it is, from 0."""

    fine: FineKey
    row: Row[Any]
    texts: Cuts
    at: int

    def cut(self) -> tuple[Runs, Runs]:
        """Its headline and body, cut."""
        return self.texts.one(2 * self.at), self.texts.one(2 * self.at + 1)


def compare(connection: Connection, resolved: Resolved, rows: Sequence[Row[Any]], newest: int) -> list[Compared]:
    """The hits in their order. `newest`: the last article that counts."""
    told = connection.execute(_TEXTS, {"ids": [row.id for row in rows]}).all()
    texts = cut([text for row in told for text in (row.headline or "", row.body)])
    words = [Placed.of(texts, word_runs(word.text), prefix=word.prefix) for word in resolved.words]
    across = crossing(connection, newest, words, texts)
    weights = _weights(resolved.words, words, texts)
    place = {row.id: at for at, row in enumerate(told)}
    found = []
    for row in rows:
        at = place[row.id]
        key = (across[at], -row.rank, -weights[at], -int(row.time.timestamp()), -row.id)
        found.append(Compared(key, row, texts, at))
    return sorted(found, key=lambda one: one.fine)


def _weights(words: Sequence[Word], placed: Sequence[Placed], texts: Cuts) -> list[int]:
    """How much of the words each article has, in thousandths."""
    length = _USUAL + np.diff(texts.borders)[1::2]
    weight = np.zeros_like(length)
    for word, its in zip(words, placed, strict=True):
        headline, body = np.bincount(its.texts, minlength=2 * len(length)).reshape(-1, 2).T
        often = (word.field is not Field.BODY) * headline + (word.field is not Field.TITLE) * body
        weight += 1000 * often * 2 * _USUAL // (often * 2 * _USUAL + length)
    found: list[int] = weight.tolist()
    return found
