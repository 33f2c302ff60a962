"""The tables, but for the duplicate index (`archive.dedup.tables`, `archive.store.scheme`) and the full-text index
(`archive.store.fulltext`).

Times are stored in UTC. docs/data.md describes every table and column; a test holds that page and this one together.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnClause, ForeignKey, Index

from archive.store.table import Base, Key, partial


class CrawlRun(Base):
    """One run of the crawler or of an import: what it did, how it ended."""

    __tablename__ = "crawl_run"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    kind: ColumnClause[str]  # crawl, fetch, import, reextract, rebuild
    sites: ColumnClause[list[Any]]
    started_at: ColumnClause[datetime]
    finished_at: ColumnClause[datetime | None]
    state: ColumnClause[str]  # running, finished, stopped, failed, killed
    exit_code: ColumnClause[int | None]
    listed: ColumnClause[int] = Column(default=0)
    fetched: ColumnClause[int] = Column(default=0)
    new: ColumnClause[int] = Column(default=0)
    duplicate: ColumnClause[int] = Column(default=0)
    doubtful: ColumnClause[int] = Column(default=0)
    failed: ColumnClause[int] = Column(default=0)
    detail: ColumnClause[str | None]
    token: ColumnClause[str | None]  # of its process; its lock file has it too
    beat_at: ColumnClause[datetime | None]  # when it last said that it lives
    rechecked: ColumnClause[int] = Column(server_default="0")
    crawler: ColumnClause[str | None]  # the name of the home that it worked in
    __table_args__ = (partial("ix_crawl_run_running", "id", where="state = 'running'"),)


class Problem(Base):
    """One page that a run found doubtful, or one address, list or host that failed it (`jianbao runs show`)."""

    __tablename__ = "problem"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    run_id: ColumnClause[int] = Column(ForeignKey("crawl_run.id"), index=True)
    kind: ColumnClause[str]  # doubtful, failed
    cause: ColumnClause[str]
    site: ColumnClause[str | None]
    template: ColumnClause[str | None]
    url: ColumnClause[str | None]
    detail: ColumnClause[str | None]
    capture_id: ColumnClause[int | None] = Column(Key)


class Host(Base):
    """One host that is asked: when it may be asked next, and by whom (`crawler.run.politeness.hosts`)."""

    __tablename__ = "host"
    host: ColumnClause[str] = Column(primary_key=True)
    next_at: ColumnClause[datetime | None]
    turn_of: ColumnClause[str | None]
    turn_until: ColumnClause[datetime | None]
    rest_until: ColumnClause[datetime | None]
    rest_reason: ColumnClause[str | None]
    crawl_delay: ColumnClause[float | None]  # seconds
    robots: ColumnClause[str | None]  # digest
    vain: ColumnClause[int] = Column(default=0)
    recheck_at: ColumnClause[datetime | None]
    rules: ColumnClause[str | None]  # of its robots.txt, those that bind us
    rules_for: ColumnClause[str | None]  # the product token that they were read for
    rules_at: ColumnClause[datetime | None]  # when they were read
    asked_on: ColumnClause[str | None]  # the day in Beijing, YYYY-MM-DD
    asked: ColumnClause[int] = Column(server_default="0")  # requests on that day, where a budget counts them


class Frontier(Base):
    """One address that is to be fetched, or was: due, leased by a worker, done, gone, barred or given up."""

    __tablename__ = "frontier"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    site: ColumnClause[str]
    native_id: ColumnClause[str]
    url: ColumnClause[str]
    state: ColumnClause[str]  # due, leased, done, gone, barred, failed
    due_at: ColumnClause[datetime]
    leased_by: ColumnClause[str | None]
    leased_until: ColumnClause[datetime | None]
    attempts: ColumnClause[int] = Column(default=0)
    outcome: ColumnClause[str | None]
    host: ColumnClause[str] = Column(server_default="")  # of `url`
    lease: ColumnClause[int] = Column(server_default="0")  # the fencing token: how often it was leased
    __table_args__ = (
        Index(None, "site", "native_id", unique=True),
        # Partial, so that they hold the work in hand alone: what is done, and all but the newest is, costs nothing.
        partial("ix_frontier_due", "site", "host", "due_at", "id", where="state = 'due'"),
        partial("ix_frontier_leased", "site", "leased_until", where="state = 'leased'"),
        partial("ix_frontier_failed", "site", where="state = 'failed'"),
        partial("ix_frontier_barred", "site", "host", "due_at", "id", where="state = 'barred'"),
    )


class Recheck(Base):
    """When an article is looked at again, by which address, and who does so now (`crawler.run.schedule`)."""

    __tablename__ = "recheck"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    site: ColumnClause[str]
    host: ColumnClause[str]
    url: ColumnClause[str]
    rank: ColumnClause[int]
    due_at: ColumnClause[datetime]
    since: ColumnClause[datetime]  # its publication, or its first capture
    told_at: ColumnClause[datetime]  # the last look that said something of it
    missed_at: ColumnClause[datetime | None]  # the first that said it is no more, of this absence
    pace: ColumnClause[int] = Column(default=0)
    leased_by: ColumnClause[str | None]
    __table_args__ = (
        partial("ix_recheck_free", "site", "host", "rank", "due_at", "article_id", where="leased_by IS NULL"),
        partial("ix_recheck_leased", "leased_by", where="leased_by IS NOT NULL"),
    )


class Sighting(Base):
    """A list named an address: which list, when first and last, how often, under which title."""

    __tablename__ = "sighting"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    site: ColumnClause[str]
    source: ColumnClause[str]
    native_id: ColumnClause[str]
    url: ColumnClause[str]
    title: ColumnClause[str | None]
    first_seen_at: ColumnClause[datetime]
    last_seen_at: ColumnClause[datetime]
    times_seen: ColumnClause[int] = Column(default=1)
    __table_args__ = (Index(None, "site", "native_id", "source", unique=True),)


class Poll(Base):
    """A list: who walks it now; when the last walk came to its end, and how far back it went."""

    __tablename__ = "poll"
    site: ColumnClause[str] = Column(primary_key=True)
    source: ColumnClause[str] = Column(primary_key=True)
    ended_at: ColumnClause[datetime | None]  # None: the last walk did not come to its end, or there was none
    since: ColumnClause[datetime | None]  # what the list dates before it may have been left out; None where nothing was
    named: ColumnClause[list[Any] | None]  # native ids
    leased_by: ColumnClause[str | None]
    crawler: ColumnClause[str | None]  # who walked it last


class Capture(Base):
    """One fetch of one address: where its raw bytes stand in the WARC files, and what came of it."""

    __tablename__ = "capture"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    run_id: ColumnClause[int | None] = Column(ForeignKey("crawl_run.id"))
    article_id: ColumnClause[int | None] = Column(ForeignKey("article.id"), index=True)
    url: ColumnClause[str]
    captured_at: ColumnClause[datetime]
    outcome: ColumnClause[str]
    status: ColumnClause[int | None]
    content_type: ColumnClause[str | None]
    ip: ColumnClause[str | None]
    digest: ColumnClause[str | None]
    text_digest: ColumnClause[str | None]  # of the article that it showed, as in `revision`: what was seen when
    size: ColumnClause[int | None] = Column(BigInteger)
    warc_file: ColumnClause[str | None]
    warc_offset: ColumnClause[int | None] = Column(BigInteger)
    warc_length: ColumnClause[int | None] = Column(BigInteger)
    site: ColumnClause[str | None]
    native_id: ColumnClause[str | None]
    template: ColumnClause[str | None]
    detail: ColumnClause[str | None]
    agreement: ColumnClause[float | None]  # 0 to 1: how far the witness read the same body; None where it was not asked
    part: ColumnClause[int | None]  # of an article on several pages: from 2, 0 for the whole on one
    repeats_id: ColumnClause[int | None] = Column(Key)  # the capture whose payload it showed again
    etag: ColumnClause[str | None]
    last_modified: ColumnClause[str | None]
    whole_share: ColumnClause[float | None]  # 0 to 1: of the witness's text of the whole page, where it was asked
    extractor: ColumnClause[str | None]  # the rules that read it last: `crawler.capture.version`
    __table_args__ = (
        # No place is a capture's own: files are moved, and written anew under an old name.
        Index(None, "warc_file", "warc_offset"),
        # One payload of one address at one time is one capture, however often and from wherever it is imported.
        Index(None, "url", "digest"),
        partial("ix_capture_apart", "site", "native_id", where="article_id IS NULL"),
        partial("ix_capture_gone", "site", "native_id", where="outcome = 'gone' AND part IS NULL"),
    )


# What hits are put in order and counted by, beside the key. SQLite keeps a row's columns in one place, so that what
# stands behind the text costs a read of the text; PostgreSQL keeps long texts elsewhere, and bounds an index's keys.
SHOWN = Index(
    "ix_article_shown",
    *("id", "site", "source_name", "account_name", "published_at", "cluster_id", "state", "withdrawn_at", "flags"),
).ddl_if(dialect="sqlite")
# Of these what the hits of words alone are put in order by: each hit is looked for there, in half as many pages.
KEYED = Index("ix_article_keyed", "id", "published_at", "cluster_id", "withdrawn_at").ddl_if(dialect="sqlite")


class Article(Base):
    """One publication at one site, in its newest revision."""

    __tablename__ = "article"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    site: ColumnClause[str]
    native_id: ColumnClause[str]
    url: ColumnClause[str]
    headline: ColumnClause[str | None]
    original_title: ColumnClause[str | None]
    body: ColumnClause[str]
    published_at: ColumnClause[datetime | None]
    published_precision: ColumnClause[str | None]
    modified_at: ColumnClause[datetime | None]
    source_name: ColumnClause[str | None]
    account_name: ColumnClause[str | None]
    authors: ColumnClause[list[Any]]
    editor: ColumnClause[str | None]
    keywords: ColumnClause[list[Any]]
    location: ColumnClause[str | None]
    images: ColumnClause[list[Any]]
    flags: ColumnClause[list[Any]]
    template: ColumnClause[str | None]
    confidence: ColumnClause[float]
    blocks: ColumnClause[list[Any]]
    first_captured_at: ColumnClause[datetime]
    last_captured_at: ColumnClause[datetime]
    revision: ColumnClause[int] = Column(default=1)
    cluster_id: ColumnClause[int | None] = Column(Key, index=True)
    state: ColumnClause[str] = Column(server_default="live")  # live, missing, vanished, removed, returned
    withdrawn_at: ColumnClause[datetime | None]  # when a person took it out of every door (`archive.store.people`)
    __table_args__ = (
        Index(None, "site", "native_id", unique=True),
        Index(None, "published_at"),
        Index(None, "url"),
        partial("ix_article_withdrawn", "id", where="withdrawn_at IS NOT NULL"),
        partial("ix_article_away", "state", where="state <> 'live'"),
        SHOWN,
        KEYED,
    )


class Revision(Base):
    """One earlier or present version of an article's text: `digest` is the SHA-256 of headline and body."""

    __tablename__ = "revision"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    article_id: ColumnClause[int] = Column(ForeignKey("article.id"))
    number: ColumnClause[int]
    capture_id: ColumnClause[int | None] = Column(ForeignKey("capture.id"))
    captured_at: ColumnClause[datetime]
    headline: ColumnClause[str | None]
    body: ColumnClause[str | None]  # None where it is the present one: the article row holds it
    digest: ColumnClause[str]
    cause: ColumnClause[str] = Column(server_default="publisher")  # publisher, extractor, import, person
    __table_args__ = (
        Index(None, "article_id", "number", unique=True),
        partial("ix_revision_edited", "article_id", where="number > 1 AND cause <> 'extractor'"),
    )


