"""Stored captures read anew: what changes, what stays, and what is said of it."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from attrs import evolve

from archive.dedup.tables import Link
from archive.people import correcting, corrections
from archive.query.changes import Wanted, changes, history
from archive.store.db import writing
from archive.store.models import Article, Capture, Change, Frontier, Recheck, Revision
from archive.text.clean import clean_body
from crawler.capture.version import extractor_version
from crawler.pages import extract
from crawler.pages.page import Page
from crawler.warc.writer import Repeats
from tests.crawler.run import paged
from tests.crawler.run.run import Archive
from tests.crawler.upkeep.anew.clip import (
    DAY,
    GALLERY,
    HOUR,
    NEW,
    SOURCE,
    WIDE,
    Clip,
    address,
    lines,
    make,
    page,
)


def revisions(clip: Clip) -> list[tuple[object, ...]]:
    return clip.rows(Revision, "article_id", "number", "capture_id", "cause")


def bodies(clip: Clip) -> list[str]:
    return [row[0] for row in clip.rows(Article, "body")]


def text(number: int, edition: int = 0) -> str:
    return clean_body("\n".join(lines(number, edition)))


def test_another_text_is_a_revision_of_our_own(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0), (address(2), page(2), 1))
    old = bodies(clip)
    before = clip.rows(Capture, "id", "url", "captured_at", "digest", "warc_file", "run_id", "outcome")
    clip.rules(WIDE)
    report = clip.reextract(most=1)
    assert (report.read, report.text, report.fields, report.new, report.same) == (2, 2, 0, 0, 0)
    assert report.by_field == {"body": 2, "blocks": 2, "source_name": 2}
    assert report.by_template == {"old": 2}
    [shown] = report.differences
    assert shown["fields"] == {"source_name": [None, "河边晚报"]}
    assert [edit["kind"] for edit in shown["edits"]] == ["paragraph_added"]
    assert bodies(clip) == [text(1), text(2)]
    assert sorted(revisions(clip)) == [
        (1, 1, 1, "publisher"),
        (1, 2, 1, "extractor"),
        (2, 1, 2, "publisher"),
        (2, 2, 2, "extractor"),
    ]
    kept = {row[0]: row[1] for row in clip.rows(Revision, "captured_at", "body") if row[1] is not None}
    assert list(kept.values()) == old, "the earlier text is kept"
    assert clip.rows(Capture, "id", "url", "captured_at", "digest", "warc_file", "run_id", "outcome") == before
    assert {row[0] for row in clip.rows(Capture, "extractor")} == {extractor_version()}
    with clip.engine.connect() as connection:
        [first, second] = history(connection, 1)
        assert (first["kind"], second["kind"], second["cause"]) == ("new", "revised", "extractor")
        assert list(changes(connection, Wanted(since=DAY))) == [], "the publisher changed nothing"
        ours = list(changes(connection, Wanted(since=DAY, causes=("extractor",))))
        assert [(one["article_id"], one["cause"]) for one in ours] == [(2, "extractor"), (1, "extractor")]
        assert [edit["kind"] for edit in ours[0]["edits"]] == ["paragraph_added"]


def test_what_a_person_corrected_stands_and_is_told(clip: Clip) -> None:
    """Our rules read the page otherwise: that comes in below the corrections, and is no difference a second time."""
    clip.capture((address(1), page(1), 0))
    with writing(clip.engine) as connection:
        correcting.correct(connection, 1, "headline", "改正的题", by="林", now=DAY + HOUR)
        correcting.correct(connection, 1, "source_name", "改正的来源", by="林", now=DAY + HOUR)
    clip.rules(WIDE)
    report = clip.reextract(most=1)
    assert report.by_field == {"body": 1, "blocks": 1, "source_name": 1}
    # Readings of one page stand together; what was said of the older one stays behind them.
    assert [cause for *_, cause in sorted(revisions(clip))] == ["publisher", "extractor", "person", "person"]
    assert clip.rows(Article, "headline", "body", "source_name") == [("改正的题", text(1), "改正的来源")]
    with clip.engine.connect() as connection:
        assert [(one["field"], one["extracted"]) for one in corrections.doubtful(connection)] == [
            ("source_name", "河边晚报")
        ]
    assert clip.findings() == []
    assert clip.reextract(everything=True).changed == 0


def test_a_second_run_changes_nothing(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0), (address(3), page(3, unknown=True), 1))
    clip.rules(NEW)
    clip.reextract()
    tables = (Article, Revision, Capture, Change, Link, Frontier)
    before = [clip.rows(table, *(column.name for column in table.__table__.columns)) for table in tables]
    assert clip.reextract().read == 0
    assert clip.findings() == []
    again = clip.reextract(everything=True)
    assert (again.read, again.same, again.changed) == (2, 2, 0)
    assert [clip.rows(table, *(column.name for column in table.__table__.columns)) for table in tables] == before
    clip.capture((address(1), page(1, beside="anew"), 30))
    assert len(revisions(clip)) == 3, "the next look shows what is known"


def test_fields_alone_make_no_revision(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0))
    clip.rules(SOURCE)
    report = clip.reextract()
    assert (report.text, report.fields, report.by_field) == (0, 1, {"source_name": 1})
    assert clip.rows(Article, "source_name", "revision") == [("河边晚报", 1)]
    assert clip.rows(Change, "kind", "cause") == [("new", "publisher"), ("updated", "extractor")]


def test_what_nobody_could_read_comes_in_without_a_request(clip: Clip) -> None:
    clip.capture((address(3), page(3, unknown=True), 0))
    assert clip.rows(Frontier, "state", "outcome") == [("done", "unknown_template")]
    assert clip.rows(Capture, "outcome") == [("unknown_template",)]
    clip.rules(NEW)
    dry = clip.reextract(dry=True)
    assert (dry.new, bodies(clip)) == (1, [])
    report = clip.reextract(outcomes=("unknown_template",))
    assert (report.new, dict(report.by_outcome)) == (1, {("unknown_template", "article"): 1})
    assert bodies(clip) == [text(3)]
    assert clip.rows(Capture, "outcome", "article_id", "template") == [("article", 1, "new")]
    assert revisions(clip) == [(1, 1, 1, "extractor")]
    assert clip.rows(Frontier, "state", "outcome") == [("done", "article")]
    assert [row[0] for row in clip.rows(Recheck, "url")] == [address(3)], "it is looked at again in its time"


def test_what_waited_twice_was_changed_by_the_publisher_in_between(clip: Clip) -> None:
    clip.capture((address(3), page(3, unknown=True), 0), (address(3), page(3, 1, unknown=True), 5))
    clip.rules(NEW)
    report = clip.reextract()
    assert (report.new, report.further) == (1, 1)
    assert bodies(clip) == [text(3, 1)]
    assert sorted(revisions(clip)) == [(1, 1, 1, "extractor"), (1, 2, 2, "publisher")]


def test_earlier_texts_stay_as_they_were_read(clip: Clip) -> None:
    """The publisher's edits stay what they were; our mending stands behind them."""
    clip.capture((address(1), page(1), 0), (address(1), page(1, 1), 5))
    clip.rules(WIDE)
    report = clip.reextract()
    assert (report.text, report.older) == (1, 1)
    assert sorted(revisions(clip)) == [(1, 1, 1, "publisher"), (1, 2, 2, "publisher"), (1, 3, 2, "extractor")]
    assert bodies(clip) == [text(1, 1)]
    with clip.engine.connect() as connection:
        edits = [[edit["kind"] for edit in one.get("edits", ())] for one in history(connection, 1)]
        assert edits == [[], ["number"], ["paragraph_added"]]
        [theirs] = changes(connection, Wanted(since=DAY))
        assert [edit["kind"] for edit in theirs["edits"]] == ["number"]
    clip.capture((address(1), page(1, 1, beside="same"), 2))
    assert len(revisions(clip)) == 4, "an older capture that comes in late stands in its place"
    assert bodies(clip) == [text(1, 1)]


