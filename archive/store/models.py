"""The tables, but for the duplicate index (`archive.dedup.tables`, `archive.store.scheme`) and the full-text index
(`archive.store.fulltext`).

Times are stored in UTC. docs/data.md describes every table and column; a test holds that page and this one together.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Float, ForeignKey, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A time with a zone in Python, UTC in the database (SQLite has no zones, so they are taken off and put back)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone cannot be stored: {value!r}"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives a rowid alias (and so automatic numbering) only to a column declared INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: UtcDateTime,
        int: Integer,
        float: Float,
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of some of the rows. A statement uses it only where it says `where` itself, with literal values."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class CrawlRun(Base):
    """One run of the crawler or of an import: what it did, how it ended."""

    __tablename__ = "crawl_run"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]  # crawl, fetch, import, reextract, rebuild
    sites: Mapped[list[Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]  # running, finished, stopped, failed, killed
    exit_code: Mapped[int | None]
    listed: Mapped[int] = mapped_column(default=0)
    fetched: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str | None]
    token: Mapped[str | None]  # of its process; its lock file has it too
    beat_at: Mapped[datetime | None]  # when it last said that it lives
    rechecked: Mapped[int] = mapped_column(server_default="0")
    crawler: Mapped[str | None]  # the name of the home that it worked in
    __table_args__ = (partial("ix_crawl_run_running", "id", where="state = 'running'"),)


class Problem(Base):
    """One page that a run found doubtful, or one address, list or host that failed it (`jianbao runs show`)."""

    __tablename__ = "problem"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("crawl_run.id"), index=True)
    kind: Mapped[str]  # doubtful, failed
    cause: Mapped[str]
    site: Mapped[str | None]
    template: Mapped[str | None]
    url: Mapped[str | None]
    detail: Mapped[str | None]
    capture_id: Mapped[int | None] = mapped_column(Key)


class Host(Base):
    """One host that is asked: when it may be asked next, and by whom (`crawler.run.politeness.hosts`)."""

    __tablename__ = "host"
    host: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime | None]
    turn_of: Mapped[str | None]
    turn_until: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    rest_reason: Mapped[str | None]
    crawl_delay: Mapped[float | None]  # seconds
    robots: Mapped[str | None]  # digest
    vain: Mapped[int] = mapped_column(default=0)
    recheck_at: Mapped[datetime | None]
    rules: Mapped[str | None]  # of its robots.txt, those that bind us
    rules_for: Mapped[str | None]  # the product token that they were read for
    rules_at: Mapped[datetime | None]  # when they were read
    asked_on: Mapped[str | None]  # the day in Beijing, YYYY-MM-DD
    asked: Mapped[int] = mapped_column(server_default="0")  # requests on that day, where a budget counts them


class Frontier(Base):
    """One address that is to be fetched, or was: due, leased by a worker, done, gone, barred or given up."""

    __tablename__ = "frontier"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str]
    native_id: Mapped[str]
    url: Mapped[str]
    state: Mapped[str]  # due, leased, done, gone, barred, failed
    due_at: Mapped[datetime]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None]
    host: Mapped[str] = mapped_column(server_default="")  # of `url`
    lease: Mapped[int] = mapped_column(server_default="0")  # the fencing token: how often it was leased
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
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    site: Mapped[str]
    host: Mapped[str]
    url: Mapped[str]
    rank: Mapped[int]
    due_at: Mapped[datetime]
    since: Mapped[datetime]  # its publication, or its first capture
    told_at: Mapped[datetime]  # the last look that said something of it
    missed_at: Mapped[datetime | None]  # the first that said it is no more, of this absence
    pace: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None]
    __table_args__ = (
        partial("ix_recheck_free", "site", "host", "rank", "due_at", "article_id", where="leased_by IS NULL"),
        partial("ix_recheck_leased", "leased_by", where="leased_by IS NOT NULL"),
    )


class Sighting(Base):
    """A list named an address: which list, when first and last, how often, under which title."""

    __tablename__ = "sighting"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str]
    source: Mapped[str]
    native_id: Mapped[str]
    url: Mapped[str]
    title: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    times_seen: Mapped[int] = mapped_column(default=1)
    __table_args__ = (Index(None, "site", "native_id", "source", unique=True),)


class Poll(Base):
    """A list: who walks it now; when the last walk came to its end, and how far back it went."""

    __tablename__ = "poll"
    site: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime | None]  # None: the last walk did not come to its end, or there was none
    since: Mapped[datetime | None]  # what the list dates before it may have been left out; None where nothing was
    named: Mapped[list[Any] | None]  # native ids
    leased_by: Mapped[str | None]
    crawler: Mapped[str | None]  # who walked it last


class Capture(Base):
    """One fetch of one address: where its raw bytes stand in the WARC files, and what came of it."""

    __tablename__ = "capture"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("crawl_run.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    url: Mapped[str]
    captured_at: Mapped[datetime]
    outcome: Mapped[str]
    status: Mapped[int | None]
    content_type: Mapped[str | None]
    ip: Mapped[str | None]
    digest: Mapped[str | None]
    text_digest: Mapped[str | None]  # of the article that it showed, as in `revision`: what was seen when
    size: Mapped[int | None] = mapped_column(BigInteger)
    warc_file: Mapped[str | None]
    warc_offset: Mapped[int | None] = mapped_column(BigInteger)
    warc_length: Mapped[int | None] = mapped_column(BigInteger)
    site: Mapped[str | None]
    native_id: Mapped[str | None]
    template: Mapped[str | None]
    detail: Mapped[str | None]
    agreement: Mapped[float | None]  # 0 to 1: how far the witness read the same body; None where it was not asked
    part: Mapped[int | None]  # of an article on several pages: from 2, 0 for the whole on one
    repeats_id: Mapped[int | None] = mapped_column(Key)  # the capture whose payload it showed again
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    whole_share: Mapped[float | None]  # 0 to 1: of the witness's text of the whole page; None where it was not asked
    extractor: Mapped[str | None]  # the rules that read it last: `crawler.capture.version`
    __table_args__ = (
        # No place is a capture's own: files are moved, and written anew under an old name.
        Index(None, "warc_file", "warc_offset"),
        # One payload of one address at one time is one capture, however often and from wherever it is imported.
        Index(None, "url", "digest"),
        partial("ix_capture_gone", "site", "native_id", where="outcome = 'gone' AND part IS NULL"),
    )


# What hits are put in order and counted by, beside the key. SQLite keeps a row's columns in one place, so that what
# stands behind the text costs a read of the text; PostgreSQL keeps long texts elsewhere, and bounds an index's keys.
SHOWN = Index(
    "ix_article_shown",
    *("id", "site", "source_name", "account_name", "published_at", "cluster_id", "state", "withdrawn_at", "flags"),
).ddl_if(dialect="sqlite")


class Article(Base):
    """One publication at one site, in its newest revision."""

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str]
    native_id: Mapped[str]
    url: Mapped[str]
    headline: Mapped[str | None]
    original_title: Mapped[str | None]
    body: Mapped[str]
    published_at: Mapped[datetime | None]
    published_precision: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    source_name: Mapped[str | None]
    account_name: Mapped[str | None]
    authors: Mapped[list[Any]]
    editor: Mapped[str | None]
    keywords: Mapped[list[Any]]
    location: Mapped[str | None]
    images: Mapped[list[Any]]
    flags: Mapped[list[Any]]
    template: Mapped[str | None]
    confidence: Mapped[float]
    blocks: Mapped[list[Any]]
    first_captured_at: Mapped[datetime]
    last_captured_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    cluster_id: Mapped[int | None] = mapped_column(Key, index=True)
    state: Mapped[str] = mapped_column(server_default="live")  # live, missing, vanished, removed, returned
    withdrawn_at: Mapped[datetime | None]  # when a person took it out of every door (`archive.store.people`)
    __table_args__ = (
        Index(None, "site", "native_id", unique=True),
        Index(None, "published_at"),
        Index(None, "url"),
        partial("ix_article_withdrawn", "id", where="withdrawn_at IS NOT NULL"),
        partial("ix_article_away", "state", where="state <> 'live'"),
        SHOWN,
    )


class Revision(Base):
    """One earlier or present version of an article's text: `digest` is the SHA-256 of headline and body."""

    __tablename__ = "revision"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    captured_at: Mapped[datetime]
    headline: Mapped[str | None]
    body: Mapped[str | None]  # None where it is the present one: the article row holds it
    digest: Mapped[str]
    cause: Mapped[str] = mapped_column(server_default="publisher")  # publisher, extractor, import, person
    __table_args__ = (
        Index(None, "article_id", "number", unique=True),
        partial("ix_revision_edited", "article_id", where="number > 1 AND cause <> 'extractor'"),
    )