class Change(Base):
    """The change log: what a reader of the archive must look at again, in commit order (`id`).

    What happened, happened between two captures: after the one and before the other, at no instant that anybody knows.
    """

    __tablename__ = "change"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    article_id: ColumnClause[int] = Column(Key)
    kind: ColumnClause[str]  # new, revised, updated (fields only), clustered; missing, vanished, removed, returned
    at: ColumnClause[datetime]
    cause: ColumnClause[str | None]  # of `new`, `revised` and `updated`: as in `revision`
    after_at: ColumnClause[datetime | None]
    before_at: ColumnClause[datetime | None]
    after_capture_id: ColumnClause[int | None] = Column(Key)
    before_capture_id: ColumnClause[int | None] = Column(Key)
    __table_args__ = (Index(None, "at"), Index(None, "article_id"))


class Measure(Base):
    """What is usual of one measure of a site, a template, a list or a host, and what is being measured
    (`archive.watch`). One row each, whose size is bounded, so that years of runs take no more room than a month."""

    __tablename__ = "measure"
    site: ColumnClause[str] = Column(primary_key=True)
    measure: ColumnClause[str] = Column(primary_key=True)
    scope: ColumnClause[str] = Column(primary_key=True)  # a template, a list, a host; "" for the whole site
    begun_at: ColumnClause[datetime]
    n: ColumnClause[int] = Column(default=0)
    total: ColumnClause[float] = Column(default=0.0)
    sample: ColumnClause[list[Any]]
    score: ColumnClause[float] = Column(default=0.0)
    history: ColumnClause[list[Any]]  # of periods: [n, middle, spread]
    examples: ColumnClause[list[Any]]
    quiet: ColumnClause[int] = Column(default=0)  # 1: a person closed its alarm, and it was not well since


