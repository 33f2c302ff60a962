"""The fields of a page without a template: all candidates, and what was chosen among them.

Never a search over the whole page: the newest date stands in a side list, and every recommended title looks like a
headline.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define

from archive.times import Precision
from crawler.pages.fields.credits import Credits, closing_credits, may_have_labels, read_credits, split_keywords
from crawler.pages.fields.evidence.candidates import choose
from crawler.pages.fields.evidence.classify import is_timed
from crawler.pages.fields.evidence.people import SIGNED_EDITOR, credit_lines_of, find_authors, find_editor
from crawler.pages.fields.evidence.sources import find_accounts, find_places, find_sources
from crawler.pages.fields.evidence.spans import spans
from crawler.pages.fields.headline import title_parts
from crawler.pages.fields.page_times import find_times
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.page import Candidate

_LONGEST: Final = 300
_BELOW: Final = 3
# A source of a lower rank may as well be the author's name.
_SURE: Final = 60


@define
class Evidence:
    """What was found. `agreement`: 0 to 1, how well the witnesses of the time agree. `candidates`: what was chosen
    from, and why."""

    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    source_name: str | None = None
    account_name: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    keywords: tuple[str, ...] = ()
    location: str | None = None
    agreement: float = 1.0
    candidates: tuple[Candidate, ...] = ()


def gather(
    near: Sequence[RawBlock],
    above: Sequence[RawBlock],
    tail: Sequence[RawBlock],
    body: Sequence[str],
    *,
    metas: dict[str, str] | None = None,
    linked: dict[str, Any] | None = None,
    title: str = "",
    captured_at: datetime | None = None,
) -> Evidence:
    """The fields, from the lines between headline and text (`near`), right above the headline (`above`) and below the
    text (`tail`), the text's own lines (`body`), and the head's `<meta>` values, JSON-LD object and `<title>`.

    A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    metas, linked = metas or {}, linked or {}
    info = [*near, *above]
    placed_below = [line for line in tail if line.node is not None][:_BELOW]
    dated_below = [line for line in placed_below if is_timed(line.text)]
    pieces = spans([*info, *dated_below])
    titled = title_parts(title)
    site = fold(metas.get("og:site_name", "")) or (titled[0] if titled else "")
    info_credits = _credits(info)
    tail_credits = _credits(tail)
    # `……。（编辑：张三）` at the end of the text is kept in it, and names the editor all the same.
    tail_credits += [read_credits(sign[0]) for line in body[-3:] if (sign := SIGNED_EDITOR.search(line[-60:]))]
    credit_lines = list(credit_lines_of(body))
    sources = list(find_sources(near, info_credits, tail_credits, closing_credits(body), pieces, site))
    people = find_authors(
        info,
        info_credits,
        tail_credits,
        credit_lines,
        body,
        pieces,
        metas,
        linked,
        {one.values[0] for one in sources if one.rank >= _SURE},
        set(titled[1:]),
    )
    chosen, candidates = choose(
        [
            *sources,
            *people,
            *find_editor(info, info_credits, tail_credits, credit_lines, body, pieces),
            *find_accounts(pieces),
            *find_places(info, tail, pieces),
        ]
    )
    times = find_times(info, tail, metas, linked, captured_at)
    return Evidence(
        published_at=times.published.at if times.published is not None else None,
        published_precision=times.published.precision if times.published is not None else None,
        modified_at=times.modified.at if times.modified is not None else None,
        source_name=_one(chosen.get("source_name")),
        account_name=_one(chosen.get("account_name")),
        authors=chosen.get("authors", ()),
        editor=_one(chosen.get("editor")),
        keywords=_keywords(info_credits, tail_credits, metas),
        location=_one(chosen.get("location")),
        agreement=times.agreement,
        candidates=(*times.candidates, *candidates),
    )


def _credits(lines: Sequence[RawBlock]) -> list[Credits]:
    return [read_credits(block.text) for block in lines if len(block.text) <= _LONGEST and may_have_labels(block.text)]


def _one(values: tuple[str, ...] | None) -> str | None:
    return values[0] if values else None


def _keywords(info: Sequence[Credits], tail: Sequence[Credits], metas: dict[str, str]) -> tuple[str, ...]:
    for credit in (*tail, *info):
        if credit.keywords:
            return credit.keywords
    return split_keywords(fold(metas.get("keywords") or metas.get("news_keywords") or ""))
