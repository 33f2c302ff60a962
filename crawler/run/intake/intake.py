"""What a crawl takes in, whether it is new or looked at again: answers are stored, measured, and handed on."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import Factory, define, field
from sqlalchemy import select

from archive.export.datasets import Row, articles
from archive.store.db import reading
from archive.store.models import Capture
from archive.store.records import Stored
from crawler.run.extraction import Extraction
from crawler.run.intake.arrivals import Arrivals
from crawler.run.politeness.turns import Turns
from crawler.run.reading.answer import Answer, is_plain
from crawler.run.run import Run
from crawler.run.store import Kept, store, tell
from crawler.run.watch.findings import SeenPage

BATCH = 32
"""So many addresses of a site are claimed at a time: enough for many hosts to be asked at once, each in its turn."""


@define
class Intake:
    """See the module. `turns`: whose turn it is to ask a host. `limit`: the most articles to fetch, or to look at
    again. `items`: whether anybody wants to have the stored articles. `claimed`: how many articles were asked for."""

    run: Run
    extraction: Extraction
    turns: Turns
    limit: int | None = None
    items: bool = False
    claimed: int = 0
    arrivals: Arrivals[Answer, Kept] = field(
        default=Factory(lambda self: Arrivals(self._store, self.store_answer, is_plain), takes_self=True),
        init=False,
        repr=False,
        eq=False,
    )
    _fresh: list[int] = field(factory=list)

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be asked for."""
        return self.run.stopped or self.run.fatal is not None

    @property
    def room(self) -> int:
        """So many articles more may be asked for now."""
        return BATCH if self.limit is None else min(BATCH, self.limit - self.claimed)

    def store_answer(self, answer: Answer) -> Kept:
        """Store an answer; what became of it."""
        return next(iter(self.store_answers([answer])), Kept())

    def store_answers(self, answers: Sequence[Answer]) -> list[Kept]:
        """Store answers, all or nothing; what became of each, [] where that ends the run."""
        with self.run.ends():
            return self._store(answers)
        return []

    def _store(self, answers: Sequence[Answer]) -> list[Kept]:
        """The same, but an error that ends the run is raised."""
        if self.run.fatal is not None:
            return [Kept() for _ in answers]
        kept = store(self.run, answers)
        for answer, its in zip(answers, kept, strict=True):
            self._measure(answer, its.stored)
            if its.whole:
                self._note_fresh(its.stored)
            tell(answer)
        return kept

    def _note_fresh(self, stored: Stored | None) -> None:
        if self.items and stored is not None and stored.article_id is not None and stored.state in ("new", "revised"):
            self._fresh.append(stored.article_id)

    def take_items(self) -> Iterator[Row]:
        """The articles that were stored since this was asked last, new or with another text, as they stand in the
        archive now; nothing where nobody wants them. Of one on several pages, once no more of them are awaited."""
        fresh, self._fresh = self._fresh, []
        return self.stored_items(fresh)

    def stored_items(self, ids: Iterable[int]) -> Iterator[Row]:
        """These articles as they stand in the archive, in the form of the export's `articles`."""
        wanted = list(dict.fromkeys(ids))
        rows: list[Row] = []
        if wanted:
            with self.run.ends(), reading(self.run.engine) as connection:
                rows = list(articles.of(connection, wanted))
        return iter(rows)

    def _measure(self, answer: Answer, stored: Stored | None) -> None:
        """Note what an answer tells of its site, and not only of its article."""
        asked = answer.claim or answer.recheck
        if asked is None or answer.measured is None or stored is None or answer.further:
            return
        page = SeenPage(
            host=asked.host,
            again=answer.recheck is not None,
            known=answer.measured.unknown and self._is_known(answer, stored),
            measured=answer.measured,
            capture_id=stored.capture_id,
            article_id=stored.article_id,
            url=answer.url,
        )
        self.run.findings.add(asked.site, page, new=stored.state == "new")

    def _is_known(self, answer: Answer, stored: Stored) -> bool:
        """Whether a page was of the same outcome before, since it was last an article."""
        its = [Capture.url == answer.url, Capture.outcome == str(answer.outcome), Capture.id != stored.capture_id]
        if answer.recheck is not None:
            its.append(Capture.captured_at > answer.recheck.told_at)
        with self.run.ends(), reading(self.run.engine) as connection:
            return connection.execute(select(Capture.id).where(*its).limit(1)).first() is not None
        return False
