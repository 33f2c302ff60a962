"""The further pages of an article on several, on their way: which are asked for, and why some are not to be had."""

from attrs import define, field

from crawler.pages.page import Outcome
from crawler.pages.template.parts import MAX_PARTS
from crawler.run.reading.asked import Claim
from crawler.run.store import Kept
from crawler.run.trouble.retry import is_passing


@define
class Parts:
    """The further pages of one claimed article: what the archive said of it last, which pages were asked for, and why
    the last one that failed did. `cause`: of `crawler.run.trouble.retry`, one that may pass where there was one."""

    claim: Claim
    kept: Kept
    tried: list[str] = field(factory=list)
    reason: str = "they are not where they should be"
    cause: str = Outcome.NOT_ARTICLE

    def next(self) -> str | None:
        """The address to ask for now; the whole on one page makes the others unnecessary."""
        if len(self.tried) > MAX_PARTS:
            return None
        return next((address for address in self.kept.missing if address not in self.tried), None)

    def fail(self, cause: str, reason: str) -> None:
        """Note that the page asked for last is not to be had."""
        self.reason = reason
        if not is_passing(self.cause):
            self.cause = cause
