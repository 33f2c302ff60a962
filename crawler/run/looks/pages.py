"""A look at an article on several pages, on its way: nothing of it is stored before its last page is there."""

from attrs import define, field

from crawler.capture.join import Pages
from crawler.pages.page import Outcome
from crawler.run.reading.answer import Answer
from crawler.run.reading.asked import Recheck


@define
class PagedLook:
    """What one look has brought so far. `answers`: the first page's, and those of the others. `missing`: the addresses
    of the pages that are not there, as far as they are known; `whole`: none is missing. `tried`: the addresses that
    were asked for. `cause`, `reason`: why the look tells nothing, "" where nothing says so; of
    `crawler.run.trouble.retry`, and in a few words. `read`: the pages that were read already."""

    found: Recheck
    answers: list[Answer]
    missing: tuple[str, ...] = ()
    whole: bool = False
    tried: list[str] = field(factory=list)
    cause: str = ""
    reason: str = ""
    read: Pages = field(factory=dict)

    def next(self) -> str | None:
        """The address to ask for now; None where the look is over."""
        if self.whole or self.cause:
            return None
        address = next((address for address in self.missing if address not in self.tried), None)
        if address is None:
            self.cause, self.reason = Outcome.INCOMPLETE, "they are not where they should be"
        return address
