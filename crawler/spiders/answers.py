"""What a request for a page asks, and why an answer, or none, tells nothing of the page."""

from typing import Any

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from crawler.capture.role import Role, role_of
from crawler.download import reason as why_none
from crawler.guard import Refused
from crawler.middlewares import RobotsForbidden, RobotsUnknown
from crawler.pages.page import Outcome
from crawler.pages.status import BUSY
from crawler.run.politeness.turns import Ending, HostRests
from crawler.run.reading.asked import Known
from crawler.run.trouble.retry import Cause
from crawler.warc.raw import RawCapture


def conditions(known: Known | None) -> dict[str, str]:
    """The headers by which a server tells that a page is as it was."""
    told = {} if known is None else {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in told.items() if value}


def cause_of(raw: RawCapture) -> Cause:
    """Why an answer says nothing of the page that was asked for."""
    if role_of(raw) is Role.REDIRECT:
        return Cause.REDIRECTS
    return Cause.HOST if raw.status == BUSY else Cause.SERVER_ERROR


def failure_of(failure: Any) -> tuple[str, str]:
    """Why a request for a page gave no answer: the cause by `crawler.run.trouble.retry`, and a few words."""
    error, redirected = failure.value, failure.request.meta.get("redirect_urls")
    words = why_none(error)
    if isinstance(error, RobotsForbidden):
        return Cause.ROBOTS, "robots"
    if isinstance(error, DownloadCancelledError):
        return Outcome.TOO_LARGE, words
    if isinstance(error, RobotsUnknown | HostRests | Ending):
        return Cause.HOST, words
    if isinstance(error, Refused):
        # A portal sends those whom it takes for a robot to a verification page, which may stand at another's.
        return (Outcome.BLOCKED, f"blocked: redirects, and {words}") if redirected else (Cause.REFUSED, words)
    if type(error) is IgnoreRequest:
        return Cause.REDIRECTS, f"redirects without end, the last to {failure.request.url[:100]}"
    if isinstance(error, ValueError):  # of what a Location says, Scrapy makes no request
        return Cause.REDIRECTS, f"redirects to what is no address: {words}"
    return Cause.NO_ANSWER, words