class Change(Base):
    """The change log: what a reader of the archive must look at again, in commit order (`id`).

    What happened, happened between two captures: after the one and before the other, at no instant that anybody knows.
    """

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    article_id: Mapped[int] = mapped_column(Key)
    kind: Mapped[str]  # new, revised, updated (fields only), clustered; missing, vanished, removed, returned
    at: Mapped[datetime]
    cause: Mapped[str | None]  # of `new`, `revised` and `updated`: as in `revision`
    after_at: Mapped[datetime | None]
    before_at: Mapped[datetime | None]
    after_capture_id: Mapped[int | None] = mapped_column(Key)
    before_capture_id: Mapped[int | None] = mapped_column(Key)
    __table_args__ = (Index(None, "at"), Index(None, "article_id"))


class Measure(Base):
    """What is usual of one measure of a site, a template, a list or a host, and what is being measured
    (`archive.watch`). One row each, whose size is bounded, so that years of runs take no more room than a month."""

    __tablename__ = "measure"
    site: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)  # a template, a list, a host; "" for the whole site
    begun_at: Mapped[datetime]
    n: Mapped[int] = mapped_column(default=0)
    total: Mapped[float] = mapped_column(default=0.0)
    sample: Mapped[list[Any]]
    score: Mapped[float] = mapped_column(default=0.0)
    history: Mapped[list[Any]]  # of periods: [n, middle, spread]
    examples: Mapped[list[Any]]
    quiet: Mapped[int] = mapped_column(default=0)  # 1: a person closed its alarm, and it was not well since


class Alarm(Base):
    """A measure that left what is usual: open until it is well again, or a person closes it."""

    __tablename__ = "alarm"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str]
    measure: Mapped[str]
    scope: Mapped[str]
    raised_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("crawl_run.id"))
    usual: Mapped[str]
    now: Mapped[str]
    examples: Mapped[list[Any]]  # {capture_id, url}
    next_command: Mapped[str]
    told_at: Mapped[datetime]  # when a person was last told of it
    closed_at: Mapped[datetime | None]
    closed_why: Mapped[str | None]  # well, or the person's words
    __table_args__ = (partial("ix_alarm_open", "id", where="closed_at IS NULL"),)


class Verified(Base):
    """How far one part of the archive was verified, and when (`crawler.upkeep.verify`): a WARC file, by its name behind
    `warc:`, the articles one by one (`articles`), all else of the database (`database`)."""

    __tablename__ = "verified"
    part: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, default=0)  # where the pass that is going on comes next; 0: none is
    ended_at: Mapped[datetime | None]  # when the last whole pass over it ended
