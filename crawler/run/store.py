"""How answers are stored: the same for a crawl, for the recovery of a killed one, and for an import.

An answer is read first, which is costly, pure, and may be done by another process. Storing is one transaction: the
captures, their articles, those on several pages that are now whole, the frontier's rows, and the run's counts.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import Connection

from archive.ingest.prepare import Prepared, prepare
from archive.ingest.transaction import ingest
from archive.store.problems import Problem
from archive.store.records import CaptureRecord, Item, Stored
from crawler.capture.hearing import Hearing, is_heard
from crawler.capture.item import capture_item, list_answer, part_of, repeat_item
from crawler.capture.join import Joined, Key, is_whole, join, with_wholes
from crawler.capture.role import Role, identity, role_of
from crawler.pages.page import DOUBTS, Identity, Outcome
from crawler.pages.witness import DISAGREES
from crawler.run import frontier
from crawler.run.frontier import Claim, Settled
from crawler.run.run import Run
from crawler.run.schedule.planning import Look, plan
from crawler.run.schedule.rechecks import Recheck
from crawler.run.trouble.retry import RULES, is_passing
from crawler.run.watch.findings import Measured
from crawler.warc.raw import RawCapture

logger = logging.getLogger("jianbao.crawl")

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
    def key(self) -> Key | None:
        """Site and native id of the publication that was asked for."""
        return (self.names.site or "", self.names.native_id or "") if self.names is not None else None


@frozen(kw_only=True)
class Kept:
    """What became of an answer. `whole`: False for a page of an article of which other pages are not there yet;
    `missing`: their addresses, as far as they are known. `stored`: what the archive says of it, None for nothing."""

    outcome: str = ""
    stored: Stored | None = None
    whole: bool = True
    missing: tuple[str, ...] = ()


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


def store(run: Run, answers: Sequence[Answer]) -> list[Kept]:
    """Store answers and settle what they name, all or nothing; what became of each. Raises the archive's errors.

    Pages of an article on several are put together with those that the archive has; what they name is settled once it
    is whole.
    """
    now = run.now()
    with run.step() as (connection, counts):
        joined = join(run.home, connection, [one.part for one in answers if one.part is not None])
        items, places = with_wholes([one.item for one in answers], joined.values())
        answers = [evolve(one, item=items[place]) for one, place in zip(answers, places, strict=True)]
        every = ingest(connection, items, run_id=run.run_id, now=now)
        stored = [every[place] for place in places]
        counts.add(stored)
        counts.fetched += sum(not one.listing and one.recheck is None for one in answers)
        counts.rechecked += sum(one.recheck is not None and not one.further for one in answers)
        for one, its in zip(answers, stored, strict=True):
            if one.doubt:
                run.note_problem(_problem(one, its))
        broken_up = {one.key for one in answers if one.key is not None and _is_broken_up(connection, one, joined)}
        settled = [one for one in answers if one.key not in broken_up and one.recheck is None]
        late = _settle(run, connection, settled, now)
        _plan(run, connection, list(zip(answers, stored, strict=True)), late, broken_up, now)
    kept = []
    for one, its in zip(answers, stored, strict=True):
        whole = one.key not in broken_up
        missing = joined[one.key].missing if one.key in joined and not whole else ()
        # What repeats a capture that the archive does not have, is not stored.
        kept.append(Kept(outcome=one.outcome if its.capture_id else "", stored=its, whole=whole, missing=missing))
    return kept


def _is_broken_up(connection: Connection, answer: Answer, joined: Mapping[Key, Joined]) -> bool:
    """Whether an answer is a page of an article of which other pages are missing: of the one that it is asked for, or,
    where nobody asks for it now, of all that the archive has."""
    if answer.part is None or answer.key is None:
        return False
    if answer.key in joined and (answer.recheck is not None or answer.claim is not None):
        return not joined[answer.key].whole
    return not is_whole(connection, *answer.key)


def _problem(answer: Answer, its: Stored) -> Problem:
    row, article = answer.item.capture, answer.outcome is Outcome.ARTICLE
    return Problem(
        kind="doubtful",
        cause=answer.doubt if article else str(answer.outcome),
        site=row.get("site"),
        template=row.get("template"),
        url=answer.url,
        detail=None if article else row.get("detail"),
        capture_id=its.capture_id,
    )


def _plan(
    run: Run,
    connection: Connection,
    stored: Sequence[tuple[Answer, Stored]],
    late: Collection[Key],
    broken_up: Collection[Key],
    now: datetime,
) -> None:
    """Write down when the articles are looked at again that a crawl has fetched, or has looked at. `late`: whose lease
    is another's by now, who plans for himself. `broken_up`: of which pages are missing; why, the crawl knows."""
    looks = []
    revised = {its.article_id for one, its in stored if its.state == "revised" and one.item.cause != "extractor"}
    for answer, its in stored:
        at, found = answer.item.capture.get("captured_at", now), answer.recheck
        if found is None:
            if (
                answer.claim is not None
                and its.article_id is not None
                and not answer.further
                and answer.key not in late
            ):
                looks.append(Look(article_id=its.article_id, url=answer.claim.url, at=at))
            continue
        run.trouble.answer(found.host, found.site)
        if answer.further:
            continue
        told = answer.outcome is Outcome.GONE or its.article_id == found.article_id
        if told and answer.key not in broken_up:
            gone, changed = its.article_id is None, found.article_id in revised
            looks.append(
                Look(article_id=found.article_id, url=found.url, at=at, gone=gone, changed=changed, recheck=found)
            )
        elif not told:
            run.trouble.look_in_vain(connection, found, answer.outcome, answer.outcome, now)
        if not is_passing(answer.outcome) and RULES[answer.outcome].sure:
            run.trouble.went_well(connection, found)
    plan(connection, looks, now)


