"""What a page says, line by line, as people read it (`archive.raw.ExplainedPage`). Pure."""

from typing import Final

from archive.raw import ExplainedCandidate, ExplainedLine, ExplainedPage
from archive.times import show_time
from crawler.pages.page import Block, Page
from crawler.pages.witness import differ

_FIELDS: Final = (
    "outcome",
    "site",
    "native_id",
    "template",
    "headline",
    "original_title",
    "published_at",
    "source_name",
    "account_name",
    "authors",
    "editor",
    "location",
    "keywords",
    "flags",
    "detail",
)


def explained(page: Page) -> ExplainedPage:
    """The page with the reason for each of its lines. It is to be read with `everything` and `witness` (`extract`)."""
    differing = None if page.agreement is None else differ(page.lines, page.witnessed)
    return ExplainedPage(
        url=page.url,
        outcome=str(page.outcome),
        headline=page.headline,
        fields=tuple(_fields(page)),
        lines=tuple(map(_line, page.blocks)),
        candidates=tuple(
            ExplainedCandidate(field=one.field, value=one.value, why=one.why, won=one.won) for one in page.candidates
        ),
        agreement=page.agreement,
        ours=differing.ours if differing is not None else (),
        theirs=differing.theirs if differing is not None else (),
    )


def _fields(page: Page) -> list[tuple[str, str]]:
    rows = []
    for name in _FIELDS:
        value = getattr(page, name)
        if name == "published_at":
            value = show_time(page.published_at, page.published_precision)
        if isinstance(value, tuple):
            value = ", ".join(value)
        if value:
            rows.append((name, str(value)))
    return rows


def _line(block: Block) -> ExplainedLine:
    return ExplainedLine(
        kind=block.kind,
        text=block.text,
        kept=block.kept,
        rule=block.rule,
        why=block.evidence,
        field=block.field,
        level=block.level,
        url=block.url,
    )
