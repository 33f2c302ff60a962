"""What a try in vain means: what is passing and what is final, who counts an attempt, when an address is asked again.

One table, and pure functions over it; docs/outcomes.md shows the table (a test holds the two together). The thought
behind it: the trouble of a host, or of our own network, is not an address's trouble. An address is given up only after
`MAX_ATTEMPTS` tries in vain that were its own.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal
from urllib.parse import urlsplit

from attrs import evolve, frozen

from crawler.pages.page import Outcome

MAX_ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(minutes=5)
LAST_WAIT: Final = timedelta(hours=24)
"""Waits are 5 min, 20 min, 80 min, 5 h 20, 21 h 20, then 24 h: the eighth try comes after three days or later."""
GONE_WAITS: Final = (timedelta(hours=2), timedelta(hours=24), timedelta(days=3), timedelta(days=14))
"""After the first answer that an address is no more, the second and so on: while a list names it, it is asked again."""
UNREAD_WAITS: Final = (
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2.5),
    timedelta(hours=6),
    timedelta(hours=14),
    timedelta(days=2),
    timedelta(days=4),
)
"""The same of a page that fits no template, at the times at which an article would be looked at: so that, when it can
be read, its history can be."""
AGAIN: Final = {"gone": GONE_WAITS, "unknown_template": UNREAD_WAITS}
"""By the outcome."""


class Cause(StrEnum):
    """Why an address that was claimed has no page, where no outcome of a page says it."""

    NO_ANSWER = "no_answer"
    SERVER_ERROR = "server_error"
    REDIRECTS = "redirects"
    REFUSED = "refused"
    ROBOTS = "robots"
    HOST = "host"


Then = Literal["done", "gone", "failed", "due", "barred", "kept"]
"""The address's next state. `kept`: as it was, since it was not asked; it stays with this run until that ends."""


@frozen(kw_only=True)
class Rule:
    """What follows from one cause. `counts`: whether the try is one of the address's `MAX_ATTEMPTS`, unless its host is
    in trouble (`Seen`). `asked_again`: when, in words. `what`: the cause, in words. `sure`: False for what shows no
    article, and is the last word only of a host that is well: it may be the host's trouble, too."""

    what: str
    then: Then
    counts: bool
    asked_again: str
    sure: bool = True


_LATER = "5 min later, then 20 min, 80 min, … up to 24 h; given up (`failed`) after 8 tries"
_UNLESS_WELL = "no, if its host is well; else the same waits, up to 8 tries"


def _tried(what: str) -> Rule:
    return Rule(what=what, then="due", counts=True, asked_again=_LATER)


def _final(what: str, then: Then = "done") -> Rule:
    return Rule(what=what, then=then, counts=False, asked_again="no")


def _unsure(what: str, then: Then = "done") -> Rule:
    return Rule(what=what, then=then, counts=False, asked_again=_UNLESS_WELL, sure=False)


RULES: Final[dict[str, Rule]] = {
    Outcome.ARTICLE: _final("an article"),
    Outcome.LIST: _unsure("a list at an article's own address"),
    Outcome.LIST_END: _final("what stands behind a list's last page: 404 or 410"),
    Outcome.GALLERY: _final("a set of pictures"),
    Outcome.VIDEO: _final("a video"),
    Outcome.LIVE: _final("a running text"),
    Outcome.NOT_ARTICLE: _unsure("something else"),
    Outcome.GONE: _unsure("deleted: 404, 410, or what the portal's own rules name so", then="gone"),
    Outcome.UNKNOWN_TEMPLATE: evolve(
        _unsure("a page that fits no template; `jianbao reextract` reads its captures anew"),
        asked_again="while a list names it, 30 min later, then 1 h, 2.5 h, 6 h, 14 h, 2 d, 4 d; if its host is not "
        "well, the same waits as what is tried in vain",
    ),
    Outcome.TOO_LARGE: _unsure("more than the size limit"),
    Outcome.BLOCKED: _tried(
        "a verification or login page, a refusal (401, 403, …), or a redirect that leads out of the site"
    ),
    Outcome.EMPTY: _tried("no bytes, or a page too short for any article"),
    Outcome.BROKEN: _tried("bytes that cannot be read, a maintenance page, an error in JSON"),
    Outcome.INCOMPLETE: _tried("a part of the page: status 206"),
    Outcome.WITHDRAWN: _final("an article that a person had erased", then="gone"),
    Cause.NO_ANSWER: _tried("no answer: a time-out, a connection that fails or is cut"),
    Cause.SERVER_ERROR: _tried("status 408, 425 or 5xx"),
    Cause.REDIRECTS: _tried("redirects without end, for instance to itself with a cookie"),
    Cause.REFUSED: _final("an address that may not be fetched: not http(s), not of the site's hosts", then="failed"),
    Cause.ROBOTS: Rule(
        what="robots.txt forbids it",
        then="barred",
        counts=False,
        asked_again="at once when the host's robots.txt has changed, which each run looks at; else after 30 days",
    ),
    Cause.HOST: Rule(
        what="its host is left alone: it asked for a rest (`Retry-After`, 429), its robots.txt cannot be had, or it "
        "answered 5 pages in a row in vain",
        then="kept",
        counts=False,
        asked_again="by the next run that may ask the host",
    ),
}
"""By `Outcome` or `Cause`. Every outcome is here; what is not is a bug."""


@frozen(kw_only=True)
class Decision:
    """The next state of a claimed address, how many attempts it has then, and how long it waits (`due` alone)."""

    then: Then
    attempts: int
    wait: timedelta = timedelta(0)


def decide(cause: str, attempts: int, *, well: bool = True) -> Decision:
    """What becomes of an address after a try with this cause. `attempts`: those before it. `well`: whether its host has
    shown that it is well."""
    rule = RULES[cause]
    if rule.then != "due" and (rule.sure or well):
        return Decision(then=rule.then, attempts=attempts)
    if attempts + 1 >= MAX_ATTEMPTS:
        return Decision(then="failed" if rule.sure else rule.then, attempts=attempts + 1)
    return Decision(then="due", attempts=attempts + 1, wait=min(FIRST_WAIT * 4**attempts, LAST_WAIT))


def is_passing(cause: str) -> bool:
    """Whether a try with this cause says nothing final of the address."""
    return RULES[cause].then in ("due", "kept")


def host_of(url: str) -> str:
    """The host whose trouble an address shares, in lower case; "" for what has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
