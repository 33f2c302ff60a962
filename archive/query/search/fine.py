"""The first hits, compared by their texts: what the index alone cannot tell.

Those in which a word stands only across the border of two others (`archive.query.search.crossing`) come after all that
have it as a word. Of hits with as many words in the headline, those come first that have more of the words, in a text
of their length; then the newest.
"""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from archive.query.language.nodes import Field, Word
from archive.query.search.crossing import Places, crossing
from archive.query.search.cursor import FineKey
from archive.query.search.resolved import Resolved
from archive.store.models import Article
from archive.text.levelled import Levelled
from archive.text.snippet import places
from archive.text.words import word

_USUAL: Final = 800
"""Characters of a text. As in BM25, a word counts less each time that it comes again, and in a longer text."""
_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_TEXTS: Final = select(Article.id, Article.headline, Article.body).where(Article.id.in_(_IDS))


@frozen(eq=False)
class Compared:
    """A hit with its place among the first ones. `texts`: its headline and body."""

    fine: FineKey
    row: Row[Any]
    texts: tuple[Levelled, Levelled]


def compare(connection: Connection, resolved: Resolved, rows: Sequence[Row[Any]], newest: int) -> list[Compared]:
    """The hits in their order. `newest`: the last article that counts."""
    told = connection.execute(_TEXTS, {"ids": [row.id for row in rows]}).all()
    texts = [Levelled.of(text) for row in told for text in (row.headline or "", row.body)]
    words = [word(one.text) for one in resolved.words]
    placed = [places(texts, its, prefix=one.prefix) for one, its in zip(resolved.words, words, strict=True)]
    across = crossing(connection, newest, list(zip(words, placed, strict=True)), texts)
    weights = _weights(resolved.words, placed, texts)
    place = {row.id: at for at, row in enumerate(told)}
    found = []
    for row in rows:
        at = place[row.id]
        key = (across[at], -row.rank, -weights[at], -int(row.time.timestamp()), -row.id)
        found.append(Compared(key, row, (texts[2 * at], texts[2 * at + 1])))
    return sorted(found, key=lambda one: one.fine)


def _weights(words: Sequence[Word], placed: Sequence[Places], texts: Sequence[Levelled]) -> list[int]:
    """How much of the words each article has, in thousandths."""
    found = []
    for at in range(0, len(texts), 2):
        length, weight = _USUAL + texts[at + 1].size(), 0
        for one, its in zip(words, placed, strict=True):
            headline, body = len(its[at]), len(its[at + 1])
            often = (one.field is not Field.BODY) * headline + (one.field is not Field.TITLE) * body
            weight += 1000 * often * 2 * _USUAL // (often * 2 * _USUAL + length)
        found.append(weight)
    return found
