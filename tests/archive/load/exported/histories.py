"""Random histories of an archive: crawled, taken down, imported, read anew, decided and corrected by people."""

from datetime import timedelta
from random import Random

from attrs import evolve
from sqlalchemy import Engine, select

from archive.dedup.clusters import decisions
from archive.errors import JianbaoError
from archive.ingest.prepare import Again, prepare
from archive.ingest.transaction import ingest
from archive.people.correcting import correct
from archive.store.db import reading, writing
from archive.store.models import Article, Capture
from archive.store.records import ArticleRecord
from tests.archive.dedup.copies import text
from tests.archive.make import DAY, article, captured, store, told

_TEXTS = [text(number) for number in range(1, 6)]
_DATED = (
    {"published_precision": "second"},
    {"published_precision": "minute"},
    {"published_precision": "day", "published_at": DAY - timedelta(hours=12)},
)


def grow(engine: Engine, random: Random, steps: int, sites: tuple[str, ...]) -> None:
    """Let something happen so often."""
    for _ in range(steps):
        try:
            random.choices([_crawl, _gone, _told, _anew, _decide, _correct], [50, 15, 10, 8, 10, 7])[0](
                engine, random, sites
            )
        except JianbaoError:
            continue  # a decision that is none


def _body(random: Random) -> str:
    body = random.choice(_TEXTS)
    return random.choice(
        [
            body,
            f"{body}\n另有第{random.randrange(5)}段。",
            body.replace("。", "！", random.randrange(3)),
            body[: len(body) // 2],
            f"短文第{random.randrange(6)}号。",
        ]
    )


def _article(random: Random, sites: tuple[str, ...]) -> ArticleRecord:
    native_id, site = f"a:{random.randrange(6)}", random.choice(sites)
    flags = tuple(random.sample(["incomplete", "flash"], random.randrange(2)))
    told_ = {"headline": random.choice(["题一", "题二", None]), "flags": flags, **random.choice(_DATED)}
    return article(native_id, _body(random), site=site, url=f"https://{site}.example/{native_id}", **told_)


def _crawl(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    hours = random.randrange(200) / 2
    store(engine, captured(_article(random, sites), hours), now=DAY + timedelta(hours=hours))


def _gone(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    its, hours = _article(random, sites), random.randrange(200) / 2
    gone = captured(None, hours, url=its.url, site=its.site, native_id=its.native_id, status=404)
    store(engine, gone, now=DAY + timedelta(hours=hours))


def _told(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    store(engine, told(_article(random, sites), DAY + timedelta(hours=random.randrange(200))))


def _anew(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    with reading(engine) as connection:
        statement = select(
            Capture.id, Capture.url, Capture.digest, Capture.captured_at, Article.site, Article.native_id
        )
        rows = connection.execute(
            statement.join(Article, Article.id == Capture.article_id).where(Capture.text_digest.is_not(None))
        ).all()
    if not rows:
        return
    key, url, digest, at, site, native_id = random.choice(rows)
    made = prepare(captured(article(native_id, _body(random), site=site, url=url)))
    capture = {**made.capture, "url": url, "digest": digest, "captured_at": at}
    again = Again(capture_id=key, shows_id=key, at=at, showed=True)
    with writing(engine) as connection:
        item = evolve(made, cause="extractor", capture=capture, again=again)
        ingest(connection, [item], run_id=None, now=DAY + timedelta(hours=300))


def _ids(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.scalars(select(Article.id).order_by(Article.id)))


def _decide(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    ids = _ids(engine)
    if len(ids) < 2:
        return
    decide = random.choice([decisions.merge, decisions.split, decisions.apart, decisions.pin])
    with writing(engine) as connection:
        if decide is decisions.pin:
            decisions.pin(connection, random.choice(ids), by="li", now=DAY)
        else:
            some = random.sample(ids, 1 if decide is decisions.split else 2)
            decide(connection, some, by="li", now=DAY)  # type: ignore[operator]


def _correct(engine: Engine, random: Random, sites: tuple[str, ...]) -> None:
    ids = _ids(engine)
    if ids:
        with writing(engine) as connection:
            correct(
                connection, random.choice(ids), random.choice(["headline", "body"]), "更正为这样。", by="li", now=DAY
            )
