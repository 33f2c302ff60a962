"""Of which answers the witness is asked too (`crawler.pages.witness`)."""

from typing import Final, Literal
from zlib import crc32

from attrs import frozen

from crawler.pages.page import Page

Hearing = Literal["all", "enough", "sample", "off"]

SAMPLE: Final = 20
"""Of so many pages one is heard in a sample."""


ENOUGH: Final = 20
"""Of so many articles of a template the witness is asked in each run, and then of a sample: so many show a template
that reads otherwise than it did, and most runs bring no more."""
LEAST_WHOLE: Final = 3
"""So many pages of each template are read whole in each run, whatever the share."""
LOW_CONFIDENCE: Final = 0.6
"""A page of no more confidence is read whole always."""


def is_heard(hearing: Hearing, url: str) -> bool:
    """Whether the witness is asked about the page at this address, where nobody counts what it was asked before: in a
    sample about the same pages each time."""
    if hearing == "sample":
        return crc32(url.encode("utf-8", "replace")) % SAMPLE == 0
    return hearing != "off"


@frozen
class Heard:
    """Of which articles of a run the witness reads the body's root. `enough`: the templates of which it read `ENOUGH`
    in this run already; where `hearing` is "enough", a sample of theirs will do."""

    hearing: Hearing
    enough: frozenset[str] = frozenset()

    def wants(self, page: Page) -> bool:
        """Whether it reads this page's."""
        known = self.hearing == "enough" and page.template in self.enough and page.confidence > LOW_CONFIDENCE
        return is_heard("sample" if known else self.hearing, page.url)


@frozen
class Whole:
    """Of which articles the witness reads the whole page. `share`: of all, 0 to 1, the same pages each time. `enough`:
    the templates of which `LEAST_WHOLE` were read in this run already."""

    share: float = 0.0
    enough: frozenset[str | None] = frozenset()

    def wants(self, page: Page) -> bool:
        """Whether it reads this page whole."""
        if not self.share:
            return False
        chance = crc32(b"whole " + page.url.encode("utf-8", "replace")) / 2**32
        return page.template not in self.enough or page.confidence <= LOW_CONFIDENCE or chance < self.share


NONE_WHOLE: Final = Whole()
"""No page is read whole."""
