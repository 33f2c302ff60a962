"""What a case of the verification is: two texts, and what is to be said of them."""

from datetime import timedelta

from attrs import frozen

from archive.dedup.verify.texts import Text, prepare
from tests.archive.dedup.copies import DAY


@frozen(kw_only=True)
class Side:
    """One of the two texts. `days` after `DAY` it was published; None: nobody knows."""

    body: str
    days: float | None = 0
    headline: str | None = None

    def prepared(self) -> Text:
        return prepare(self.body, None if self.days is None else DAY + timedelta(days=self.days), self.headline)


@frozen(kw_only=True)
class Case:
    """Two texts, and what is to be said of them: a relation with its marks, or a reason.

    `needs`: the predicates without which something else is said. `why`: where texts like these come from.
    """

    needs: tuple[str, ...]
    why: str
    one: Side
    other: Side
    says: str
    marks: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.why