def test_a_page_that_was_shown_again_is_read_once(clip: Clip) -> None:
    """What repeats a page has no record of its own: it shows what the page shows by today's rules."""
    clip.capture((address(1), page(1), 0))
    [(digest,)] = clip.rows(Capture, "digest")
    repeats = Repeats(url=address(1), at=DAY, digest=digest)
    clip.capture((address(1), b"", 3), repeats=repeats)
    clip.rules(WIDE)
    assert clip.reextract().text == 1
    assert sorted(revisions(clip)) == [(1, 1, 1, "publisher"), (1, 2, 2, "extractor")]
    assert bodies(clip) == [text(1)]
    clip.capture((address(1), b"", 6), repeats=repeats)
    assert clip.rows(Capture, "article_id", "repeats_id") == [(1, None), (1, 1), (1, 1)]
    assert len(revisions(clip)) == 2
    assert clip.reextract(everything=True).changed == 0


@pytest.mark.parametrize("times", [2, 3])
def test_rules_that_change_again_and_back(clip: Clip, times: int) -> None:
    clip.capture((address(1), page(1), 0))
    first = bodies(clip)[0]
    for number in range(times):
        clip.rules(WIDE if number % 2 == 0 else f"{SOURCE}  # {number}\n")
        clip.reextract()
    assert bodies(clip) == [text(1) if times % 2 else first]
    assert sorted(revisions(clip)) == [(1, 1, 1, "publisher"), *((1, n, 1, "extractor") for n in range(2, times + 2))]
    clip.capture((address(1), page(1, beside="x"), 9))
    assert len(revisions(clip)) == times + 1


def test_rules_that_got_worse_take_no_article_away(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0))
    before = (bodies(clip), revisions(clip), clip.rows(Capture, "outcome", "article_id", "text_digest"))
    clip.rules(GALLERY)
    report = clip.reextract()
    assert (report.changed, report.doubtful) == (0, 1)
    assert report.as_json()["left"] == [
        {"reason": "reads as gallery now", "captures": 1, "examples": [f"{address(1)} (capture 1)"]}
    ]
    assert (bodies(clip), revisions(clip), clip.rows(Capture, "outcome", "article_id", "text_digest")) == before


