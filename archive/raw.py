"""The raw pages behind captures, as the reading half of Jianbao asks for them; the half that reads pages answers
(`crawler.capture.raw.pages`)."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from attrs import asdict, field, frozen

from archive.errors import UsageError

T = TypeVar("T")


@frozen(order=True)
class Place:
    """Where a capture's record stands, and what tells that it is the one: its address and its payload's digest, None
    where that is not known. `file`, `offset`, `length`: columns `warc_file`, … of `capture` (docs/data.md)."""

    file: str
    offset: int
    length: int | None = field(order=False)
    url: str
    digest: str | None = field(order=False)


@frozen(kw_only=True)
class RawPage:
    """A page as it was captured, and unpacked. `content_type`: the HTTP header's value, None where there is none.
    `torn`: why it is less than what was sent, in a few words; "" where nothing says so."""

    url: str
    content: bytes
    content_type: str | None
    torn: str = ""


@frozen(kw_only=True)
class ExplainedLine:
    """One visible block of a page, in reading order.

    `kind`: as in `article.blocks` (docs/data.md). `text`: "" of an image, whose address is `url`. `kept`: whether it is
    body. `rule`: what decided (docs/rules.md); `why`: what that rule saw, for a person, or "". `field`: the field that
    the text went to before it was stripped, or "". `level`: of a heading, 0 for none.
    """

    kind: str
    text: str
    kept: bool
    rule: str
    why: str
    field: str
    level: int
    url: str


@frozen(kw_only=True)
class ExplainedCandidate:
    """What a page without a template may mean by one of its fields, why, and whether it was chosen (`won`)."""

    field: str
    value: str
    why: str
    won: bool


@frozen(kw_only=True)
class ExplainedPage:
    """A page read by today's rules, each line with its reason. All text is other people's, with every control
    character that the page had.

    `fields`: those that the page has, as (name, text). `agreement`: 0 to 1, how far the witness took the same lines for
    text, None where it was not asked; `ours`: the kept lines that it took for none, `theirs`: what it took and we did
    not.
    """

    url: str
    outcome: str
    headline: str | None
    fields: tuple[tuple[str, str], ...]
    lines: tuple[ExplainedLine, ...]
    candidates: tuple[ExplainedCandidate, ...]
    agreement: float | None
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def body(self) -> str:
        """The kept text, one block a line; images have none."""
        return "\n".join(line.text for line in self.lines if line.kept and line.text)

    def as_json(self) -> dict[str, Any]:
        """All of it, as JSON has it; `fields` is an object."""
        return {**asdict(self), "fields": dict(self.fields)}


class RawPages(Protocol):
    """What can be had of a capture's record. To be closed.

    Every page is hostile, so whatever reads one does so in a process of its own, under a ceiling. All methods may be
    called from several threads. They raise `UsageError` where the record is not to be had (its file is missing, it is
    damaged, another one stands in its place), and `archive.workers.WorkerEnded` where reading it costs too much.
    """

    def record(self, place: Place) -> bytes:
        """The WARC record as it is stored: a WARC file of one record. Packed by gzip where it is a gzip member of its
        file; else as it stands in the unpacked file."""

    def headers(self, place: Place) -> str:
        """The record's header and, of an answer of the web, its HTTP header; lines end as they were written."""

    def page(self, place: Place) -> RawPage:
        """The page, unpacked."""

    def explained(self, place: Place) -> ExplainedPage:
        """The page line by line, read by today's rules."""

    def inert(self, place: Place) -> str:
        """The page as the inside of a `<body>` in which nothing runs, loads, sends or leads anywhere: elements of a
        list, without attributes but `class` (`box`: what an image or a control stood in; `link`; `unseen`: hidden by
        the page), `colspan` and `rowspan`."""

    def close(self) -> None:
        """End the processes."""


def first_of(places: Sequence[Place], read: Callable[[Place], T]) -> T:
    """What is read of the first record that is to be had: files are moved, deleted and written anew. Raises why the
    first one is not, where none is."""
    fault: UsageError | None = None
    for place in places:
        try:
            return read(place)
        except UsageError as error:
            fault = fault or error
    raise fault or UsageError("no record is to be had")
