"""What a query that cannot be read is told: where, why, and how to write it."""

from typing import Final

from archive.errors import UsageError

_SHOWN: Final = 40


class QueryError(UsageError):
    """A query that cannot be read. `position`: the character of the query that it is about, from 0. `cure`: how to
    write it, for a person. The message has both, in one line."""

    def __init__(self, said: str, position: int, problem: str, cure: str) -> None:
        shown = " ".join(said.split())
        shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
        super().__init__(f"`{shown}`, character {position + 1} of the query: {problem}; {cure}")
        self.position = position
        self.cure = cure
