"""Named predicates, in tables: each is one small function with its reason, and the first that holds decides.

So what each of them is worth can be measured: take it out of its table and compare again (`make bench-rules`).
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from attrs import frozen

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")


@frozen
class Predicate(Generic[Subject, Answer]):
    """Where `holds`, the answer is `says`."""

    says: Answer
    holds: Callable[[Subject], bool]

    @property
    def name(self) -> str:
        """As people read it: `other names`."""
        return self.holds.__name__.replace("_", " ")


def decide(table: Iterable[Predicate[Subject, Answer]], subject: Subject) -> Predicate[Subject, Answer] | None:
    """The first predicate of the table that holds; None where none does."""
    for predicate in table:
        if predicate.holds(subject):
            return predicate
    return None
