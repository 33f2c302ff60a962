"""What of an answer is watched (`crawler.run.watch.findings`)."""

from datetime import datetime
from typing import Final

from attrs import frozen

from archive.store.records import ArticleRecord, Item
from crawler.pages.page import Outcome
from crawler.pages.template.site import WATCHED

GENERAL: Final = "generic"
"""What pages of nobody's template have for one."""


@frozen(kw_only=True)
class Measured:
    """What one answer tells. `template`: as in `capture`. `unknown`: it fits none; `doubtful`: it is doubtful for
    another reason. `filled`: of an article, which fields of `WATCHED` it has, in that order; () for anything else.
    `length`: of its text, in characters. `heard`: the witness read the body too. `whole_share`: as in `capture`;
    `asked`: the witness was asked for it. `at`: when it was captured; `published_at`: as its page says."""

    template: str = ""
    unknown: bool = False
    doubtful: bool = False
    filled: tuple[bool, ...] = ()
    length: int = 0
    heard: bool = False
    whole_share: float | None = None
    asked: bool = False
    at: datetime | None = None
    published_at: datetime | None = None


def measure(item: Item, doubt: str, *, dated: datetime | None = None, asked: bool = False) -> Measured:
    """What an answer tells. `doubt`: why it is doubtful, "" where it is not. `dated`: when its page says that it was
    published, where it is not known to be an article."""
    capture, article = item.capture, item.article
    if capture is None:
        return Measured()
    published = dated if article is None else article.published_at
    unknown = capture.outcome == Outcome.UNKNOWN_TEMPLATE
    template = capture.template or ""
    return Measured(
        template="" if template == GENERAL else template,
        unknown=unknown,
        doubtful=bool(doubt) and not unknown,
        filled=() if article is None else filled(article),
        length=0 if article is None else len(article.body),
        heard=capture.agreement is not None,
        whole_share=capture.whole_share,
        asked=asked,
        at=capture.captured_at,
        published_at=published,
    )


def filled(article: ArticleRecord) -> tuple[bool, ...]:
    """Which fields of `WATCHED` an article has by its page; a time that its id alone tells is none."""
    from_id = "time_from_id" in article.flags
    return tuple(bool(getattr(article, name)) and not (name == "published_at" and from_id) for name in WATCHED)
