"""How answers are stored: the same for a crawl, for the recovery of a killed one, and for an import.

An answer was read before (`crawler.run.reading.answer`). Storing is one transaction: the captures, their articles,
those on several pages that are now whole, the frontier's rows, and the run's counts.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from sqlalchemy import Connection

from archive.ingest.transaction import ingest
from archive.store.problems import Problem
from archive.store.records import Stored
from crawler.capture.join import Joined, Key, is_whole, join, with_wholes
from crawler.pages.page import Outcome
from crawler.run import frontier
from crawler.run.frontier import Settled
from crawler.run.reading.answer import Answer
from crawler.run.run import Run
from crawler.run.schedule.planning import Look, plan
from crawler.run.trouble.retry import RULES, is_passing

if TYPE_CHECKING:
    from crawler.run.reading.asked import Claim

logger = logging.getLogger("jianbao.crawl")


@frozen(kw_only=True)
class Kept:
    """What became of an answer. `whole`: False for a page of an article of which other pages are not there yet;
    `missing`: their addresses, as far as they are known. `stored`: what the archive says of it, None for nothing."""

    outcome: str = ""
    stored: Stored | None = None
    whole: bool = True
    missing: tuple[str, ...] = ()


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


def tell(answer: Answer) -> None:
    """Say in the log what was stored, and what of it is doubtful."""
    logger.debug("%s: %s", answer.outcome, answer.url)
    if answer.doubt:
        logger.warning("doubtful: %s: %s", answer.url, answer.doubt)
