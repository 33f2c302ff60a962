"""Where answers are read, for crawl, recovery and import: in processes of their own, each answer under a ceiling.

Whatever a page does to the parser, to a regular expression or to memory, it costs itself alone: its process ends, the
answer becomes a capture with the outcome `broken`, its bytes stay in the WARC file, and the next one is read by a new
process. Handing an answer over and its article back costs a third of a millisecond.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

from attrs import evolve, frozen

from archive.errors import UsageError
from archive.ingest.prepare import indexes
from archive.raw import Place
from archive.settings import Home
from archive.store.records import Item
from archive.workers import Ceiling, Workers
from crawler.capture.ceiling import CEILING, LOST
from crawler.capture.hearing import NONE_WHOLE, Heard, Hearing, Whole
from crawler.capture.item import ListAnswer, capture_page, capture_record, list_answer, page_item
from crawler.capture.role import identity, role_of
from crawler.capture.stored import stored_raw
from crawler.pages.page import Identity, Outcome, Page
from crawler.run.reading.answer import STORED, Answer, read, read_claimed, read_item, read_recheck
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.reading.measured import measure
from crawler.warc.raw import RawCapture
from crawler.warc.reader import read_record

if TYPE_CHECKING:
    from concurrent.futures import Future

LEFT_ASIDE: Final = "left aside"
"""The detail of a capture that nobody read begins so."""
AHEAD: Final = 200
"""So many answers are read ahead of their use: who stores a hundred at a time would else wait for the readers, and they
for him."""
AHEAD_BYTES: Final = 32 * 2**20
"""But no more than so many bytes, so that large ones take no more memory."""


@frozen(kw_only=True)
class _Page:
    """An answer to be read. `heard`, `whole`: of which articles the witness reads the body, the whole page.
    `claim`, `further`, `recheck`: as in `Answer`; neither where it was not fetched for one."""

    raw: RawCapture
    heard: Heard
    whole: Whole = NONE_WHOLE
    claim: Claim | None = None
    recheck: Recheck | None = None
    further: bool = False


@frozen
class _List:
    """A list's answer to be read."""

    raw: RawCapture


@frozen
class _Place:
    """A record to be read from its file."""

    path: Path
    name: str
    offset: int
    hearing: Hearing


def work(task: "_Page | _List | _Place") -> Any:
    """What a process is asked for. Pure, but for the sites that there are, and a record's file."""
    if isinstance(task, _List):
        return list_answer(task.raw)
    if isinstance(task, _Place):
        raw = read_record(task.path, task.name, task.offset).raw
        return read(raw, task.hearing) if raw is not None and role_of(raw) in STORED else None
    if task.recheck is None and task.claim is None:
        return read(task.raw, task.heard.hearing)
    asked = False

    def whole(page: Page) -> bool:
        nonlocal asked
        asked = task.whole.wants(page)
        return asked

    page = capture_page(task.raw, witness=task.heard.wants, whole=whole)
    item = page_item(task.raw, page)
    if task.recheck is not None:
        answer = read_recheck(item, task.recheck, further=task.further)
    elif task.claim is not None:
        answer = read_claimed(item, task.claim, further=task.further)
    return evolve(answer, measured=measure(item, answer.doubt, dated=page.published_at, asked=asked))


def _load() -> None:
    """What reads an article and makes it ready to store is loaded before anything is read, and counts against no
    page."""
    import crawler.pages.extract  # noqa: F401 - the process that asks for it need not load it

    indexes("", "")


class Extraction:
    """See the module. `jobs`: how many processes. To be closed, or used as a context."""

    def __init__(self, *, jobs: int = 1, ceiling: Ceiling = CEILING) -> None:
        self._workers: Workers[Any, Any] = Workers(work, jobs=jobs, ceiling=ceiling, begin=_load)
        self._workers.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._workers.close()

    async def page(
        self, raw: RawCapture, heard: Heard, claim: Claim, *, further: bool = False, whole: Whole = NONE_WHOLE
    ) -> Answer:
        """An answer for a claimed address, read and made ready to store; others come meanwhile."""
        task = _Page(raw=raw, heard=heard, whole=whole, claim=claim, further=further)
        try:
            return cast(Answer, await asyncio.wrap_future(self._workers.submit(task)))
        except LOST as error:
            return read_claimed(_lost(raw, error), claim, further=further)

    def look(
        self, raw: RawCapture, heard: Heard, found: Recheck, *, further: bool = False, whole: Whole = NONE_WHOLE
    ) -> Answer:
        """An answer for an article that is looked at again, read and made ready to store."""
        task = _Page(raw=raw, heard=heard, whole=whole, recheck=found, further=further)
        try:
            return cast(Answer, self._workers.call(task))
        except LOST as error:
            return read_recheck(_lost(raw, error), found, further=further)

    def is_ours(self, home: Home, answer: Answer, found: Recheck) -> bool:
        """Whether the text of a known article is another one only because our rules are: they read it so in the page of
        before, too."""
        known = found.known
        if known is None or not answer.item.digest or answer.item.digest == known.text_digest:
            return False
        file, offset, length = known.place
        try:
            before = stored_raw(home, Place(file, offset, length, known.url, known.digest))
        except UsageError:
            return False
        return self.look(before, Heard("off"), found).item.digest == answer.item.digest

    def list(self, raw: RawCapture) -> ListAnswer:
        """A list's answer."""
        try:
            return cast(ListAnswer, self._workers.call(_List(raw)))
        except LOST as error:
            reason = _reason(error)
            page = Page(url=raw.url, outcome=Outcome.BROKEN, detail=reason)
            return ListAnswer(capture=capture_record(raw, page), problem=reason)

    def pages(self, raws: Iterable[RawCapture], hearing: Hearing) -> Iterator[Answer]:
        """Answers whose roles are in `STORED`, in their order, read ahead of their use."""
        handed: deque[tuple[RawCapture, Future[Any]]] = deque()
        size = 0
        heard = Heard(hearing)
        for raw in raws:
            handed.append((raw, self._workers.submit(_Page(raw=raw, heard=heard))))
            size += len(raw.payload)
            while len(handed) > AHEAD or size > AHEAD_BYTES:
                first, reading = handed.popleft()
                size -= len(first.payload)
                yield _answer(first, reading)
        while handed:
            yield _answer(*handed.popleft())

    def record(self, path: Path, name: str, offset: int, hearing: Hearing) -> Answer | None:
        """The answer of one record of our own files, read from there by the process; None where none is stored of it.
        Raises `WorkerEnded` where it ends its process, and `UsageError`."""
        return cast("Answer | None", self._workers.call(_Place(path, name, offset, hearing)))


def left_aside(raw: RawCapture, reason: str) -> Answer:
    """What is stored of an answer that nobody reads any more."""
    return read_item(raw, _unread(raw, f"{LEFT_ASIDE}: {reason}"))


def _answer(raw: RawCapture, reading: "Future[Any]") -> Answer:
    """What was read of an answer, once it is."""
    try:
        return cast(Answer, reading.result())
    except LOST as error:
        return read_item(raw, _lost(raw, error))


def _lost(raw: RawCapture, error: BaseException) -> Item:
    return _unread(raw, _reason(error))


def _unread(raw: RawCapture, reason: str) -> Item:
    page = Page(url=raw.url, outcome=Outcome.BROKEN, detail=reason, identity=identity(raw.url) or Identity())
    return Item(capture=capture_record(raw, page))


def _reason(error: BaseException) -> str:
    return f"reading it was given up: {str(error) or type(error).__name__}"[:300]