def test_a_record_that_is_gone_is_told(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0), (address(2), page(2), 1))
    [file] = clip.home.warc.iterdir()
    data = file.read_bytes()
    offset = clip.rows(Capture, "warc_offset")[1][0]
    file.write_bytes(data[: offset + 40])
    clip.rules(WIDE)
    report = clip.reextract()
    assert (report.text, report.unreadable, report.doubtful) == (1, 1, 0)
    assert report.as_json()["left"][0]["reason"] == "its record cannot be read"


def test_a_dry_run_writes_nothing(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0), (address(3), page(3, unknown=True), 1))
    clip.rules(NEW)
    clip.engine.dispose()

    def digests() -> dict[str, str]:
        files = sorted(file for file in clip.home.path.rglob("*") if file.is_file())
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    before, rows = digests(), clip.rows(Capture, *(column.name for column in Capture.__table__.columns))
    clip.engine.dispose()
    report = clip.reextract(dry=True, most=5)
    assert (report.text, report.new) == (1, 1)
    clip.engine.dispose()
    assert digests() == before
    assert clip.rows(Capture, *(column.name for column in Capture.__table__.columns)) == rows


def test_what_is_wanted_narrows_what_is_read(clip: Clip) -> None:
    clip.capture((address(1), page(1), 0), (address(2), page(2), 9), (address(3), page(3, unknown=True), 9))
    clip.rules(NEW)
    assert clip.reextract(dry=True, sites=("sohu",)).read == 0
    assert clip.reextract(dry=True, since=DAY + HOUR).read == 2
    assert clip.reextract(dry=True, templates=("old",)).read == 2
    assert clip.reextract(dry=True, outcomes=("unknown_template",)).read == 1
    assert clip.reextract(dry=True, sites=("clip",)).read == 3


def test_an_article_on_several_pages_is_put_together_again(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    real = extract.extract
    monkeypatch.setattr(extract, "extract", lambda *args, **more: _shorter(real(*args, **more)))
    paged.warc(clip.home.warc, [1, 2, 3])
    clip.take_in()
    short = "\n".join(lines[0] for lines in paged.LINES.values())
    assert bodies(clip) == [short]
    monkeypatch.undo()
    report = clip.reextract(everything=True)
    assert (report.text, report.by_field["body"]) == (1, 1)
    assert bodies(clip) == [paged.WHOLE]
    assert sorted(row[3] for row in revisions(clip)) == ["extractor", "publisher"]
    assert clip.reextract(everything=True).changed == 0


def _shorter(read: Page) -> Page:
    """What rules read that lose the last line of a page."""
    kept = [block for block in read.blocks if block.kept]
    return evolve(read, blocks=tuple(block for block in read.blocks if block is not kept[-1]) if kept else ())


@pytest.mark.slow
def test_the_command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of it once, with processes, ended in the middle."""
    clip = make(tmp_path, sqlite_url, monkeypatch)
    clip.capture(*((address(n), page(n, unknown=n == 3), n) for n in range(1, 8)))
    clip.rules(NEW)
    archive = Archive(clip.home.path, {"JIANBAO_SITES": os.environ["JIANBAO_SITES"]})
    dry = archive.run("reextract", "--dry-run", "--diff", "2", "--json")
    assert (dry.returncode, dry.stderr) == (0, "")
    told = json.loads(dry.stdout)
    assert {name: told[name] for name in ("read", "text", "fields", "new", "changed", "dry")} == {
        "read": 7,
        "text": 6,
        "fields": 0,
        "new": 1,
        "changed": 7,
        "dry": True,
    }
    assert told["by_outcome"] == [{"before": "unknown_template", "after": "article", "captures": 1}]
    assert len(told["differences"]) == 2
    killed = archive.run(
        "reextract",
        before="import os, crawler.upkeep.reextract.run as r\n"
        "r.TOGETHER, real, seen = 2, r.ingest, []\n"
        "def ingest(*args, **more):\n"
        "    seen.append(1)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), 9)\n"
        "    return real(*args, **more)\n"
        "r.ingest = ingest",
    )
    assert killed.returncode == -9
    done = archive.run("reextract")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "3 captures read: 3 articles changed (3 texts, 0 fields alone, 0 new, 0 further texts)"
    )
    assert bodies(clip) == [text(n) for n in (1, 2, 4, 5, 6, 7, 3)]
    assert archive.rows("SELECT kind, state FROM crawl_run ORDER BY id")[-2:] == [
        ("reextract", "killed"),
        ("reextract", "finished"),
    ]
    clip.rules(GALLERY)
    worse = archive.run("reextract", "--site", "clip", JIANBAO_SITES=os.environ["JIANBAO_SITES"])
    assert worse.returncode == 3
    assert "6 left as they were: reads as gallery now; for instance https://www.clip.example/a/1.html (capture 1)" in (
        worse.stdout
    )
