"""What another reading of a capture means for the archive. Pure.

An article takes the new reading of its newest look, and of no other: earlier texts stay as they were read then, so that
its history is one of what the publisher did, with our mending behind it. A page that was read as an article and would
no longer be, is left as it is: that the rules got worse is as likely as that they got better, and a person decides.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import evolve, frozen

from archive.ingest.observations import PART
from archive.ingest.prepare import Again, Prepared
from archive.ingest.revising import as_heard
from crawler.upkeep.reextract.choose import Known

Kind = Literal["same", "older", "fields", "text", "part", "found", "outcome", "left"]

_OWN: Final = ("outcome", "site", "native_id", "template", "part", "detail")


@frozen(kw_only=True)
class Verdict:
    """`kind`: `same`; `older`, another reading than what is kept of an older look; of an article `fields` or `text`
    change; `part`: one page of it does, which is put together with the others; `found`: it showed no article and does
    now; `outcome`: it shows none, in another way; `left`: as it was, see `reason`. `fields`: the names of those that
    change. `prepared`: what is to be stored, None where nothing is."""

    kind: Kind
    reason: str = ""
    fields: tuple[str, ...] = ()
    prepared: Prepared | None = None


SAME: Final = Verdict(kind="same")


def judge(known: Known, read: Prepared) -> Verdict:
    """What a capture's reading by today's rules means."""
    row, capture = known.capture, read.capture
    if row["text_digest"] is not None and row["part"]:  # what it shows with others is put together with them
        is_same = row["outcome"] == capture["outcome"]
        return SAME if is_same else Verdict(kind="left", reason=f"reads as {capture['outcome']} now")
    if row["text_digest"] is None:
        again = Again(capture_id=row["id"], shows_id=row["id"], at=row["captured_at"], showed=False)
        if read.article:
            return Verdict(kind="found", prepared=evolve(read, again=again))
        if all(row[name] == capture[name] for name in _OWN):
            return SAME
        return Verdict(kind="outcome", prepared=evolve(read, again=again))
    newest, article = known.newest, known.article
    if newest is None or article is None or not known.is_newest:
        return SAME if read.digest == row["text_digest"] else Verdict(kind="older")
    if not read.article:
        return Verdict(kind="left", reason=f"reads as {capture['outcome']} now")
    if (article["site"], article["native_id"]) != (read.article["site"], read.article["native_id"]):
        return Verdict(kind="left", reason="reads as another article now")
    again = Again(capture_id=newest.record_id, shows_id=newest.shows_id, at=newest.at, showed=True)
    return _of_newest(known, article, read, again)


def _of_newest(known: Known, article: Mapping[str, Any], read: Prepared, again: Again) -> Verdict:
    """The newest look at an article, which it still shows."""
    row = known.capture
    stays = read.digest == known.digest
    is_part = read.digest.startswith(PART) and "incomplete" not in article["flags"]
    if stays and read.capture["agreement"] is None:
        read = _as_witnessed(read, row, article)
    fields = () if is_part else tuple(name for name, value in read.article.items() if article[name] != value)
    if stays and not fields:
        return SAME
    stored = evolve(read, again=again, cause="extractor")
    return Verdict(kind="part" if is_part else "fields" if stays else "text", fields=fields, prepared=stored)


def _as_witnessed(read: Prepared, row: Mapping[str, Any], article: Mapping[str, Any]) -> Prepared:
    """A reading for which the witness was not asked again, since it gave the same text: what it said still holds."""
    capture = {**read.capture, "agreement": row["agreement"], "whole_share": row["whole_share"]}
    return evolve(read, capture=capture, article=as_heard(article, read.article, read.capture))
