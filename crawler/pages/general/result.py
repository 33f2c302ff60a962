"""The page that comes of a text without a template: what was judged and found, and its flags."""

from collections.abc import Iterable, Sequence
from typing import Final

from crawler.pages.fields.damage import find_damage, find_truncation
from crawler.pages.fields.evidence.gather import Evidence
from crawler.pages.fields.headline import Headline
from crawler.pages.html.finish import finish
from crawler.pages.page import Candidate, Identity, Outcome, Page
from crawler.pages.rules.engine import Judged

_BACK_TO_SOHU: Final = "general.back_to_sohu"


def find_flags(
    judged: Judged, lines: Sequence[str], identity: Identity, *, below: Iterable[str], lost: Sequence[str] = ()
) -> list[str]:
    """The flags that rules, damage, a missing rest and another portal's mark give a text.

    `lines`: the kept ones. `below`: the first ones below them. `lost`: marks of images that the source has lost.
    """
    flags = [*judged.flags, *find_damage([*lines, *lost]), *find_truncation(lines, below)]
    if identity.site != "sohu" and any(block.rule == _BACK_TO_SOHU for block in judged.blocks):
        flags.append("mirror")
    return flags


def make_page(
    url: str,
    identity: Identity,
    *,
    template: str,
    verdict: tuple[Outcome, str | None],
    headline: Headline | None,
    judged: Judged,
    found: Evidence,
    flags: Iterable[str],
    confidence: float,
    account_name: str | None = None,
    base: str = "",
) -> Page:
    """The page with the blocks `judged` and the fields `found`. `verdict`: its outcome, and the detail. `base`: what
    its addresses are relative to, `url` without one."""
    blocks, images = finish(base or url, judged.blocks)
    return Page(
        url=url,
        identity=identity,
        outcome=verdict[0],
        detail=verdict[1],
        template=template,
        headline=(headline.text or None) if headline is not None else None,
        original_title=judged.fields.get("original_title"),
        published_at=found.published_at,
        published_precision=found.published_precision,
        modified_at=found.modified_at,
        source_name=found.source_name,
        account_name=account_name or found.account_name,
        authors=found.authors,
        editor=found.editor,
        keywords=found.keywords,
        location=found.location,
        images=images,
        flags=flags,
        confidence=confidence,
        blocks=blocks,
        candidates=(*_why(headline), *found.candidates),
    )


def _why(headline: Headline | None) -> tuple[Candidate, ...]:
    """Why the headline is one."""
    if headline is None or not headline.text:
        return ()
    if headline.element is None:
        why = "the page's title, or the line above the time"
    else:
        why = f"<{headline.element.tag}>" + (" that the page's title confirms" if headline.sure else "")
    return (Candidate(field="headline", value=headline.text, why=why, won=True),)