def _settle(run: Run, connection: Connection, answers: Sequence[Answer], now: datetime) -> set[Key]:
    """Write to the frontier what became of the publications that these answers name, none of which misses a page; those
    whose lease is another's by now, for whom nothing is settled.

    A claimed one's lease ends. One that nobody claimed need not be fetched when a list names it; if it is due or leased
    all the same, it stays so.
    """
    unclaimed: list[Settled] = []
    claimed: list[tuple[Claim, str, str]] = []
    for one in answers:
        if one.key is None or one.names is None:
            continue
        outcome = Outcome.ARTICLE if one.further else one.outcome
        if is_passing(outcome):
            if one.claim is not None:
                run.trouble.answer(one.claim.host, one.claim.site)
                run.trouble.in_vain(connection, one.claim, outcome, outcome, now)
            continue
        state = RULES[outcome].then
        if one.claim is not None and not RULES[outcome].sure:
            run.trouble.answer(one.claim.host, one.claim.site)
            run.trouble.no_article(connection, one.claim, outcome, now)
        elif one.claim is not None:
            claimed.append((one.claim, state, outcome))
        else:
            site, native_id = one.key
            url = one.names.canonical_url or one.url
            unclaimed.append(Settled(site=site, native_id=native_id, url=url, state=state, outcome=outcome))
    frontier.note(connection, unclaimed, now)
    late = frontier.settle_all(connection, claimed)
    for claim, _, _ in claimed:
        if claim.id in late:
            logger.warning("late: %s: its lease is another crawler's by now; the page is kept", claim.url)
        run.trouble.went_well(connection, claim)
    return {(claim.site, claim.native_id) for claim, _, _ in claimed if claim.id in late}


def is_plain(answer: Answer) -> bool:
    """Whether an answer is final and tells nothing of its host but that it is well: so that what becomes of it does not
    depend on what came before."""
    return not is_passing(answer.outcome) and RULES[answer.outcome].sure


def tell(answer: Answer) -> None:
    """Say in the log what was stored, and what of it is doubtful."""
    logger.debug("%s: %s", answer.outcome, answer.url)
    if answer.doubt:
        logger.warning("doubtful: %s: %s", answer.url, answer.doubt)