class Alarm(Base):
    """A measure that left what is usual: open until it is well again, or a person closes it."""

    __tablename__ = "alarm"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    site: ColumnClause[str]
    measure: ColumnClause[str]
    scope: ColumnClause[str]
    raised_at: ColumnClause[datetime]
    run_id: ColumnClause[int | None] = Column(ForeignKey("crawl_run.id"))
    usual: ColumnClause[str]
    now: ColumnClause[str]
    examples: ColumnClause[list[Any]]  # {capture_id, url}
    next_command: ColumnClause[str]
    told_at: ColumnClause[datetime]  # when a person was last told of it
    closed_at: ColumnClause[datetime | None]
    closed_why: ColumnClause[str | None]  # well, or the person's words
    __table_args__ = (partial("ix_alarm_open", "id", where="closed_at IS NULL"),)


class Verified(Base):
    """How far one part of the archive was verified, and when (`crawler.upkeep.verify`): a WARC file, by its name behind
    `warc:`, the articles one by one (`articles`), all else of the database (`database`)."""

    __tablename__ = "verified"
    part: ColumnClause[str] = Column(primary_key=True)
    at: ColumnClause[int] = Column(BigInteger, default=0)  # where the pass that is going on comes next; 0: none is
    ended_at: ColumnClause[datetime | None]  # when the last whole pass over it ended
