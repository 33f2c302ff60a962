"""The indexes of words are written when all else of a round is."""

from sqlalchemy import Engine, event

from archive.store import fulltext
from archive.store.finding import names
from tests.archive.make import article, captured, store

TEXT = "一段文字，说了一些事情。" * 20


def test_no_statement_comes_behind_them(sqlite_engine: Engine) -> None:
    """FTS5 gathers words in memory, and writes them before a statement that may have to be undone: one with triggers,
    which an archive has that exports batches."""
    sent: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda _one, _other, statement, *_: sent.append(statement))
    for hours in (0, 1):
        sent.clear()
        texts = [f"{TEXT}{one}{hours}" for one in range(9)]
        store(sqlite_engine, *(captured(article(f"a:{one}", text), one + hours / 2) for one, text in enumerate(texts)))
        written = [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))]
        of_words = [any(f" {name} " in one for name in (fulltext.TABLE, names.TABLE)) for one in written]
        assert sum(of_words) == 2
        assert all(of_words[-2:])
