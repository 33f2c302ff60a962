"""An answer that was read, as a row of a part, and back."""

from collections.abc import Sequence

from attrs import evolve

from archive.bulk.rows import Row, item_row, prepared
from archive.ingest.prepare import Prepared
from archive.store.records import CaptureRecord, Item
from archive.text.clean import clean_line, clean_lines
from crawler.pages.page import Identity, Outcome
from crawler.run.reading.answer import Answer
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken


def answer_row(place: int, raw: RawCapture, answer: Answer) -> Row:
    """The row of an answer. `place`: its number in the part."""
    names = answer.names or Identity()
    return {
        **item_row(answer.item),
        "place": place,
        "broken": None,
        "declared": clean_line(raw.declared),
        "dated": clean_line(raw.dated),
        "listing": answer.listing,
        "doubt": clean_line(answer.doubt),
        "asked_site": clean_line(names.site),
        "asked_native_id": clean_line(names.native_id),
        "asked_url": clean_line(names.canonical_url),
        "further": answer.further,
        "parts": clean_lines(answer.part.parts) if answer.part is not None else [],
    }


def broken_row(place: int, name: str, broken: Broken) -> Row:
    """The row of a record that cannot be read."""
    return {
        "place": place,
        "broken": clean_line(broken.reason) or "broken",
        "warc_file": name,
        "warc_offset": broken.offset,
    }


def raw_of(row: Row, name: str) -> RawCapture:
    """What tells which record a row is of, without its payload. `name`: what captures call its file."""
    return RawCapture(
        url=row["url"],
        captured_at=row["captured_at"],
        payload=b"",
        digest=row["digest"],
        declared=row["declared"],
        dated=row["dated"] or "",
        warc_file=name,
        warc_offset=row["warc_offset"],
        warc_length=row["warc_length"],
    )


def answers_of(rows: Sequence[Row]) -> list[Answer]:
    """The answers of rows, ready to store but for the name of their WARC file (`named`)."""
    return [_answer(row, item) for row, item in zip(rows, prepared(rows), strict=True)]


def _answer(row: Row, item: Prepared) -> Answer:
    names = None
    if row["asked_native_id"] is not None:
        names = Identity(site=row["asked_site"], native_id=row["asked_native_id"], canonical_url=row["asked_url"])
    part = None
    if item.repeats is not None or (not row["listing"] and (row["parts"] or row["further"])):
        repeats = (item.repeats[0], item.repeats[2]) if item.repeats is not None else None
        names_of = {name: value for name, value in item.capture.items() if name not in ("text_digest", "repeats_id")}
        part = Item(capture=CaptureRecord(**names_of, repeats=repeats), parts=tuple(row["parts"]))
    return Answer(
        item=item,
        url=row["url"],
        outcome=Outcome(row["outcome"]),
        doubt=row["doubt"] or "",
        names=names,
        part=part,
        further=row["further"],
        listing=row["listing"],
    )


def named(answer: Answer, name: str) -> Answer:
    """The answer with the name that captures give its WARC file."""
    part = answer.part
    if part is not None and part.capture is not None:
        part = evolve(part, capture=evolve(part.capture, warc_file=name))
    return evolve(answer, item=evolve(answer.item, capture={**answer.item.capture, "warc_file": name}), part=part)
