"""The queue of looks, and what a look brings about: on both databases, with the tests' own clock."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from archive.store.db import reading, writing
from archive.store.models import Article, Capture, Recheck, Sighting
from crawler.pages.outcome import Outcome
from crawler.run.reading import asked
from crawler.run.run import Run
from crawler.run.schedule import rechecks
from crawler.run.schedule.left import left_early
from crawler.run.schedule.planning import Look, plan
from crawler.run.trouble.seen import IN_A_ROW
from tests.archive.make import DAY, article, captured, store

HOUR = timedelta(hours=1)
T: Any = Recheck.__table__


def stored(engine: Engine, native_id: str, body: str = "", hours: float = 0, **fields: Any) -> int:
    """An article that a crawl has stored and planned."""
    record = article(native_id, body or f"{native_id} 的文字。", **fields)
    [one] = store(engine, captured(record, hours))
    assert one.article_id is not None
    with writing(engine) as connection:
        plan(connection, [Look(article_id=one.article_id, url=record.url, at=DAY + hours * HOUR)], DAY)
    return one.article_id


def claim(engine: Engine, hours: float, worker: str = "run-1", limit: int = 8) -> list[asked.Recheck]:
    with writing(engine) as connection:
        return rechecks.claim(connection, "clip", "clip.example", worker, limit, DAY + hours * HOUR)


def row(engine: Engine, article_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(T).where(T.c.article_id == article_id)).one()


def test_what_was_fetched_is_due_half_an_hour_after_its_publication(engine: Engine) -> None:
    key = stored(engine, "a:1")
    assert row(engine, key).due_at == DAY + HOUR / 2
    with reading(engine) as connection:
        assert rechecks.hosts(connection, "clip") == ["clip.example"]
        assert rechecks.hosts(connection, "other") == []
    assert claim(engine, 0.4) == []
    [found] = claim(engine, 0.5)
    assert (found.article_id, found.native_id, found.url) == (key, "a:1", "https://clip.example/a:1")
    assert found.known is not None
    assert found.known.place == ("one.warc.gz", 0, None)


def test_a_lease_is_one_workers_until_it_is_given_back(engine: Engine) -> None:
    stored(engine, "a:1")
    assert len(claim(engine, 1)) == 1
    assert claim(engine, 9, "run-2") == []
    with writing(engine) as connection:
        rechecks.release(connection, ["run-1"])
    assert len(claim(engine, 9, "run-2")) == 1


def test_the_first_day_comes_before_all_that_is_older_and_many_copies_before_few(engine: Engine) -> None:
    text = "很多网站都转载了的一段文字，讲的是一件大家都关心的事情，所以写得长一些。" * 4
    old = [stored(engine, f"old:{n}", published_at=DAY - 200 * HOUR) for n in range(2)]
    many = [stored(engine, f"many:{n}", text, published_at=DAY - 200 * HOUR) for n in range(3)]
    for key in many:  # planned when the story was small
        with writing(engine) as connection:
            plan(connection, [Look(article_id=key, url="https://clip.example/x", at=DAY)], DAY)
    young = stored(engine, "young")
    hurried = old.pop()
    with writing(engine) as connection:
        rechecks.hurry(connection, [hurried], DAY)
    found = [one.article_id for one in claim(engine, 24 * 60, limit=20)]
    assert found[:2] == [hurried, young]
    assert sorted(found[2:5]) == many
    assert found[5:] == old


def test_a_change_quickens_and_a_deletion_is_looked_at_again_at_its_own_times(engine: Engine) -> None:
    key = stored(engine, "a:1")
    [found] = claim(engine, 0.5)
    url = found.url
    with writing(engine) as connection:
        plan(connection, [Look(article_id=key, url=url, at=DAY + HOUR / 2, changed=True, recheck=found)], DAY)
    assert (row(engine, key).pace, row(engine, key).due_at, row(engine, key).leased_by) == (1, DAY + HOUR, None)
    store(engine, captured(None, 1, url=url, site="clip", native_id="a:1"))
    [found] = claim(engine, 1)
    with writing(engine) as connection:
        plan(connection, [Look(article_id=key, url=url, at=DAY + HOUR, gone=True, recheck=found)], DAY)
    assert (row(engine, key).missed_at, row(engine, key).due_at) == (DAY + HOUR, DAY + 3 * HOUR)
    [found] = claim(engine, 3)
    store(engine, captured(article("a:1", "a:1 的文字。"), 3))
    with writing(engine) as connection:
        plan(connection, [Look(article_id=key, url=url, at=DAY + 3 * HOUR, recheck=found)], DAY)
    assert (row(engine, key).missed_at, row(engine, key).due_at) == (None, DAY + 4 * HOUR)


def test_the_other_copies_of_what_has_gone_missing_are_looked_at_at_once(engine: Engine) -> None:
    text = "很多网站都转载了的一段文字，讲的是一件大家都关心的事情，所以写得长一些。" * 4
    copies = [stored(engine, f"a:{n}", text) for n in range(3)]
    other = stored(engine, "other")
    [found] = [one for one in claim(engine, 0.5) if one.article_id == copies[0]]
    with writing(engine) as connection:
        rechecks.release(connection, ["run-1"])
    store(engine, captured(None, 0.6, url=found.url, site="clip", native_id="a:0"))
    now = DAY + 0.7 * HOUR
    with writing(engine) as connection:
        look = Look(article_id=copies[0], url=found.url, at=DAY + 0.6 * HOUR, gone=True, recheck=found)
        plan(connection, [look], now)
    assert [(row(engine, key).rank, row(engine, key).due_at) for key in copies[1:]] == [(0, now)] * 2
    assert row(engine, other).rank != 0


def test_a_look_in_vain_is_no_look(engine: Engine) -> None:
    key = stored(engine, "a:1")
    [found] = claim(engine, 8)
    with writing(engine) as connection:
        rechecks.miss(connection, found, DAY + 8 * HOUR)
    assert (row(engine, key).due_at, row(engine, key).told_at, row(engine, key).pace) == (DAY + 10 * HOUR, DAY, 0)


def test_looks_that_fit_no_template_tell_less_of_their_host_than_refusals(sqlite_engine: Engine) -> None:
    for number in range(6):
        stored(sqlite_engine, f"a:{number}", f"{'一二三四五六'[number] * 60}。")
    looks = claim(sqlite_engine, 1)

    def left_after(outcome: Outcome) -> int:
        """How many of them it takes to leave a host alone that was well."""
        run: Any = Run(home=None, engine=sqlite_engine, lock=None, run_id=1, crawler="", heart=None)  # type: ignore[arg-type]
        run.trouble.seen["clip.example"].page_well()
        with writing(sqlite_engine) as connection:
            for number, found in enumerate(looks, 1):
                run.trouble.look_in_vain(connection, found, outcome, str(outcome), DAY + HOUR)
                if run.trouble.seen["clip.example"].left:
                    return number
        return 0

    assert left_after(Outcome.BLOCKED) == IN_A_ROW == 5
    assert left_after(Outcome.UNKNOWN_TEMPLATE) == 0


def test_a_page_that_is_asked_for_again_is_no_further_page_of_its_host_in_vain(sqlite_engine: Engine) -> None:
    """A template changed: in each run a host gave two pages that fit none, and one of them thrice. It was taken for a
    host that refuses us, after the first runs by two pages more than were unsure, and an alarm said so."""
    for number in range(2):
        stored(sqlite_engine, f"a:{number}", f"{'一二'[number] * 60}。")
    looks = claim(sqlite_engine, 1)

    for _ in range(4):
        run: Any = Run(home=None, engine=sqlite_engine, lock=None, run_id=1, crawler="", heart=None)  # type: ignore[arg-type]
        with writing(sqlite_engine) as connection:
            for found in (*looks, looks[1], looks[1]):
                run.trouble.look_in_vain(connection, found, Outcome.UNKNOWN_TEMPLATE, "unknown_template", DAY + HOUR)

        for name in ("clip.example", "clip"):
            seen = run.trouble.seen[name]
            assert (seen.left, sorted(seen.vain), seen.unsure) == ("", sorted(one.id for one in looks), set(seen.vain))


def test_a_control_is_none_of_the_articles_that_were_looked_at_in_vain(sqlite_engine: Engine) -> None:
    keys = [stored(sqlite_engine, f"a:{number}", f"{'一二三'[number] * 60}。") for number in range(3)]
    vain: list[int] = []
    with writing(sqlite_engine) as connection:
        while asked := rechecks.control(connection, "clip", "clip.example", "run-1", vain):
            vain += [one.article_id for one in asked]
            rechecks.release(connection, ["run-1"])
    assert sorted(vain) == keys


@pytest.mark.parametrize(("elsewhere", "hurried"), [(False, True), (True, False)])
def test_what_left_all_its_lists_while_older_entries_stay_is_found(
    sqlite_engine: Engine, elsewhere: bool, hurried: bool
) -> None:
    ids = {name: stored(sqlite_engine, name) for name in ("old", "older", "oldest", "taken", "dropped")}
    seen = {"oldest": (0, 9), "older": (1, 9), "old": (2, 9), "taken": (5, 8), "dropped": (0, 8)}
    with writing(sqlite_engine) as connection:
        for name, (first, last) in seen.items():
            times = {"first_seen_at": DAY + first * HOUR, "last_seen_at": DAY + last * HOUR}
            connection.execute(
                Sighting.__table__.insert().values(  # type: ignore[attr-defined]
                    site="clip", source="front", native_id=name, url="https://clip.example/", times_seen=1, **times
                )
            )
        if elsewhere:
            from crawler.run.discovery import LastWalk, _remember_walk

            times = {"first_seen_at": DAY, "last_seen_at": DAY + 9 * HOUR}
            connection.execute(
                Sighting.__table__.insert().values(  # type: ignore[attr-defined]
                    site="clip", source="other", native_id="taken", url="https://clip.example/", times_seen=1, **times
                )
            )
            _remember_walk(connection, "clip", "other", LastWalk(ended_at=DAY + 9 * HOUR, since=None))
        found = left_early(connection, "clip", "front", list(seen), ["old", "older", "oldest"])
    assert found == ([ids["taken"]] if hurried else [])


def test_an_unchanged_page_is_a_look_without_a_payload(engine: Engine) -> None:
    first = captured(article("a:1", "甲。"), 0)
    assert first.capture is not None
    again = {"url": first.capture.url, "digest": first.capture.digest, "site": "clip", "native_id": "a:1"}
    repeats = (first.capture.url, first.capture.captured_at)
    store(engine, first)
    store(engine, captured(None, 5, outcome="article", repeats=repeats, status=304, etag='"x"', **again))
    store(engine, captured(None, 9, outcome="article", repeats=repeats, **again))
    unknown = (first.capture.url, DAY - HOUR)
    store(engine, captured(None, 11, outcome="article", repeats=unknown, **again))
    with reading(engine) as connection:
        rows = connection.execute(
            select(Capture.repeats_id, Capture.article_id, Capture.text_digest, Capture.outcome).order_by(Capture.id)
        ).all()
        assert len(rows) == 3, "what repeats an unknown capture says nothing"
        assert {tuple(one)[1:] for one in rows} == {tuple(rows[0])[1:]}
        assert [one.repeats_id for one in rows] == [None, 1, 1]
        [seen] = connection.execute(select(Article.last_captured_at, Article.revision)).all()
        assert tuple(seen) == (DAY + 9 * HOUR, 1)
        known = rechecks.known(connection, [1]).get(1)
    assert known is not None
    assert (known.at, known.etag, known.digest) == (DAY, None, first.capture.digest)


def test_an_unchanged_page_brings_an_article_back(engine: Engine) -> None:
    first = captured(article("a:1", "甲。"), 0)
    assert first.capture is not None
    names = {"url": first.capture.url, "site": "clip", "native_id": "a:1"}
    repeats = (first.capture.url, first.capture.captured_at)
    again = captured(None, 9, outcome="article", repeats=repeats, digest=first.capture.digest, **names)
    store(engine, first, captured(None, 5, **names), again)
    with reading(engine) as connection:
        assert connection.execute(select(Article.state)).scalar_one() == "returned"


def test_a_text_of_before_that_is_shown_again_by_word_of_a_record_only_is_not_believed(sqlite_engine: Engine) -> None:
    first = captured(article("a:1", "甲。"), 0)
    assert first.capture is not None
    repeats = (first.capture.url, first.capture.captured_at)
    names = {"url": first.capture.url, "digest": first.capture.digest, "site": "clip", "native_id": "a:1"}
    store(sqlite_engine, first, captured(article("a:1", "乙。"), 5))
    store(sqlite_engine, captured(None, 9, outcome="article", repeats=repeats, **names))
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(Article.body, Article.revision)).one() == ("乙。", 2)


def test_many_looks_are_claimed_by_as_many_statements_as_few(engine: Engine) -> None:
    for number in range(13):
        stored(engine, f"k{number}")
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    counted = []
    for limit in (1, 12):
        sent.clear()
        assert len(claim(engine, 1000, limit=limit)) == limit
        counted.append(sum(one.startswith("SELECT") for one in sent))
    few, many = counted
    assert many <= few + len(rechecks.RANKS), "one more for each rank, where the lower ones do not suffice"
