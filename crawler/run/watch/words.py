"""An alarm in words: what was usual, what is now, what to type next."""

from collections.abc import Sequence
from math import exp
from shlex import quote

from archive.watch.usual import Period, middle_of
from archive.watch.watching import Found


def percent(share: float) -> str:
    """`98 %`; below ten per cent with one decimal, since there it matters."""
    return f"{share * 100:.1f} %" if 0 < share < 0.1 else f"{share * 100:.0f} %"


def source(history: Sequence[Period], why: str) -> str:
    """Where it is known from what is usual."""
    return f"declared: {why}" if why else f"by the last {len(history)} periods"


def usual_field(name: str, most: float, history: Sequence[Period], why: str) -> str:
    """The share of articles that have a field."""
    return f"at least {percent(1 - most)} of articles have {name} ({source(history, why)})"


def usual_share(what: str, most: float, history: Sequence[Period], why: str) -> str:
    """The share of pages that are bad."""
    return f"at most {percent(most)} of pages {what} ({source(history, why)})"


def now_field(name: str, found: Found) -> str:
    """The same of the pages now."""
    return f"{found.n - found.bad} of {found.n} articles have {name}"


def now_share(what: str, found: Found) -> str:
    """The same of the pages now."""
    return f"{found.bad} of {found.n} pages {what}"


def usual_whole(history: Sequence[Period]) -> str:
    """How much of a whole page's text the body holds."""
    middle = middle_of([one.middle for one in history])
    return f"the body holds {percent(middle)} of the text of the whole page ({source(history, '')})"


def now_whole(found: Found) -> str:
    """The same of the pages now."""
    return f"{percent(found.middle)}, the median of {found.n} pages"


def usual_length(history: Sequence[Period]) -> str:
    """How long a text is."""
    middle = middle_of([one.middle for one in history])
    return f"{exp(middle):.0f} characters ({source(history, '')})"


def now_length(found: Found) -> str:
    """The same of the pages now."""
    return f"{exp(found.middle):.0f} characters, the median of {found.n} pages"


def usual_count(least: float, history: Sequence[Period], why: str) -> str:
    """How many new articles a day."""
    if why:
        return f"at least {least:g} new articles a day ({source(history, why)})"
    middle = middle_of([one.middle for one in history])
    return f"{middle:.0f} new articles a day, and never fewer than {2 * least:.0f} ({source(history, '')})"


def now_count(found: Found) -> str:
    """The same now. The middle of a count is the days that it took."""
    return f"{found.n} in {found.middle * 24:.0f} hours"


def draft_command(template: str, urls: Sequence[str]) -> str:
    """What drafts a newer form of a template that stopped fitting, or a first one of pages that fit none."""
    pages = f"--template {template}" if template else " ".join(quote(url) for url in urls)
    return f"jianbao site draft {pages} -o drafts/"


def page_command(article_id: int | None) -> str:
    """What shows a page that is not as usual, or what the run doubted."""
    return f"jianbao explain {article_id}" if article_id is not None else "jianbao runs --limit 1"
