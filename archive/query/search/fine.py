"""The first hits, compared by their texts: what the index alone cannot tell.

Those in which a word stands only across the border of two others (`archive.query.search.crossing`) come after all that
have it as a word. Of hits with as many words in the headline, those come first that have more of the words, in a text
of their length; then the newest.
"""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, select

from archive.query.language.nodes import Field, Word
from archive.query.search.crossing import crossing
from archive.query.search.cursor import FineKey
from archive.query.search.resolved import Resolved
from archive.store.models import Article
from archive.text.snippet import places
from archive.text.tokens import Runs, runs_of_all, word_runs

_USUAL: Final = 800
"""Characters of a text. As in BM25, a word counts less each time that it comes again, and in a longer text."""


@frozen
class Compared:
    """A hit with its place among the first ones."""

    fine: FineKey
    row: Row[Any]


def compare(connection: Connection, resolved: Resolved, rows: Sequence[Row[Any]], newest: int) -> list[Compared]:
    """The hits in their order. `newest`: the last article that counts."""
    statement = select(Article.id, Article.headline, Article.body).where(Article.id.in_([row.id for row in rows]))
    told = connection.execute(statement).all()
    cuts = runs_of_all([text for row in told for text in (row.headline or "", row.body)])
    texts = {row.id: (cuts[2 * place], cuts[2 * place + 1]) for place, row in enumerate(told)}
    words = [(word, word_runs(word.text)) for word in resolved.words]
    across = crossing(connection, newest, [cut for _, cut in words], texts)
    found = []
    for row in rows:
        key = (across[row.id], -row.rank, -_weight(words, *texts[row.id]), -int(row.time.timestamp()), -row.id)
        found.append(Compared(key, row))
    return sorted(found, key=lambda one: one.fine)


def _weight(words: Sequence[tuple[Word, Runs]], headline: Runs, body: Runs) -> int:
    """How much of the words a text has, in thousandths."""
    length = _USUAL + len(body.codes)
    weight = 0
    for word, cut in words:
        often = 0
        if word.field is not Field.BODY:
            often += len(places(headline, cut, prefix=word.prefix))
        if word.field is not Field.TITLE:
            often += len(places(body, cut, prefix=word.prefix))
        weight += 1000 * often * 2 * _USUAL // (often * 2 * _USUAL + length)
    return weight
