"""Which captures of an article's pages were taken together: one look brought them. Pure.

A look begins with the first page. What of the other pages was captured behind it, and before the first page was
captured once more, is of the same look; of each page the first such capture, so that what comes in later, out of
another WARC file, does not change what a look has shown.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from archive.raw import Place

Identity = tuple[str, str | None, datetime]
"""What tells a capture from others: address, digest, time."""


@frozen(order=True)
class Seen:
    """One capture of one page of an article, at `at`. `number`: which page (`Target.part`): 0 is the whole on one page.
    `url`: its address. `place`: the record that has its payload. `digest`: of that. `text`: the digest of the text that
    it showed, "" for none. `id`: of its row, None where it is not stored. `row`: the columns of that which tell it from
    others, and which follow from how it was read."""

    at: datetime
    number: int
    url: str
    place: Place = field(order=False, eq=False)
    digest: str | None = field(order=False, default=None)
    text: str = field(order=False, eq=False, default="")
    id: int | None = field(order=False, eq=False, default=None)
    row: Mapping[str, object] = field(order=False, eq=False, factory=dict)

    @property
    def identity(self) -> Identity:
        """See `Identity`."""
        return self.url, self.digest, self.at


def looks(seen: Iterable[Seen]) -> dict[Seen, dict[int, Seen]]:
    """The pages that each look brought, by their numbers, the first page among them; in the order of time, by the
    capture of the first page with which it began."""
    found: dict[Seen, dict[int, Seen]] = {}
    present: dict[int, Seen] | None = None
    # Of what has the same time, the first page came first.
    for one in sorted(seen, key=lambda one: (one.at, one.number != 1, one)):
        if one.number == 1:
            present = found[one] = {1: one}
        elif present is not None:
            present.setdefault(one.number, one)
    return found
