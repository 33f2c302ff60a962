"""Random histories of an archive: all that may happen to it, in any order."""

import random
from collections.abc import Callable
from datetime import timedelta

from attrs import define, evolve, field
from sqlalchemy import Engine, delete, func, select

from archive.dedup.clusters import clusters, decisions
from archive.dedup.tables import Link
from archive.errors import JianbaoError
from archive.ingest.prepare import Again, prepare
from archive.ingest.transaction import ingest
from archive.people import correcting, corrections, erasing, notes, tags, withdrawals
from archive.store.changes import log_clustered
from archive.store.db import reading, writing
from archive.store.models import Article, Capture
from archive.store.records import ArticleRecord, Item
from tests.archive.dedup.copies import cut, noisy, text
from tests.archive.make import DAY, article, captured

_STORIES = [text(number, 120) for number in range(4)]
_SITES = ("clip", "x.example")


@define
class History:
    """Acts upon an archive at random. `hour`: the hours since `DAY`; `known`: what was published, by address."""

    engine: Engine
    random: random.Random
    hour: float = 0.0
    known: list[ArticleRecord] = field(factory=list)
    done: list[str] = field(factory=list)

    def act(self) -> None:
        """One thing happens. What is refused, as a second withdrawal is, has not happened."""
        self.hour += self.random.uniform(0.5, 30)
        act = self.random.choice(_ACTS if self.known else [History.publish])
        self.done.append(act.__name__)
        try:
            act(self)
        except JianbaoError:
            self.done[-1] += " (refused)"

    @property
    def now(self) -> object:
        return DAY + timedelta(hours=self.hour)

    def publish(self) -> None:
        """A new article, mostly a copy of another one's text."""
        body = self.random.choice([*_STORIES, self.body()])
        number = len(self.known) + 1
        site = self.random.choice(_SITES)
        one = article(
            f"a:{number}",
            body,
            site=site,
            url=f"https://{site}/{number}",
            headline=f"消息{number % 3}",
            published_at=DAY + timedelta(hours=self.random.choice([0, self.hour])),
            published_precision=self.random.choice(["second", "minute", "day"]),
        )
        self.known.append(one)
        self.see(one)

    def edit(self) -> None:
        """The publisher changes an article."""
        place = self.random.randrange(len(self.known))
        body = self.random.choice([*_STORIES, self.body(), self.known[place].body])
        headline = self.random.choice([self.known[place].headline, "改了的题目"])
        editor = self.random.choice([None, "王编辑"])
        self.known[place] = evolve(self.known[place], body=body, headline=headline, editor=editor)
        self.see(self.known[place])

    def look(self) -> None:
        """An article is looked at again, and is as it was."""
        self.see(self.any())

    def look_before(self) -> None:
        """An older capture comes in."""
        one = evolve(self.any(), body=self.body())
        self.see(one, hours=-self.random.uniform(0, self.hour + 50))

    def told(self) -> None:
        """A file says something of an article."""
        one = evolve(self.any(), body=self.body()) if self.random.random() < 0.5 else self.any()
        self.store(Item(capture=None, article=one, captured_at=self.now))  # type: ignore[arg-type]

    def vanish(self) -> None:
        """An article is no more at its site."""
        one = self.any()
        self.see(None, url=one.url, site=one.site, native_id=one.native_id)

    def fail(self) -> None:
        """An article's address gives nothing that can be read."""
        one = self.any()
        self.see(None, url=one.url, site=one.site, native_id=one.native_id, outcome="failed")

    def read_anew(self) -> None:
        """A stored capture's record is read by other rules."""
        with reading(self.engine) as connection:
            shown = select(Capture.__table__).where(Capture.text_digest.is_not(None)).order_by(Capture.id)
            rows = connection.execute(shown).mappings().all()
            if not rows:
                return
            row = self.random.choice(rows)
            found = select(Article.site, Article.native_id).where(Article.id == row["article_id"])
            site, native_id = connection.execute(found).one()
        one = next(one for one in self.known if (one.site, one.native_id) == (site, native_id))
        body = self.random.choice([one.body, one.body.replace("。", "！"), one.body + "\n编辑"])
        read = captured(evolve(one, body=body), url=row["url"], template="other", extractor="2")
        again = Again(capture_id=row["id"], shows_id=row["id"], at=row["captured_at"], showed=True)
        item = evolve(prepare(evolve(read, cause="extractor")), again=again)
        with writing(self.engine) as connection:
            ingest(connection, [item], run_id=None, now=self.now)  # type: ignore[arg-type]

    def withdraw(self) -> None:
        with writing(self.engine) as connection:
            withdrawals.withdraw(connection, self.number(), "一个理由", by="me", now=self.now)  # type: ignore[arg-type]

    def restore(self) -> None:
        with writing(self.engine) as connection:
            for key in self.withdrawn():
                withdrawals.restore(connection, key, by="me", now=self.now)  # type: ignore[arg-type]

    def erase(self) -> None:
        for key in self.withdrawn()[:1]:
            with writing(self.engine) as connection:
                its = [row["id"] for row in erasing.captures_of(connection, key)]
                erasing.erase(connection, key, its, now=self.now)  # type: ignore[arg-type]

    def correct(self) -> None:
        name, value = self.random.choice(
            [("headline", "人写的题目"), ("body", self.body()), ("published_at", "2025-03-02"), ("editor", "李编辑")]
        )
        with writing(self.engine) as connection:
            correcting.correct(connection, self.number(), name, value, by="me", now=self.now)  # type: ignore[arg-type]

    def undo_correction(self) -> None:
        key = self.number()
        with writing(self.engine) as connection:
            for one in corrections.of(connection, key)[-1:]:
                correcting.undo(connection, key, one["id"], by="me", now=self.now)  # type: ignore[arg-type]

    def decide(self) -> None:
        """A person decides of stories."""
        keys = [self.number() for _ in range(self.random.choice([1, 2, 2]))]
        do: Callable[..., object] = self.random.choice([decisions.merge, decisions.split, decisions.apart])
        if len(set(keys)) == 1 and do is not decisions.split:
            do = self.random.choice([decisions.pin, decisions.unpin, decisions.undo])
        with writing(self.engine) as connection:
            single = do not in (decisions.merge, decisions.split, decisions.apart)
            do(connection, keys[0] if single else keys, by="me", now=self.now)

    def recluster(self) -> None:
        """Links are found otherwise than before, and all is grouped anew by them, as `recluster` does."""
        with writing(self.engine) as connection:
            links = connection.execute(select(Link.article_id, Link.other_id).order_by(Link.article_id)).all()
            for one, other in links:
                if self.random.random() < 0.3:
                    connection.execute(delete(Link).where(Link.article_id == one, Link.other_id == other))
            ids = connection.scalars(select(Article.id)).all()
            changed = clusters.settle(connection, ids, now=self.now)  # type: ignore[arg-type]
            log_clustered(connection, sorted(changed), self.now)  # type: ignore[arg-type]

    def say(self) -> None:
        """What is in no dataset."""
        with writing(self.engine) as connection:
            key = self.number()
            tags.add(connection, key, "词", by="me", now=self.now)  # type: ignore[arg-type]
            notes.add(connection, key, "一句话", by="me", now=self.now)  # type: ignore[arg-type]

    def any(self) -> ArticleRecord:
        return self.random.choice(self.known)

    def body(self) -> str:
        make = self.random.choice([cut, noisy, lambda body: body + "\n又一段。", lambda body: body[::-1]])
        return make(self.random.choice(_STORIES))

    def number(self) -> int:
        with reading(self.engine) as connection:
            return self.random.randint(1, connection.scalar(select(func.max(Article.id))) or 1)

    def withdrawn(self) -> list[int]:
        with reading(self.engine) as connection:
            found = select(Article.id).where(Article.withdrawn_at.is_not(None)).order_by(Article.id)
            return list(connection.scalars(found))

    def see(self, record: ArticleRecord | None, hours: float = 0, **fields: object) -> None:
        self.store(captured(record, self.hour + hours, **fields))  # type: ignore[arg-type]

    def store(self, item: Item) -> None:
        with writing(self.engine) as connection:
            ingest(connection, [item], run_id=None, now=self.now)  # type: ignore[arg-type]


_ACTS: list[Callable[[History], None]] = [
    *[History.publish] * 4,
    *[History.edit] * 3,
    *(History.look, History.look_before, History.told, History.vanish, History.vanish, History.fail),
    *(History.read_anew, History.withdraw, History.restore, History.erase, History.correct, History.correct),
    *(History.undo_correction, History.decide, History.decide, History.recluster, History.say),
]
