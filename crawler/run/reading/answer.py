"""An answer that was read and made ready to store, which is costly, pure, and may be done by another process than the
storing (`crawler.run.store`)."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from archive.flags import DISAGREES
from archive.ingest.prepare import Prepared, prepare
from archive.store.records import CaptureRecord, Item
from crawler.capture.hearing import Hearing, is_heard
from crawler.capture.item import capture_item, list_answer, part_of, repeat_item
from crawler.capture.role import Role, identity, role_of
from crawler.pages.page import DOUBTS, Identity, Outcome
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.reading.measured import Measured
from crawler.run.trouble.retry import RULES, is_passing
from crawler.warc.raw import RawCapture

STORED = frozenset({Role.PAGE, Role.LIST})
"""What becomes a capture; all else stays in the WARC file alone."""
NOT_BELIEVED = "not believed, since no page of its host was well"
DOUBTFUL = frozenset(
    {
        Outcome.UNKNOWN_TEMPLATE,
        Outcome.EMPTY,
        Outcome.BLOCKED,
        Outcome.BROKEN,
        Outcome.INCOMPLETE,
        Outcome.TOO_LARGE,
    }
)
DOUBTFUL_FLAGS = DOUBTS | {"no_id", "cut", DISAGREES}
"""Flags of articles whose page contradicts itself, does not say which article it is, is cut, or which the witness
reads otherwise."""


@frozen(kw_only=True)
class Answer:
    """One answer, read and made ready to store.

    `url`: its own, after redirects. `outcome`: of docs/outcomes.md. `doubt`: why a person should look at it, "" where
    all is in order. `names`: the publication that was asked for, every field of it known; None of a list and of an
    address that no site knows. `part`: what was read, where it may be one page of an article on several. `further`:
    it is not that article's first page. `claim`: the publication's row in the frontier, where it waits for this answer.
    `recheck`: what it was asked for, where the article is known and was looked at again.
    `measured`: what of it is watched; None of what no crawl reads just now.
    `listing`: it is a list's, which is neither counted nor doubtful here: that is for its walk to say.
    """

    item: Prepared
    url: str
    outcome: Outcome
    doubt: str = ""
    names: Identity | None = None
    part: Item | None = None
    further: bool = False
    claim: Claim | None = None
    recheck: Recheck | None = None
    measured: Measured | None = None
    listing: bool = False

    @property
    def key(self) -> tuple[str, str] | None:
        """Site and native id of the publication that was asked for."""
        return (self.names.site or "", self.names.native_id or "") if self.names is not None else None


def is_plain(answer: Answer) -> bool:
    """Whether an answer is final and tells nothing of its host but that it is well: so that what becomes of it does not
    depend on what came before."""
    return not is_passing(answer.outcome) and RULES[answer.outcome].sure


def doubts(item: Item) -> str:
    """Why a person should look at what an answer gave, in a few words; "" for what is in order."""
    if item.capture is None:
        return ""
    if item.capture.outcome in DOUBTFUL:
        return f"{item.capture.outcome} ({item.capture.detail or 'no detail'})"
    flags = () if item.article is None else item.article.flags
    return ", ".join(flag for flag in flags if flag in DOUBTFUL_FLAGS)


def read(raw: RawCapture, hearing: Hearing = "off") -> Answer:
    """An answer whose role is in `STORED`, extracted and made ready to store. Pure, but for the sites that there are.

    `hearing`: of which pages the witness is asked too.
    """
    if raw.repeats is not None:
        return read_repeat(raw)
    if role_of(raw) is Role.LIST:
        return read_list(list_answer(raw).capture)
    return read_item(raw, capture_item(raw, witness=is_heard(hearing, raw.url)))


def read_item(raw: RawCapture, item: Item) -> Answer:
    """What was read of an answer that nobody claimed, made ready to store."""
    asked = raw.requested or raw.url
    names = identity(asked) or (identity(item.article.url) if item.article is not None else None)
    return _answer(item, names, further=part_of(asked) != 1)


def read_claimed(item: Item, claim: Claim, *, further: bool = False) -> Answer:
    """What was read of a claimed publication, made ready to store. `further`: it is not its first page."""
    names = Identity(site=claim.site, native_id=claim.native_id, canonical_url=claim.url)
    return evolve(_answer(item, names, further=further), claim=claim)


def read_recheck(item: Item, found: Recheck, *, further: bool = False) -> Answer:
    """What was read of an article that was looked at again, made ready to store. `further`: it is not its first
    page."""
    names = Identity(site=found.site, native_id=found.native_id, canonical_url=found.url)
    return evolve(_answer(item, names, further=further), recheck=found)


def disbelieved(answer: Answer) -> Answer:
    """An answer that shows that an article is no more, of a host that showed no article at all: it tells nothing."""
    row = disbelieved_row(answer.item.capture)
    return evolve(answer, item=evolve(answer.item, capture=row), outcome=Outcome.BROKEN)


def placed(answer: Answer, raw: RawCapture) -> Answer:
    """An answer whose record was written after it was read. `raw`: as it was written."""
    place = {name: getattr(raw, name) for name in ("digest", "warc_file", "warc_offset", "warc_length")}
    part = answer.part
    if part is not None and part.capture is not None:
        part = evolve(part, capture=evolve(part.capture, **place))
    return evolve(answer, item=evolve(answer.item, capture={**answer.item.capture, **place}), part=part)


def disbelieved_row(capture: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a capture's row."""
    detail = f"{capture['detail'] or capture['outcome']}: {NOT_BELIEVED}"
    return {**capture, "outcome": str(Outcome.BROKEN), "detail": detail}


def read_repeat(raw: RawCapture, found: Recheck | None = None) -> Answer:
    """An answer that showed what another one had shown, made ready to store."""
    item = repeat_item(raw)
    names = Identity(site=found.site, native_id=found.native_id, canonical_url=found.url) if found is not None else None
    further = part_of(raw.requested or raw.url) != 1
    return Answer(
        item=prepare(item),
        url=raw.url,
        outcome=Outcome.ARTICLE,
        names=names,
        part=item if found is None or found.is_paged or further else None,
        further=further,
        recheck=found,
    )


def read_list(capture: CaptureRecord) -> Answer:
    """A list's answer, made ready to store."""
    item = Item(capture=capture)
    return Answer(item=prepare(item), url=capture.url, outcome=Outcome(capture.outcome), listing=True)


def _answer(item: Item, names: Identity | None, *, further: bool) -> Answer:
    if item.capture is None:
        msg = "an answer without a capture"
        raise ValueError(msg)
    return Answer(
        item=prepare(item),
        url=item.capture.url,
        outcome=Outcome(item.capture.outcome),
        doubt=doubts(item),
        names=names,
        part=item if item.parts or further else None,
        further=further,
    )
