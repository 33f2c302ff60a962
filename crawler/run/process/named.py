"""An address that a person named is asked for now, whatever the frontier and the queue of looks say of it."""

from attrs import evolve
from sqlalchemy import select

from archive.store.db import reading
from archive.store.models import Article
from crawler.capture.role import role_of
from crawler.pages.page import Outcome
from crawler.run import frontier
from crawler.run.crawl import Crawl
from crawler.run.reading.answer import STORED, Answer, disbelieved
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.run import Run
from crawler.run.schedule import rechecks
from crawler.run.trouble.retry import host_of
from crawler.warc.raw import RawCapture


def claim_now(run: Run, site: str, native_id: str, url: str) -> Claim | Recheck | None:
    """Take an article for this run: a claim where it is new, a look where the archive has it; None where another run
    has it."""
    with run.step() as (connection, _):
        columns = (Article.id, Article.published_at, Article.first_captured_at, Article.last_captured_at)
        query = select(*columns).where(Article.site == site, Article.native_id == native_id)
        article = connection.execute(query).one_or_none()
        if article is None:
            return frontier.take(connection, site, native_id, url, run.worker, run.now())
        looked = rechecks.take(connection, article.id, run.worker)
        if looked is not None or rechecks.is_queued(connection, article.id):
            return looked
        # It was imported, and was never due.
        return Recheck(
            article_id=article.id,
            site=site,
            native_id=native_id,
            host=host_of(url),
            url=url,
            since=min(article.published_at or article.first_captured_at, article.first_captured_at),
            told_at=article.last_captured_at,
            missed_at=None,
            pace=0,
            known=rechecks.known(connection, [article.id]).get(article.id),
        )


def read_other(crawl: Crawl, raw: RawCapture) -> Answer | None:
    """An answer that no claim is for, read; None of what becomes no capture. It does not tell that a known article is
    no more."""
    if role_of(raw) not in STORED:
        return None
    [answer] = crawl.extraction.pages([raw], crawl.run.hearing)
    if answer.outcome is Outcome.GONE:
        query = select(Article.id).where(Article.url.in_([raw.url, raw.requested or raw.url])).limit(1)
        with reading(crawl.run.engine) as connection:
            if connection.execute(query).first() is not None:
                return evolve(disbelieved(answer), doubt="it seems to be no more")
    return answer
